"""Cleaning of what is stored already, after rules have changed: a derivation, which makes no new version."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from nkcorpus.clean import KINDS, clean_document, fix_document, is_fixed, rules_with, unfixed
from nkcorpus.commits import CommitPace
from nkcorpus.dedupe import band_keys
from nkcorpus.errors import ItemError
from nkcorpus.identity import content_digest, text_digest
from nkcorpus.model import Document, Repair, Span
from nkcorpus.results import Failure
from nkcorpus.store import Current, Recleaned, Recleaner, Store, joined
from nkcorpus.workers import ALONE, Executor

R = TypeVar("R")

_POOL_COST = 16 << 20
"""Characters of raw text from which on worker processes save more than their start costs."""
_CHUNK_COST = 1 << 18
_RULE_EVIDENCE = "rule:"
_AROUND = 20
_EMPTY: Mapping[str, Any] = {
    entry.name: entry.default for entry in dataclasses.fields(Document) if entry.default is not dataclasses.MISSING
}


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """How many places a rule cuts or mends that it did not before, and the other way round, with one of each."""

    rule: str
    added: int = 0
    removed: int = 0
    added_example: str | None = None
    removed_example: str | None = None


@dataclass(frozen=True, slots=True)
class RecleanReport:
    """What one run did, or with `dry_run` would do: articles looked at and changed, cuts and repairs that differ."""

    dry_run: bool
    articles: int
    changed: int
    rules: tuple[RuleDifference, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def added(self) -> int:
        """All cuts and repairs that are new."""
        return sum(rule.added for rule in self.rules)

    @property
    def removed(self) -> int:
        """All cuts and repairs that are gone."""
        return sum(rule.removed for rule in self.rules)


def recleaned(
    current: Current, *, rules: str, kept_lines: Mapping[str, frozenset[str]], fix_text: bool | None = None
) -> Recleaned | None:
    """Return what cleaning makes of a stored article, None when it is what is stored.

    What rules did before is undone first: their spans, and the facts that they gave. The other spans stay, and so do
    the extractor's repairs. `fix_text` mends damaged text or takes that back, None leaves each article as it was.
    Raises SettingsError for bad rules.
    """
    before = current.document
    if fix_text is None:
        fix_text = is_fixed(before)
    document = clean_document(
        uncleaned(before), kept_lines=kept_lines.get(current.article_id, ()), rules=rules_with(rules)
    )
    if fix_text:
        document = fix_document(document)
    if document == before:
        return None
    text = document.text
    return Recleaned(
        article_id=current.article_id,
        before=current.content_sha256,
        changed=replace(document, cleaner=before.cleaner) != before,
        document=document,
        text=text,
        words=len(text.split()),
        text_digest=text_digest(text),
        bands=band_keys(text),
        content_sha256=content_digest(document, current.origin, current.payload_sha256),
    )


def uncleaned(document: Document) -> Document:
    """Return a document without what rules did: the spans of their kinds, the fields whose evidence they are, and what
    `fix_document` mended.
    """
    document = unfixed(document)
    evidence = dict(document.evidence)
    given = [name for name, where in evidence.items() if where.startswith(_RULE_EVIDENCE)]
    return replace(
        document,
        removed=tuple(span for span in document.removed if span.kind not in KINDS),
        evidence=tuple((name, where) for name, where in document.evidence if name not in given),
        **{name: _EMPTY[name] for name in given if name in _EMPTY},
    )


def reclean(
    store: Store,
    *,
    dry_run: bool,
    workers: Executor = ALONE,
    fix_text: bool | None = None,
    on_done: Callable[[int, str], None] = lambda done, article: None,
) -> RecleanReport:
    """Clean all articles of a store anew, committing as it goes, and return the differences.

    `workers` clean. `fix_text`: see `recleaned`. `on_done` hears the number of articles looked at and the last one's
    id. A second run changes nothing. Memory does not grow with the number of articles. Raises CorpusError,
    WorkersFailed, and SettingsError for bad rules of the corpus.
    """
    if dry_run:
        return _run(store, None, workers, fix_text, on_done)
    with store.recleaning() as recleaner:
        return _run(store, recleaner, workers, fix_text, on_done)


def _run(
    store: Store,
    recleaner: Recleaner | None,
    workers: Executor,
    fix_text: bool | None,
    on_done: Callable[[int, str], None],
) -> RecleanReport:
    rules = joined(store.desk.rules())
    rules_with(rules)
    function = functools.partial(_recleaned, rules=rules, kept_lines=store.kept_lines(), fix_text=fix_text)
    differences = _Differences()
    failures: list[Failure] = []
    done = changed = 0
    waiting: list[tuple[Current, Recleaned]] = []
    since = 0
    pace = CommitPace()

    def commit() -> None:
        nonlocal changed
        outcomes = [True] * len(waiting) if recleaner is None else recleaner.commit()
        for (before, after), was_done in zip(waiting, outcomes, strict=True):
            if was_done and after.changed:
                changed += 1
                differences.count(before.document, after.document)
        waiting.clear()

    for current, result in _mapped(workers, function, store.current()):
        done += 1
        if isinstance(result, ItemError):
            failures.append(Failure(current.article_id, str(result)))
        elif result is not None:
            waiting.append((current, result))
            if recleaner is not None:
                recleaner.put(result)
        since += 1
        if pace.is_due(since):
            with pace.committing():
                commit()
            on_done(done, current.article_id)
            since = 0
    commit()
    return RecleanReport(recleaner is None, done, changed, differences.by_rule(), tuple(failures))


def _mapped(
    workers: Executor, function: Callable[[Current], R], articles: Iterator[Current]
) -> Iterator[tuple[Current, R | ItemError]]:
    return workers.map_ordered(function, articles, cost=_cost, worth_a_pool=_POOL_COST, chunk_cost=_CHUNK_COST)


def _cost(current: Current) -> int:
    return len(current.document.raw_text)


def _recleaned(
    current: Current, *, rules: str, kept_lines: Mapping[str, frozenset[str]], fix_text: bool | None
) -> Recleaned | ItemError | None:
    """Run in a worker; errors are values."""
    try:
        return recleaned(current, rules=rules, kept_lines=kept_lines, fix_text=fix_text)
    except ItemError as error:
        return error


@dataclass(slots=True)
class _Differences:
    """Counts cuts and repairs by rule."""

    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    added_examples: dict[str, str] = field(default_factory=dict)
    removed_examples: dict[str, str] = field(default_factory=dict)

    def count(self, before: Document, after: Document) -> None:
        old: set[Span | Repair] = {*before.removed, *before.repairs}
        new: set[Span | Repair] = {*after.removed, *after.repairs}
        _count(sorted(new - old, key=_start), after, self.added, self.added_examples)
        _count(sorted(old - new, key=_start), before, self.removed, self.removed_examples)

    def by_rule(self) -> tuple[RuleDifference, ...]:
        return tuple(
            RuleDifference(
                rule,
                self.added[rule],
                self.removed[rule],
                self.added_examples.get(rule),
                self.removed_examples.get(rule),
            )
            for rule in sorted({*self.added, *self.removed})
        )


def _count(edits: list[Span | Repair], document: Document, counts: Counter[str], examples: dict[str, str]) -> None:
    for edit in edits:
        counts[edit.rule] += 1
        if edit.rule not in examples:
            examples[edit.rule] = _example(edit, document.raw_text)


def _example(edit: Span | Repair, text: str) -> str:
    """Return the line that is cut, or what a repair makes of the text around it."""
    if isinstance(edit, Span):
        return text[edit.start : edit.end].strip()
    around = text[max(0, edit.start - _AROUND) : edit.start] + edit.text + text[edit.end : edit.end + _AROUND]
    return " ".join(around.split())


def _start(edit: Span | Repair) -> int:
    return edit.start
