"""Whether a corpus is whole: its file, every digest in it, what is derived, and its index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from nkcorpus.clean import KINDS, load_rules, rules_with
from nkcorpus.clean.ruleset import cleaner_id
from nkcorpus.errors import CorpusError, IndexDamaged, ItemError, SettingsError
from nkcorpus.index import Index, SearchOptions
from nkcorpus.model import Position
from nkcorpus.query.ast import Everything, Query
from nkcorpus.reclean import recleaned
from nkcorpus.results import Checked, CheckReport, Problem
from nkcorpus.store import Current, Store, joined

CLEANING = "cleaning"
INDEX = "index"
_KEPT = 1_000
"""Problems that a report holds; the others are counted."""


def check(
    store: Store,
    index: Index | None = None,
    *,
    sample: int | None = None,
    on_checked: Callable[[int], None] = lambda done: None,
) -> CheckReport:
    """Return what is wrong with a store, and with its index if there is one. Nothing is written.

    With `sample`, so many articles at random are looked at whole, and all that is quick. A store that may be damaged is
    to be opened `as_is`. `on_checked` hears the number of articles looked at. Memory does not grow with that number.
    """
    tally = _Tally()
    cleaning = _Cleaning(store, tally)
    for finding in store.inspect(sample):
        tally.count(finding.kind, finding.checked, finding.problems, finding.notes)
        if finding.current is not None:
            cleaning.look_at(finding.current)
            on_checked(cleaning.articles)
    cleaning.tell()
    if index is not None:
        try:
            _check_index(store, index, tally)
        except CorpusError as error:  # of a damaged file, or of a cache that cannot be read
            tally.count(INDEX, 1, [Problem(INDEX, index.place, str(error))])
    return tally.report(cleaning.articles, _articles(store), _export_hash(store))


class _Tally:
    """Counts by kind, in the order in which kinds come."""

    def __init__(self) -> None:
        self._checked: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._notes: list[str] = []

    def count(self, kind: str, checked: int, problems: Iterable[Problem] = (), notes: Iterable[str] = ()) -> None:
        self._checked[kind] += checked
        self._notes += notes
        for problem in problems:
            self._wrong[kind] += 1
            if len(self._problems) < _KEPT:
                self._problems.append(problem)

    def report(self, articles: int, all_articles: int, export_hash: str | None) -> CheckReport:
        checks = tuple(Checked(kind, count, self._wrong[kind]) for kind, count in self._checked.items())
        found, notes = self._wrong.total(), tuple(self._notes)
        return CheckReport(articles, all_articles, checks, tuple(self._problems), found, notes, export_hash)


class _Cleaning:
    """Cleans articles anew and compares."""

    def __init__(self, store: Store, tally: _Tally) -> None:
        self._tally = tally
        self.articles = 0
        self._otherwise = 0
        self._cleaner: str | None = None
        self._rules = ""
        self._kept_lines: Mapping[str, frozenset[str]] = {}
        try:
            self._rules = joined(store.desk.rules())
            self._cleaner = cleaner_id(rules_with(self._rules) or load_rules())
            self._kept_lines = store.kept_lines()
        except (CorpusError, SettingsError, TypeError) as error:
            tally.count(CLEANING, 0, [Problem(CLEANING, "rule", f"the rules of the corpus cannot be read ({error})")])

    def look_at(self, current: Current) -> None:
        self.articles += 1
        if self._cleaner is None:
            return
        before = current.document
        if before.cleaner.partition("+")[0] != self._cleaner:
            self._otherwise += 1
            return
        try:
            result = recleaned(current, rules=self._rules, kept_lines=self._kept_lines)
        except ItemError as error:
            self._tally.count(CLEANING, 1, [Problem(CLEANING, current.article_id, f"cannot be cleaned anew ({error})")])
            return
        if result is None:
            self._tally.count(CLEANING, 1)
            return
        after = result.document
        # `ingest --keep` leaves what rules of a kind find: then nothing but cuts is missing.
        kept = {span for span in after.removed if span.kind in KINDS} - set(before.removed)
        same = replace(after, removed=before.removed, repairs=before.repairs) == before
        if same and kept and set(before.removed) <= set(after.removed):
            self._otherwise += 1
        else:
            detail = "its rules make another clean text of its raw text"
            self._tally.count(CLEANING, 1, [Problem(CLEANING, current.article_id, detail)])

    def tell(self) -> None:
        notes = []
        if self._otherwise:
            notes.append(
                f"{self._otherwise:,} articles were cleaned by other rules than the present ones, or keep some lines"
            )
        self._tally.count(CLEANING, self._otherwise, notes=notes)


def _check_index(store: Store, index: Index, tally: _Tally) -> None:
    """Compare an index with its store: behind it may be, but never ahead or of another corpus."""
    problem, note = None, None
    # An index that vouches for its files names the one that is damaged; the others only tell that they cannot be read.
    damage = index.damage()
    at, newest = index.position(), store.position()
    if damage is not None:
        problem = damage
    elif at is None:
        if index.is_there():
            problem = "the index cannot be read; 'nkcorpus reindex' builds it anew"
        else:
            note = "there is no index yet; the next search builds it"
    elif at != Position() and store.token_at(at.seq) != at.token:
        problem = "the index is of another corpus, or ahead of this one; the next search builds it anew"
    elif at != newest:
        note = f"the index is {store.change_count(at.seq):,} articles behind; the next search brings it up to date"
    else:
        problem = _content_fault(store, index)
    problems = [Problem(INDEX, index.place, problem)] if problem else []
    tally.count(INDEX, 1, problems, [note] if note else [])


def _content_fault(store: Store, index: Index) -> str | None:
    try:
        found = index.search(Query("", Everything()), SearchOptions(limit=1, match="any", collapse=False)).total
    except IndexDamaged as error:
        return str(error)
    expected = _articles(store)
    return None if found == expected else f"the index holds {found:,} articles, the corpus {expected:,}"


def _export_hash(store: Store) -> str | None:
    try:
        return store.export_hash()
    except (CorpusError, TypeError):  # of a damaged file; told already
        return None


def _articles(store: Store) -> int:
    try:
        return store.stats().articles
    except (CorpusError, TypeError):  # of a damaged file; told already
        return 0
