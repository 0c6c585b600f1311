"""`dupes`, and how `search` shows one of a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Run, write_records

WORDS = [
    f"{first}{last}"
    for first in "harvest lantern ferry granite willow".split()
    for last in "man yard wood field way".split()
]
STORY = " ".join(f"{WORDS[n % 25]} {WORDS[(n * n) % 23]} {WORDS[(7 * n) % 19]}" for n in range(40))
RECORDS = [
    {
        "id": "late",
        "title": "Ferry again",
        "date": "2021-02-03",
        "source": "River Post",
        "text": f"{STORY} in the rain",
    },
    {"id": "first", "title": "Ferry\tstopped", "date": "2020-05-06", "source": "River Post", "text": STORY},
    {"id": "copy", "title": "Ferry stopped", "text": f"{STORY}\n"},
    {"id": "other", "title": "Rice", "text": "Rice rose in Hyesan, and a ferryman was glad."},
]


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many."""
    return inside


@pytest.fixture
def corpus(run: Run, tmp_path: Path) -> Path:
    write_records(tmp_path / "news.jsonl", RECORDS)
    outcome = run("-C", "c.db", "ingest", "news.jsonl", "--format", "json")
    assert (outcome.json["new"], outcome.json["exact_duplicates"], outcome.json["near_duplicates"]) == (4, 1, 1)
    return tmp_path / "c.db"


@pytest.mark.everywhere
def test_each_article_is_compared_with_the_earliest(run: Run, corpus: Path) -> None:
    found = run("-C", corpus, "dupes", "--format", "json").json
    assert (found["schema"], found["total"]) == (1, 1)
    cluster = found["clusters"][0]
    assert cluster["size"] == 3
    assert [member["likeness"] for member in cluster["articles"]] == ["first", "near", "exact"]
    by_likeness = {member["likeness"]: member for member in cluster["articles"]}
    assert {name: member["date"] for name, member in by_likeness.items()} == {
        "first": "2020-05-06",
        "near": "2021-02-03",
        "exact": None,
    }
    assert by_likeness["exact"]["jaccard"] == 1
    assert 0.9 < by_likeness["near"]["jaccard"] < 1
    assert run("-C", corpus, "dupes", "--format", "jsonl").objects == [cluster]


def test_plain_is_a_line_an_article(run: Run, corpus: Path) -> None:
    outcome = run("-C", corpus, "dupes")
    cells = [line.split("\t") for line in outcome.lines]
    assert {len(row) for row in cells} == {7}
    assert len({row[0] for row in cells}) == 1
    assert cells[0][1:3] == ["first", "1.000"]
    assert cells[0][4:] == ["2020-05-06", "River Post", "Ferry stopped"]
    assert outcome.err == ""


def test_the_table_fits_any_terminal(run: Run, corpus: Path) -> None:
    for columns in (40, 80, 120):
        shown = run("-C", corpus, "dupes", "--format", "table", env={"COLUMNS": str(columns)})
        assert shown.code == 0
        assert max(map(len, shown.lines)) <= columns
        assert "near" in shown.out and "exact" in shown.out


def test_a_corpus_without_duplicates_says_so(run: Run, tmp_path: Path) -> None:
    write_records(tmp_path / "one.jsonl", RECORDS[3:])
    run("-C", "one.db", "ingest", "one.jsonl")
    outcome = run("-C", "one.db", "dupes")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "nkcorpus: no duplicates\n")


def test_a_limit_is_said(run: Run, tmp_path: Path) -> None:
    pairs = [{"id": f"{n}{part}", "text": f"Story {n} of rice."} for n in range(3) for part in "ab"]
    write_records(tmp_path / "pairs.jsonl", pairs)
    run("-C", "p.db", "ingest", "pairs.jsonl")
    outcome = run("-C", "p.db", "dupes", "-n", "2")
    assert len(outcome.lines) == 4
    assert outcome.err == "nkcorpus: 2 of 3 clusters; -n 0 shows all\n"
    assert len(run("-C", "p.db", "dupes", "-n", "0").lines) == 6


def test_search_shows_one_of_a_cluster_unless_asked_for_all(run: Run, corpus: Path) -> None:
    found = run("-C", corpus, "search", "ferryman", "--format", "json").json
    assert (found["total"], len(found["hits"])) == (2, 2)
    assert sorted(len(hit["near_duplicates"]) for hit in found["hits"]) == [0, 2]
    assert "+2 similar" in run("-C", corpus, "search", "lanternman", "--format", "table").out
    every = run("-C", corpus, "search", "ferryman", "--no-collapse", "--format", "json").json
    assert (every["total"], len(every["hits"])) == (4, 4)
    assert run("-C", corpus, "search", "ferryman", "--count", env={"NKCORPUS_SEARCH_NO_COLLAPSE": "1"}).out == "4\n"
    assert len(run("-C", corpus, "search", "ferryman", "--format", "trec").lines) == 4


@pytest.mark.everywhere
def test_search_follows_when_an_article_leaves_its_cluster(run: Run, corpus: Path) -> None:
    assert run("-C", corpus, "search", "ferryman", "--count").out == "2\n"
    records = [RECORDS[0] | {"text": "The ferryman went home."}, *RECORDS[1:]]
    write_records(corpus.parent / "news.jsonl", records)
    assert run("-C", corpus, "ingest", "news.jsonl", "--format", "json").json["updated"] == 1
    assert run("-C", corpus, "search", "ferryman", "--count").out == "3\n"
