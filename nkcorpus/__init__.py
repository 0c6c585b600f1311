"""A corpus of North Korea news in one file: ingest, strip boilerplate, search.

from nkcorpus import Corpus

with Corpus.open("news.db") as corpus:
    report = corpus.ingest(["articles/"])
    for hit in corpus.search("MSS lecture", limit=5):
        print(hit.rank, hit.id, hit.snippet.text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nkcorpus.version import __version__

if TYPE_CHECKING:
    from nkcorpus.analyse.kwic import Concordance, ConcordanceLine
    from nkcorpus.corpus import Corpus
    from nkcorpus.errors import (
        ArticleNotFound,
        CorpusError,
        CorpusMissing,
        ItemError,
        NkcorpusError,
        QueryError,
        SourceNotFound,
        UsageError,
    )
    from nkcorpus.model import Article, Document, Note, Span
    from nkcorpus.opened import EngineState, Locations
    from nkcorpus.pipeline import Treatment, clean_sources
    from nkcorpus.results import Cleaned, DuplicateCluster, Duplicates, Facet, Hit, IngestReport, SearchResult
    from nkcorpus.versions import Diff, History

# Names are looked up when used: `nkcorpus --help` must not pay for SQLite, nor a text for an HTML parser.
_HOMES = {
    "nkcorpus.analyse.kwic": ("Concordance", "ConcordanceLine"),
    "nkcorpus.corpus": ("Corpus",),
    "nkcorpus.errors": (
        "ArticleNotFound",
        "CorpusError",
        "CorpusMissing",
        "ItemError",
        "NkcorpusError",
        "QueryError",
        "SourceNotFound",
        "UsageError",
    ),
    "nkcorpus.model": ("Article", "Document", "Note", "Span"),
    "nkcorpus.opened": ("EngineState", "Locations"),
    "nkcorpus.pipeline": ("Treatment", "clean_sources"),
    "nkcorpus.results": ("Cleaned", "DuplicateCluster", "Duplicates", "Facet", "Hit", "IngestReport", "SearchResult"),
    "nkcorpus.versions": ("Diff", "History"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - by importance
    "Corpus",
    "Locations",
    "EngineState",
    "Article",
    "Document",
    "Span",
    "Note",
    "Hit",
    "SearchResult",
    "Facet",
    "IngestReport",
    "Duplicates",
    "DuplicateCluster",
    "Concordance",
    "ConcordanceLine",
    "History",
    "Diff",
    "clean_sources",
    "Treatment",
    "Cleaned",
    "NkcorpusError",
    "UsageError",
    "QueryError",
    "ArticleNotFound",
    "SourceNotFound",
    "CorpusError",
    "CorpusMissing",
    "ItemError",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
