"""The harness: a broken promise, a hang and a death are each found, and what found them is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import __main__ as command
from tests.fuzz import harness

from .draw import Draw
from .harness import Ledger, Trial
from .mutation import Mutator
from .target import Target

HANGS = """
import sys
from pathlib import Path
from tests.fuzz.harness import Ledger
ledger = Ledger(Path(sys.argv[1]))
ledger.begin(b"rice")
while True:
    pass
"""


def test_a_broken_promise_is_counted_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "MEMORY", 10**15)  # other tests have run in this process

    def refuses_rice(data: bytes) -> None:
        assert data != b"rice"

    ledger = Ledger(tmp_path / "ledger", create=True)
    target = Target("a.b", refuses_rice, list, (), 1.0, 100, 1)
    trial = Trial(target, ledger, 100, 60.0, tmp_path / "found")
    for data in (b"corn", b"rice", b"wheat", b"rice"):
        trial(data)
    seen = Ledger(tmp_path / "ledger")
    assert (seen.inputs, seen.faults, seen.current) == (4, 2, b"rice")
    assert seen.peak > 0
    (kept,) = (tmp_path / "found" / "a.b").glob("*[!.txt]")
    assert kept.read_bytes() == b"rice"
    assert "refuses_rice" in kept.with_name(f"{kept.name}.txt").read_text()


def test_a_hang_is_ended_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SECONDS", 0.3)
    Ledger(tmp_path / "ledger", create=True)
    process = subprocess.Popen([sys.executable, "-c", HANGS, tmp_path / "ledger"], cwd=Path(__file__).parents[2])
    assert command._watch(process, tmp_path / "ledger") == "hang"
    assert process.returncode == -9
    assert Ledger(tmp_path / "ledger").current == b"rice"


def test_a_death_is_told(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger", create=True)
    process = subprocess.Popen([sys.executable, "-c", "import os; os.abort()"])
    assert command._watch(process, tmp_path / "ledger") == "died-6"


def test_inputs_are_shared_out_and_none_is_missing() -> None:
    plan = command.shares(1_000_000, None)
    assert sum(plan.values()) >= 1_000_000
    assert min(plan.values()) > 0
    assert command.shares(5, "query.tree") == {"query.tree": 5}


def test_the_same_seed_gives_the_same_inputs_within_their_length() -> None:
    one, other = (Mutator([b"rice", b"corn" * 50], [b"wheat"], 120, seed=3) for _ in range(2))
    first = [one.next() for _ in range(300)]
    assert first == [other.next() for _ in range(300)]
    assert max(map(len, first)) == 120
    assert len(set(first)) > 200


def test_no_bytes_are_the_least_of_everything() -> None:
    draw = Draw(b"")
    assert (draw.number(3, 9), draw.flag(), draw.pick("ab"), draw.text(), draw.maybe(), draw.rest()) == (
        3, False, "a", "", None, b"",
    )  # fmt: skip
