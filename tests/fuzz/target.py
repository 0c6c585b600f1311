"""What is fuzzed: a function that takes bytes and raises when a promise is broken, and what it is fed with."""

from __future__ import annotations

import contextlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from nkcorpus.errors import ItemError, NkcorpusError

Run = Callable[[bytes], object]

_PACKAGE = "tests.fuzz.targets"


@dataclass(frozen=True, slots=True)
class Target:
    """A promise. `seeds` are inputs that get deep, `words` pieces that matter there; `weight` is its share of a long
    run, `longest` the bytes of an input. `examples` are those of the suite.
    """

    name: str
    run: Run
    seeds: Callable[[], Iterable[bytes]]
    words: Sequence[bytes]
    weight: float
    longest: int
    examples: int


_targets: dict[str, Target] = {}


def target(
    seeds: Callable[[], Iterable[bytes]],
    *,
    weight: float,
    words: Iterable[str] = "",
    longest: int = 4096,
    examples: int = 30,
) -> Callable[[Run], Run]:
    """Make a function a target, named `module.function`. A `¦` parts the words of a text."""
    several = words.split("¦") if isinstance(words, str) else words
    pieces = tuple(word.encode() for word in several if word)

    def register(run: Run) -> Run:
        name = f"{run.__module__.rpartition('.')[2]}.{run.__name__}"
        _targets[name] = Target(name, run, seeds, pieces, weight, longest, examples)
        return run

    return register


def load(name: str) -> Target:
    """Return the target of that name, importing what it needs and no more. Raises KeyError."""
    if name.partition(".")[0] in _modules():
        import_module(f"{_PACKAGE}.{name.partition('.')[0]}")
    return _targets[name]


def all_targets() -> dict[str, Target]:
    """Return every target by its name."""
    for module in _modules():
        import_module(f"{_PACKAGE}.{module}")
    return dict(_targets)


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(import_module(_PACKAGE).__path__)]


@contextlib.contextmanager
def told(*expected: type[NkcorpusError]) -> Iterator[None]:
    """Let through the errors that bad input may end in, by default those of one item, if they say it in one line."""
    errors = expected or (ItemError,)
    try:
        yield
    except errors as error:
        check_message(str(error))


def check_message(message: str) -> None:
    """Check what an error says."""
    assert message.strip(), "an error that says nothing"
    assert "\n" not in message, message
    assert len(message) < 5_000, len(message)
    assert "Traceback" not in message, message
