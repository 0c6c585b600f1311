"""`search`: every format, every option."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus import Corpus, UsageError
from tests.cli.conftest import Library
from tests.cli.support import HIT_KEYS, RECORDS, Run

RECORD = {record["_id"]: record for record in RECORDS}


@pytest.fixture
def search(inside: Run, library: Library) -> Run:
    """Run `search ARGS` on the shared corpus, in this process."""

    def run_search(*args: object, **keywords: object) -> object:
        return inside("-C", library.corpus, "search", *args, **keywords)  # type: ignore[arg-type]

    return run_search  # type: ignore[return-value]


def _found(search: Run, library: Library, *args: str) -> list[str]:
    """Return the names (external id or file name) of the hits."""
    names = {article: name for name, article in library.ids.items()}
    return [names[line] for line in search(*args, "--format", "ids").lines]


@pytest.mark.everywhere
def test_jsonl_has_exactly_the_promised_keys(search: Run, library: Library) -> None:
    hits = search("rice", "price", "--format", "jsonl", "-n", "0").objects
    assert hits
    for rank, hit in enumerate(hits, 1):
        assert list(hit) == HIT_KEYS
        assert hit["rank"] == rank
        assert isinstance(hit["score"], float)
        for start, end in hit["matches"]:
            assert 0 <= start < end <= len(hit["snippet"])
            assert re.match(r"(?i)(rice|price)", hit["snippet"][start:end])
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


@pytest.mark.everywhere
def test_jsonl_values_are_those_of_the_record(search: Run, library: Library) -> None:
    hit = search("title:rice", "+author:madeup", "--format", "jsonl").objects[0]
    record = RECORD["rice-1"]
    assert hit["id"] == library.ids["rice-1"]
    assert re.fullmatch(r"[0-9a-f]{32}", hit["id"])
    for key, name in [
        ("external_id", "_id"),
        *((name, name) for name in ("title", "authors", "source", "lang", "url")),
    ]:
        assert hit[key] == record[name]
    assert (hit["date"], hit["date_precision"], hit["date_source"]) == ("2020-01-05T09:00:00+09:00", "second", "meta")
    assert hit["near_duplicates"] == [library.ids["rice-2"]]
    assert hit["origin"].endswith("news.jsonl")
    assert hit["words"] == 15
    assert hit["translator"] is None


def test_unknown_is_null(search: Run, library: Library) -> None:
    hit = search("musan", "--format", "jsonl").objects[0]
    assert hit["id"] == library.ids["lecture.txt"]
    unknown = ("external_id", "title", "date", "date_precision", "date_source", "source", "url")
    assert [hit[key] for key in unknown] == [None] * len(unknown)
    assert (hit["authors"], hit["translator"], hit["near_duplicates"]) == ([], "Una Fictional", [])


@pytest.mark.everywhere
def test_json(search: Run) -> None:
    result = search("lecture", "-n", "1", "--format", "json").json
    assert list(result) == ["schema", "query", "expanded", "total", "hits", "facets", "suggestions"]
    assert (result["schema"], result["query"], result["total"], len(result["hits"])) == (1, "lecture", 3, 1)
    assert list(result["hits"][0]) == HIT_KEYS


@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_delimited(search: Run, format: str) -> None:
    out = search("rice squid lecture", "-n", "0", "--format", format).out
    rows = list(csv.DictReader(io.StringIO(out), dialect="excel" if format == "csv" else "excel-tab"))
    assert rows
    for row in rows:
        assert list(row) == HIT_KEYS
        assert None not in row.values()
    by_id = {row["external_id"]: row for row in rows}
    assert by_id["formula-1"]["title"].startswith("'=SUM(A1)")
    assert by_id["formula-1"]["date"] == ""
    shown = by_id.get("rice-1") or by_id["rice-2"]
    assert shown["authors"] in ("Ryu Madeup; Noh Invented", "")
    assert "\x1b" not in out


def test_plain_is_five_columns(search: Run, library: Library) -> None:
    lines = search("rice squid lecture", "-n", "0").out.splitlines()
    rows = {row[0]: row for row in (line.split("\t") for line in lines)}
    assert {len(row) for row in rows.values()} == {5}
    formula, lecture = rows[library.ids["formula-1"]], rows[library.ids["lecture.txt"]]
    assert formula[4] == "=SUM(A1) and a tab"
    assert lecture[2:] == ["", "", ""]
    assert float(lecture[1]) > 0
    assert rows[library.ids["lecture-1"]][2:4] == ["2019-06-13", "Border Gazette"]


def test_ids(search: Run, library: Library) -> None:
    lines = search("lecture", "--format", "ids")
    assert all(re.fullmatch(r"[0-9a-f]{32}", line) for line in lines.lines)
    null = search("lecture", "--format", "ids", "-0")
    assert null.out == "".join(f"{line}\0" for line in lines.lines)


def test_trec_is_six_columns_and_never_collapsed(search: Run) -> None:
    rows = [line.split(" ") for line in search("rice", "--format", "trec").lines]
    assert [row[:2] + row[5:] for row in rows] == [["1", "Q0", "nkcorpus"]] * 2
    assert {row[2] for row in rows} == {"rice-1", "rice-2"}
    assert [row[3] for row in rows] == ["1", "2"]
    assert float(rows[0][4]) >= float(rows[1][4])
    assert search("rice", "--count").out == "1\n"


@pytest.mark.parametrize("format", ["table", "plain", "text", "markdown"])
def test_text_from_outside_cannot_act(search: Run, format: str) -> None:
    outcome = search("hoeryong", "--format", format)
    assert outcome.code == 0
    assert "\x1b" not in outcome.out
    assert r"\x1b" in outcome.out.replace("\\\\", "\\")
    if format in ("table", "plain"):
        assert "[bold]market[/bold]" in " ".join(outcome.out.split())


@pytest.mark.everywhere
def test_limit_offset_and_count(search: Run, library: Library) -> None:
    every = _found(search, library, "lecture rice squid", "--limit", "0")
    assert len(every) == 4
    assert search("lecture rice squid", "--count").out == "4\n"
    assert search("lecture rice squid", "--count", "--limit", "1", "--offset", "3").out == "4\n"
    pages = [_found(search, library, "lecture rice squid", "-n", "1", "--offset", str(n)) for n in range(4)]
    assert [name for page in pages for name in page] == every
    beyond = search("lecture", "--offset", "99", "--format", "json")
    assert (beyond.code, beyond.json["total"], beyond.json["hits"]) == (0, 3, [])
    ranks = [hit["rank"] for hit in search("lecture", "--offset", "1", "--format", "jsonl").objects]
    assert ranks == [2, 3]
    none = search("zeppelin", "--count")
    assert (none.code, none.out, none.err) == (1, "0\n", "")


@pytest.mark.everywhere
def test_match_modes(search: Run, library: Library) -> None:
    query = "lecture hoeryong"
    assert _found(search, library, query, "--all") == ["lecture-1"]
    assert _found(search, library, query, "--match", "all") == ["lecture-1"]
    assert len(_found(search, library, query, "--any")) == 3
    assert _found(search, library, query)[0] == "lecture-1"


@pytest.mark.parametrize(
    ("option", "environment", "setting", "hits"),
    [
        ((), {}, "", 3),
        ((), {}, 'match = "all"', 1),
        ((), {}, "all = true", 1),
        ((), {"NKCORPUS_SEARCH_MATCH": "any"}, "all = true", 3),
        ((), {"NKCORPUS_SEARCH_ALL": "1"}, 'match = "any"', 1),
        ((), {"NKCORPUS_SEARCH_ANY": "true"}, "all = true", 3),
        (("--any",), {"NKCORPUS_SEARCH_ALL": "1"}, "all = true", 3),
        (("--all",), {"NKCORPUS_SEARCH_MATCH": "any"}, "any = true", 1),
        (("--match", "best"), {"NKCORPUS_SEARCH_ALL": "1"}, "all = true", 3),
        (("--match", "all", "--all"), {}, "", 1),
    ],
)
def test_match_by_option_over_environment_over_settings(
    search: Run,
    tmp_path: Path,
    option: tuple[str, ...],
    environment: dict[str, str],
    setting: str,
    hits: int,
) -> None:
    path = tmp_path / "nkcorpus.toml"
    path.write_text(f"[search]\n{setting}\n", "utf-8")
    outcome = search("lecture market", "--count", *option, env={"NKCORPUS_CONFIG": str(path), **environment})
    assert (outcome.err, outcome.out) == ("", f"{hits}\n")


def test_literal_takes_operators_as_words(search: Run, library: Library) -> None:
    assert search("(lecture AND -hoeryong").code == 2
    literal = search("--literal", "(lecture AND -hoeryong", "--format", "ids")
    assert literal.lines[0] == library.ids["lecture-1"]
    assert search("--literal", "colour:red").code == 1


@pytest.mark.everywhere
def test_query_language(search: Run, library: Library) -> None:
    assert _found(search, library, '"market women"') == ["lecture-1"]
    assert search('"women market"').code == 1
    assert _found(search, library, "lecture -hoeryong -rice") == ["lecture.txt"]
    assert _found(search, library, "lecture AND musan") == ["lecture.txt"]
    assert _found(search, library, "title:hoeryong") == ["lecture-1"]
    assert _found(search, library, "author:invented +hoeryong") == ["lecture-1"]
    assert _found(search, library, "쌀값") == ["korean-1"]
    assert _found(search, library, "rice NOT title:again") == ["rice-1"]
    assert _found(search, library, "translator:fictional") == ["lecture.txt"]


def test_words_of_the_query_may_be_separate_arguments(search: Run) -> None:
    assert search("MSS", "lecture").out == search("MSS lecture").out
    assert search("--", "-hoeryong", "lecture").code == 0


@pytest.mark.everywhere
def test_filters(search: Run, library: Library) -> None:
    words = "lecture sinuiju 쌀값 squid"
    assert set(_found(search, library, words, "--since", "2020")) == {"rice-1", "korean-1"}
    assert set(_found(search, library, words, "--since", "2020-01-06")) == {"rice-2", "korean-1"}
    assert _found(search, library, words, "--until", "2019-06-13") == ["lecture-1"]
    assert search(words, "--until", "2019-06-12").code == 1
    # 09:00 in Seoul is midnight UTC, and a bound without an offset is UTC.
    assert _found(search, library, "rice", "--since", "2020-01-05", "--until", "2020-01-05") == ["rice-1"]
    assert _found(search, library, words, "--source", "border gazette") == ["lecture-1"]
    assert _found(search, library, words, "--source", "RIVER-POST.example") == ["rice-1"]
    assert _found(search, library, words, "--author", "madeup") == ["rice-1"]
    assert _found(search, library, words, "--lang", "ko") == ["korean-1"]
    assert search(words, "--source", "Nobody's Paper").code == 1


@pytest.mark.everywhere
def test_sort(search: Run, library: Library) -> None:
    words = "lecture rice 쌀값 squid"
    dated = ["lecture-1", "rice-2", "korean-1"]
    oldest = _found(search, library, words, "--sort", "oldest")
    newest = _found(search, library, words, "--sort", "newest")
    assert next(name for name in oldest if name in dated) == "lecture-1"
    assert newest[0] == "korean-1"
    assert set(oldest[-2:]) == set(newest[-2:]) == {"formula-1", "lecture.txt"}


@pytest.mark.everywhere
def test_queries_from_a_file_and_from_stdin(search: Run, library: Library, tmp_path: Path) -> None:
    queries = 'rice\n\n{"_id": "q-7", "text": "lecture hoeryong"}\n{"text": "쌀값"}\n'
    (tmp_path / "queries").write_text(queries, "utf-8")
    outcome = search("--queries", "queries", "--format", "jsonl")
    assert outcome.code == 0
    assert [list(hit) for hit in outcome.objects] == [["query_id", *HIT_KEYS]] * len(outcome.objects)
    assert [hit["query_id"] for hit in outcome.objects] == ["1", "q-7", "q-7", "q-7", "4"]
    assert search("--queries", "-", "--format", "jsonl", stdin=queries).out == outcome.out
    assert search("--queries", "-", "--format", "jsonl", stdin=queries.encode("utf-8-sig")).out == outcome.out
    trec = [line.split() for line in search("--queries", "queries", "--format", "trec").lines]
    assert {len(row) for row in trec} == {6}
    assert [row[2] for row in trec if row[0] == "1"] != []
    assert {row[2] for row in trec if row[0] == "1"} == {"rice-1", "rice-2"}
    plain = search("--queries", "queries").lines
    assert {len(line.split("\t")) for line in plain} == {6}
    listed = search("--queries", "queries", "--format", "json").json
    assert [result["query_id"] for result in listed] == ["1", "q-7", "4"]
    table = list(csv.DictReader(io.StringIO(search("--queries", "queries", "--format", "csv").out)))
    assert [row["query_id"] for row in table] == [hit["query_id"] for hit in outcome.objects]


@pytest.mark.parametrize("line", ['{"_id": 1}', '{"text": 5}', "{broken", '{"text": "a", "_id": []}'])
def test_a_bad_line_of_queries(search: Run, line: str) -> None:
    outcome = search("--queries", "-", stdin=f"rice\n{line}\n", env={"NKCORPUS_SEARCH_FORMAT": "ids"})
    assert outcome.code == 2
    assert "line 2" in outcome.err
    assert outcome.err.count("\n") == 1


def test_literal_queries_take_anything(search: Run) -> None:
    queries = "".join(
        json.dumps({"_id": str(n), "text": text}) + "\n" for n, text in enumerate(["(rice", "a:b", '"', ""])
    )
    outcome = search("--queries", "-", "--literal", "--format", "trec", stdin=queries)
    assert outcome.code == 0
    assert outcome.err == ""


def test_an_empty_corpus(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text('{"id": 1}\n', "utf-8")
    ingested = run("-C", "c.db", "ingest", "none.jsonl", "--format", "json")
    assert (ingested.code, ingested.json["skipped"], ingested.json["new"]) == (0, 1, 0)
    outcome = run("-C", "c.db", "search", "rice")
    assert (outcome.code, outcome.out) == (1, "")
    assert "ingest" in outcome.err
    assert run("-C", "c.db", "list").code == 0
    assert run("-C", "c.db", "stats", "--format", "json").json["articles"] == 0
    assert run("-C", "c.db", "reindex").code == 0


@pytest.mark.everywhere
def test_exact_switches_stemming_off(search: Run, library: Library) -> None:
    assert len(_found(search, library, "lectured")) == 3
    assert _found(search, library, "lectured", "--exact") == []


def test_the_query_is_explained_without_a_search(run: Run) -> None:
    outcome = run("-C", "none.db", "search", "+lectures^2 -rice", '"turn spies"~3', "--explain-query")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines == [
        "words",
        "  + word lectures; weight 2; terms: lectur",
        '  phrase "turn spies", at most 3 other words among them; terms: turn spi',
        "  - word rice; terms: rice",
    ]
    found = run("-C", "none.db", "search", "a* NEAR/2 title:the", "--explain-query")
    assert (found.code, "one field" in found.err) == (2, True)


def test_a_query_that_begins_with_a_minus(search: Run) -> None:
    refused = search("-squid rice")
    assert refused.code == 2
    assert "a query that begins with - goes after --" in refused.err
    assert search("--count", "--", "-squid rice").lines == search("--count", "rice -squid").lines


def test_nothing_to_look_for_finds_nothing(search: Run) -> None:
    for query in ('""', '"', ":)", "()"):
        none = search(query)
        assert (none.code, none.out) == (1, "")
        assert "not indexed" in none.err


def test_the_explained_query_as_json(search: Run) -> None:
    explained = search("date:2019 (a* OR lecture~1)", "--explain-query", "--format", "json", "--exact").json
    assert list(explained) == ["schema", "query", "parsed", "tree", "expanded"]
    assert explained["parsed"] == "+date:2019 (a* OR lecture~1)"
    date, group = explained["tree"]["parts"]
    assert (date["kind"], date["role"]) == ("date", "must")
    assert list(group) == ["kind", "text", "field", "weight", "distance", "role", "terms", "parts", "reason"]
    assert [part["kind"] for part in group["parts"]] == ["wildcard", "fuzzy"]


@pytest.mark.parametrize("arguments", [["--format", "csv", "rice"], ["--queries", "-"]])
def test_what_explain_query_cannot_do(search: Run, arguments: list[str]) -> None:
    outcome = search("--explain-query", *arguments, stdin="rice\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--explain-query" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_query_of_words_that_are_not_indexed_says_so(search: Run) -> None:
    outcome = search("the", "????")
    assert (outcome.code, outcome.out) == (1, "")
    assert "not indexed" in outcome.err


@pytest.mark.everywhere
def test_snippets_mark_what_a_pattern_matched(search: Run) -> None:
    for query in ("lectur*", "lectrue~1", "/lectures?/", "LECTURE NEAR/9 *"):
        for hit in search(query, "--format", "jsonl").objects:
            marked = {hit["snippet"][start:end].lower() for start, end in hit["matches"]}
            assert marked & {"lecture", "lectures", "lecturing"}, query


_HOSTILE = {
    "words": " ".join(f"word{n}" for n in range(10_000)),
    "short words": "a " * 9_999,
    "parentheses": "(" * 5_000 + "rice" + ")" * 5_000,
    "one word": "x" * 100_000,
    "short enough": "x" * 19_000,
    "stars": "*" * 10_000,
    "many stars": "a*" * 5_000,
    "patterns": "a* b* c* d* e* *f *g *h " * 6,
    "fuzzy": " ".join(f"w{n}~2" for n in range(50)),
    "weights": "rice" + "^2" * 5_000,
    "carets": "^" * 19_000 + "2",
    "regex": "/" + "(a|" * 60 + "b" + ")" * 60 + "/",
    "near": " NEAR/9 ".join(["rice"] * 1_000),
    "sloppy": '"' + "rice " * 1_900 + '"~5',
    "dates": "date:2019 " * 1_900,
    "range": "[a TO z]",
    "star": "*",
    "marks": "????",
    "tilde": "~9",
    "stop words": "the of and to",
    "punctuation": "... !! -- ,,, ;",
    "controls": "\x01\x02rice\x1b[31m \x7f \x9b \u202e \u2028",
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_query_is_answered_or_refused_at_once(search: Run, name: str) -> None:
    started = time.process_time()
    outcome = search("--", _HOSTILE[name])
    assert time.process_time() - started < 2
    assert outcome.code in (0, 1, 2)
    assert "Traceback" not in outcome.err and "internal error" not in outcome.err
    assert "\x1b" not in outcome.out + outcome.err
    assert all(len(line) < 500 for line in outcome.err.splitlines())


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.text(alphabet='ab보위* ?~^"/():+-.,12\x01é', min_size=1, max_size=30) | st.text(min_size=1, max_size=30))
def test_any_text_is_answered_or_refused(opened: Corpus, text: str) -> None:
    try:
        found = opened.search(text)
    except UsageError:
        return
    assert len(found) == min(found.total, 10)


@pytest.fixture(scope="module")
def opened(library: Library) -> Iterator[Corpus]:
    with Corpus.open(library.corpus, cache_dir=library.home / ".cache" / "nkcorpus") as corpus:
        yield corpus
