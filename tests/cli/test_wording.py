"""Searching by other names, the user's own aliases, and what articles say that acronyms stand for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import Outcome, Run, one_line, run_program, write_records

ARTICLES = [
    {
        "_id": "state",
        "text": "Officers of the Ministry of State Security (MSS) lectured in North Hamgyong. The MSS left.",
    },
    {"_id": "acronym", "text": "MSS lecturers told residents to report their neighbours."},
    {"_id": "social", "text": "The Ministry of Social Security (MSS) patrols markets. The MSS fined traders."},
    {"_id": "korean", "text": "혜산에서 국가보위성이 강연을 열었다."},
    {"_id": "town", "text": "Cuttlefish was sold in Taekjong on Sunday."},
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of ARTICLES, which no test changes."""
    home = tmp_path_factory.mktemp("wording")
    inputs = write_records(home / "news.jsonl", ARTICLES)
    assert run_program(home, "-C", "news.db", "ingest", inputs).code == 0
    return home / "news.db"


def asking(run: Run, corpus: Path) -> Run:
    def ask(*args: str | Path, **keywords: object) -> Outcome:
        return run("-C", corpus, *args, **keywords)  # type: ignore[arg-type]

    return ask


@pytest.fixture
def news(inside: Run, stored: Path) -> Run:
    """Run a command that only reads on a corpus of ARTICLES."""
    return asking(inside, stored)


@pytest.fixture
def changing(inside: Run, stored: Path, tmp_path: Path) -> Run:
    """Run a command on a corpus of ARTICLES that may be changed."""
    return asking(inside, Path(shutil.copy(stored, tmp_path / "news.db")))


def found(outcome: Outcome) -> set[str]:
    return {hit["external_id"] for hit in outcome.objects}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("MSS", {"state", "acronym", "social", "korean"}),
        ('"Ministry of State Security"', {"state", "acronym", "korean"}),
        ('"Ministry of Social Security"', {"acronym", "social"}),
        ("국가보위성", {"state", "acronym", "korean"}),
        ("보위부", {"state", "acronym", "korean"}),
        ("Hamkyung", {"state"}),
        ("Taekjeong", {"town"}),
        ("taekjeong", set()),
        ("title:MSS", set()),
    ],
)
def test_what_stands_for_the_same_is_found(news: Run, query: str, expected: set[str]) -> None:
    outcome = news("search", query, "--format", "jsonl")
    assert found(outcome) == expected
    assert outcome.code == (0 if expected else 1)
    if expected:
        assert one_line(outcome).startswith("also: ")
        assert news("-q", "search", query).err == ""


def test_exact_and_operators_switch_it_off(news: Run) -> None:
    assert news("search", "--exact", "Hamkyung").code == 1
    assert found(news("search", "--exact", "MSS", "--format", "jsonl")) == {"state", "acronym", "social"}
    excluded = news("search", "lectured OR lecturers OR 강연", "--format", "jsonl")
    assert found(excluded) == {"state", "acronym", "korean"}
    assert found(news("search", "+(lectured OR lecturers OR 강연) -MSS", "--format", "jsonl")) == {"korean"}
    assert excluded.err == ""


def test_an_acronym_is_marked_where_it_is_what_was_asked_for(news: Run) -> None:
    hits = news("search", "국가보위성 patrols", "--format", "jsonl").objects
    marks = {hit["external_id"]: {hit["snippet"][start:end] for start, end in hit["matches"]} for hit in hits}
    assert marks["acronym"] == {"MSS"}
    assert marks["social"] == {"patrols"}


def test_a_concordance_shows_other_names_too(news: Run) -> None:
    outcome = news("kwic", "국가보위성", "--format", "jsonl")
    assert {line["match"] for line in outcome.objects} == {"국가보위성", "MSS", "Ministry of State Security"}
    assert one_line(outcome).startswith("also: ")
    exact = news("kwic", "--exact", "국가보위성", "--format", "jsonl")
    assert [line["match"] for line in exact.objects] == ["국가보위성"]
    assert exact.err == ""


def test_saved_searches_find_other_names_and_suggestions_are_of_what_was_typed(changing: Run, tmp_path: Path) -> None:
    assert changing("search", "--save", "police", "보위부").code == 0
    later = write_records(tmp_path / "later.jsonl", [{"_id": "later", "text": "The MSS came back."}])
    assert changing("ingest", later).code == 0
    assert found(changing("new", "police", "--format", "jsonl")) == {"later"}
    outcome = changing("search", "neihgbours", "Hamhung")
    assert outcome.code == 1
    assert "nkcorpus: did you mean: neighbours Hamhung" in outcome.err.splitlines()


def test_all_words_are_held_by_who_holds_another_name(news: Run) -> None:
    outcome = news("search", "--all", "Ministry of State Security neighbours", "--format", "jsonl")
    assert found(outcome) == {"acronym"}


