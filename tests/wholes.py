"""A corpus with something of everything that a corpus can hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.model import Attempt
from nkcorpus.results import IngestReport
from nkcorpus.store import Followed, StoredRule
from nkcorpus.store.sqlite import SqliteStore
from tests.crash.generate import write_articles
from tests.sources.warcs import HTML, page, warc
from tests.store.builders import TOOL

RULE = """[[rule]]
id = "own.end"
kind = "credit"
zone = "tail"
pattern = 'The end came as told\\.'
cut = ["The end came as told."]
keep = ["The end came as foretold."]
note = "how our stories end"
"""
NASTY = "ESC \x1b]52;c;AAAA\x07 NUL \0 DEL \x7f C1 \x85 bidi \u202e\u2066 ZWJ \u200d line \u2028 tags \U000e0041 [bold]"


def captures(site: str, pages: int, days: Sequence[int] = (20, 11)) -> bytes:
    """Return a web archive with captures of each page of a site on these days of June, by default the later first."""
    headers = [("Content-Type", HTML), ("ETag", '"1"')]
    return warc(
        (
            f"https://{site}.example/{number}",
            f"2019-06-{day:02}T01:02:03Z",
            "200 OK",
            headers,
            page(f"Rice {number}", f"Rice cost {day} won in Hyesan, trader {number} of {site} said."),
        )
        for number in range(pages)
        for day in days
    )


def fill(path: Path, cache: Path, folder: Path, articles: int, site: str = "river") -> None:
    """Make a corpus of so many articles and of something of every kind; `folder` is where its inputs are written."""
    folder.mkdir(parents=True)
    write_articles(folder / "articles", articles)
    (folder / "captures.warc.gz").write_bytes(captures(site, max(articles // 10, 2)))
    nasty = {
        "id": "nasty",
        "title": NASTY,
        "text": f"{NASTY}\n\nAn end.",
        "author": NASTY,
        "url": f"https://{site}.example/x",
    }
    (folder / "nasty.jsonl").write_text(json.dumps(nasty), "utf-8")
    (folder / "bad.html").write_bytes(b"<html><body></body></html>")
    (folder / "light.txt").write_text("Salt was dear in Wonsan, it was said.\n", "utf-8")
    with closing(SqliteStore(path, TOOL, create=True)) as store:
        store.desk.put_rules([StoredRule("own.end", RULE, "own.toml")])
    with Corpus.open(path, cache_dir=cache) as corpus:
        corpus.ingest([folder / "articles", folder / "captures.warc.gz", folder / "nasty.jsonl", folder / "bad.html"])
        corpus.ingest([folder / "light.txt"], keep_payload=False)
        ids = sorted(hit.id for hit in corpus.newest(limit=0))
        corpus.remove(ids[:2])
        corpus.annotations.tag(ids[2:5], ["hot", "Überprüft"])
        corpus.annotations.add_note(ids[3], f"A note.\n{NASTY}")
        corpus.annotations.add_note(ids[3], "Another.")
        corpus.wording.add_aliases(["MSS", "Bowibu"])
        corpus.searches.save("rice", "rice NOT corn", {"match": "any"})
        for article in ids[5:]:
            if corpus.get(article).document.removed:
                corpus.cleaning.uncut(article)
                break
    with open_store(path) as store:
        store.journal.follow(Followed(site, f"https://{site}.example/feed", "2024-05-06T07:08:09Z", {"all": True}))
        with store.writing(["fetch"]) as writer:
            writer.journal.queue([f"https://{site}.example/later"], site)
            writer.journal.record(Attempt(f"https://{site}.example/none", site, "gone", 404))
            writer.journal.record(Attempt(f"https://{site}.example/0", site, "gone", 410))
            writer.journal.record(
                Attempt(f"https://{site}.example/1", site, "done", 200, etag='"1"', article_id=ids[-1])
            )
            writer.finish(IngestReport())


@contextmanager
def open_store(path: Path) -> Iterator[SqliteStore]:
    """Give the store of a corpus."""
    with closing(SqliteStore(path, TOOL)) as store:
        yield store
