"""`ingest --no-payload`: the digest of the original bytes stays, the bytes do not."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.support import LECTURE_TEXT, RECORDS, Run, write_records


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: what is kept is the point, not the process."""
    return inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs"
    folder.mkdir()
    write_records(folder / "news.jsonl", RECORDS)
    (folder / "lecture.txt").write_text(LECTURE_TEXT, "utf-8")
    return folder


def kept(corpus: Path) -> set[tuple[str, int]]:
    """The encodings of the payloads, and how many bytes of them are kept."""
    connection = sqlite3.connect(corpus)
    try:
        return set(connection.execute("SELECT encoding, sum(length(bytes)) > 0 FROM payload GROUP BY 1"))
    finally:
        connection.close()


def test_only_the_digest_is_kept_and_all_but_the_bytes_is_as_ever(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("-C", "c.db", "ingest", folder, "--no-payload").code == 0
    assert kept(tmp_path / "c.db") == {("none", 0)}
    hits = run("-C", "c.db", "search", "Musan", "--format", "jsonl").objects
    shown = run("-C", "c.db", "show", hits[0]["id"], "--format", "json").json
    assert shown["versions"][0]["payload_sha256"] == hashlib.sha256(LECTURE_TEXT.encode()).hexdigest()
    assert shown["versions"][0]["has_payload"] is False
    assert run("-C", "c.db", "show", hits[0]["id"], "--raw").out == LECTURE_TEXT
    again = run("-C", "c.db", "ingest", folder, "--no-payload", "--format", "json").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 6)
    assert kept(tmp_path / "c.db") == {("none", 0)}


def test_the_bytes_come_in_with_the_next_ingest_that_keeps_them(run: Run, folder: Path, tmp_path: Path) -> None:
    run("-C", "c.db", "ingest", folder, "--no-payload")
    again = run("-C", "c.db", "ingest", folder, "--format", "json").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 6)
    assert kept(tmp_path / "c.db") == {("zstd", 1)}
    run("-C", "c.db", "ingest", folder, "--no-payload")
    assert kept(tmp_path / "c.db") == {("zstd", 1)}, "what is kept stays"
