"""The sample corpus, ingested through the public API, against what its authors say it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nkcorpus import Article, Corpus, IngestReport

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
SAMPLE = ROOT / "data" / "sample"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (GOLDEN / "articles.jsonl").read_text("utf-8").splitlines()
]


def name_of(expected: dict[str, Any]) -> str:
    return f"{expected['file']}/{expected['id']}" if "id" in expected else str(expected["file"])


def name_of_article(article: Article) -> str:
    file = Path(article.origin).relative_to(SAMPLE).as_posix()
    return f"{file}/{article.document.external_id}" if file.endswith(".jsonl") else file


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[IngestReport, dict[str, Article]]:
    folder = tmp_path_factory.mktemp("golden")
    with Corpus.open(folder / "sample.db", cache_dir=folder / "cache") as corpus:
        report = corpus.ingest([SAMPLE])
        return report, {name_of_article(hit.article): hit.article for hit in corpus.newest(limit=0)}


def test_every_article_is_taken_in(sample: tuple[IngestReport, dict[str, Article]]) -> None:
    report, articles = sample
    assert (report.new, report.failed, report.skipped, report.updated) == (len(EXPECTED), 0, 0, 0)
    assert set(articles) == {name_of(expected) for expected in EXPECTED}
    assert report.exact_duplicates == sum("duplicate_of" in expected for expected in EXPECTED)


@pytest.mark.parametrize("expected", EXPECTED, ids=name_of)
def test_article(sample: tuple[IngestReport, dict[str, Article]], expected: dict[str, Any]) -> None:
    article = sample[1][name_of(expected)]
    document = article.document
    found: dict[str, Any] = {
        "title": document.title,
        "authors": list(document.authors),
        "translator": document.translator,
        "editor": document.editor,
        "date": document.date.value if document.date else None,
        "source": document.source,
        "url": document.url,
        "lang": document.lang,
        "korean_version": document.korean_version,
        "removed": [
            line
            for span in document.removed
            for line in document.raw_text[span.start : span.end].replace("\u00a0", " ").rstrip().split("\n")
        ],
    }
    wanted = {key: expected[key] for key in found}
    for fields in (found, wanted):  # both spell UTC in their own way
        fields["date"] = fields["date"] and fields["date"].replace("+00:00", "Z")
    assert found == wanted
    clean = (GOLDEN / "clean" / f"{name_of(expected)}.txt").read_text("utf-8")
    assert article.text.rstrip("\n") == clean.rstrip("\n")


def test_duplicates_are_linked_both_ways(sample: tuple[IngestReport, dict[str, Article]]) -> None:
    articles = sample[1]
    for expected in EXPECTED:
        if "duplicate_of" in expected:
            one, other = articles[name_of(expected)], articles[expected["duplicate_of"]]
            assert one.near_duplicates == (other.id,)
            assert other.near_duplicates == (one.id,)


def test_the_rewritten_articles_are_near_duplicates_and_nothing_else_is(
    sample: tuple[IngestReport, dict[str, Article]],
) -> None:
    report, articles = sample
    pairs = {
        frozenset((name_of(expected), expected[key]))
        for expected in EXPECTED
        for key in ("duplicate_of", "near_duplicate_of")
        if key in expected
    }
    names = {article.id: name for name, article in articles.items()}
    found = {
        frozenset((name, *(names[other] for other in article.near_duplicates)))
        for name, article in articles.items()
        if article.near_duplicates
    }
    assert found == pairs
    assert (report.exact_duplicates, report.near_duplicates) == (1, 3)
