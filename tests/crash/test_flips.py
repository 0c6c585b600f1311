"""Bits of a corpus file that flip: a sample of what `python -m tests.crash.flips --repair` does."""

from __future__ import annotations

import pytest

from tests.crash.flips import FOUND, Flips, run

FLIPS = 25


@pytest.fixture(scope="module")
def flips(tmp_path_factory: pytest.TempPathFactory) -> Flips:
    return Flips(tmp_path_factory.mktemp("flips"))


def test_a_flipped_bit_is_found_and_repaired_or_has_no_effect(flips: Flips) -> None:
    outcomes, bad = run(flips, FLIPS, seed=20260707, repair=True)
    assert bad == []
    assert outcomes[FOUND]


@pytest.mark.parametrize("where", ["UNIQUE", "CREATE TABLE version", "CREATE TABLE note"])
def test_a_damaged_schema_is_found_and_repaired(flips: Flips, where: str) -> None:
    """SQLite's message then has the damaged name in it, which may be no text."""
    at = flips.position_of(where.encode())
    for bit in (at * 8 + 7, at * 8 + 3):
        assert flips.flip(bit)[0] == FOUND
        assert flips.repair()[0] == "repaired whole"
