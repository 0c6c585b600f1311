"""Writing postings in Whoosh's own format a block at a time, where Whoosh goes posting by posting."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter

from nkcorpus.index.whoosh.pool import TermPostings

_BLOCK = 128
"""Postings of a block: W3Codec's own default."""


class BlockCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec, fed by a PostingPool. What it writes any Whoosh reads."""

    def field_writer(self, storage: Any, segment: Any) -> BlockFieldWriter:
        """Return the writer of a segment's postings."""
        return BlockFieldWriter(self, storage, segment)


class BlockFieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Takes all postings of a term at once and fills the posting writer's block buffer directly."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[TermPostings]) -> None:
        """Write the terms, which come sorted by field and term."""
        for field, terms in groupby(items, itemgetter(0)):
            self.start_field(field, schema[field])
            for _, term, numbers, weights, values in terms:
                self.start_term(term)
                block = self._postwriter
                for start in range(0, len(numbers), _BLOCK):
                    if start:
                        block._write_block()
                    block._ids = numbers[start : start + _BLOCK]
                    block._weights = weights[start : start + _BLOCK]
                    block._values = values[start : start + _BLOCK]
                    block._maxweight = max(block._weights)
                self.finish_term()  # writes the last block
            self.finish_field()
