"""Dataclasses that cost a tenth of the standard ones to define, for the modules that every command imports.

`dataclasses.dataclass` writes six methods of each frozen class as text and compiles them whenever the module is
imported, with CPython 3.11 two thirds of a millisecond a class. Here methods are closures, and only `__init__` is
compiled, when a class has its first instance. A cold search defines 80 classes: it takes 10 times the CPU of
`python -c pass` with these, 13.5 times with the standard ones. Importing msgspec takes about what its classes would
save; a NamedTuple takes twice as long to define as one of these, and equals any tuple of the same values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, FrozenInstanceError, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "fields", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type], type]:
        """Do what `dataclasses.dataclass` does, for classes of which every field is an argument of `__init__` and
        that have no `__post_init__`.
        """

        def made(plain: type) -> type:
            cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(plain)
            methods = {"__init__": _init_of(cls, frozen=frozen), "__repr__": _repr_of(cls), **_equality_of(cls)}
            if frozen:
                methods |= {"__setattr__": _no_setting, "__delattr__": _no_deleting, "__reduce__": _reduce_of(cls)}
            else:
                methods["__hash__"] = None
            for name, method in methods.items():
                if name not in plain.__dict__:
                    setattr(cls, name, method)
            return cls

        return made


def _init_of(cls: type, *, frozen: bool) -> Callable[..., None]:
    """Return an `__init__` that puts a compiled one in its place when it is called."""

    def initialise(self: Any, *values: Any, **named: Any) -> None:
        compiled = _compiled_init(cls, frozen=frozen)
        cls.__init__ = compiled  # type: ignore[misc]
        compiled(self, *values, **named)

    return initialise


def _compiled_init(cls: type, *, frozen: bool) -> Callable[..., None]:
    names: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters, body = ["self"], []
    for one in fields(cls):
        parameter, value = one.name, one.name
        if one.default is not MISSING:
            parameter += f"=_default_{one.name}"
            names[f"_default_{one.name}"] = one.default
        elif one.default_factory is not MISSING:
            parameter += "=_missing"
            value = f"_factory_{one.name}() if {one.name} is _missing else {one.name}"
            names[f"_factory_{one.name}"] = one.default_factory
        parameters.append(parameter)
        body.append(f"_set(self, {one.name!r}, {value})" if frozen else f"self.{one.name} = {value}")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body or ["pass"]), names)  # noqa: S102 - our own text
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr_of(cls: type) -> Callable[[Any], str]:
    shown = [one.name for one in fields(cls) if one.repr]

    def represent(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return represent


def _equality_of(cls: type) -> dict[str, Callable[..., Any]]:
    values = _values([one for one in fields(cls) if one.compare])

    def equals(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equals, "__hash__": digest}


def _reduce_of(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return a `__reduce__`: what is frozen cannot be unpickled by setting its fields."""
    values = _values(fields(cls))

    def reduce(self: Any) -> tuple[Any, ...]:
        return self.__class__, values(self)

    return reduce


def _values(wanted: Iterable[dataclasses.Field[Any]]) -> Callable[[Any], tuple[Any, ...]]:
    names = [one.name for one in wanted]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _no_setting(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_deleting(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
