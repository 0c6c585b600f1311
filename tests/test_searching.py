"""Facets, similar articles, suggestions, snippets and feedback through the public API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus import ArticleNotFound, Corpus, Facet, UsageError
from nkcorpus.index import MatchMode, SortOrder
from nkcorpus.results import SearchResult

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


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("sample")
    with Corpus.open(folder / "sample.db", cache_dir=folder / "cache") as opened:
        opened.ingest([Path(__file__).parent.parent / "data" / "sample"])
        yield opened


def test_feedback_raises_articles_like_the_best(sample: Corpus) -> None:
    plain, found = sample.search("squid", limit=0), sample.search("squid", limit=0, feedback=True)
    assert found.feedback
    assert "squid" not in found.feedback
    assert plain.feedback == ()
    assert found.expanded == plain.expanded
    scores = {hit.id: hit.score or 0.0 for hit in plain}
    assert all((hit.score or 0.0) > scores[hit.id] for hit in found)
    # What matched is what the query says, not what raised it.
    assert {hit.id: hit.snippet for hit in found} == {hit.id: hit.snippet for hit in plain}


_PARTS = ["rice", "traders", "lectur*", '"state security"', "MSS", "+rice", "-won", "title:dollar", "Hamkyung", "강연"]
_PARTS += ["price^2", "place:Hyesan", "rice NEAR/5 won", "date:2015..", "(corn OR squid)", "lang:en", "the"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(_PARTS), min_size=1, max_size=4),
    st.sampled_from(["best", "any", "all"]),
    st.booleans(),
    st.sampled_from(["relevance", "newest"]),
)
def test_feedback_changes_the_order_alone(
    sample: Corpus, parts: list[str], match: MatchMode, exact: bool, sort: SortOrder
) -> None:
    def search(*, feedback: bool) -> SearchResult:
        return sample.search(
            " ".join(parts), match=match, exact=exact, sort=sort, limit=0, collapse=False, snippets=0, facets=["year"],
            feedback=feedback,
        )  # fmt: skip

    plain, found = search(feedback=False), search(feedback=True)
    assert {hit.id for hit in found} == {hit.id for hit in plain}
    assert (found.total, found.facets, found.also, found.notes) == (plain.total, plain.facets, plain.also, plain.notes)
    if sort == "newest":
        assert [hit.id for hit in found] == [hit.id for hit in plain]
        assert found.feedback == ()


def test_feedback_of_many_queries_is_that_of_each(sample: Corpus) -> None:
    queries = ["rice price", "MSS lecture", "nothingatall"]
    many = sample.search_many([(query, query) for query in queries], feedback=True)
    for query, found in many:
        alone = sample.search(query, feedback=True)
        assert (found.hits, found.feedback) == (alone.hits, alone.feedback)
