"""Facets, similar articles, suggestions and snippets through the public API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nkcorpus import ArticleNotFound, Corpus, Facet, UsageError

ARTICLES = [
    ("squid-1", "Squid boats return", "The squid boats of Wonsan came back with little squid.", "Post"),
    ("squid-2", "Squid prices", "Squid cost 900 won in Wonsan, and boats stayed in port.", "Herald"),
    ("copy", "Squid boats return, again", "The squid boats of Wonsan came back with little squid.", "Herald"),
    ("rice", "Rice prices", "Rice cost 5,000 won in Hyesan.", "Post"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    source = tmp_path / "news.jsonl"
    rows = [{"_id": name, "title": title, "text": text, "source": at} for name, title, text, at in ARTICLES]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Corpus.open(tmp_path / "corpus.db") as opened:
        opened.ingest([source])
        yield opened


def name(corpus: Corpus, article: str) -> str | None:
    return corpus.get(article).document.external_id


def test_facets(corpus: Corpus) -> None:
    found = corpus.search("cost", facets=["source", "place"], limit=1)
    assert found.facets == (
        Facet("source", (("Herald", 1), ("Post", 1))),
        Facet("place", (("Hyesan", 1), ("Kangwon", 1), ("Ryanggang", 1), ("Wonsan", 1))),
    )
    with pytest.raises(UsageError, match="there is no facet 'colour'"):
        corpus.search("cost", facets=["colour"])  # type: ignore[list-item]


def test_similar_leaves_out_the_article_and_its_copies(corpus: Corpus) -> None:
    (squid,) = corpus.search("return -again").hits
    found = corpus.similar(squid.id[:8])
    assert found.query == squid.id
    assert [name(corpus, hit.id) for hit in found] == ["squid-2"]
    assert found.hits[0].snippet.matches
    assert corpus.similar(squid.id, place="Hyesan").total == 0
    assert corpus.similar(squid.id, snippets=0).hits[0].snippets == ()
    with pytest.raises(ArticleNotFound):
        corpus.similar("ffff")


def test_nothing_is_like_an_article_without_words(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_text("... the ...\n")
    corpus.ingest([tmp_path / "odd.txt"])
    (odd,) = (hit for hit in corpus.newest() if hit.article.document.external_id is None)
    assert corpus.similar(odd.id).total == 0


def test_suggestions_find_something_under_the_same_filters(corpus: Corpus) -> None:
    assert corpus.search("sqiud").suggestions == ("squid",)
    assert corpus.search("sqiud", source="Herald").suggestions == ("squid",)
    assert corpus.search("sqiud", place="Hyesan").suggestions == ()
    assert corpus.search("sqiud AND hyesan").suggestions == ()
    assert corpus.search("squid").suggestions == ()
    ((_, asked),) = corpus.search_many([("1", "sqiud")])
    assert asked.suggestions == ()
