"""The segments of a Whoosh index as a search reads them: the terms, postings and columns in their mapped files.

Whoosh's own reader unpickles the index's schema, which takes importing most of Whoosh: an eighth of a search from the
shell. A search needs three things of its format (`whoosh.codec.whoosh3`): the hash table of terms, the place of a
term's postings in what that gives, and that a column of integers is they, big-endian.

What segments there are stands in a file that `record` writes beside them after each commit, with the position up to
which they are filled.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from whoosh.filedb.filetables import OrderedHashReader
from whoosh.filedb.structfile import StructFile

from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.facets import LABELLED
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.whoosh.postings import SegmentPostings
from nkcorpus.model import Position

INTEGER_COLUMNS: Mapping[str, tuple[str, int]] = {
    "seq": ("q", 0),
    "title_length": ("i", 0),
    "text_length": ("i", 0),
    "first_second": ("q", NO_DATE),
    "last_second": ("q", NO_DATE),
    "cluster": ("Q", 0),
    **{f"label_{field}": ("i", 0) for field in LABELLED},
}
"""The columns of integers: their type (of `array`) and what stands for none."""
ID_SIZE = 16
"""Bytes of an article's id in the column `article`."""

SEGMENTS = "segments.json"
_TERM_INFO = struct.Struct("!BfIBBfIIq")
"""Flag, weight, document frequency, least and greatest length, greatest weight, first and last number, offset."""
_FIELD_NUMBER = struct.Struct("!H")


def record(folder: Path, position: Position) -> None:
    """Write down the segments of an index that was committed, and the position that it is filled up to."""
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC

    segments = TOC.read(FileStorage(str(folder)), "MAIN").segments
    listed = [[one.segment_id(), one.doc_count_all(), sorted(one.deleted_docs())] for one in segments]
    (folder / SEGMENTS).write_text(json.dumps([[position.seq, position.token], listed]), "ascii")


def read_segments(files: VouchedFiles) -> tuple[Position, list[Segment]]:
    """Return what `record` wrote. Raises what reading damaged files does, which can be anything."""
    position, listed = json.loads(files.read(SEGMENTS))
    segments: list[Segment] = []
    base = 0
    for name, size, deleted in listed:
        segments.append(Segment(files, name, base, size, frozenset(deleted)))
        base += size
    return Position(*position), segments


class MappedFile(StructFile):  # type: ignore[misc]
    """A file of a segment in memory: a query reads many small pieces of it. Segments never change."""

    def __init__(self, path: Path) -> None:
        super().__init__(_mapped(path), name=path.name)

    def get(self, position: int, length: int) -> bytes:
        """Return so many bytes from a position on."""
        found: bytes = self.file[position : position + length]
        return found


class Segment:
    """One segment: `size` documents, deleted ones included, whose numbers in the index begin with `base`.

    `deleted` are numbers in the segment.
    """

    def __init__(self, files: VouchedFiles, name: str, base: int, size: int, deleted: frozenset[int]) -> None:
        self.base = base
        self.size = size
        self.deleted = deleted
        self._files = files
        self._name = name
        terms = MappedFile(files.folder / f"{name}.trm")
        self._postings = MappedFile(files.folder / f"{name}.pst")
        self._terms = OrderedHashReader(terms, len(terms.file))
        self._fields: Mapping[str, int] = self._terms.extras["fieldmap"]

    def close(self) -> None:
        """Let go of the files."""
        self._terms.close()
        self._postings.close()
        self.__dict__.pop("_ids", None)

    def postings(self, field: str, term: bytes) -> SegmentPostings | None:
        """Return the postings of a term; None where the segment has none."""
        info = self._info(field, term)
        return SegmentPostings(self._postings.get, _TERM_INFO.unpack_from(info)[8]) if info else None

    def document_frequency(self, field: str, term: bytes) -> int:
        """Return how many documents hold a term in a field, deleted ones included."""
        info = self._info(field, term)
        return int(_TERM_INFO.unpack_from(info)[2]) if info else 0

    def terms(self, field: str, prefix: bytes = b"") -> Iterator[bytes]:
        """Yield the terms of a field that begin with `prefix`, ascending."""
        key = self._key(field, prefix)
        if key is not None:
            for found in self._terms.keys_from(key):
                if not found.startswith(key):
                    return
                yield found[_FIELD_NUMBER.size :]

    def column(self, name: str) -> array[int]:
        """Return an integer column, by document."""
        code, none = INTEGER_COLUMNS[name]
        values = array(code, self._files.read(f"{self._name}.{name}.col"))
        if sys.byteorder == "little":
            values.byteswap()
        values.extend([none] * (self.size - len(values)))  # those at the end are not written
        return values

    def article_id(self, number: int) -> str:
        """Return the id of the article of a document."""
        return self._ids[number * ID_SIZE : (number + 1) * ID_SIZE].hex()

    @cached_property
    def _ids(self) -> mmap.mmap:
        return _mapped(self._files.folder / f"{self._name}.article.col")

    def _info(self, field: str, term: bytes) -> bytes | None:
        key = self._key(field, term)
        info: bytes | None = None if key is None else self._terms.get(key)
        return info

    def _key(self, field: str, term: bytes) -> bytes | None:
        number = self._fields.get(field)
        return None if number is None else _FIELD_NUMBER.pack(number) + term


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
