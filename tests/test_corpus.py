"""A corpus through the public API: ingest, search, get, remove, and what stays the same."""

from __future__ import annotations

import io
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import nkcorpus
from nkcorpus import (
    ArticleNotFound,
    Corpus,
    CorpusMissing,
    IngestReport,
    QueryError,
    SourceNotFound,
    UsageError,
)
from nkcorpus.errors import AmbiguousId

TAIL = "\n\n*Translated by Pyo Na Ri\n\nRead in Korean\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.db") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    return path


def page(text: str, url: str = "https://news.example/rice") -> str:
    return (
        f'<html><head><title>Rice</title><link rel="canonical" href="{url}"></head>'
        f"<body><article><h1>Rice</h1><p>{text}</p></article></body></html>"
    )


def counts(report: IngestReport) -> dict[str, int]:
    """The counts that are not zero."""
    fields = ("new", "updated", "unchanged", "exact_duplicates", "near_duplicates", "skipped", "failed")
    return {name: getattr(report, name) for name in fields if getattr(report, name)}


def records(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def test_the_example_of_the_package_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Officers of the MSS gave a lecture.")
    monkeypatch.chdir(tmp_path)
    assert nkcorpus.__doc__
    exec(nkcorpus.__doc__.partition("\n\n")[2], {})
    assert "gave a lecture" in capsys.readouterr().out


def test_every_public_name_is_there() -> None:
    assert all(getattr(nkcorpus, name) is not None for name in nkcorpus.__all__)
    with pytest.raises(AttributeError):
        nkcorpus.nothing  # noqa: B018


def test_ingest_is_idempotent(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text(f"Rice rose in Hyesan.{TAIL}")
    (folder / "b.html").write_text(page("Rice rose again, said a trader in the border town. " * 5))
    (folder / "c.jsonl").write_text(records({"id": 1, "text": "Corn fell."}, {"id": 2, "title": "Only a title"}))
    assert counts(corpus.ingest([folder])) == {"new": 4}
    before = corpus.export_hash(), corpus.stats()
    assert counts(corpus.ingest([folder])) == {"unchanged": 4}
    assert (corpus.export_hash(), corpus.stats()) == before
    assert counts(corpus.ingest([folder, folder / "a.txt"])) == {"unchanged": 4}
    (folder / "copy of a.txt").write_text(f"Rice rose in Hyesan.{TAIL}")
    assert counts(corpus.ingest([folder])) == {"unchanged": 5}


def test_facts_in_removed_lines_become_fields(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text(f"Rice rose in Hyesan.{TAIL}")
    assert corpus.ingest([folder]).removed_spans == 2
    article = corpus.newest().hits[0].article
    assert article.text.strip() == "Rice rose in Hyesan."
    assert article.document.raw_text == f"Rice rose in Hyesan.{TAIL}"
    assert (article.document.translator, article.document.korean_version) == ("Pyo Na Ri", True)
    assert (article.document.title, article.document.date, article.document.url) == (None, None, None)
    assert article.lead == "Rice rose in Hyesan."


def test_changed_text_under_a_known_address_is_a_new_version(corpus: Corpus, folder: Path) -> None:
    one, other = "Rice rose in Hyesan, a trader said. " * 5, "Rice fell in Hyesan, a trader said. " * 5
    file = folder / "a.html"
    file.write_text(page(one))
    assert counts(corpus.ingest([folder])) == {"new": 1}
    file.write_text(page(other, "https://news.example/rice?utm_source=feed"))
    assert counts(corpus.ingest([folder])) == {"updated": 1}
    article = corpus.newest().hits[0].article
    assert [version.number for version in article.versions] == [1, 2]
    assert article.text.startswith("Rice fell")
    assert corpus.search("rose").total == 0
    assert corpus.search("fell").total == 1
    before = corpus.export_hash()
    for text in (one, other):
        file.write_text(page(text))
        assert counts(corpus.ingest([folder])) == {"unchanged": 1}, "a file has no time: an older text is not news"
    assert corpus.export_hash() == before


def test_another_menu_around_the_same_article_is_no_new_version(corpus: Corpus, folder: Path) -> None:
    text = "Rice rose in Hyesan, a trader said. " * 5
    (folder / "a.html").write_text(page(text))
    corpus.ingest([folder])
    (folder / "a.html").write_text(page(text).replace("<body>", "<body><nav><a href='/x'>Menu</a></nav>"))
    assert counts(corpus.ingest([folder])) == {"unchanged": 1}


def test_a_record_is_known_by_its_file_and_its_id(corpus: Corpus, folder: Path) -> None:
    (folder / "a.jsonl").write_text(records({"id": 1, "text": "Rice rose."}, {"id": 2, "text": "Corn fell."}))
    assert counts(corpus.ingest([folder])) == {"new": 2}
    (folder / "a.jsonl").write_text(records({"id": 2, "text": "Corn fell."}, {"id": 1, "text": "Rice fell."}))
    assert counts(corpus.ingest([folder])) == {"updated": 1, "unchanged": 1}
    (folder / "b.jsonl").write_text(records({"id": 1, "text": "Wheat."}))
    assert counts(corpus.ingest([folder / "b.jsonl"])) == {"new": 1}
    assert {hit.article.document.external_id for hit in corpus.newest()} == {"1", "2"}


def test_equal_texts_are_linked_and_shown_once(corpus: Corpus, folder: Path) -> None:
    text = "Rice rose in Hyesan."
    (folder / "a.jsonl").write_text(
        records({"id": 1, "text": text}, {"id": 2, "text": f" {text}\n"}, {"id": 3, "text": "Rice."})
    )
    assert counts(corpus.ingest([folder])) == {"new": 3, "exact_duplicates": 1}
    links = {hit.id: hit.article.near_duplicates for hit in corpus.newest()}
    linked = {one: others for one, others in links.items() if others}
    assert len(linked) == 2
    assert all(linked[other] == (one,) for one, (other,) in linked.items())
    assert corpus.search("hyesan").total == 1
    assert corpus.search("hyesan", collapse=False).total == 2


def test_removed_articles_stay_away_until_forced(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    (folder / "b.txt").write_text("Corn fell.")
    corpus.ingest([folder])
    [hit] = corpus.search("rice")
    assert corpus.remove([hit.id[:8]]) == 1
    assert corpus.search("rice").total == 0
    with pytest.raises(ArticleNotFound):
        corpus.get(hit.id)
    assert counts(corpus.ingest([folder])) == {"unchanged": 1, "skipped": 1}
    assert counts(corpus.ingest([folder], force=True)) == {"new": 1, "unchanged": 1}
    assert [found.id for found in corpus.search("rice")] == [hit.id]


def test_removing_is_all_or_nothing_for_bad_ids(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    corpus.ingest([folder])
    [hit] = corpus.search("rice")
    with pytest.raises(ArticleNotFound):
        corpus.remove([hit.id, "ffffffff"])
    assert corpus.search("rice").total == 1
    assert corpus.remove([hit.id, hit.id[:6]]) == 1


def test_one_bad_input_never_stops_the_rest(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    (folder / "b.txt").write_bytes(b"\x00\x01\x02" * 500)
    (folder / "c.txt").write_text("")
    (folder / "d.jsonl").write_text('{"id": 1, "text": "Corn fell."}\n{"id": 2, "te\n{"id": 3, "text": "Wheat."}\n')
    (folder / "e.xyz").write_text("unknown kind")
    report = corpus.ingest([folder, folder / "missing.txt"])
    assert report.new == 3
    assert [Path(failure.origin).name for failure in report.failures] == ["b.txt", "c.txt", "d.jsonl", "missing.txt"]
    assert all(failure.error and "\n" not in failure.error for failure in report.failures)
    assert report.skipped == 1
    assert corpus.stats().failures == 4
    (folder / "b.txt").write_text("Barley.")
    assert counts(corpus.ingest([folder / "b.txt"])) == {"new": 1}
    assert corpus.stats().failures == 3


def test_standard_input_is_a_source(corpus: Corpus) -> None:
    assert counts(corpus.ingest(["-"], stdin=io.BytesIO(b"Rice rose in Hyesan."))) == {"new": 1}
    assert corpus.newest().hits[0].article.origin == "-"


def test_a_mapping_names_the_fields(corpus: Corpus, folder: Path) -> None:
    (folder / "a.jsonl").write_text(records({"story": {"words": "Rice rose."}, "head": "Rice"}))
    report = corpus.ingest([folder], mapping={"text": "story.words", "title": "head"})
    assert counts(report) == {"new": 1}
    [hit] = corpus.search("title:rice text:rose")
    assert (hit.title, hit.article.text) == ("Rice", "Rice rose.")


def test_progress_tells_what_is_stored_for_good(corpus: Corpus, folder: Path) -> None:
    (folder / "a.jsonl").write_text(records(*({"id": n, "text": f"Rice {n}."} for n in range(2500))))
    told: list[int] = []

    def on_stored(done: int, origin: str) -> None:
        with Corpus.open(corpus.path) as other:
            assert other.stats().articles >= done
        told.append(done)

    assert corpus.ingest([folder], on_stored=on_stored).new == 2500
    assert told == sorted(told)
    assert told[-1] > 1500, "at least every 1,000 inputs, and on a slow machine every second"


def test_two_processes_make_the_same_corpus_as_one(tmp_path: Path, folder: Path) -> None:
    weight = f"<!--{'x' * 200_000}-->"  # so that a pool is worth its start
    for n in range(24):
        text = page(f"Trader {n} said that rice rose in Hyesan.", f"https://news.example/{n}")
        (folder / f"{n:02}.html").write_text(text.replace("<body>", f"<body>{weight}"))
    (folder / "bad.txt").write_bytes(b"\0" * 100)
    hashes, reports = [], []
    for jobs in (1, 2):
        with Corpus.open(tmp_path / f"{jobs}.db") as corpus:
            reports.append(corpus.ingest([folder], jobs=jobs))
            hashes.append(corpus.export_hash())
    assert hashes[0] == hashes[1]
    assert reports[0] == reports[1]
    assert counts(reports[0]) == {"new": 24, "failed": 1}


def test_two_ingests_at_once_store_each_article_once(tmp_path: Path, folder: Path) -> None:
    (folder / "a.jsonl").write_text(records(*({"id": n, "text": f"Rice {n}."} for n in range(1500))))
    path = tmp_path / "corpus.db"
    with Corpus.open(path) as corpus:
        (folder / "first.txt").write_text("First.")
        corpus.ingest([folder / "first.txt"])
    reports: list[IngestReport] = []

    def run() -> None:
        with Corpus.open(path) as corpus:
            reports.append(corpus.ingest([folder / "a.jsonl"]))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.new + report.unchanged for report in reports] == [1500, 1500]
    assert sum(report.new for report in reports) == 1500
    with Corpus.open(path) as corpus:
        assert (corpus.stats().articles, corpus.stats().versions) == (1501, 1501)
        assert corpus.search("rice", limit=1).total == 1500
    assert path.read_bytes()[18:20] == b"\1\1", "at rest the corpus is one file"


def test_names_that_are_no_unicode_are_taken(corpus: Corpus, folder: Path) -> None:
    name = os.fsdecode(b"bad\xff.txt")
    (folder / name).write_text("Rice rose.")
    assert counts(corpus.ingest([folder / name])) == {"new": 1}
    assert "\ufffd" in corpus.newest().hits[0].article.origin
    assert corpus.search("rice").total == 1


def test_a_corpus_may_have_any_name(folder: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    path = folder.parent / os.fsdecode(b"caf\xe9 ?#%20.db")
    with Corpus.open(path) as corpus:
        corpus.ingest([folder])
        assert corpus.search("rice").total == 1
    assert path.is_file()


def test_hits_carry_rank_score_snippet_and_article(corpus: Corpus, folder: Path) -> None:
    for n in range(5):
        (folder / f"{n}.txt").write_text(f"{'Rice. ' * (n + 1)} Trader {n} in Hyesan.")
    corpus.ingest([folder])
    result = corpus.search("rice hyesan", limit=2, offset=1)
    assert (result.query, result.total, len(result)) == ("rice hyesan", 5, 2)
    assert [hit.rank for hit in result] == [2, 3]
    for hit in result:
        assert hit.score
        assert hit.article == corpus.get(hit.id)
        assert {hit.snippet.text[start:end] for start, end in hit.snippet.matches} == {"Rice", "Hyesan"}
    assert corpus.search("rice", snippets=False).hits[0].snippet.text == ""
    assert len(corpus.search("rice", limit=0)) == 5


def test_queries_are_answered_with_their_options(corpus: Corpus, folder: Path) -> None:
    (folder / "a.jsonl").write_text(
        records(
            {"id": 1, "text": "Rice rose.", "date": "2019-06-13", "source": "Post", "author": "Rim Sol", "lang": "en"},
            {"id": 2, "text": "Rice OR corn fell.", "date": "2020", "source": "Other"},
            {"id": 3, "text": "Corn rose."},
        )
    )
    corpus.ingest([folder])

    def found(query: str, **options: object) -> list[str | None]:
        return [hit.article.document.external_id for hit in corpus.search(query, **options)]  # type: ignore[arg-type]

    assert found("rice rose", match="all") == ["1"]
    assert found("rice", since="2019-06-13", until="2019-06-13") == ["1"]
    assert found("rice", since="2020") == ["2"]
    assert found("rice", source="post") == found("rice", author="sol") == found("rice", lang="en") == ["1"]
    assert found("rice", sort="newest") == ["2", "1"]
    assert sorted(map(str, found("rice OR corn"))) == ["1", "2", "3"]
    assert found("rice OR", literal=True) != []
    assert [hit.article.document.external_id for hit in corpus.newest()] == ["2", "1", "3"]
    assert [hit.article.document.external_id for hit in corpus.newest(sort="oldest", limit=2)] == ["1", "2"]
    assert [hit.article.document.external_id for hit in corpus.newest(source="post")] == ["1"]
    many = dict(corpus.search_many([("q1", "corn"), ("q2", "nothing")], limit=0))
    assert {name: result.total for name, result in many.items()} == {"q1": 2, "q2": 0}


def test_bad_requests_are_usage_errors(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    corpus.ingest([folder])
    with pytest.raises(QueryError):
        corpus.search("rice AND")
    with pytest.raises(UsageError, match="--since"):
        corpus.search("rice", since="some day")
    with pytest.raises(SourceNotFound):
        corpus.ingest([folder / "missing"])
    with pytest.raises(ArticleNotFound):
        corpus.get("nothing")
    with pytest.raises(UsageError, match="is no corpus"):
        Corpus.open("https://host/index")


def test_a_prefix_names_an_article_unless_it_is_ambiguous(corpus: Corpus, folder: Path) -> None:
    (folder / "a.jsonl").write_text(records(*({"id": n, "text": f"Rice {n}."} for n in range(700))))
    corpus.ingest([folder])
    ids = sorted(hit.id for hit in corpus.newest(limit=0))
    assert corpus.get(ids[0]).id == ids[0]
    shared_prefix = next((one[:4] for one, other in pairwise(ids) if one[:4] == other[:4]), None)
    assert shared_prefix is not None, "among 700 ids two share four digits"
    with pytest.raises(AmbiguousId):
        corpus.get(shared_prefix)


def test_only_ingest_creates_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with Corpus.open(path) as corpus:
        for use in (corpus.stats, corpus.newest, corpus.export_hash, corpus.reindex, lambda: corpus.search("x")):
            with pytest.raises(CorpusMissing):
                use()
        with pytest.raises(SourceNotFound):
            corpus.ingest([tmp_path / "missing"])
        assert not path.exists()
        places = corpus.locations()
        assert (places.corpus, places.corpus_bytes) == (path, 0)


def test_locations_tell_paths_and_sizes(corpus: Corpus, folder: Path, cache_dir: Path) -> None:
    (folder / "a.txt").write_text("Rice rose.")
    corpus.ingest([folder])
    places = corpus.locations()
    assert places.corpus_bytes == corpus.path.stat().st_size
    assert Path(places.index).is_relative_to(cache_dir)
    assert places.index_bytes > 0


def test_the_user_has_a_corpus_of_their_own(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (folder / "a.txt").write_text("Rice rose.")
    with Corpus.open() as corpus:
        corpus.ingest([folder])
        assert corpus.path.is_relative_to(tmp_path / "data")
        assert corpus.search("rice").total == 1


def test_reindexing_changes_no_result(corpus: Corpus, folder: Path) -> None:
    for n in range(9):
        (folder / f"{n}.txt").write_text(f"Rice {'corn ' * n}.")
        corpus.ingest([folder / f"{n}.txt"])
    before = corpus.search("rice corn", limit=0)
    corpus.reindex()
    after = corpus.search("rice corn", limit=0)
    assert [hit.id for hit in after] == [hit.id for hit in before]
    assert [round(hit.score or 0, 9) for hit in after] == [round(hit.score or 0, 9) for hit in before]
    assert replace(after, hits=()) == replace(before, hits=())


def test_the_articles_of_the_user_are_found_and_cleaned(corpus: Corpus, shared: Path, tmp_path: Path) -> None:
    """Two real articles that stand outside the repository."""
    seeds = tmp_path / "seeds"
    shutil.copytree(shared / "seeds", seeds)
    assert counts(corpus.ingest([seeds])) == {"new": 2}
    assert counts(corpus.ingest([seeds])) == {"unchanged": 2}
    result = corpus.search("MSS lecture")
    assert result.total == 2
    assert Path(result.hits[0].article.origin).name.startswith("000")
    translators = {hit.article.document.translator is None for hit in result}
    assert translators == {True, False}
    for hit in result:
        document = hit.article.document
        assert (document.title, document.date, document.url) == (None, None, None)
        assert len(document.authors) == 1
        assert document.raw_text.startswith(hit.article.text.rstrip("\n"))
        assert len(document.removed) == 3
