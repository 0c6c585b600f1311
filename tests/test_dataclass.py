"""Our dataclasses beside the standard ones: the same but for what it costs to define them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from nkcorpus import dataclass as ours


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """A class of each kind of field."""

    name: str
    parts: tuple[int, ...] = ()
    found: list[str] = dataclasses.field(default_factory=list, compare=False)
    body: bytes = dataclasses.field(default=b"", repr=False)


@ours.dataclass(frozen=True, slots=True)
class Ours:
    """A class of each kind of field."""

    name: str
    parts: tuple[int, ...] = ()
    found: list[str] = ours.field(default_factory=list, compare=False)
    body: bytes = ours.field(default=b"", repr=False)


@ours.dataclass(slots=True)
class Counter:
    """A class whose instances change."""

    count: int = 0


@ours.dataclass(frozen=True, slots=True)
class Nothing:
    """A class without fields."""


ARGUMENTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("rice",), {}),
    (("rice", (1, 2)), {"body": b"x"}),
    ((), {"name": "rice", "found": ["a"]}),
    (("rice", (), ["a"], b"y"), {}),
]


@pytest.mark.parametrize(("values", "named"), ARGUMENTS)
def test_instances_are_as_standard_ones(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    standard, our = Standard(*values, **named), Ours(*values, **named)
    assert dataclasses.asdict(our) == dataclasses.asdict(standard)
    assert repr(our) == repr(standard).replace("Standard", "Ours")
    assert our == Ours(*values, **named)
    assert our.__eq__(standard) is NotImplemented
    assert hash(our) == hash(standard)
    assert dataclasses.replace(our, found=["other"]) == our
    assert dataclasses.replace(our, name="corn") != our
    assert pickle.loads(pickle.dumps(our)) == copy.deepcopy(our) == copy.copy(our) == our
    assert not hasattr(our, "__dict__")


@pytest.mark.parametrize("cls", [Standard, Ours])
def test_what_is_frozen_stays(cls: type[Any]) -> None:
    one = cls("rice")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        one.name = "corn"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del one.name
    assert one.name == "rice"


@pytest.mark.parametrize("cls", [Standard, Ours])
@pytest.mark.parametrize(("values", "named"), [((), {}), (("a", (), [], b"", 1), {}), (("a",), {"colour": "red"})])
def test_wrong_arguments_are_type_errors(cls: type[Any], values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for _ in range(2):  # also once the class has been used
        with pytest.raises(TypeError, match=r"__init__\(\)"):
            cls(*values, **named)


def test_default_factories_give_each_instance_its_own() -> None:
    first, second = Ours("a"), Ours("b")
    first.found.append("x")
    assert second.found == []


def test_instances_that_change_have_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)
    assert pickle.loads(pickle.dumps(counter)) == counter


def test_a_class_without_fields() -> None:
    assert Nothing() == Nothing()
    assert len({Nothing(), pickle.loads(pickle.dumps(Nothing()))}) == 1
    assert repr(Nothing()) == "Nothing()"


def test_fields_match_by_position() -> None:
    match Ours("rice", (1,)):
        case Ours(name, parts):
            assert (name, parts) == ("rice", (1,))
