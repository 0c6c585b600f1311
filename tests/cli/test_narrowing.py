"""Facets, places, similar articles, suggestions and several snippets on the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import HIT_KEYS, Run, one_line, write_records

WORDS = "lecture rice 쌀값 squid"


@pytest.fixture
def search(inside: Run, library: Library) -> Run:
    """Run `search ARGS` on the shared corpus, in this process."""

    def run_search(*args: object, **keywords: object) -> object:
        return inside("-C", library.corpus, "search", *args, **keywords)  # type: ignore[arg-type]

    return run_search  # type: ignore[return-value]


def test_facets_as_plain_lines(search: Run) -> None:
    outcome = search(WORDS, "--facet", "source", "--facet", "year", "-n", "1")
    assert outcome.code == 0
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert {tuple(row) for row in rows if row[0] == "source" and row[1]} >= {
        ("source", "Border Gazette", "1"),
        ("source", "강변일보", "1"),
    }
    assert [row[1] for row in rows if row[0] == "year"] == ["", "2019", "2020", "2021"]
    assert sum(int(row[2]) for row in rows if row[0] == "source") == int(search(WORDS, "--count").out)


def test_facets_in_every_format(search: Run) -> None:
    args = (WORDS, "--facet", "lang", "--facet", "author", "--format")
    lines = search(*args, "jsonl").objects
    assert all(list(line) == ["facet", "value", "count"] for line in lines)
    assert {"facet": "lang", "value": "ko", "count": 1} in lines
    assert any(line["value"] is None for line in lines)
    for format in ("csv", "tsv"):
        rows = list(csv.DictReader(io.StringIO(search(*args, format).out), delimiter="," if format == "csv" else "\t"))
        assert {"facet": "author", "value": "Noh Invented", "count": "1"} in rows
    result = search(*args, "json", "-n", "1").json
    assert len(result["hits"]) == 1
    assert list(result["facets"]) == ["lang", "author"]
    assert {"value": "Noh Invented", "count": 1} in result["facets"]["author"]
    assert search(*args, "jsonl", "--facet", "lang").objects == lines
    table = search(*args, "table").out
    assert "(unknown)" in table
    assert "Noh Invented" in table
    for format in ("ids", "trec", "text", "markdown"):
        assert "formats are" in one_line(search(*args, format))
    assert search(WORDS, "--facet", "lang", "--count").code == 2
    assert search("--queries", "-", "--facet", "lang", stdin="rice\n").code == 2
    none = search("zeppelin", "--facet", "lang")
    assert (none.code, none.out) == (1, "")


def test_many_values_are_cut_in_a_table_only(run: Run, tmp_path: Path) -> None:
    records = [
        {"title": f"Rice {n}", "text": f"Rice cost {n} won.", "author": f"Writer of the markets' desk {n}"}
        for n in range(40)
    ]
    source = write_records(tmp_path / "many.jsonl", records)
    assert run("-C", "c.db", "ingest", source).code == 0
    assert len(run("-C", "c.db", "search", "rice", "--facet", "author").lines) == 40
    table = run("-C", "c.db", "search", "rice", "--facet", "author", "--format", "table").out
    assert "15 more" in table
    assert "Writer of the markets' desk 0" in table, "a value is shown whole where there is room"


def test_places(search: Run, inside: Run, library: Library) -> None:
    def found(*args: str) -> set[str]:
        names = {article: name for name, article in library.ids.items()}
        return {names[line] for line in search(*args, "--format", "ids").lines}

    assert found(WORDS, "--place", "North Hamgyong") == {"lecture-1", "lecture.txt"}
    assert found(WORDS, "--place", "Hoiryeong") == {"lecture-1"}
    assert found("place:혜산") == {"korean-1"}
    assert found('place:"North Hamkyung"') == {"lecture-1", "lecture.txt"}
    listed = inside("-C", library.corpus, "list", "--place", "ryanggang", "--format", "ids").lines
    assert listed == [library.ids["korean-1"]]
    unknown = search("rice", "--place", "Zeppelinburg")
    assert unknown.code == 1
    assert "'Zeppelinburg' is no place of the lexicon" in unknown.err
    assert len(search("rice", "--place", "Zeppelinburg" * 1000).err) < 400
    assert found(WORDS, "--place", "Hoeryong, North Hamgyong") == {"lecture-1"}
    assert "place\tSinuiju\t1" in search("rice", "--facet", "place").lines


def test_similar(inside: Run, library: Library) -> None:
    found = inside("-C", library.corpus, "similar", library.ids["lecture-1"][:8], "--format", "jsonl")
    assert found.code == 0
    assert found.objects[0]["id"] == library.ids["lecture.txt"]
    assert library.ids["lecture-1"] not in [hit["id"] for hit in found.objects]
    assert all(list(hit) == HIT_KEYS for hit in found.objects)
    of_rice = inside("-C", library.corpus, "similar", library.ids["rice-1"], "--format", "ids")
    assert not {library.ids["rice-1"], library.ids["rice-2"]} & set(of_rice.lines)
    limited = inside("-C", library.corpus, "similar", library.ids["lecture-1"], "-n", "1", "--format", "ids")
    assert len(limited.lines) == 1
    count = inside("-C", library.corpus, "similar", library.ids["lecture-1"], "--count")
    assert int(count.out) == len(found.objects)
    narrowed = inside("-C", library.corpus, "similar", library.ids["lecture-1"], "--source", "Nobody")
    assert (narrowed.code, narrowed.out) == (1, "")
    assert "no articles like" in one_line(narrowed)
    assert inside("-C", library.corpus, "similar", "ffffffffffff").code == 2


def test_no_hits_behind_the_last_one_are_told(search: Run, inside: Run, library: Library) -> None:
    beyond = search("lecture", "--offset", "50")
    assert (beyond.code, beyond.out) == (0, "")
    assert "no hits after --offset 50" in one_line(beyond)
    assert "no hits after" not in search("lecture", "--count", "--offset", "50").err
    alike = inside("-C", library.corpus, "similar", library.ids["lecture-1"], "--offset", "50")
    assert "no hits after --offset 50" in one_line(alike)


def test_did_you_mean(search: Run) -> None:
    outcome = search("lectrue huors")
    assert (outcome.code, outcome.out) == (1, "")
    assert "did you mean: lecture hours" in outcome.err
    result = search("lectrue", "--format", "json").json
    assert (result["total"], result["hits"], result["suggestions"][0]) == (0, [], "lecture")
    assert search("lecture", "--format", "json").json["suggestions"] == []
    assert search(result["suggestions"][0]).code == 0
    assert "did you mean" not in search("lectrue", "--source", "Nobody").err
    assert "did you mean" not in search("zeppelin").err


def test_snippets(search: Run) -> None:
    (hit,) = search("+hoeryong lecture hours", "--format", "jsonl", "--snippets", "3").objects
    assert 1 <= len(hit["snippets"]) <= 3
    assert {"text": hit["snippet"], "matches": hit["matches"]} in hit["snippets"]
    for passage in hit["snippets"]:
        for start, end in passage["matches"]:
            assert passage["text"][start:end].lower() in ("hoeryong", "lecture", "hours")
    (bare,) = search("+hoeryong lecture", "--format", "jsonl", "--snippets", "0").objects
    assert (bare["snippet"], bare["matches"], bare["snippets"]) == ("", [], [])
    assert search("lecture", "--snippets", "21").code == 2
    (row,) = csv.DictReader(io.StringIO(search("+hoeryong lecture", "--format", "csv").out))
    assert row["snippets"] == row["snippet"]


def test_several_snippets_are_shown_one_below_the_other(run: Run, tmp_path: Path) -> None:
    filler = "Traders in the border town said that prices had not moved for a week. " * 6
    text = f"Squid was sold out. {filler}The next squid came in May. {filler}No squid since."
    source = write_records(tmp_path / "squid.jsonl", [{"title": "Squid", "text": text}])
    assert run("-C", "c.db", "ingest", source).code == 0
    for format in ("text", "markdown", "table"):
        shown = " ".join(run("-C", "c.db", "search", "squid", "--snippets", "3", "--format", format).out.split())
        assert shown.index("sold out") < shown.index("came in May") < shown.index("No squid since"), format
        once = run("-C", "c.db", "search", "squid", "--format", format).out
        assert "No squid since" not in once or "sold out" not in once


def test_an_empty_corpus_says_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("-C", "c.db", "ingest", tmp_path / "empty").code == 0
    for command, code in ((("search", "rice"), 1), (("search", "rice", "--facet", "source"), 1), (("list",), 0)):
        outcome = run("-C", "c.db", *command)
        assert (outcome.code, outcome.out) == (code, "")
        assert one_line(outcome) == "no articles yet; take some in with 'nkcorpus ingest SOURCE'"
    assert run("-C", "c.db", "similar", "abcd").code == 2
    assert run("-C", "none.db", "similar", "abcd").code == 3
