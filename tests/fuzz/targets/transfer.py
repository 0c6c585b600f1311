"""Exports from outside: what is taken from one is what nkcorpus could have written, and the rest is told."""

from __future__ import annotations

import gzip
import io
import tempfile
from functools import cache
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.errors import CorpusTooNew, NotAnExport
from nkcorpus.merging import verified
from nkcorpus.store.records import Unreadable
from nkcorpus.undump import Dump
from tests.fuzz.oracles import check_edits
from tests.fuzz.target import check_message, target, told
from tests.news import record

_WORDS = (
    '"type":"version"¦"type":"article"¦"type":"end"¦"type":"header"¦"format_version":9¦"schema":99¦null¦-1¦1e999¦[]¦{}¦'
    '[[[[¦"\\ud800"¦"\\u0000"¦\n¦\r\n¦"start":¦"end":¦"document":¦"payload":"¦==¦"id":"¦true'
)


@cache
def _exported() -> bytes:
    folder = Path(tempfile.mkdtemp())
    (folder / "a.jsonl").write_text(
        record("a", "Rice rose in Hyesan.\n\nPlease send any comments to a@b.example."), "utf-8"
    )
    with Corpus.open(folder / "a.db", cache_dir=folder / "cache") as corpus:
        corpus.ingest([folder / "a.jsonl"])
        (hit,) = corpus.newest().hits
        corpus.annotations.tag([hit.id], add=["market"])
        corpus.annotations.add_note(hit.id, "look again")
        corpus.transfer.export(folder / "out.jsonl")
    return (folder / "out.jsonl").read_bytes()


def seeds() -> list[bytes]:
    _, *lines = _exported().splitlines(keepends=True)
    return [b"".join(lines), *lines]


def headed(data: bytes) -> bytes:
    """Return an export whose first line is right; the others are `data`."""
    return _exported().splitlines(keepends=True)[0] + data


@target(seeds, words=_WORDS, weight=8, longest=12_000)
def export(data: bytes) -> None:
    """Records that are taken hold together, and what is wrong is told in a line."""
    with told(NotAnExport, CorpusTooNew):
        Dump(io.BytesIO(gzip.compress(data) if len(data) % 2 else data), "a.jsonl")
    with told(NotAnExport, CorpusTooNew):
        for found in verified(Dump(io.BytesIO(headed(data)), "a.jsonl").records()):
            if isinstance(found, Unreadable):
                check_message(found.reason)
            elif (document := getattr(found, "document", None)) is not None:
                check_edits(document)


@target(seeds, words=_WORDS, weight=0.5, longest=12_000, examples=5)
def taken(data: bytes) -> None:
    """A corpus that took what it could of an export can be exported and taken again, with the same hash."""
    with told(NotAnExport, CorpusTooNew), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Corpus.open(folder / "a.db", cache_dir=folder / "cache") as corpus:
            corpus.transfer.take(["-"], stdin=io.BytesIO(headed(data)))
            corpus.transfer.export(folder / "b.jsonl")
            digest = corpus.export_hash()
        with Corpus.open(folder / "b.db", cache_dir=folder / "cache") as corpus:
            report = corpus.transfer.take([str(folder / "b.jsonl")])
            assert not report.failures
            assert corpus.export_hash() == digest
