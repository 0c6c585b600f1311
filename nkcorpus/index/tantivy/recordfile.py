"""The records of articles in a file beside the index, as tantivy keeps none.

They are only ever added; those of articles that were replaced stay behind until the index is built anew.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

from nkcorpus.index import records

FILE = "records"
BEGIN = b"nkcorpus"
"""What the file begins with: an empty one could not be mapped."""


class RecordFile:
    """The records of an index in a folder."""

    def __init__(self, folder: Path) -> None:
        with (folder / FILE).open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def article_id(self, place: int) -> str:
        """Return the id of the article whose record begins at a place."""
        return records.article_id(self._data, place)

    def fields(self, places: Sequence[int], field: str) -> list[bytes]:
        """Return what a field holds, for each of the records that begin at `places`."""
        return records.fields_of(zip(repeat(self._data), places), field)

    def close(self) -> None:
        """Let go of the file."""
        self._data.close()


class PlacedRecords:
    """Fulfils Records, for the records that begin at some places."""

    def __init__(self, file: RecordFile, places: Sequence[int]) -> None:
        self._file = file
        self._places = places

    def ids(self) -> list[str]:
        """See Records."""
        return list(map(self._file.article_id, self._places))

    def fields(self, field: str) -> list[bytes]:
        """See Records."""
        return self._file.fields(self._places, field)
