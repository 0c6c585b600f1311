"""A corpus: its store and its index as one thing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Unpack, cast

from nkcorpus import config, searching
from nkcorpus.asking import MatchKeywords, NarrowKeywords, SearchKeywords, filters_of, has_names, request
from nkcorpus.errors import CorpusMissing, UsageError
from nkcorpus.index import SearchOptions
from nkcorpus.index.engines import EngineName
from nkcorpus.model import Article
from nkcorpus.opened import EngineState, Locations, Opened, opened_at
from nkcorpus.query import parser
from nkcorpus.query.ast import Everything, Node, Query
from nkcorpus.results import (
    CheckReport,
    CorpusStats,
    Duplicates,
    IngestReport,
    Quarantined,
    RepairReport,
    SearchResult,
)
from nkcorpus.version import TOOL

if TYPE_CHECKING:
    from nkcorpus.analyse.kwic import Concordance, LineOrder
    from nkcorpus.annotations import Annotations
    from nkcorpus.cleaning import Cleaning
    from nkcorpus.export import WarcReport
    from nkcorpus.follows import Follows
    from nkcorpus.ingesting import IngestKeywords
    from nkcorpus.query.explain import Explained
    from nkcorpus.query.rewrite import Rewritten
    from nkcorpus.searches import Searches
    from nkcorpus.transfer import Transfer
    from nkcorpus.versions import Diff, History
    from nkcorpus.wording import Wording

_BATCH = 100

_TOO_MANY_NAMES = "the query has too many other names; its last words are searched as typed only"


class Corpus:
    """An open corpus. Use it in a `with` block, or call `close`.

    The index is brought up to date by whatever needs it. `notify` gets a line when that takes a while.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        cache_dir: str | os.PathLike[str] | None = None,
        notify: Callable[[str], None] = lambda message: None,
        engine: EngineName | None = None,
    ) -> Corpus:
        """Return the corpus at `path`, by default the user's own. Nothing is read before it is needed:
        `ingest` creates a corpus that does not exist, anything else raises CorpusMissing then.

        `path` can be an address, `opensearch://HOST:PORT/NAME`, or `opensearchs://` for TLS. `cache_dir` holds the
        index of a file, by default the user's cache directory. `engine` searches in place of the engine that the
        corpus uses; its index is made if need be. Raises UsageError for an address that is none.
        """
        folder = Path(cache_dir) if cache_dir else config.cache_dir()
        return cls(opened_at(config.default_corpus() if path is None else path, folder, notify, engine))

    @property
    def address(self) -> str:
        """Where the corpus is: its path, or its address in a cluster."""
        return self._opened.address

    @property
    def path(self) -> Path:
        """The file of the corpus. Raises UsageError for one in a cluster."""
        if self._opened.path is None:
            raise UsageError(f"{self.address}: is in a cluster, and no file")
        return self._opened.path

    def exists(self) -> bool:
        """Tell whether there is something in its place, be it a corpus or not. Raises CorpusError."""
        return self._opened.exists()

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files and connections."""
        self._opened.close()

    def ingest(self, sources: Iterable[str | os.PathLike[str]], **keywords: Unpack[IngestKeywords]) -> IngestReport:
        """Take in files, folders, `-` (standard input) and addresses, make the corpus if need be, index what is new.

        IngestKeywords tells the options. Raises SourceNotFound when none of the sources exists, UsageError, CorpusError
        when the corpus cannot be used.
        """
        from nkcorpus.ingesting import ingest

        names = [os.fspath(source) for source in sources]
        opened = self._opened
        report = ingest(names, keywords, opened.created, opened.path, opened.cache_dir / "hosts", opened.notify)
        self._opened.sync(keywords.get("jobs", 1))
        return report

    def search(self, query: str, **keywords: Unpack[SearchKeywords]) -> SearchResult:
        """Return the hits of `query`, ranked; SearchKeywords tells the options. Without any hit there are suggestions.

        Raises QueryError, UsageError, CorpusError.
        """
        asked, options = request(query, keywords)
        result = self._answer(asked, options, keywords)
        return self._opened.reading(lambda index: searching.with_suggestions(index, asked, options, result))

    def search_many(
        self, queries: Iterable[tuple[str, str]], **keywords: Unpack[SearchKeywords]
    ) -> Iterator[tuple[str, SearchResult]]:
        """Yield `(id, result)` for each `(id, query)`, all with the same options. Raises what `search` does."""
        for name, query in queries:
            yield name, self._answer(*request(query, keywords), keywords)

    def similar(
        self,
        article_id: str,
        *,
        limit: int = 10,
        offset: int = 0,
        snippets: int = 1,
        **narrow: Unpack[NarrowKeywords],
    ) -> SearchResult:
        """Return articles about the same as the one whose id starts with `article_id`, by its most telling words.

        It and its near duplicates are left out. Raises ArticleNotFound, AmbiguousId, CorpusError.
        """
        options, filters = SearchOptions(limit, offset, "any"), filters_of(narrow)
        store = self._opened.store
        return self._opened.reading(
            lambda index: searching.find_similar(index, store, article_id, filters, options, snippets)
        )

    def kwic(
        self,
        query: str,
        *,
        width: int | None = None,
        order: LineOrder = "position",
        lines: int | None = None,
        **keywords: Unpack[MatchKeywords],
    ) -> Concordance:
        """Return a line for each place in the texts that `query` finds, with `width` (40) code points on each side.

        `order` is `position` (that of the articles, and in them), `left` or `right` (by the words on that side);
        `lines` (50) at most, 0 means all. Raises what `search` does.
        """
        from nkcorpus.analyse import kwic

        typed, options = request(query, cast("SearchKeywords", {**keywords, "limit": 0}))
        search, also, notes = self._expanded(typed, options)
        matches = self._opened.reading(lambda index: index.search(search, options))
        articles = (
            article
            for start in range(0, len(matches.ids), _BATCH)
            for article in self._opened.store.articles(matches.ids[start : start + _BATCH])
        )
        found = kwic.concordance(
            query,
            articles,
            search.root,
            exact=options.exact,
            width=kwic.WIDTH if width is None else width,
            order=order,
            limit=kwic.LINES if lines is None else lines,
        )
        return replace(found, also=also, notes=(*matches.notes, *notes))

    def explain(self, query: str, *, literal: bool = False, exact: bool = False) -> tuple[str, str, Explained]:
        """Return how `query` is written in full, the same with its synonyms, and its explained tree with them.

        Nothing is searched, and no corpus is needed. Raises QueryError.
        """
        from nkcorpus.query.explain import explain

        root = parser.literal(query) if literal else parser.parse(query)
        expanded = self._rewritten(root).root if not exact and has_names(root) else root
        return str(root), str(expanded), explain(expanded, exact=exact)

    def newest(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: Literal["newest", "oldest"] = "newest",
        snippets: int = 1,
        **narrow: Unpack[NarrowKeywords],
    ) -> SearchResult:
        """Return articles by date, each with up to `snippets` passages; those without a date come last, the last stored
        first among equals.
        """
        query = Query("", Everything(), filters_of(narrow))
        options = SearchOptions(limit, offset, "any", sort, collapse=False)
        return self._find(query, options, {"snippets": snippets})

    def get(self, article_id: str, version: int | None = None) -> Article:
        """Return the article whose id starts with `article_id`, by default as it is now, else as that version has it.

        Raises ArticleNotFound, AmbiguousId, UsageError where there is no such version.
        """
        store = self._opened.store
        found = store.resolve(article_id)
        if version is None:
            return store.articles([found])[0]
        from nkcorpus.versions import at_version

        return at_version(store, found, version)

    def history(self, article_id: str) -> History:
        """Return the versions of the article whose id starts with `article_id`, and how many words each changed.

        Raises ArticleNotFound, AmbiguousId.
        """
        from nkcorpus.versions import history

        store = self._opened.store
        return history(store, store.resolve(article_id))

    def diff(self, article_id: str, before: int | None = None, after: int | None = None, *, raw: bool = False) -> Diff:
        """Return what changed between two versions of an article, by default the last two, in its clean or raw text.

        With `before` alone, what changed since then. Raises ArticleNotFound, AmbiguousId, UsageError where there are
        no such versions.
        """
        from nkcorpus.versions import diff

        store = self._opened.store
        return diff(store, store.resolve(article_id), before, after, raw=raw)

    def export_warc(
        self,
        path: str | os.PathLike[str],
        ids: Sequence[str] | None = None,
        *,
        force: bool = False,
        on_written: Callable[[int], None] = lambda done: None,
    ) -> WarcReport:
        """Write the original bytes of these articles, by default of all, to a web archive; `nkcorpus.export` tells how.

        `ids` are ids or prefixes. `force` replaces a file; `on_written` hears how many versions are done.
        Raises ArticleNotFound, AmbiguousId, UsageError where the file exists or cannot be made.
        """
        from nkcorpus.export import export_warc

        store = self._opened.store
        articles = None if ids is None else list(dict.fromkeys(map(store.resolve, ids)))
        return export_warc(store.payloads(articles), Path(path), TOOL, force=force, on_written=on_written)

    def duplicates(self, limit: int = 0) -> Duplicates:
        """Return the clusters of articles with (nearly) the same text, the largest first; 0 means all."""
        from nkcorpus.duplicates import find_duplicates

        return find_duplicates(self._opened.store, limit)

    @property
    def wording(self) -> Wording:
        """How the subject is worded: own aliases, acronyms that articles define, synonyms of queries."""
        from nkcorpus.wording import Wording

        return Wording(self._opened.store, self._opened.reading)

    @property
    def cleaning(self) -> Cleaning:
        """The cleaning of what is stored: rules of the corpus' own, cleaning anew, lines that stay."""
        from nkcorpus.cleaning import Cleaning

        return Cleaning(self._opened.store, self._opened.sync)

    @property
    def annotations(self) -> Annotations:
        """The user's own tags and notes."""
        from nkcorpus.annotations import Annotations

        return Annotations(self._opened.store, self._opened.sync)

    @property
    def follows(self) -> Follows:
        """The followed sources, and the journal of what was fetched."""
        from nkcorpus.follows import Follows

        return Follows(self._opened.store, self.ingest, self._opened.cache_dir)

    @property
    def searches(self) -> Searches:
        """The saved searches, and what came in for them."""
        from nkcorpus.searches import Searches

        def ask(query: str, options: Mapping[str, object], ids: frozenset[str]) -> SearchResult:
            keywords = cast("SearchKeywords", options)
            asked, wanted = request(query, keywords)
            narrowed = replace(asked, filters=replace(asked.filters, ids=ids))
            self._opened.sync()  # also while others index: what a look does not find would count as seen
            return self._answer(narrowed, wanted, keywords)

        return Searches(self._opened.store, ask)

    @property
    def transfer(self) -> Transfer:
        """The corpus as a whole: backups, exports, and taking in what others have."""
        from nkcorpus.transfer import Transfer

        return Transfer(self._opened)

    def remove(self, ids: Sequence[str]) -> int:
        """Delete the articles with these ids or prefixes, text and payload, and return how many.

        A tombstone stays: ingesting the same article again skips it unless forced.
        """
        store = self._opened.store
        removed = store.remove([store.resolve(article) for article in ids])
        self._opened.sync()
        self._opened.forget_others()
        return removed

    def stats(self) -> CorpusStats:
        """Return counts over the corpus."""
        return self._opened.store.stats()

    def export_hash(self) -> str:
        """Return the SHA-256 over all content, provenance and versions; two equal corpora share it."""
        return self._opened.store.export_hash()

    def check(self, *, sample: int | None = None, on_checked: Callable[[int], None] = lambda done: None) -> CheckReport:
        """Return what is wrong with the corpus and its index; nothing is written, see `checking.check`.

        Raises CorpusError where the file cannot even be opened.
        """
        from nkcorpus.checking import check

        with self._opened.as_it_is() as (store, index):
            return check(store, index, sample=sample, on_checked=on_checked)

    def repair(
        self, confirm: Callable[[RepairReport], bool], on_checked: Callable[[int], None] = lambda done: None
    ) -> RepairReport | None:
        """Make a damaged corpus and its index whole, if `confirm` says so, and return what was done; None if not.

        See `repairing.repair`. Raises CorpusError where it is no corpus, or nothing can be read or written.
        """
        from nkcorpus.repairing import repair

        return repair(self._opened, confirm, on_checked)

    def quarantine(self) -> Iterator[Quarantined]:
        """Yield the rows that a repair took out of use because they were damaged."""
        yield from self._opened.store.quarantine()

    def reindex(self, jobs: int = 1) -> None:
        """Build the index anew from the store, in so many processes."""
        self._opened.rebuild(jobs)

    def engines(self) -> list[EngineState]:
        """Return the search engines there are, which one the corpus uses, and the state of their indexes."""
        return self._opened.engines()

    def use_engine(self, name: EngineName, jobs: int = 1) -> None:
        """Index the corpus with a search engine, in so many processes, and search with it from now on.

        Raises EngineMissing.
        """
        self._opened.use_engine(name, jobs)

    def locations(self) -> Locations:
        """Return where the corpus, its index and the settings file are, and their sizes."""
        return self._opened.locations()

    def _answer(self, typed: Query, options: SearchOptions, keywords: SearchKeywords) -> SearchResult:
        """Return what a query finds, also by what stands for the same as its words."""
        query, also, notes = self._expanded(typed, options)
        result = self._find(query, options, keywords)
        return replace(result, notes=(*result.notes, *notes), also=also)

    def _expanded(self, typed: Query, options: SearchOptions) -> tuple[Query, str, tuple[str, ...]]:
        """Return a query with its synonyms, what tells of them in a line, and notes."""
        if options.exact or not has_names(typed.root):
            return typed, "", ()
        from nkcorpus.query.expansion import also_line

        rewritten = self._rewritten(typed.root)
        notes = () if rewritten.is_whole else (_TOO_MANY_NAMES,)
        return replace(typed, root=rewritten.root), also_line(rewritten.expansions), notes

    def _rewritten(self, root: Node) -> Rewritten:
        """Return a tree with its synonyms; without a corpus, with those of the lexicon."""
        from nkcorpus.wording import rewritten

        try:
            return self.wording.rewritten(root)
        except CorpusMissing:
            return rewritten(root)

    def _find(self, query: Query, options: SearchOptions, keywords: SearchKeywords) -> SearchResult:
        find = searching.find_with_feedback if keywords.get("feedback") else searching.find
        store, passages = self._opened.store, keywords.get("snippets", 1)
        return self._opened.reading(lambda index: find(index, store, query, options, passages))
