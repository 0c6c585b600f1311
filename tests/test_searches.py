"""Saved searches through the public API."""

from __future__ import annotations

from pathlib import Path

import pytest

from nkcorpus import Corpus, QueryError, UsageError
from tests.news import record


def ids(corpus: Corpus) -> dict[str | None, str]:
    return {hit.title: hit.id for hit in corpus.newest(limit=0)}


def new(corpus: Corpus, name: str) -> list[str | None]:
    """Look, and count it as a look."""
    look = corpus.searches.new(name)
    corpus.searches.mark(look)
    return [hit.title for hit in look.result]


def test_a_saved_search_shows_what_came_in_since_and_nothing_twice(corpus: Corpus, tmp_path: Path, news: Path) -> None:
    corpus.searches.save("rice", "rice", {})
    assert new(corpus, "rice") == []
    more = tmp_path / "more.jsonl"
    more.write_text(record("three", "Rice prices in Wonsan.") + record("four", "Squid in Wonsan."), "utf-8")
    corpus.ingest([more])
    assert [hit.title for hit in corpus.searches.new("rice").result] == ["three"]
    assert new(corpus, "rice") == ["three"]
    assert new(corpus, "rice") == []
    news.write_text(record("one", "Rice prices fell in Hyesan."), "utf-8")
    corpus.ingest([news])
    assert new(corpus, "rice") == ["one"]


def test_only_new_text_makes_an_article_new(corpus: Corpus, tmp_path: Path) -> None:
    corpus.searches.save("rice", "rice OR tag:rice", {})
    found = ids(corpus)
    corpus.annotations.tag(list(found.values()), ["rice"])
    corpus.annotations.add_note(found["one"], "rice")
    copy = tmp_path / "copy.jsonl"
    copy.write_text(record("copy", "Rice prices rose in Hyesan."), "utf-8")
    corpus.ingest([copy])
    corpus.reindex()
    assert new(corpus, "rice") == ["copy"]


def test_a_search_is_asked_again_with_its_options(corpus: Corpus, tmp_path: Path) -> None:
    options = {"match": "all", "source": "post", "limit": 1, "offset": 5, "snippets": False, "since": None}
    corpus.searches.save("both", "rice corn", options)
    more = tmp_path / "more.jsonl"
    texts = ["Rice and corn.", "Corn, then rice.", "Rice only.", "Corn."]
    more.write_text("".join(record(text, text, source="Post") for text in texts), "utf-8")
    corpus.ingest([more])
    assert sorted(map(str, new(corpus, "both"))) == ["Corn, then rice.", "Rice and corn."]
    [saved] = corpus.searches.all()
    assert (saved.query, saved.options) == ("rice corn", {"match": "all", "source": "post"})


def test_what_comes_in_during_a_look_is_shown_at_the_next(corpus: Corpus, tmp_path: Path) -> None:
    corpus.searches.save("rice", "rice", {})
    look = corpus.searches.new("rice")
    more = tmp_path / "more.jsonl"
    more.write_text(record("three", "Rice prices in Wonsan."), "utf-8")
    corpus.ingest([more])
    corpus.searches.mark(look)
    assert new(corpus, "rice") == ["three"]


def test_names_of_searches(corpus: Corpus) -> None:
    corpus.searches.save("  my   rice ", "rice", {})
    with pytest.raises(UsageError, match="--force"):
        corpus.searches.save("my rice", "corn", {})
    corpus.searches.save("my rice", "corn", {}, replace=True)
    assert [(search.name, search.query) for search in corpus.searches.all()] == [("my rice", "corn")]
    for query, options in (("rice AND", {}), ("rice", {"since": "someday"})):
        with pytest.raises((QueryError, UsageError)):
            corpus.searches.save("bad", query, options)
    corpus.searches.remove("my rice")
    for call in (corpus.searches.remove, corpus.searches.new):
        with pytest.raises(UsageError, match="my rice"):
            call("my rice")
    assert corpus.searches.all() == ()
