"""A share of `python -m tests.crash.index_flips`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nkcorpus.index.engines import ENGINES, EngineName, is_installed
from tests.crash.index_flips import GOOD, flip, flips, judged, make


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if is_installed(engine)])
# Whoosh leaves a file open that it cannot read.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_flipped_bit_is_without_effect_or_mended_or_found(tmp_path: Path, engine: EngineName) -> None:
    bed = make(tmp_path, engine)
    for name, bit in random.Random(engine).sample(flips(bed, 200, random.Random(1)), 2):
        flip(bed, name, bit)
        outcome, details = judged(bed)
        assert outcome in GOOD, (name, bit, details)
