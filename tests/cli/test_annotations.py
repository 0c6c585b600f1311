"""`tag` and `note`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import Outcome, Run, one_line


@pytest.fixture
def on(inside: Run, copy: Path) -> Run:
    """Run a command on a copy of the shared corpus, in this process."""

    def run_on(*args: str | Path, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Outcome:
        return inside("-C", copy, *args, stdin=stdin, env=env)

    return run_on  # type: ignore[return-value]


def test_tags_are_given_taken_and_listed(on: Run, library: Library) -> None:
    one, other = library.ids["rice-1"], library.ids["rice-2"]
    done = on("tag", one[:6], other, "+border trade", "+hot", "-h", "-0", "-q")
    assert (done.code, done.out, one_line(done)) == (0, "", "changed the tags of 2 articles")
    assert on("tag", one).out == f"{one}\tborder trade\n{one}\thot\n"
    assert one_line(on("tag", one, "-hot")) == "changed the tags of 1 article"
    assert on("tag", "-", "--format", "json", stdin=f"{one}\n{other}\n").json == [
        {"id": one, "user_tags": ["border trade"]},
        {"id": other, "user_tags": ["border trade", "hot"]},
    ]
    assert "border trade; hot" in on("tag", other, "--format", "table").out
    assert set(on("search", "tag:hot", "--format", "ids").lines) == {other}
    assert "tags" in one_line(on("tag", library.ids["korean-1"]))


def test_notes_are_written_shown_and_removed(on: Run, library: Library) -> None:
    article = library.ids["rice-1"]
    assert one_line(on("note", article)).startswith("no notes")
    assert on("note", article, "ask", "the", "trader").code == 0
    assert on("note", article, "-", stdin="second\nline\n").code == 0
    rows = [line.split("\t") for line in on("note", article).lines]
    assert [(row[0], row[2]) for row in rows] == [("1", "ask the trader"), ("2", "second line")]
    assert on("search", "note:traders", "--format", "ids").out == f"{article}\n"
    shown = on("show", article, "--format", "json").json
    assert list(shown)[-4:] == ["user_tags", "notes", "retrieval", "gone"]
    on("tag", article, "+hot")
    (hit,) = on("search", "tag:hot", "--format", "jsonl").objects
    assert (hit["user_tags"], hit["notes"]) == (["hot"], shown["notes"])
    (row,) = csv.DictReader(io.StringIO(on("search", "tag:hot", "--format", "csv").out))
    assert (row["user_tags"], row["notes"]) == ("hot", "ask the trader; second\nline")
    assert [note["text"] for note in shown["notes"]] == ["ask the trader", "second\nline"]
    assert "ask the trader" in on("show", article, "--format", "markdown").out
    assert "second line" in on("note", article, "--format", "table").out
    assert on("note", article, "--remove", "1").code == 0
    assert [note["number"] for note in on("note", article, "--format", "json").json["notes"]] == [1]
    gone = on("note", article, "--remove", "2")
    assert gone.code == 2
    assert "no note 2" in one_line(gone)
