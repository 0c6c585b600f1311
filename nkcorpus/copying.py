"""A corpus copied into another one: what is there already is not read again, and the two are compared afterwards."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from nkcorpus.dump import TYPES
from nkcorpus.merging import MergeReport, Merging
from nkcorpus.store import Store
from nkcorpus.store.records import ArticleDigests, FailureRecord, Unreadable, VersionRecord

_TOLD_EVERY = 1000
"""Articles that are passed over before it is told how far the copy is."""
_MOST_NAMED = 1000
"""Differing articles that are named; the others are counted."""
_NAMES = {cls: name for name, cls in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The articles, versions and tombstones of a corpus, and what of them another one has otherwise or not at all.

    `others` are the live articles that only the other one has. `differing` are the first ids of `differ` articles.
    `lacking` tells by kind how many tags, notes, entries of the journal ... the other one has fewer; it is only told
    where the two are to be the same, which is where they have equal export hashes.
    """

    articles: int
    versions: int
    removed: int
    others: int
    differ: int
    differing: tuple[str, ...]
    lacking: tuple[tuple[str, int], ...]
    source_hash: str
    target_hash: str

    @property
    def is_whole(self) -> bool:
        """Whether the other corpus has all of it."""
        return not self.differ and not self.lacking


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy took in, and how the two corpora compare afterwards."""

    merge: MergeReport
    comparison: Comparison


OnCopied = Callable[[int, int], None]
"""Hears how many articles are dealt with, and of how many."""


def copy(source: Store, target: Store, origin: str, *, force: bool, on_copied: OnCopied) -> CopyReport:
    """Take into a corpus all that another one, called `origin`, holds and it has not.

    Articles that it has with the same digests are passed over: so a copy that was stopped goes on. Nothing that is
    there is overwritten. `force` takes in what was removed there. Raises CorpusError; what was committed by then stays.
    """
    was_empty = target.stats().articles == 0
    total = source.stats().articles
    merging = Merging(target, force, lambda done, origin: on_copied(done, total))
    ours = _Here(target.digests())
    passed = 0

    def pass_over(theirs: ArticleDigests) -> bool:
        nonlocal passed
        found = ours.find(theirs.article_id)
        if found is None or (found.is_removed and force) or not (found.is_removed or _holds(found, theirs)):
            return False
        merging.pass_over("skipped" if found.is_removed else "unchanged")
        passed += 1
        if passed % _TOLD_EVERY == 0:
            on_copied(merging.articles, total)
        return True

    with source.awake(), closing(source.records(pass_over=pass_over)) as records:
        merging.take(origin, records)
    return CopyReport(merging.report(), compare(source, target, was_empty=was_empty))


def compare(source: Store, target: Store, *, was_empty: bool) -> Comparison:
    """Return what a corpus has that another one lacks, by the digests that both store.

    An article that was removed there is none that is lacking. `was_empty` tells that all of it came from the first.
    """
    differences = _Differences()
    for theirs, ours in _paired(source.digests(), target.digests()):
        differences.count(theirs, ours)
    lacking: tuple[tuple[str, int], ...] = ()
    if differences.are_none and differences.source.hexdigest() == differences.target.hexdigest():
        lacking = _lacking(source, target, was_empty=was_empty)
    return differences.report(lacking)


@dataclass(slots=True)
class _Differences:
    """Counts and digests pairs of articles."""

    source: hashlib._Hash = field(default_factory=hashlib.sha256)
    target: hashlib._Hash = field(default_factory=hashlib.sha256)
    _counts: Counter[str] = field(default_factory=Counter)
    _differing: list[str] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        return not self._counts["differ"]

    def count(self, theirs: ArticleDigests | None, ours: ArticleDigests | None) -> None:
        if ours is not None:
            _digest(self.target, ours)
        if theirs is None:
            self._counts["others"] += ours is not None and not ours.is_removed
            return
        _digest(self.source, theirs)
        self._counts["removed" if theirs.is_removed else "articles"] += 1
        self._counts["versions"] += len(theirs.versions)
        if ours is None or not (ours.is_removed or _holds(ours, theirs)):
            self._counts["differ"] += 1
            if len(self._differing) < _MOST_NAMED:
                self._differing.append(theirs.article_id)

    def report(self, lacking: tuple[tuple[str, int], ...]) -> Comparison:
        count = self._counts
        return Comparison(
            count["articles"],
            count["versions"],
            count["removed"],
            count["others"],
            count["differ"],
            tuple(self._differing),
            lacking,
            self.source.hexdigest(),
            self.target.hexdigest(),
        )


class _Here:
    """Finds articles in a stream by id, asked for in ascending order."""

    def __init__(self, articles: Iterator[ArticleDigests]) -> None:
        self._articles = articles
        self._next = next(articles, None)

    def find(self, article: str) -> ArticleDigests | None:
        while self._next is not None and self._next.article_id < article:
            self._next = next(self._articles, None)
        return self._next if self._next is not None and self._next.article_id == article else None


def _paired(
    left: Iterator[ArticleDigests], right: Iterator[ArticleDigests]
) -> Iterator[tuple[ArticleDigests | None, ArticleDigests | None]]:
    """Yield the articles of two streams in the order of their ids, those of one id together."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.article_id < other.article_id):
            yield one, None
            one = next(left, None)
        elif one is None or other.article_id < one.article_id:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def _holds(ours: ArticleDigests, theirs: ArticleDigests) -> bool:
    """Tell whether all versions of an article are here, with all bytes that are kept there."""
    return not (_keys(theirs) - _keys(ours)) and not (_kept(theirs) - _kept(ours))


def _keys(article: ArticleDigests) -> Counter[tuple[str, str, str | None]]:
    """Return what tells the versions of an article, as `Taker.join` does."""
    return Counter((one.extract_sha256, one.payload_sha256, one.retrieved_at) for one in article.versions)


def _kept(article: ArticleDigests) -> set[str]:
    return {version.payload_sha256 for version in article.versions if version.has_payload}


def _digest(digest: hashlib._Hash, article: ArticleDigests) -> None:
    """Add an article to an export hash, as `Store.export_hash` does."""
    for number, version in enumerate(article.versions, 1):
        row = (article.article_id, str(number), version.content_sha256, version.payload_sha256)
        digest.update(("\t".join(row) + "\n").encode("utf-8", "surrogateescape"))


def _lacking(source: Store, target: Store, *, was_empty: bool) -> tuple[tuple[str, int], ...]:
    """Return by kind how many records that are no versions a corpus has fewer than another one."""
    fewer = _other_records(source) - _other_records(target)
    if not was_empty:
        del fewer[_NAMES[FailureRecord]]  # which are only taken into a corpus without articles
    return tuple(sorted(fewer.items()))


def _other_records(store: Store) -> Counter[str]:
    with closing(store.records(pass_over=lambda article: True)) as records:
        return Counter(_NAMES[type(record)] for record in records if not isinstance(record, Unreadable | VersionRecord))
