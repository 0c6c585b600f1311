"""Taking in the records of another corpus: from its file, or from an export."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from nkcorpus.clean import KINDS
from nkcorpus.codec import BadValue
from nkcorpus.commits import CommitPace
from nkcorpus.dump import TYPES
from nkcorpus.model import Document, FetchEntry
from nkcorpus.reclean import recleaned
from nkcorpus.recordcheck import verify
from nkcorpus.results import Failure
from nkcorpus.store import Store, joined
from nkcorpus.store.journal import Followed
from nkcorpus.store.records import (
    AliasRecord,
    FailureRecord,
    Joined,
    KeptLineRecord,
    OfArticle,
    Put,
    Record,
    RuleRecord,
    SearchRecord,
    Taker,
    Unreadable,
    VersionRecord,
)

_MOST_AHEAD = 200
_MOST_BYTES_AHEAD = 16 << 20
"""Records, and bytes of their texts and payloads, that are read before they are taken in."""
_MOST_TOLD = 1000
"""Failures and conflicts that are told one by one; the others are counted."""
_NAMES = {cls: name for name, cls in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is of the same name here and there, and not the same: ours stayed."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What was taken in: articles that are new here, that were joined with ours, that changed nothing, and that were
    skipped because they were removed here; and how many versions were added.

    `added` are other things by kind, `followed` the names and addresses of sources that are followed from now on,
    `rules` the cleaning rules that came. `failed` counts what could not be taken, of which `failures` tells the first.
    """

    new: int = 0
    joined: int = 0
    unchanged: int = 0
    skipped: int = 0
    versions: int = 0
    added: tuple[tuple[str, int], ...] = ()
    followed: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    failed: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True)
