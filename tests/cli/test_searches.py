"""`search --save`, `searches`, `new`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, Outcome, Run, environment, one_line, write_records


@pytest.fixture
def on(inside: Run, copy: Path) -> Run:
    """Run a command on a copy of the shared corpus, in this process."""

    def run_on(*args: str | Path, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Outcome:
        return inside("-C", copy, *args, stdin=stdin, env=env)

    return run_on  # type: ignore[return-value]


@pytest.mark.everywhere
def test_a_saved_search_in_the_life_of_a_corpus(on: Run, tmp_path: Path) -> None:
    saved = on("search", "rice", "--save", "rice", "--format", "ids", "-n", "1", "--sort", "newest")
    assert (saved.code, len(saved.lines)) == (0, 1)
    again = on("search", "corn", "--save", "rice")
    assert (again.code, again.out) == (2, "")
    assert "--force" in one_line(again)
    nothing = on("new", "rice")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "")
    more = [{"_id": str(n), "title": f"Rice {n}", "text": f"Rice number {n}.", "date": f"202{n}"} for n in range(1, 4)]
    assert on("ingest", write_records(tmp_path / "more.jsonl", more)).code == 0
    peeked = on("new", "rice", "--peek", "--format", "jsonl")
    assert (peeked.code, [hit["title"] for hit in peeked.objects]) == (0, ["Rice 3", "Rice 2", "Rice 1"])
    assert len(on("new", "rice").lines) == 3
    assert on("new", "rice").code == 1
    [listed] = on("searches", "--format", "json").json["searches"]
    assert (listed["name"], listed["query"], listed["options"]["sort"]) == ("rice", "rice", "newest")
    assert on("searches").lines[0].split("\t")[3] == "rice"
    assert "sort=newest" in on("searches", "--format", "table").out
    assert "saved" in one_line(saved)
    on("search", "rice", "--save", "own", "--no-collapse", "--exact", "--since", "last year")
    assert on("searches").lines[0].split("\t")[4] == "no-collapse; exact; since=last year"
    assert on("searches", "--remove", "own").code == 0
    assert on("search", "korn", "--save", "rice", "--force").code == 1
    assert [search["query"] for search in on("searches", "--format", "jsonl").objects] == ["korn"]
    assert on("searches", "--remove", "rice").code == 0
    assert one_line(on("searches")).startswith("no saved searches")


@pytest.mark.file_only
def test_saved_searches_are_handed_on_with_the_file(on: Run, inside: Run, copy: Path, tmp_path: Path) -> None:
    assert on("search", "rice", "--save", "rice").code == 0
    handed_on = tmp_path / "handed-on.db"
    handed_on.write_bytes(copy.read_bytes())
    assert len(inside("-C", handed_on, "searches").lines) == 1


@pytest.mark.file_only
def test_what_the_reader_did_not_take_is_new_again(run: Run, copy: Path, tmp_path: Path) -> None:
    run("-C", copy, "search", "rice", "--save", "rice")
    records = [{"_id": str(n), "title": f"Rice {n}", "text": f"Rice number {n}."} for n in range(3)]
    run("-C", copy, "ingest", write_records(tmp_path / "more.jsonl", records))
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            command = [*PROGRAM, "-C", str(copy), "new", "rice"]
            assert (
                subprocess.run(command, env=environment(tmp_path), stdout=full, stderr=subprocess.PIPE).returncode == 3
            )
    assert len(run("-C", copy, "new", "rice").lines) == 3


@pytest.mark.file_only
def test_a_look_needs_a_corpus_that_can_be_written_a_peek_does_not(on: Run, copy: Path, tmp_path: Path) -> None:
    on("search", "rice", "--save", "rice")
    records = [{"_id": "x", "title": "Rice", "text": "Rice in Wonsan."}]
    on("ingest", write_records(tmp_path / "more.jsonl", records))
    copy.chmod(0o444)
    assert on("new", "rice", "--peek").code == 0
