"""Writing a corpus as JSON lines: docs/export.md tells the format, `nkcorpus.undump` reads it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

from nkcorpus.codec import encode
from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import FetchEntry
from nkcorpus.newfile import new_file
from nkcorpus.store.journal import Followed
from nkcorpus.store.records import (
    AliasRecord,
    FailureRecord,
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    Record,
    RemovedRecord,
    RuleRecord,
    SearchRecord,
    TagRecord,
    Unreadable,
    VersionRecord,
)

FORMAT = "nkcorpus-export"
FORMAT_VERSION = 1
TYPES: MappingProxyType[str, type[Record]] = MappingProxyType(
    {
        "version": VersionRecord,
        "removed": RemovedRecord,
        "gone": GoneRecord,
        "tag": TagRecord,
        "note": NoteRecord,
        "kept_line": KeptLineRecord,
        "rule": RuleRecord,
        "alias": AliasRecord,
        "search": SearchRecord,
        "followed": Followed,
        "fetch": FetchEntry,
        "failure": FailureRecord,
    }
)
"""What a line can be between the first and the last one, by its `type`."""
_NAMES = {cls: name for name, cls in TYPES.items()}
COMPRESSED = (".gz", ".zst")
NAMES = (".jsonl", *(f".jsonl{suffix}" for suffix in COMPRESSED))
"""How the name of a file ends that is to be of this format."""


@dataclass(frozen=True, slots=True)
class DumpReport:
    """What was written: lines in all, articles, versions, how many of these without their bytes, and the export hash
    of these articles.
    """

    lines: int
    articles: int
    versions: int
    without_payload: int
    export_hash: str


class Tally:
    """Counts the lines of an export, on either side, and digests its versions as `Store.export_hash` does."""

    def __init__(self) -> None:
        self.lines = 1  # the first, which is no record
        self._versions = self._articles = self._without_payload = 0
        self._article = ""
        self._digest = hashlib.sha256()

    def count(self, record: Record | None) -> None:
        """Count a line, and the record in it where there is one."""
        self.lines += 1
        if not isinstance(record, VersionRecord):
            return
        self._versions += 1
        self._without_payload += record.payload is None
        self._articles += record.article_id != self._article
        self._article = record.article_id
        row = (record.article_id, str(record.number), record.content_sha256, record.payload_sha256)
        self._digest.update(("\t".join(row) + "\n").encode())

    def report(self) -> DumpReport:
        """Return the counts, with the last line that follows."""
        return DumpReport(
            self.lines + 1, self._articles, self._versions, self._without_payload, self._digest.hexdigest()
        )


def dump(
    records: Iterable[Record | Unreadable], *, schema: int, corpus_id: str, tool: str, is_whole: bool, tally: Tally
) -> Iterator[str]:
    """Yield the lines of an export, in ASCII: what is not is escaped, and so is what a terminal would act on.

    `is_whole` tells that it is not of some articles only. Raises CorpusDamaged for a record that cannot be read.
    """
    yield _line(
        {
            "type": "header",
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "schema": schema,
            "tool": tool,
            "corpus_id": corpus_id,
            "is_whole": is_whole,
        }
    )
    for record in records:
        if isinstance(record, Unreadable):
            raise CorpusDamaged(f"{record.what} is damaged ({record.reason}); 'nkcorpus check' tells what else is")
        tally.count(record)
        yield _line({"type": _NAMES[type(record)], **encode(record)})
    yield _line({"type": "end", **encode(tally.report())})


def write_dump(
    lines: Iterable[str], path: Path, *, force: bool, on_written: Callable[[int], None] = lambda done: None
) -> None:
    """Write lines to a file, compressed where its name ends with .gz or .zst; it is there when it is whole.

    Raises UsageError where the file exists, unless `force`, or cannot be made, OSError when the disk is full.
    """
    with new_file(path, force=force) as file, _packed(file, path.suffix.lower()) as packed:
        for done, line in enumerate(lines, 1):
            packed.write(line.encode("ascii"))
            on_written(done)


@contextmanager
def _packed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    match suffix:
        case ".gz":
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:  # without name and time: always the same
                yield cast(BinaryIO, packed)
        case ".zst":
            import zstandard

            with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packed:
                yield cast(BinaryIO, packed)
        case _:
            yield file


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f") + "\n"