def test_the_expanded_query_is_told_in_json_and_explained(news: Run) -> None:
    result = news("search", "Hamkyung", "--format", "json").json
    assert result["query"] == "Hamkyung"
    assert result["expanded"].startswith("Hamkyung OR Hamgyong OR ")
    assert news("search", "--exact", "MSS", "--format", "json").json["expanded"] == "MSS"
    lines = news("search", "--explain-query", "MSS lecture").lines
    assert lines[:2] == ["words", "  by any of the names"]
    assert '    phrase "Ministry of State Security"; long form; terms: ministri state secur' in lines
    assert "    word SSD; weight 0.6; older name; terms: ssd" in lines
    explained = news("search", "--explain-query", "Taekjeong", "--format", "json").json
    assert explained["parsed"] == "Taekjeong"
    assert explained["expanded"] == "Taekjeong OR taekjong^0.6"
    assert explained["tree"]["kind"] == "synonyms"
    assert [part["reason"] for part in explained["tree"]["parts"]] == [None, "spelling"]


def test_other_names_are_marked_in_snippets(news: Run) -> None:
    hits = news("search", "국가보위성", "--format", "jsonl").objects
    marked = {hit["external_id"]: {hit["snippet"][start:end] for start, end in hit["matches"]} for hit in hits}
    assert marked["state"] == {"Ministry of State Security", "MSS"}
    assert marked["acronym"] == {"MSS"}


def test_without_a_corpus_a_query_is_explained_by_the_lexicon(run: Run) -> None:
    assert any("Ministry of State Security" in line for line in run("search", "--explain-query", "MSS").lines)


def test_acronyms(news: Run) -> None:
    assert news("acronyms", "--format", "plain").lines == [
        "MSS\tMinistry of Social Security\t1\tsocial-security",
        "MSS\tMinistry of State Security\t1\tstate-security",
    ]
    assert news("acronyms", "mss", "--format", "json").json["acronyms"][0] == {
        "acronym": "MSS",
        "long_form": "Ministry of Social Security",
        "articles": 1,
        "entry": "social-security",
    }
    assert len(news("acronyms", "--format", "jsonl").objects) == 2
    assert "long form" in news("acronyms", "--format", "table").out
    missing = news("acronyms", "WPK")
    assert (missing.code, missing.out) == (0, "")
    assert one_line(missing) == "no article says what WPK stands for"


def test_acronyms_follow_what_is_stored(changing: Run) -> None:
    (social,) = changing("search", '+"Social Security" +patrols', "--format", "ids").lines
    assert changing("remove", "--yes", social).code == 0
    assert changing("acronyms").lines == ["MSS\tMinistry of State Security\t1\tstate-security"]


def test_aliases(changing: Run) -> None:
    assert one_line(changing("alias", "list")).startswith("no aliases")
    assert changing("search", "squid").code == 1
    assert changing("alias", "add", "squid", "cuttlefish").code == 0
    assert changing("alias", "add", "Squid", "dried  octopus").code == 0
    outcome = changing("search", "squids'", "squid", "--format", "jsonl")
    assert found(outcome) == {"town"}
    assert one_line(outcome) == "also: cuttlefish, dried octopus"
    assert changing("alias", "list").lines == ["Squid\tcuttlefish\tdried octopus"]
    assert changing("alias", "list", "--format", "json").json == {
        "schema": 1,
        "aliases": [{"texts": ["Squid", "cuttlefish", "dried octopus"]}],
    }
    assert changing("alias", "list", "--format", "jsonl").objects == [
        {"texts": ["Squid", "cuttlefish", "dried octopus"]}
    ]
    assert "cuttlefish" in changing("alias", "list", "--format", "table").out
    assert changing("alias", "remove", "SQUID").code == 0
    assert changing("search", "squid").code == 1
    assert found(changing("search", "dried octopus", "--format", "jsonl")) == {"town"}
    assert changing("alias", "remove", "cuttlefish").code == 0
    assert changing("alias", "list").out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add",), "two texts"),
        (("add", "one"), "two texts"),
        (("add", "one", "ONE"), "two texts"),
        (("add", "one", "..."), "no alias"),
        (("add", "one", "x" * 101), "no alias"),
        (("add", "one", "a b c d e f g h i j"), "no alias"),
        (("add", "one", 'say "two"'), "quotation marks"),
        (("remove",), "TEXT"),
        (("remove", "nothing"), "is no alias"),
        (("list", "x"), "no TEXT"),
        (("change", "x"), "'change'"),
    ],
)
def test_aliases_that_make_no_sense(
    inside: Run, library: Library, copy: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = inside("-C", copy, "alias", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in one_line(outcome)
