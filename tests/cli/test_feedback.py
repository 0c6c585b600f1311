"""`search --feedback`."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests.cli.support import Run, one_line, run_program

SAMPLE = Path(__file__).parent.parent.parent / "data" / "sample"


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `search ARGS` on the sample."""
    home = tmp_path_factory.mktemp("feedback")
    assert run_program(home, "-C", home / "sample.db", "ingest", SAMPLE).code == 0
    return functools.partial(run_program, home, "-C", home / "sample.db", "search")


def test_the_weightiest_words_are_told(search: Run) -> None:
    plain = search("squid", "-n", "0", "--format", "jsonl")
    found = search("squid", "-n", "0", "--format", "jsonl", "--feedback")
    told = one_line(found).removeprefix("feedback: ").removesuffix(" ...").split(", ")
    assert len(told) == 8
    assert "squid" not in told
    assert plain.err == ""
    texts = [{hit["id"]: (hit["snippet"], hit["matches"]) for hit in outcome.objects} for outcome in (plain, found)]
    assert texts[0] == texts[1]
    assert [hit["rank"] for hit in found.objects] == list(range(1, len(texts[0]) + 1))
    assert [hit["score"] for hit in found.objects] != [hit["score"] for hit in plain.objects]


def test_it_is_said_after_the_other_names(search: Run) -> None:
    lines = search("MSS", "lecture", "--feedback").err.splitlines()
    assert [line.split()[1] for line in lines] == ["also:", "feedback:"]
    assert search("MSS", "--feedback", "--exact").err.startswith("nkcorpus: feedback: ")


def test_counts_do_not_need_it(search: Run) -> None:
    for options in (["--count"], ["--facet", "year"]):
        assert search("squid", "--feedback", *options) == search("squid", *options)


def test_by_date_it_has_no_effect_and_says_so(search: Run) -> None:
    found = search("squid", "--sort", "newest", env={"NKCORPUS_SEARCH_FEEDBACK": "1"})
    assert one_line(found) == "--feedback has no effect with --sort newest"
    assert found.out == search("squid", "--sort", "newest").out


def test_nothing_found_stays_nothing(search: Run) -> None:
    found = search("nothingatall", "--feedback")
    assert (found.code, found.out) == (1, "")
    assert "no hits" in found.err


def test_many_queries(search: Run) -> None:
    asked = "squid\nlectures traders\nnothingatall\n"
    plain = search("--queries", "-", "--format", "trec", stdin=asked)
    found = search("--queries", "-", "--format", "trec", "--feedback", stdin=asked)
    assert found.code == 0
    assert found.out != plain.out
    alone = search("squid", "--format", "trec", "--feedback")
    assert found.lines[: len(alone.lines)] == alone.lines


def test_a_saved_search_keeps_it(run: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "own.db"
    assert run("-C", corpus, "ingest", SAMPLE).code == 0
    assert run("-C", corpus, "search", "squid", "--feedback", "--count", "--save", "boats").code == 0
    assert run("-C", corpus, "searches", "--format", "jsonl").objects[0]["options"]["feedback"] is True
    (tmp_path / "late.txt").write_text("The squid boats came back to Wonsan with the last squid of the year.\n")
    assert run("-C", corpus, "ingest", tmp_path / "late.txt").code == 0
    assert len(run("-C", corpus, "new", "boats", "--format", "ids").lines) == 1
