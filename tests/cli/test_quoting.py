"""`kwic` and `cite`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import LECTURE_FILE, Outcome, Run, one_line


@pytest.fixture
def on(inside: Run, copy: Path) -> Run:
    """Run a command on a copy of the shared corpus, in this process."""

    def run_on(*args: str | Path, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Outcome:
        return inside("-C", copy, *args, stdin=stdin, env=env)

    return run_on  # type: ignore[return-value]


def test_kwic_in_every_format(on: Run, library: Library) -> None:
    table = on("kwic", "lecture", "--format", "table", env={"COLUMNS": "100"})
    assert table.code == 0
    assert len({line.lower().index("lecture") for line in table.lines if line.count("ecture") == 1}) == 1
    assert all(len(line) <= 100 for line in table.lines)
    for line in on("kwic", "lecture", "--format", "jsonl", "-n", "0").objects:
        text = on("show", line["id"], "--format", "json").json["text"]
        assert text[line["start"] : line["end"]] == line["match"]
        assert text[: line["start"]].endswith(line["left"])
        assert len(line["left"]) <= 40
    assert on("kwic", "lecture", "--format", "csv").lines[0] == "id,start,end,left,match,right,title,date,source"
    narrowed = on("kwic", "lecture", "--source", "river post", "--width", "5", "--format", "json").json
    assert [(line["left"], line["right"]) for line in narrowed["lines"]] == [("of a ", " on h")]
    assert narrowed["complete"] is True


def test_kwic_tells_what_it_left_out_and_when_there_is_nothing(on: Run) -> None:
    some = on("kwic", "lecture", "-n", "1")
    assert (some.code, len(some.lines)) == (0, 1)
    assert "-n 0" in one_line(some)
    none = on("kwic", "platypus")
    assert (none.code, none.out) == (1, "")
    assert "platypus" in one_line(none)
    assert on("kwic", "--exact", "lectures").code == 1


@pytest.mark.parametrize("style", ["chicago", "apa", "bibtex", "ris", "csl-json"])
def test_cite(on: Run, library: Library, style: str) -> None:
    known, bare = library.ids["rice-1"], library.ids[LECTURE_FILE]
    cited = on("cite", known, "-", "--style", style, stdin=bare)
    assert cited.code == 0
    assert "Rice prices rise in Sinuiju" in cited.out
    assert one_line(cited) == f"warning: {bare[:12]}: no title, no author, no date, no source, no url"
    assert on("cite", known, known[:8], "--style", style).out == on("cite", known, "--style", style).out
    if style == "csl-json":
        assert json.loads(cited.out)[0]["issued"] == {"date-parts": [[2020, 1, 5]]}
    if style == "chicago":
        assert cited.lines[0] == (
            "Ryu Madeup and Noh Invented, “Rice prices rise in Sinuiju,” River Post, January 5, 2020, "
            "https://river-post.example/rice."
        )
