"""One committed state of a tantivy index, with what is kept beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import tantivy

from nkcorpus.errors import IndexDamaged
from nkcorpus.index.analysed import META
from nkcorpus.index.candidates.reader import EngineOrder, Line
from nkcorpus.index.facets import column_of
from nkcorpus.index.fields import token
from nkcorpus.index.labels import Labels
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.tantivy.clauses import TantivyClauses
from nkcorpus.index.tantivy.matching import TantivyMatching
from nkcorpus.index.tantivy.recordfile import PlacedRecords, RecordFile
from nkcorpus.index.tantivy.schema import ARTICLE, KIND, POSITION, RECORD
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.wordfiles import WordFiles
from nkcorpus.model import Position
from nkcorpus.query.ast import Pattern
from nkcorpus.results import FacetField

Query = tantivy.Query
Address = tantivy.DocAddress
Hit = tuple[float, Address]
"""A document with what it was ordered by."""

_KEPT_TERMS = 1_000
_ALL = 1 << 62
STATISTICS = "statistics.json"
META_FILE = "meta.json"
"""Tantivy's own list of its segments."""
_MOST_VALUES = 60_000
"""Values of a column that tantivy counts; it refuses over 65,000."""
_SEGMENT_VALUES = 10_000_000
_ROUNDING = 1e-5
"""What tantivy's scores of 32 bits may be off."""


class Statistics(NamedTuple):
    """Counts over an index at a position: its articles, their words in title and text, and records with those left
    behind.
    """

    articles: int
    title_words: int
    text_words: int
    records: int
    seq: int
    token: str

    @classmethod
    def read(cls, files: VouchedFiles) -> Statistics:
        """Return those of an index."""
        return cls(**json.loads(files.read(STATISTICS)))

    def write(self, folder: Path) -> None:
        """Write them beside the index in a folder."""
        (folder / STATISTICS).write_text(json.dumps(self._asdict()), "ascii")


def is_panic(error: BaseException) -> bool:
    """Tell whether an error is a panic of Rust, which is no Exception to Python."""
    return type(error).__name__ == "PanicException"


