"""A corpus: its store and its index as one thing."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeVar, Unpack, cast

from nkcorpus import __version__, config, searching
from nkcorpus.asking import MatchKeywords, NarrowKeywords, SearchKeywords, filters_of, has_names, request
from nkcorpus.errors import CorpusMissing, IndexDamaged, UsageError
from nkcorpus.index import Index, SearchOptions
from nkcorpus.model import Article, Format, Position
from nkcorpus.query import dates, parser
from nkcorpus.query.ast import Everything, Node, Query
from nkcorpus.query.explain import Explained, explain
from nkcorpus.results import CorpusStats, Duplicates, IngestReport, SearchResult
from nkcorpus.store import Store, joined

if TYPE_CHECKING:
    from nkcorpus.analyse.kwic import Concordance, LineOrder
    from nkcorpus.annotations import Annotations
    from nkcorpus.cleaning import Cleaning
    from nkcorpus.export import WarcReport
    from nkcorpus.fetch.policy import FetchPolicy
    from nkcorpus.follows import Follows
    from nkcorpus.query.rewrite import Rewritten
    from nkcorpus.searches import Searches
    from nkcorpus.sources import Meter
    from nkcorpus.sources.webreading import WebReading
    from nkcorpus.versions import Diff, History
    from nkcorpus.wording import Wording

_T = TypeVar("_T")

TOOL = f"nkcorpus/{__version__}"
_BATCH = 100
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

_TOO_MANY_NAMES = "the query has too many other names; its last words are searched as typed only"


@dataclass(frozen=True, slots=True)
class Locations:
    """Where a corpus' parts are and how many bytes they take; 0 for what does not exist (yet)."""

    corpus: Path
    corpus_bytes: int
    index: Path
    index_bytes: int
    settings: Path
    settings_bytes: int


