"""Between dataclasses and JSON values, by the types of their fields.

Bytes are base64, tuples arrays, a dataclass an object of its fields. What comes from outside is believed nothing: a
value of another type, or text that UTF-8 cannot hold, is a BadValue that names the place.
"""

from __future__ import annotations

import base64
import binascii
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from nkcorpus.dataclass import dataclass

_LARGEST = 2**63 - 1
"""SQLite's largest integer."""
_DEEPEST = 20

Convert = Callable[[Any, str], Any]
_Sequence = type[list[Any]] | type[tuple[Any, ...]]


class BadValue(ValueError):
    """A value that is not what it should be; the message names its place."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    convert: Convert
    is_required: bool


def encode(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {name: encode(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    return {each.name: encode(getattr(value, each.name)) for each in fields(value)}


def decode(cls: Any, value: Any, where: str = "it") -> Any:
    """Return the value of a type, such as a dataclass, that a JSON value stands for. Names that it does not know are
    passed over. Raises BadValue.
    """
    return _decoder(cls)(value, where)


def check(value: Any) -> None:
    """Raise BadValue unless every field of a dataclass holds what its type says: what reads a foreign file does not."""
    hint: Any = type(value)
    _checker(hint)(value, "it")


@lru_cache
def _decoder(hint: Any) -> Convert:
    return _converter(hint, _decoder, _object_decoder, _base64, list)


@lru_cache
def _checker(hint: Any) -> Convert:
    return _converter(hint, _checker, _object_checker, _bytes, tuple)


def _converter(hint: Any, inner: Callable[[Any], Convert], of_class: Callable[[Any], Convert], binary: Convert,
               sequence: _Sequence) -> Convert:  # fmt: skip
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _one_of(arguments)
    if origin in (Union, types.UnionType):
        (kind,) = [each for each in arguments if each is not type(None)]
        convert = inner(kind)
        return lambda value, where: None if value is None else convert(value, where)
    if origin is tuple and arguments[1:] == (...,):
        return _items(inner(arguments[0]), sequence)
    if origin is tuple:
        return _fixed([inner(each) for each in arguments], sequence)
    if origin is not None and issubclass(origin, Mapping):
        return _options
    if is_dataclass(hint):
        return of_class(hint)
    return {str: _text, int: _number, bool: _truth, bytes: binary}[hint]


def _fields_of(cls: Any, inner: Callable[[Any], Convert]) -> list[_Field]:
    hints = get_type_hints(cls)
    return [
        _Field(each.name, inner(hints[each.name]), each.default is MISSING and each.default_factory is MISSING)
        for each in fields(cls)
    ]


def _object_decoder(cls: Any) -> Convert:
    known = _fields_of(cls, _decoder)

    def convert(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise BadValue(f"{where} is no object")
        given = {}
        for field in known:
            if field.name in value:
                given[field.name] = field.convert(value[field.name], field.name)
            elif field.is_required:
                raise BadValue(f"{where} has no '{field.name}'")
        return cls(**given)

    return convert


def _object_checker(cls: Any) -> Convert:
    known = _fields_of(cls, _checker)

    def convert(value: Any, where: str) -> Any:
        if not isinstance(value, cls):
            raise BadValue(f"{where} is not what it should be")
        for field in known:
            field.convert(getattr(value, field.name), field.name)
        return value

    return convert


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise BadValue(f"'{where}' is no text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadValue(f"'{where}' holds a lone surrogate, which is no character") from None
    return value


def _number(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise BadValue(f"'{where}' is no whole number from 0")
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadValue(f"'{where}' is neither true nor false")
    return value


def _bytes(value: Any, where: str) -> bytes:
    if not isinstance(value, bytes):
        raise BadValue(f"'{where}' is not of bytes")
    return value


def _base64(value: Any, where: str) -> bytes:
    if not isinstance(value, str):
        raise BadValue(f"'{where}' is no base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadValue(f"'{where}' is no base64") from None


def _one_of(choices: tuple[Any, ...]) -> Convert:
    def convert(value: Any, where: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise BadValue(f"'{where}' is none of {', '.join(choices)}")
        return value

    return convert


def _items(item: Convert, sequence: _Sequence) -> Convert:
    def convert(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, sequence):
            raise BadValue(f"'{where}' is no array")
        return tuple(item(each, where) for each in value)

    return convert


def _fixed(items: list[Convert], sequence: _Sequence) -> Convert:
    def convert(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, sequence) or len(value) != len(items):
            raise BadValue(f"'{where}' is no array of {len(items)}")
        return tuple(item(each, where) for item, each in zip(items, value, strict=True))

    return convert


def _options(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValue(f"'{where}' is no object")
    _check_plain(value, where, 0)
    return value


def _check_plain(value: Any, where: str, depth: int) -> None:
    """Raise BadValue for what is not plain JSON data, or too deep."""
    if depth > _DEEPEST:
        raise BadValue(f"'{where}' is nested too deeply")
    match value:
        case None | bool():
            return
        case str():
            _text(value, where)
        case int():
            _number(value, where)
        case list() | tuple():
            for each in value:
                _check_plain(each, where, depth + 1)
        case dict():
            for name, each in value.items():
                _text(name, where)
                _check_plain(each, where, depth + 1)
        case _:
            raise BadValue(f"'{where}' holds a value that none of its kind has")
