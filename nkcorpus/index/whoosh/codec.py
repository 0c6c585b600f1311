"""Whoosh's codec with postings of our own: as they come from a PostingPool, and read whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo, W3TermsReader
from whoosh.matching import ListMatcher

from nkcorpus.index.whoosh.postings import SegmentPostings, TermPostings, encoded
from nkcorpus.index.whoosh.segments import MappedFile


class ColumnCodec(W3Codec):  # type: ignore[misc]
    """Keeps terms, documents and columns as Whoosh does, and postings as `postings` describes."""

    def field_writer(self, storage: Any, segment: Any) -> ColumnFieldWriter:
        """Return the writer of a segment's postings."""
        return ColumnFieldWriter(self, storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> W3TermsReader:
        """Return the reader of a segment's terms and their postings."""
        folder = Path(storage.folder)
        terms, postings = (MappedFile(folder / segment.make_filename(ext)) for ext in (self.TERMS_EXT, self.POSTS_EXT))
        return W3TermsReader(self, terms, len(terms.file), postings)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> ColumnPostingsWriter:
        """Return the writer of terms' postings."""
        return ColumnPostingsWriter(dbfile)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> PostingsMatcher:
        """Return the reader of a term's postings."""
        return PostingsMatcher(SegmentPostings(dbfile.get, terminfo.extent()[0]), term)


class ColumnPostingsWriter:
    """Writes all postings of a term at once."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._end: int = file.tell()

    def start_postings(self, format_: Any, terminfo: Any) -> None:
        """Begin a term."""

    def write(self, postings: TermPostings) -> None:
        """Write all postings of the term."""
        numbers, counts, places = postings.numbers, postings.counts, postings.places
        self._info = W3TermInfo(sum(counts), len(numbers), maxweight=max(counts), minid=numbers[0], maxid=numbers[-1])
        data = encoded(numbers, counts, places)
        self._file.write(data)
        self._info.set_extent(self._end, len(data))
        self._end += len(data)

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
