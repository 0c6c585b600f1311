"""What an index engine must do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from nkcorpus.dataclass import dataclass
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query.ast import Query
from nkcorpus.results import Facet, FacetField

MatchMode = Literal["best", "any", "all"]
SortOrder = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How a query is answered.

    `limit` 0 means all. `match`: with `best` any word may match and articles that hold all words come first,
    with `any` ranking alone decides, with `all` every word is required. `collapse` shows one article of those
    with (nearly) the same text. `exact` finds words as they are written, case and diacritics aside, in no other form.
    `facets` are what all matches are counted by.
    """

    limit: int = 10
    offset: int = 0
    match: MatchMode = "best"
    sort: SortOrder = "relevance"
    collapse: bool = True
    exact: bool = False
    facets: tuple[FacetField, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """One page of a result: article ids in order with their scores (None where nothing was ranked).

    `total` counts all matches, before paging, after duplicates are collapsed. `notes` tell, in a line each, where
    the query was answered in part only. `facets` are those asked for, each over all that `total` counts.
    """

    total: int
    ids: tuple[str, ...]
    scores: tuple[float | None, ...]
    notes: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionCount:
    """An acronym, what texts themselves say that it stands for, and how many articles do."""

    acronym: str
    long_form: str
    articles: int


class Index(Protocol):
    """A search index over a corpus. Every method but `sync` raises IndexDamaged when it cannot be read."""

    @property
    def place(self) -> str:
        """Where it is: a folder, or the name of an index in a cluster."""

    def is_there(self) -> bool:
        """Tell whether there is anything in its place, be it whole or not."""

    def size(self) -> int:
        """Return the bytes that it takes, 0 when there is none."""

    def position(self) -> Position | None:
        """Return the change up to which it has indexed; None when it is missing or damaged."""

    def sync(
        self,
        read: Callable[[int], Iterable[Indexable | Removal]],
        upto: Callable[[], Position],
        is_current: Callable[[Position], bool],
        jobs: int = 1,
        *,
        wait: bool = True,
    ) -> bool:
        """Bring it up to date, alone among processes; return whether anything was done.

        `read(seq)` yields what changed after `seq`, `upto()` is the store's position, `is_current(position)`
        tells whether the store still knows that position. An index that is missing, damaged or of a position
        that the store does not know is rebuilt beside the old one and put in its place at once. `jobs` is the number
        of processes that analyse texts. Raises IndexNotWritable, WorkersFailed, and CorpusLocked when another process
        takes too long over it: minutes, without `wait` seconds.
        """

    def rebuild(
        self, read: Callable[[int], Iterable[Indexable | Removal]], upto: Callable[[], Position], jobs: int = 1
    ) -> None:
        """Build it anew and put it in the place of what is there, which others read until then. See `sync`."""

    def search(self, query: Query, options: SearchOptions) -> Matches:
        """Answer a query."""

    def rarities(self, terms: Collection[str]) -> Mapping[str, float]:
        """Return the idf of each of some terms of running text: the greatest for one that no title or text holds."""

    def corrections(self, text: str) -> tuple[str, ...]:
        """Return the corpus' own words that `text` may be a slip of, the likeliest first, see `query.suggest`."""

    def words_like(self, key: str) -> Sequence[str]:
        """Return the words, folded and sorted, whose `spelling_key` is `key`."""

    def article_count(self, word: str) -> int:
        """Return about how many articles hold a word in any form; 0 only where none does.

        Those that hold it in title and text may count twice, those removed since the last merge once.
        """

    def definitions(self) -> list[DefinitionCount]:
        """Return what the articles' titles and texts say that acronyms stand for, in no order."""

    def damage(self) -> str | None:
        """Return a line that names a file of the index that is not as it was written; None where all are, or where
        there is no index. All files are read. Waits for a process that is writing it.
        """

    def clear_others(self) -> None:
        """Delete from disk what other engines and other versions have indexed of the corpus."""

    def close(self) -> None:
        """Let go of its files."""
