"""A share of `python -m tests.crash.crowd`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash.crowd import crowd


@pytest.mark.skipif(sys.platform == "win32", reason="copies the file while it is written")
def test_all_at_once_on_one_corpus(tmp_path: Path) -> None:
    told, expected = crowd(tmp_path, ingests=2, searches=8, articles=5, engine="whoosh", searchers=1)
    assert told.errors == []
    assert told.done["articles"] == expected == 15
    assert told.done["ingests"] == 2
    assert told.done["searches"] == 8