class Reader:
    """Fulfils candidates' Reader. Not for concurrent use."""

    at_once = _ALL  # records are mapped, not read
    breaks_ties = False

    def __init__(self, files: VouchedFiles) -> None:
        folder = files.folder
        files.read(META_FILE)  # what tantivy goes by does not vouch for itself
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        self.schema = index.schema
        self.statistics = Statistics.read(files)
        self.vocabulary: Vocabulary = WordFiles(files)
        self.clauses = TantivyClauses(self.schema, self._idf)
        self._labels = Labels(files)
        self._records = RecordFile(folder)
        self._searcher = index.searcher()
        self._holders: dict[str, int] = {}
        if self.position != Position(self.statistics.seq, self.statistics.token):
            raise IndexDamaged(f"{folder}: the index and what is beside it are of different times")

    def close(self) -> None:
        """Let go of the files."""
        self._records.close()

    @property
    def count(self) -> int:
        """The number of articles."""
        return self.statistics.articles

    @cached_property
    def mean_lengths(self) -> dict[str, float]:
        """How many words title and text have on average; 1 where they have none."""
        counts, articles = self.statistics, self.statistics.articles
        totals = {"title": counts.title_words, "text": counts.text_words}
        return {field: total / articles if total and articles else 1.0 for field, total in totals.items()}

    @cached_property
    def position(self) -> Position | None:
        """The change up to which the index was filled."""
        for _, address in self._searcher.search(Query.term_query(self.schema, "id", META), 1).hits:
            return Position(*json.loads(self._searcher.doc(address).get_first(POSITION) or ""))
        return None

    @cached_property
    def documents(self) -> int:
        """The number of documents, those deleted since the last merge and those of positions included."""
        return self._searcher.doc_freq(KIND, ARTICLE) + self._searcher.doc_freq("id", META)

    def article_frequency(self, field: str, term: str) -> int:
        """Return how many articles hold a term in a field."""
        return self.matches(Query.term_query(self.schema, field, token(term), "basic"))

    def matches(self, query: Query) -> int:
        """Return how many documents match."""
        found: Any = self._searcher.search(query, 1)  # the stub lacks count
        return int(found.count)

    @property
    def slack(self) -> float:
        """See Reader. Deleted documents count for tantivy until they are merged away; its scores are lower by their
        share at most.
        """
        return self.documents / self.count * (1 + _ROUNDING)

    def matching(
        self,
        query: Query,
        order: EngineOrder,
        expected: int,
        *,
        exact: bool = False,
        collapse: bool = False,
        facets: Iterable[FacetField] = (),
    ) -> TantivyMatching:
        """See Statistics."""
        return TantivyMatching(self, query, order, expected)

    def lines(self, field: FacetField, addresses: Sequence[Address]) -> Sequence[int]:
        """See Reader."""
        return self.column(column_of(field), addresses)

    def values(self, line: Line) -> list[str]:
        """See Reader."""
        return self._labels.values(cast(int, line))

    def records(self, addresses: Sequence[Address]) -> PlacedRecords:
        """See Reader."""
        return PlacedRecords(self._records, self.column(RECORD, addresses))

    def best(self, query: Query, limit: int) -> tuple[int, list[Hit]]:
        """Return how many documents match, and those of the highest scores with these, the highest first."""
        found: Any = self._searcher.search(query, max(limit, 1))
        return int(found.count), found.hits

    def sorted_by(self, query: Query, column: str, limit: int, *, ascending: bool) -> tuple[int, list[Hit]]:
        """Return how many documents match, and the first in the order of a column, with its values."""
        order = tantivy.Order.Asc if ascending else tantivy.Order.Desc
        found: Any = self._searcher.search(query, max(limit, 1), order_by_field=column, order=order)
        return int(found.count), found.hits

    def column(self, name: str, addresses: Sequence[Address]) -> Sequence[int]:
        """Return an integer of each document; 0 where it has none."""
        return [int(value or 0) for value in self._searcher.fast_field_values(name, list(addresses))]

    def tally(self, query: Query, column: str) -> Mapping[int, int]:
        """Return how many matches have each value of a column."""
        terms = {"field": column, "size": _MOST_VALUES, "segment_size": _SEGMENT_VALUES}
        try:
            found = self._searcher.aggregate(query, {"values": {"terms": terms}})["values"]
        except ValueError:  # too much for tantivy's own bounds
            found = None
        if found and not found["sum_other_doc_count"]:
            return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["buckets"]}
        addresses = [address for _, address in self.best(query, self.matches(query))[1]]
        values = self._searcher.fast_field_values(column, addresses)
        return Counter(int(value) for value in values if value is not None)

    def _idf(self, field: str, term: str) -> float:
        return idf_of(self.documents, self.document_frequency(field, term))

    def holders(self, term: str) -> int:
        """Return how many articles hold a term in title or text."""
        if term not in self._holders:
            if len(self._holders) >= _KEPT_TERMS:
                self._holders.clear()
            self._holders[term] = self._count_holders(term)
        return self._holders[term]

    def _count_holders(self, term: str) -> int:
        frequencies = [self.document_frequency(field, term) for field in FIELD_WEIGHTS]
        if not all(frequencies) and self.documents == self.count + 1:  # in one field alone, and none is deleted
            return max(frequencies)
        found = [(tantivy.Occur.Should, Query.term_query(self.schema, field, token(term))) for field in FIELD_WEIGHTS]
        return self.matches(Query.boolean_query(found))

    def fitting(self, pattern: Pattern) -> list[str]:
        """See Terms."""
        return sorted(self.terms_with_prefix(pattern.field or "", ""))

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """See Terms."""
        found = self._searcher.terms_with_prefix(field, token(prefix))
        return [term.replace("\x1f", " ") for term, _ in found if term not in (META, "\x1e")]

    def document_frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """See Terms."""
        return [self.document_frequency(field, term) for term in terms]

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term in a field, those deleted since included."""
        return self._searcher.doc_freq(field, token(term))
