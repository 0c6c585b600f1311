"""A small corpus that has something of everything, and all that a user can get out of a corpus."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.model import Attempt, Version
from nkcorpus.render.fields import article_fields
from nkcorpus.results import IngestReport
from nkcorpus.store import Followed, SavedSearch
from nkcorpus.store.sqlite import SqliteStore
from tests.crash.generate import TAILS, WORDS
from tests.sources.warcs import HTML, page, warc

TOOL = "nkcorpus/test"
_NOW = "2024-05-01T10:00:00Z"
_SITE = "https://river-post.example"


def make_example(path: Path, cache: Path, sources: Path) -> None:
    """Make a corpus of texts, records, pages with their retrieval, versions, duplicates, cuts, tombstones, tags, notes,
    rules, lines put back, aliases, saved searches, followed sources, a journal, failures, payloads that are not kept.
    """
    random_ = random.Random(20260707)
    sources.mkdir()
    with Corpus.open(path, cache_dir=cache) as corpus:
        for turn in range(2):
            _write_sources(sources, random_, turn)
            corpus.ingest([sources], source="Invented Post" if turn else None)
        (sources / "unkept.jsonl").write_text(_record("unkept", _story(random_, 99)), "utf-8")
        corpus.ingest([sources / "unkept.jsonl"], keep_payload=False)
        ids = [hit.id for hit in corpus.newest(limit=0).hits]
        for article in ids[:3]:
            corpus.annotations.tag([article], add=["rice", "to check"])
            corpus.annotations.add_note(article, "Compare with the report of last week.")
        corpus.remove(ids[3:6])
        cut = next(article for article in ids[6:] if corpus.get(article).document.removed)
        corpus.cleaning.uncut(cut)
        corpus.wording.add_aliases(["squid table", "ferry list"])
    with closing(SqliteStore(path, TOOL)) as store:
        store.desk.put_search(SavedSearch("rice", "rice OR corn", {"any": True}, 3, _NOW), replace=False)
        store.journal.follow(Followed("river-post", f"{_SITE}/feed", _NOW))
        with store.writing(["journal"]) as writer:
            writer.journal.queue([f"{_SITE}/{number}" for number in range(8, 16)], "river-post")
            writer.journal.record(Attempt(f"{_SITE}/0", "river-post", "gone", status=404))
            writer.fail("broken.pdf", None, "is no PDF")
            writer.reach(f"{_SITE}/archive", "page 3")
            writer.finish(IngestReport())


def _write_sources(folder: Path, random_: random.Random, turn: int) -> None:
    """Write sources; in the second turn some say something else."""
    for number in range(8):
        (folder / f"{number}-{turn}.txt").write_text(_story(random_, number + 10 * turn), "utf-8")
    (folder / f"copy-{turn}.txt").write_text((folder / "0-0.txt").read_text("utf-8") + "\nUpdated.", "utf-8")
    records = [_record(f"r{number}", _story(random_, 30 + number)) for number in range(8)]
    (folder / "records.jsonl").write_text("".join(records), "utf-8")
    pages = [
        (
            f"{_SITE}/{number}",
            f"2024-0{turn + 1}-14T01:02:03Z",
            "200 OK",
            [("Content-Type", HTML), ("ETag", f'"{turn}"')],
            page(f"Story {number}", _story(random_, 50 + number)),
        )
        for number in range(4)
    ]
    (folder / f"pages-{turn}.warc.gz").write_bytes(warc(pages))


def _story(random_: random.Random, number: int) -> str:
    words = " ".join(random_.choices(WORDS, k=120))
    tail = random_.choice(TAILS).format(name="Ara Fictional")
    return f"Story {number} of a {words}.\n\nA source in 혜산 said so.\n\n{tail}\n"


def _record(name: str, text: str) -> str:
    fields = {"_id": name, "title": f"Story {name}", "text": text, "author": "Ara Fictional", "date": "2024-04-02"}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def everything(path: Path) -> Mapping[str, object]:
    """Return all that a user can get out of a corpus, by name. Raises whatever reading damage raises."""
    with closing(SqliteStore(path, TOOL)) as store:
        ids = [current.article_id for current in store.current()]
        journal = store.journal
        return {
            "export hash": store.export_hash(),
            "articles": [article_fields(article) for article in store.articles(ids)],
            "versions": versions_of(store, ids),
            "payloads": list(store.payloads()),
            "stats": store.stats(),
            "clusters": store.clusters(),
            "rules": store.desk.rules(),
            "aliases": store.desk.aliases(),
            "kept lines": store.kept_lines(),
            "searches": store.desk.searches(),
            "followed": journal.followed(),
            "journal": list(journal.entries()),
            "identity": (store.corpus_id, store.engine),
        }


def versions_of(store: SqliteStore, ids: list[str]) -> Mapping[tuple[str, int], Version]:
    """Return each version by article and number."""
    return {(article, version.info.number): version for article in ids for version in store.versions(article)}
