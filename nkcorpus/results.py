"""The values that commands and the library answer with. All are frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from nkcorpus.dataclass import dataclass
from nkcorpus.model import Article, Document

FacetField = Literal["source", "author", "year", "month", "lang", "place", "translator", "tag"]
"""What the matches of a search can be counted by."""
Likeness = Literal["exact", "near"]
"""How an article is like another one: by equal text, or by nearly the same."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of the clean text; `matches` are `[start, end)` within `text`."""

    text: str
    matches: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An article in a result. `rank` counts from 1; `score` is None where nothing was ranked.

    `snippets` are the best passages in the order of the text, `snippet` is the best of them.
    """

    rank: int
    score: float | None
    article: Article
    snippet: Snippet
    snippets: tuple[Snippet, ...] = ()

    @property
    def id(self) -> str:
        """The article's id."""
        return self.article.id

    @property
    def title(self) -> str | None:
        """The article's title as the source gives it."""
        return self.article.document.title


@dataclass(frozen=True, slots=True)
class Facet:
    """How many matches have each value of a field: pairs of value and count, the largest first, years and months
    ascending. The value "" stands for unknown. An article counts for each of its authors, places and tags; for a
    place it counts when it names it or a place within it.
    """

    field: FacetField
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one page. `total` counts all hits, before paging, after duplicates are collapsed.

    `notes` tell, in a line each, where the query was answered in part only. `facets` are those asked for, over all
    matches. `suggestions` are queries in words of the corpus, for a query that finds nothing. `also` tells in a line
    what else was searched; "" for nothing. `feedback` are the words, the weightiest first, that the best articles
    have in common and that raised the others that hold them.
    """

    query: str
    expanded: str
    total: int
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    suggestions: tuple[str, ...] = ()
    also: str = ""
    feedback: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An article of a cluster. `likeness` and `jaccard` (the share of word shingles in common, 0 to 1) compare it with
    the first article of the cluster; `likeness` is None for the first one itself.
    """

    article: Article
    likeness: Likeness | None
    jaccard: float


@dataclass(frozen=True, slots=True)
class DuplicateCluster:
    """Two or more articles with (nearly) the same text, the earliest dated first. `id` is 16 hex digits.

    Each is like at least one of the others; in a chain of copies that is not always the first.
    """

    id: str
    members: tuple[Duplicate, ...]

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Clusters of duplicates, the largest first. `total` counts all, before a limit."""

    total: int
    clusters: tuple[DuplicateCluster, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that an extractor proposed for a page. `likeness` to the text taken is 0.0 to 1.0 (the same words)."""

    name: str
    words: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Trace:
    """How an item was read. `path` names what gave its text: `profile NAME`, `json-ld`, `vote: NAME`, `fast`, `text`
    or `record`; `candidates` are the texts that stood for election, the one taken among them.
    """

    path: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One item of the `clean` filter: a document, or the reason why there is none.

    `trace` is there when it was asked for. `links` are the articles that a page lists which is none itself.
    """

    origin: str
    document: Document | None
    error: str | None = None
    trace: Trace | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that was not taken: where it came from and why, in one line."""

    origin: str
    error: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did. Duplicates are counted among `new`, `near_duplicates` without the exact ones.

    `skips` are the reasons why inputs were skipped, each with how many, the most frequent first.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    exact_duplicates: int = 0
    near_duplicates: int = 0
    skipped: int = 0
    removed_spans: int = 0
    failures: tuple[Failure, ...] = ()
    skips: tuple[tuple[str, int], ...] = ()

    @property
    def failed(self) -> int:
        """The number of failures."""
        return len(self.failures)


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Counts over a corpus. `sources`, `years` and `cuts` (by rule) are pairs of label and count, largest first
    for sources and cuts, ascending for years; the label "" stands for unknown.
    """

    articles: int
    versions: int
    words: int
    removed: int
    failures: int
    sources: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]
    cuts: tuple[tuple[str, int], ...]

    @property
    def cut_lines(self) -> int:
        """All lines that cleaning cut."""
        return sum(count for _, count in self.cuts)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus or its index that is not as it must be.

    `kind` is what was checked, `what` where it is: an article's id, `ID/NUMBER` for a version, a table. `detail` is one
    line.
    """

    kind: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many things of a kind were checked, and how many of them have a problem."""

    kind: str
    checked: int
    wrong: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of a corpus found. `articles` are those looked at whole, of `all_articles`. `problems` are the first
    ones, `found` is how many there are. `notes` tell in a line each what is worth knowing and no problem. `export_hash`
    is the SHA-256 of content, provenance and versions, which equal corpora share; None where it cannot be computed.
    """

    articles: int
    all_articles: int
    checks: tuple[Checked, ...]
    problems: tuple[Problem, ...]
    found: int
    notes: tuple[str, ...] = ()
    export_hash: str | None = None

    @property
    def is_clean(self) -> bool:
        """Tell whether there is no problem."""
        return not self.found


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair made of a corpus: what was `mended` and is proven by a digest, or follows from what is; what was
    moved to quarantine; what could not be read at all. The kind of each is the table.

    `check` is what a check finds afterwards. `damaged` is where the file is kept that was there before, None where
    nothing was wrong with it.
    """

    mended: tuple[Problem, ...]
    quarantined: tuple[Problem, ...]
    lost: tuple[Problem, ...]
    check: CheckReport
    damaged: Path | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that was taken out of use because it was damaged: its table, whose it was where that is known, why and when
    (UTC, ISO 8601), and its columns as they were.
    """

    source: str
    article: str | None
    reason: str
    taken_at: str
    values: Mapping[str, object]
