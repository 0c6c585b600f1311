"""A little of each target, and every input that once broke a promise. `python -m tests.fuzz` runs the lot."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .mutation import KINDS, MOST_EDITS, PLACES, Edit, mutated
from .target import Target, all_targets

FOUND = Path(__file__).parent / "found"
TARGETS = all_targets()


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Return a strategy of seeds with a few edits."""
    piece = st.binary(max_size=8) | st.sampled_from(target.words or (b"",))
    edit = st.builds(Edit, st.integers(0, KINDS - 1), st.integers(0, PLACES - 1), st.integers(1, 64), piece)
    edits = st.lists(edit, max_size=MOST_EDITS)
    return st.builds(mutated, st.sampled_from(list(target.seeds())), edits, st.just(target.longest))


@pytest.mark.parametrize("name", TARGETS)
def test_promises_are_kept(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=target.examples,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target))
    def keeps(data: bytes) -> None:
        target.run(data)

    keeps()


@pytest.mark.parametrize(
    "file", [pytest.param(file, id=f"{file.parent.name}/{file.name}") for file in sorted(FOUND.glob("*/*"))]
)
def test_what_was_found_stays_mended(file: Path) -> None:
    TARGETS[file.parent.name].run(file.read_bytes())
