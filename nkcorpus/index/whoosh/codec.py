"""Whoosh's codec with postings of our own: as they come from a PostingPool, and read whole columns at a time."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo, W3TermsReader
from whoosh.filedb.structfile import StructFile
from whoosh.matching import ListMatcher

from nkcorpus.index.whoosh.postings import SegmentPostings, TermPostings, encoded


class ColumnCodec(W3Codec):  # type: ignore[misc]
    """Keeps terms, documents and columns as Whoosh does, and postings as `postings` describes."""

    def field_writer(self, storage: Any, segment: Any) -> ColumnFieldWriter:
        """Return the writer of a segment's postings."""
        return ColumnFieldWriter(self, storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> ColumnTermsReader:
        """Return the reader of a segment's terms and their postings."""
        terms, postings = (MappedFile(storage, segment.make_filename(ext)) for ext in (self.TERMS_EXT, self.POSTS_EXT))
        return ColumnTermsReader(self, terms, len(terms.file), postings)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> ColumnPostingsWriter:
        """Return the writer of terms' postings."""
        return ColumnPostingsWriter(dbfile)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> PostingsMatcher:
        """Return the reader of a term's postings."""
        return PostingsMatcher(SegmentPostings(dbfile.get, terminfo.extent()[0]), term)


class MappedFile(StructFile):  # type: ignore[misc]
    """A file of a segment in memory: a query reads many small pieces of it. Segments never change."""

    def __init__(self, storage: Any, name: str) -> None:
        with storage.open_file(name) as opened:
            super().__init__(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ), name=name)

    def get(self, position: int, length: int) -> bytes:
        """Return so many bytes from a position on."""
        found: bytes = self.file[position : position + length]
        return found


class ColumnTermsReader(W3TermsReader):  # type: ignore[misc]
    """Finds the postings of a term."""

    def columns(self, field: str, term: bytes) -> SegmentPostings | None:
        """Return the postings of a term, None where the segment has none. Whoosh's own way takes twice as long."""
        info = self._tindex.get(self._keycoder(field, term))
        return SegmentPostings(self._postfile.get, W3TermInfo.from_bytes(info).extent()[0]) if info else None

    def holders(self, field: str, term: bytes) -> int:
        """Return how many documents have a term, deleted ones included."""
        for at, _ in self._tindex.ranges_for_key(self._keycoder(field, term)):
            return int(W3TermInfo.read_doc_freq(self._dbfile, at))
        return 0


class ColumnPostingsWriter:
    """Writes all postings of a term at once."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def start_postings(self, format_: Any, terminfo: Any) -> None:
        """Begin a term."""

    def write(self, postings: TermPostings) -> None:
        """Write all postings of the term."""
        numbers, counts, places = postings.numbers, postings.counts, postings.places
        self._info = W3TermInfo(sum(counts), len(numbers), maxweight=max(counts), minid=numbers[0], maxid=numbers[-1])
        offset = self._file.tell()
        self._file.write(encoded(numbers, counts, places))
        self._info.set_extent(offset, self._file.tell() - offset)

    def finish_postings(self) -> W3TermInfo:
        """End the term, and return its statistics and where its postings are."""
        return self._info


class ColumnFieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Takes all postings of a term at once."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[TermPostings]) -> None:
        """Write the terms, which come sorted by field and term."""
        for field, terms in groupby(items, itemgetter(0)):
            self.start_field(field, schema[field])
            for postings in terms:
                self.start_term(postings.term)
                self._postwriter.write(postings)
                self.finish_term()
            self.finish_field()


class PostingsMatcher(ListMatcher):  # type: ignore[misc]
    """What Whoosh reads postings by, one by one, when it merges segments; `postings` has them all."""

    def __init__(self, postings: SegmentPostings, term: Any) -> None:
        super().__init__(postings.numbers, postings.counts, term=term)
        self.postings = postings

    def value(self) -> bytes:
        """Return the packed places in the current document."""
        return self.postings.packed(self._i)