class Merging:
    """Takes in one corpus after another and counts. `on_taken` hears how many articles are dealt with for good."""

    store: Store
    force: bool = False
    on_taken: Callable[[int, str], None] = lambda done, origin: None
    _articles: Counter[Joined] = field(default_factory=Counter)
    _added: Counter[str] = field(default_factory=Counter)
    _versions: int = 0
    _followed: list[tuple[str, str]] = field(default_factory=list)
    _rules: list[str] = field(default_factory=list)
    _conflicts: list[Conflict] = field(default_factory=list)
    _failed: int = 0
    _failures: list[Failure] = field(default_factory=list)
    _pace: CommitPace = field(default_factory=CommitPace)
    _since: int = 0
    _lines: dict[str, set[str]] = field(default_factory=dict)

    def take(self, origin: str, records: Iterable[Record | Unreadable]) -> None:
        """Take in all records of the corpus `origin`, committing as it goes. Raises CorpusError."""
        kept, new = self.store.kept_lines(), ""
        with self.store.taking(origin) as taker:
            for article, group in itertools.groupby(self._ahead(taker, origin, records), _article_of):
                if article:
                    self._pause(taker, origin)
                    outcome, added = taker.join(article, cast(Iterator[VersionRecord], group), force=self.force)
                    self._articles[outcome] += 1
                    self._versions += added
                    new = article if outcome == "new" else ""
                    if article in kept:
                        self._lines.setdefault(article, set())
                    continue
                for record in group:
                    if isinstance(record, KeptLineRecord) and record.article_id != new:
                        self._lines.setdefault(record.article_id, set()).add(record.line)
                    else:
                        self._count(record, taker.put(record))
                    if not isinstance(record, OfArticle):
                        self._pause(taker, origin)
            taker.finish(dataclasses.asdict(self.report()))
        self._keep_lines()
        self.on_taken(self.articles, origin)

    @property
    def articles(self) -> int:
        """How many articles are dealt with."""
        return self._articles.total()

    def pass_over(self, outcome: Joined) -> None:
        """Count an article of which no version is to be read."""
        self._articles[outcome] += 1

    def _pause(self, taker: Taker, origin: str) -> None:
        """Commit where it is time to: never between the versions of an article and what else belongs to it."""
        self._since += 1
        if not self._pace.is_due(self._since):
            return
        with self._pace.committing():
            taker.commit()
        self.on_taken(self.articles, origin)
        self._since = 0

    def _keep_lines(self) -> None:
        """Keep the lines that are to stay in articles that were here, together with cleaning these anew."""
        if not self._lines:
            return
        rules, kept = joined(self.store.desk.rules()), self.store.kept_lines()
        with self.store.recleaning() as recleaner:
            for article, lines in sorted(self._lines.items()):
                before = kept.get(article, frozenset())
                for current in self.store.current(article):
                    recleaner.keep_lines(article, lines)
                    if new := len(lines - before):
                        self._added["kept_line"] += new
                    if _cut_lines(current.document) & (lines | before):
                        result = recleaned(current, rules=rules, kept_lines={article: before | lines})
                        if result is not None:
                            recleaner.put(result)
            recleaner.commit()
        self._lines.clear()

    def _ahead(self, taker: Taker, origin: str, records: Iterable[Record | Unreadable]) -> Iterator[Record]:
        """Yield the records that can be read, some of them at a time made known to what takes them in."""
        batch: list[Record] = []
        size = 0
        for record in self._readable(origin, records):
            batch.append(record)
            size += _size_of(record)
            if len(batch) == _MOST_AHEAD or size > _MOST_BYTES_AHEAD:
                taker.prefetch(batch)
                yield from batch
                batch, size = [], 0
        taker.prefetch(batch)
        yield from batch

    def _readable(self, origin: str, records: Iterable[Record | Unreadable]) -> Iterator[Record]:
        for record in verified(records):
            if isinstance(record, Unreadable):
                self._failed += 1
                if len(self._failures) < _MOST_TOLD:
                    self._failures.append(Failure(origin, f"{record.what}: {record.reason}"))
            else:
                yield record

    def _count(self, record: Record, done: Put) -> None:
        if done == "conflict" and len(self._conflicts) < _MOST_TOLD:
            self._conflicts.append(Conflict(_NAMES[type(record)], _name_of(record)))
        if done != "added":
            return
        self._added[_NAMES[type(record)]] += 1
        match record:
            case Followed():
                self._followed.append((record.name, record.url))
            case RuleRecord():
                self._rules.append(record.rule.id)

    def report(self) -> MergeReport:
        """Return the counts so far."""
        return MergeReport(
            new=self._articles["new"],
            joined=self._articles["joined"],
            unchanged=self._articles["unchanged"],
            skipped=self._articles["skipped"],
            versions=self._versions,
            added=tuple(sorted(self._added.items())),
            followed=tuple(self._followed[:_MOST_TOLD]),
            rules=tuple(self._rules[:_MOST_TOLD]),
            conflicts=tuple(self._conflicts),
            failed=self._failed,
            failures=tuple(self._failures),
        )


def verified(records: Iterable[Record | Unreadable], only: type[Record] | None = None) -> Iterator[Record | Unreadable]:
    """Yield records, in place of those that cannot be right why not; `only` those of one kind are looked at."""
    for record in records:
        if isinstance(record, Unreadable) or (only and not isinstance(record, only)):
            yield record
            continue
        try:
            verify(record)
        except BadValue as error:
            yield Unreadable(_name_of(record), str(error))
        else:
            yield record


def _cut_lines(document: Document) -> set[str]:
    """Return the lines that rules have cut from a document, without white space around them."""
    return {document.raw_text[cut.start : cut.end].strip() for cut in document.removed if cut.kind in KINDS}


def _size_of(record: Record) -> int:
    return len(record.document.raw_text) + len(record.payload or b"") if isinstance(record, VersionRecord) else 0


def _article_of(record: Record) -> str:
    return record.article_id if isinstance(record, VersionRecord) else ""


def _name_of(record: Record) -> str:
    """Return what to call a record, which may be anything yet."""
    match record:
        case VersionRecord():
            return f"version {record.number} of {record.article_id}"
        case RuleRecord():
            return f"{record.rule.id}"
        case AliasRecord():
            return " = ".join(str(text) for text, *_ in record.texts[:3])
        case SearchRecord() | Followed():
            return f"{record.name}"
        case FetchEntry():
            return f"{record.url}"
        case FailureRecord():
            return f"{record.origin}"
        case _:
            return f"{_NAMES[type(record)]} of {record.article_id}"
