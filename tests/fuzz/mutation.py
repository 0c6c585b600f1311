"""Changes to inputs: a list of edits, each a few numbers and bytes, so that hypothesis can draw and shrink them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

PLACES = 1 << 16
KINDS = 8
MOST_EDITS = 6


class Edit(NamedTuple):
    """A change at `place` of PLACES from the start; `size` and `piece` are what its kind makes of them."""

    kind: int
    place: int
    size: int
    piece: bytes


def mutated(data: bytes, edits: Sequence[Edit], longest: int) -> bytes:
    """Return `data` changed by `edits` in turn, cut to `longest` bytes."""
    for edit in edits:
        at = edit.place * (len(data) + 1) // PLACES
        end = at + edit.size
        match edit.kind:
            case 0:  # put in
                data = data[:at] + edit.piece + data[at:]
            case 1:  # put over
                data = data[:at] + edit.piece + data[at + len(edit.piece) :]
            case 2:  # take out
                data = data[:at] + data[end:]
            case 3:  # twice
                data = data[:end] + data[at:end] + data[end:]
            case 4:  # very often, which shows what is not linear
                data = data[:at] + data[at:end] * (1 + longest // (8 * (edit.size + 1))) + data[end:]
            case 5:  # elsewhere
                data = data[end:] + data[at:end] + data[:at]
            case 6:  # flip bits
                data = data[:at] + bytes(byte ^ (1 << edit.size % 8) for byte in data[at : at + 1]) + data[at + 1 :]
            case _:  # cut off
                data = data[:at] + edit.piece
        data = data[:longest]
    return data


class Mutator:
    """Gives inputs: changed seeds, by a random generator of one's own. Knows nothing of coverage."""

    def __init__(self, seeds: Sequence[bytes], words: Sequence[bytes], longest: int, seed: int) -> None:
        self._seeds = list(seeds) or [b""]
        self._words = list(words)
        self._longest = longest
        self._random = random.Random(seed)

    def next(self) -> bytes:
        """Return the next input."""
        chance = self._random
        data = chance.choice(self._seeds)
        if chance.random() < 0.15:  # the head of one, the tail of another
            other = chance.choice(self._seeds)
            data = data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]
        edits = [self._edit() for _ in range(chance.randrange(1, MOST_EDITS + 1))]
        return mutated(data, edits, self._longest)

    def _edit(self) -> Edit:
        chance = self._random
        if self._words and chance.random() < 0.5:
            piece = chance.choice(self._words)
        else:
            piece = chance.randbytes(chance.randrange(1, 9))
        size = chance.choice((1, 2, 4, 16, 64, 256))
        return Edit(chance.randrange(KINDS), chance.randrange(PLACES), chance.randrange(1, size + 1), piece)
