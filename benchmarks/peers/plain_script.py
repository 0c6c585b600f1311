"""The script that one would write without nkcorpus: Whoosh and Beautiful Soup as their manuals use them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import LIMIT, NEARNESS, Answer, run


def index(source: str, target: str) -> None:
    """Index all .txt and .html files below `source` in the folder `target`, from scratch."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.index import create_in

    schema = Schema(
        path=ID(stored=True, unique=True),
        title=TEXT(stored=True),
        content=TEXT(analyzer=StemmingAnalyzer(), stored=True),
    )
    Path(target).mkdir(exist_ok=True)
    _write(source, create_in(target, schema))


def add(source: str, target: str) -> None:
    """Index the files below `source`, too."""
    from whoosh.index import open_dir

    _write(source, open_dir(target))


def _write(source: str, index: Any) -> None:
    writer = index.writer()
    for path in sorted(Path(source).rglob("*")):
        if path.suffix == ".txt":
            writer.add_document(path=str(path), title=path.stem, content=path.read_text(encoding="utf-8"))
        elif path.suffix == ".html":
            from bs4 import BeautifulSoup

            soup = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
            title = soup.title.get_text() if soup.title else path.stem
            writer.add_document(path=str(path), title=title, content=soup.get_text())
    writer.commit()


def search(target: str) -> tuple[Answer, object]:
    """Open `target` for searching; words are joined with OR, as by the others."""
    from whoosh.index import open_dir
    from whoosh.qparser import MultifieldParser, OrGroup

    opened = open_dir(target)
    parser = MultifieldParser(["title", "content"], opened.schema, group=OrGroup)
    searcher = opened.searcher()

    def answer(kind: str, words: Sequence[str]) -> Sequence[object] | None:
        written = _FORMS.get(kind)
        if written is None:
            return None
        hits = searcher.search(parser.parse(written.format(*words, all=" ".join(words))), limit=LIMIT)
        return [(hit.score, hit["path"], hit["title"], hit["content"][:80]) for hit in hits]

    return answer, searcher


_FORMS = {
    "one word": "{0}",
    "any of four": "{all}",
    "phrase": '"{all}"',
    "near": f'"{{all}}"~{NEARNESS + 1}',
    "prefix": "{0}*",
    "wildcard": "{0}",
}

if __name__ == "__main__":
    run(index, add, search)
