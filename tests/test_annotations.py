"""The user's own tags and notes through the public API."""

from __future__ import annotations

from pathlib import Path

import pytest

from nkcorpus import ArticleNotFound, Corpus, UsageError
from tests.news import record


def titles(corpus: Corpus, query: str) -> list[str | None]:
    return [hit.title for hit in corpus.search(query)]


def ids(corpus: Corpus) -> dict[str | None, str]:
    return {hit.title: hit.id for hit in corpus.newest(limit=0)}


def test_tags_and_notes_are_searched_at_once(corpus: Corpus) -> None:
    one, two = (ids(corpus)[name] for name in ("one", "two"))
    assert corpus.annotations.tag([one[:8], two, one], ["Border  trade", "hot"]) == 2
    assert sorted(map(str, titles(corpus, 'tag:"border trade"'))) == ["one", "two"]
    assert corpus.annotations.tag([one], remove=["HOT"]) == 1
    assert titles(corpus, "tag:hot") == ["two"]
    corpus.annotations.add_note(one, "  Verified by phone.\n")
    assert titles(corpus, "note:verify") == ["one"]
    assert titles(corpus, "phone") == []
    [note] = corpus.get(one).notes
    assert note.text == "Verified by phone."
    corpus.annotations.remove_note(one, 1)
    assert titles(corpus, "note:verify") == []


def test_they_survive_a_new_text_and_cleaning_and_go_with_the_article(corpus: Corpus, news: Path) -> None:
    one = ids(corpus)["one"]
    corpus.annotations.tag([one], ["hot"])
    corpus.annotations.add_note(one, "Look again.")
    news.write_text(record("one", "Rice prices fell in Hyesan.\n\nRead in Korean"), "utf-8")
    assert corpus.ingest([news]).updated == 1
    corpus.cleaning.uncut(one)
    corpus.reindex()
    article = corpus.get(one)
    assert (len(article.versions), article.user_tags, article.notes[0].text) == (2, ("hot",), "Look again.")
    assert titles(corpus, "tag:hot note:look fell") == ["one"]
    corpus.remove([one])
    corpus.ingest([news], force=True)
    assert (corpus.get(one).user_tags, corpus.get(one).notes) == ((), ())


def test_bad_tags_and_notes_change_nothing(corpus: Corpus) -> None:
    one = ids(corpus)["one"]
    for tags in ([""], [" "], ["x" * 101], ["fine", "\t"]):
        with pytest.raises(UsageError):
            corpus.annotations.tag([one], tags)
    with pytest.raises(ArticleNotFound):
        corpus.annotations.tag([one, "ffff"], ["fine"])
    for text in ("", " \n", "x" * 100_001):
        with pytest.raises(UsageError):
            corpus.annotations.add_note(one, text)
    with pytest.raises(UsageError):
        corpus.annotations.remove_note(one, 1)
    assert (corpus.get(one).user_tags, corpus.get(one).notes) == ((), ())


def test_stray_bytes_of_a_command_line_are_taken(corpus: Corpus) -> None:
    one = ids(corpus)["one"]
    corpus.annotations.tag([one], ["caf\udce9"])
    corpus.annotations.add_note(one, "caf\udce9")
    corpus.searches.save("caf\udce9", "caf\udce9", {})
    assert all("\ufffd" in text for text in (*corpus.get(one).user_tags, corpus.get(one).notes[0].text))
