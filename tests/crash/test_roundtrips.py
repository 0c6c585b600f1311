"""A small share of `python -m tests.crash.roundtrips`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash.roundtrips import back_up_while_writing, kill_while_taking_in, prepared

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


def test_backups_while_an_ingest_writes_and_kills_while_taking_in(tmp_path: Path) -> None:
    trials = prepared(tmp_path, 30)
    back_up_while_writing(trials, 60)
    trials.do(trials.path("a"), "export", tmp_path / "a.jsonl")
    kill_while_taking_in(trials, 2)
    assert trials.wrong == []
    assert (trials.backups > 0, trials.kills, trials.equal) == (True, 2, 5)