class Corpus:
    """An open corpus. Use it in a `with` block, or call `close`.

    The index is brought up to date by whatever needs it. `notify` gets a line when that takes a while.
    """

    def __init__(self, path: Path, cache_dir: Path, notify: Callable[[str], None] = lambda message: None) -> None:
        self.path = path
        self._cache_dir = cache_dir
        self._notify = notify
        self._opened: Store | None = None
        self._opened_index: Index | None = None

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        cache_dir: str | os.PathLike[str] | None = None,
        notify: Callable[[str], None] = lambda message: None,
    ) -> Corpus:
        """Return the corpus at `path`, by default the user's own. Nothing is read before it is needed:
        `ingest` creates a corpus that does not exist, anything else raises CorpusMissing then.

        `cache_dir` holds the index, by default the user's cache directory.
        """
        if path is None:
            path = config.default_corpus()
        elif _URL.match(os.fspath(path)):
            raise UsageError(f"{os.fspath(path)}: only a file can be a corpus in this version; give a path with -C")
        return cls(Path(path), Path(cache_dir) if cache_dir else config.cache_dir(), notify)

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files."""
        if self._opened_index is not None:
            self._opened_index.close()
            self._opened_index = None
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def ingest(
        self,
        sources: Iterable[str | os.PathLike[str]],
        *,
        mapping: Mapping[str, str] | None = None,
        jobs: int = 1,
        force: bool = False,
        fast: bool = False,
        fix_text: bool = False,
        keep_payload: bool = True,
        stdin: BinaryIO | None = None,
        format: Format | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int = 0,
        source: str | None = None,
        on_stored: Callable[[int, str], None] = lambda done, origin: None,
        meter: Meter | None = None,
        addresses: Iterable[str] | None = None,
        web: WebReading | None = None,
        policy: FetchPolicy | None = None,
        retry_failed: bool = False,
        followed: str = "",
    ) -> IngestReport:
        """Take in files, folders, `-` (standard input) and addresses, make the corpus if need be, index what is new.

        `format` says what the files are, where their content shall not. `include` and `exclude` are globs for names of
        files and members of archives. Only articles dated from `since` to `until` are taken, and no more than `limit`
        (0: all). `source` is the publisher of all of them.

        `mapping` names the fields of records ({"text": "story.body"}). `jobs` is the number of processes.
        `force` takes in again what was removed, and fetches again what is there.
        `fast` reads pages with one extractor instead of a vote. `fix_text` mends damaged text, listed as repairs.
        Without `keep_payload` the original bytes are not kept, only their digest.
        `on_stored` hears how many inputs are dealt with for good; `meter` can tell how many there will be.
        `addresses` are more of them, such as a list gives; hosts on a network of one's own are reached only if they are
        named among `sources`, or allowed by `policy`, which tells how hosts are treated. `web` tells what to take.
        With `retry_failed`, addresses that failed earlier are asked again, but not before the time that their host set.
        `followed` is the name of the followed source that the addresses are: only what is new of it is asked for.
        Raises SourceNotFound when none of the sources exists, CorpusError when the corpus cannot be used.
        """
        from nkcorpus import pipeline
        from nkcorpus.sources import Names, Reading, is_address, iter_items, without_user

        names = [os.fspath(source) for source in sources]
        reading = Reading(format, mapping or {}, Names(tuple(include), tuple(exclude)), meter=meter)
        if meter is not None:
            meter.expect([name for name in names if not is_address(name)])
        selection = pipeline.Selection(
            dates.since(since) if since else None, dates.until(until) if until else None, limit
        )
        entries = iter_items(names, stdin=stdin, reading=reading, pass_addresses=True)
        if self.path == config.default_corpus():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        store = self._created()
        treatment = pipeline.Treatment(
            mapping=mapping or {},
            fast=fast,
            fix_text=fix_text,
            rules=joined(store.rules()),
            kept_lines=store.kept_lines(),
            source=source,
            keep_payload=keep_payload,
        )
        with store.writing([without_user(name) for name in names]) as writer:
            live: Iterable[pipeline.Entry] = ()
            urls = [name for name in names if is_address(name)]
            if urls or addresses is not None or retry_failed:
                from nkcorpus.follows import failed_before
                from nkcorpus.sources.web import read_web

                live = read_web(
                    urls,
                    addresses or (),
                    writer,
                    web,
                    policy,
                    again=failed_before(store, writer, self._notify) if retry_failed else (),
                    afresh=force,
                    followed=followed,
                    hosts=self._cache_dir / "hosts",
                    notify=self._notify,
                    pause=writer.commit,
                )
            report = pipeline.ingest(
                writer,
                entries,
                treatment,
                jobs=jobs,
                force=force,
                on_stored=on_stored,
                selection=selection,
                live=live,
            )
        self._sync()
        return report

    def search(self, query: str, **keywords: Unpack[SearchKeywords]) -> SearchResult:
        """Return the hits of `query`, ranked; SearchKeywords tells the options. Without any hit there are suggestions.

        Raises QueryError, UsageError, CorpusError.
        """
        asked, options = request(query, keywords)
        result = self._answer(asked, options, keywords)
        return self._reading(lambda index: searching.with_suggestions(index, asked, options, result))

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
        store = self._store()
        return self._reading(lambda index: searching.find_similar(index, store, article_id, filters, options, snippets))

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
        matches = self._reading(lambda index: index.search(search, options))
        articles = (
            article
            for start in range(0, len(matches.ids), _BATCH)
            for article in self._store().articles(matches.ids[start : start + _BATCH])
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
        root = parser.literal(query) if literal else parser.parse(query)
        expanded = self._rewritten(root).root if not exact and has_names(root) else root
        return str(root), str(expanded), explain(expanded, exact=exact)

    def newest(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: Literal["newest", "oldest"] = "newest",
        **narrow: Unpack[NarrowKeywords],
    ) -> SearchResult:
        """Return articles by date; those without a date come last, the last stored first among equals."""
        query = Query("", Everything(), filters_of(narrow))
        return self._find(query, SearchOptions(limit, offset, "any", sort, collapse=False), {})

    def get(self, article_id: str) -> Article:
        """Return the article whose id starts with `article_id`. Raises ArticleNotFound, AmbiguousId."""
        store = self._store()
        return store.articles([store.resolve(article_id)])[0]

    def history(self, article_id: str) -> History:
        """Return the versions of the article whose id starts with `article_id`, and how many words each changed.

        Raises ArticleNotFound, AmbiguousId.
        """
        from nkcorpus.versions import history

        store = self._store()
        return history(store, store.resolve(article_id))

    def diff(self, article_id: str, before: int | None = None, after: int | None = None, *, raw: bool = False) -> Diff:
        """Return what changed between two versions of an article, by default the last two, in its clean or raw text.

        With `before` alone, what changed since then. Raises ArticleNotFound, AmbiguousId, UsageError where there are
        no such versions.
        """
        from nkcorpus.versions import diff

        store = self._store()
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

        store = self._store()
        articles = None if ids is None else list(dict.fromkeys(map(store.resolve, ids)))
        return export_warc(store.payloads(articles), Path(path), TOOL, force=force, on_written=on_written)

    def duplicates(self, limit: int = 0) -> Duplicates:
        """Return the clusters of articles with (nearly) the same text, the largest first; 0 means all."""
        from nkcorpus.duplicates import find_duplicates

        return find_duplicates(self._store(), limit)

    @property
    def wording(self) -> Wording:
        """How the subject is worded: own aliases, acronyms that articles define, synonyms of queries."""
        from nkcorpus.wording import Wording

        return Wording(self._store(), self._reading)

    @property
    def cleaning(self) -> Cleaning:
        """The cleaning of what is stored: rules of the corpus' own, cleaning anew, lines that stay."""
        from nkcorpus.cleaning import Cleaning

        return Cleaning(self._store(), self._sync)

    @property
    def annotations(self) -> Annotations:
        """The user's own tags and notes."""
        from nkcorpus.annotations import Annotations

        return Annotations(self._store(), self._sync)

    @property
    def follows(self) -> Follows:
        """The followed sources, and the journal of what was fetched."""
        from nkcorpus.follows import Follows

        return Follows(self._store(), self.ingest)

    @property
    def searches(self) -> Searches:
        """The saved searches, and what came in for them."""
        from nkcorpus.searches import Searches

        def ask(query: str, options: Mapping[str, object], ids: frozenset[str]) -> SearchResult:
            keywords = cast("SearchKeywords", options)
            asked, wanted = request(query, keywords)
            narrowed = replace(asked, filters=replace(asked.filters, ids=ids))
            return self._answer(narrowed, wanted, keywords)

        return Searches(self._store(), ask)

    def remove(self, ids: Sequence[str]) -> int:
        """Delete the articles with these ids or prefixes, text and payload, and return how many.

        A tombstone stays: ingesting the same article again skips it unless forced.
        """
        store = self._store()
        removed = store.remove([store.resolve(article) for article in ids])
        self._sync()
        return removed

    def stats(self) -> CorpusStats:
        """Return counts over the corpus."""
        return self._store().stats()

    def export_hash(self) -> str:
        """Return the SHA-256 over all content, provenance and versions; two equal corpora share it."""
        return self._store().export_hash()

    def reindex(self) -> None:
        """Build the index anew from the store."""
        self._index().clear()
        self._sync()

    def locations(self) -> Locations:
        """Return where the corpus, its index and the settings file are, and their sizes."""
        index = self._cache_dir
        with contextlib.suppress(CorpusMissing):
            index = self._index().path
        settings = config.settings_path()
        return Locations(self.path, _size(self.path), index, _size(index), settings, _size(settings))

    def _created(self) -> Store:
        """Return the store, made if there is none: no file, or what the killed making of one left."""
        try:
            return self._store()
        except CorpusMissing:
            return self._store(create=True)

    def _store(self, *, create: bool = False) -> Store:
        if self._opened is None:
            from nkcorpus.store.sqlite import SqliteStore

            self._opened = SqliteStore(self.path, TOOL, create=create)
        return self._opened

    def _index(self) -> Index:
        if self._opened_index is None:
            from nkcorpus.index.whoosh import WhooshIndex

            place = os.path.realpath(self.path)
            self._opened_index = WhooshIndex(self._cache_dir, self._store().corpus_id, place)
        return self._opened_index

    def _sync(self) -> Index:
        """Return the index, brought up to the store's newest change."""
        store, index = self._store(), self._index()
        at = index.position()
        if at != store.position():
            behind = store.change_count(at.seq if at and self._is_current(at) else 0)
            if behind > 5000:
                self._notify(f"indexing {behind:,} articles ...")
            index.sync(store.changes, store.position, self._is_current)
        return index

    def _is_current(self, position: Position) -> bool:
        return position == Position() or self._store().token_at(position.seq) == position.token

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
        return self._reading(lambda index: find(index, self._store(), query, options, keywords.get("snippets", 1)))

    def _reading(self, work: Callable[[Index], _T]) -> _T:
        """Return what `work` does with the index; one that cannot be right is built anew, once."""
        for _ in range(2):  # the second time it has what another process removed a moment ago
            try:
                return work(self._sync())
            except IndexDamaged:
                continue
        self._notify("the index is damaged; building it anew ...")
        self.reindex()
        return work(self._index())


def _size(path: Path) -> int:
    """Return the bytes of a file or of all files below a folder, 0 when there is none."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        return path.stat().st_size
    except OSError:
        return 0
