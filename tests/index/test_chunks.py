"""Analysis in chunks and in worker processes: what an index holds is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus.index import Index, chunks
from nkcorpus.model import Indexable, Removal

from .builders import ChangeLog, article, search
from .conftest import Factory

WORDS = "rice prices Hyesan lecture lectures the a Party Musan smuggling 쌀값이 보위성에서 U.S. 5,500 Hamgyŏng".split()


def numbered(number: int) -> Indexable:
    text = " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 30 + number % 7))
    return article(
        str(number),
        f"{text} word{number} Workers\u2019 Party of Korea (WPK)",
        f"Title {WORDS[number % len(WORDS)]}",
        authors=(f"Author {number % 3}",),
        date=f"2019-0{1 + number % 9}",
        removed="Read in Korean",
        notes=("a note",) if number % 5 == 0 else (),
    )


def answers(index: Index) -> Iterator[object]:
    for query in (*WORDS, '"the lecture"', "lecture*", "word1*", "title:rice", "author:author", "removed:korean", ""):
        yield search(index, query, facets=("author", "place", "month"))
    yield sorted(map(str, index.definitions()))
    yield index.corrections("word1x lectrue")
    yield [index.article_count(word) for word in WORDS]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_CHUNK_SIZE", 3_000)
    monkeypatch.setattr(chunks, "_POOL_SIZE", 1)


def test_more_processes_make_the_same_index(make: Factory, tmp_path: Path, small_chunks: None) -> None:
    log = ChangeLog(*map(numbered, range(60)))
    with closing(make(tmp_path / "one")) as one, closing(make(tmp_path / "two")) as two:
        for _ in range(2):
            assert log.sync(one)
            assert log.sync(two, jobs=2)
            assert list(answers(two)) == list(answers(one))
            log.remove(*(numbered(number).id for number in range(0, 60, 4)))
            log.put(*map(numbered, range(50, 90)))


def test_chunks_number_the_articles(small_chunks: None) -> None:
    changes = [Removal(str(n), n) if n % 3 == 0 else article(str(n), "rice " * (n * 50), seq=n) for n in range(1, 40)]
    found = [chunk for chunk, _ in chunks.analysed(len_of, changes, jobs=1)]
    assert len(found) > 3
    assert [change for chunk in found for change in chunk.changes] == changes
    articles = [change for change in changes if isinstance(change, Indexable)]
    for chunk in found:
        assert chunk.articles == articles[chunk.first : chunk.first + len(chunk.articles)]


def len_of(chunk: chunks.Chunk) -> int:
    return len(chunk.changes)
