"""The cleaning of a corpus: rules of its own, cleaning anew, and cut lines that are put back for good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from nkcorpus.clean import KINDS, Rule, load_rules, parse_rules, read_rules, rules_with, to_toml
from nkcorpus.clean.audit import Audit, AuditText, audit
from nkcorpus.errors import UsageError
from nkcorpus.identity import host_of
from nkcorpus.model import Document, Span
from nkcorpus.reclean import RecleanReport, reclean, recleaned
from nkcorpus.store import Store, StoredRule, StoredText, joined
from nkcorpus.workers import LOCAL, executor_named

_SPAN = re.compile(r"(\d{1,12})(?:-(\d{1,12}))?")


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A rule and how many lines it cuts in a corpus; `cuts` is None where there is no corpus. `is_own` tells the
    corpus' own rules from the package's.
    """

    rule: Rule
    is_own: bool
    cuts: int | None


@dataclass(frozen=True, slots=True)
class Uncut:
    """What putting lines back, or letting them go, came to: the lines concerned, and all that stay in the article."""

    article_id: str
    lines: tuple[str, ...]
    kept: tuple[str, ...]


class Cleaning:
    """The service of a corpus for all that concerns its cleaning. `on_change` brings the index up to date."""

    def __init__(self, store: Store, on_change: Callable[[], object]) -> None:
        self._store = store
        self._on_change = on_change

    def own_rules(self) -> tuple[Rule, ...]:
        """Return the rules of the corpus in the order in which they were added. Raises SettingsError for bad ones."""
        return tuple(
            rule
            for stored in self._store.desk.rules()
            for rule in parse_rules(stored.toml, stored.origin, examples=False)
        )

    def all_rules(self) -> tuple[Rule, ...]:
        """Return the package's rules and the corpus' own. Raises SettingsError for bad ones."""
        return *load_rules(), *self.own_rules()

    def usage(self) -> list[RuleUse]:
        """Return all rules with how often each cut."""
        cuts = dict(self._store.stats().cuts)
        return rule_usage(self.own_rules(), cuts)

    def add_files(self, paths: Iterable[Path]) -> int:
        """Take the rules of files into the corpus; a rule with the id of an own one replaces it. Return how many.

        Raises SettingsError, and then nothing was added.
        """
        return self.add(rule for path in paths for rule in read_rules(path))

    def add(self, rules: Iterable[Rule]) -> int:
        """Take rules into the corpus, all or none, and return how many. Their `origin` tells where they are from."""
        stored = [
            StoredRule(
                rule.id,
                to_toml([rule]),
                Path(rule.origin).name,
            )
            for rule in rules
        ]
        rules_with(joined({rule.id: rule for rule in stored}.values()))
        self._store.desk.put_rules(stored)
        return len(stored)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete rules of the corpus. Raises UsageError for an id that is none of them."""
        own = {rule.id for rule in self._store.desk.rules()}
        packaged = {rule.id for rule in load_rules()}
        for rule in ids:
            if rule in packaged:
                raise UsageError(f"{rule}: comes with nkcorpus and cannot be removed; 'uncut' puts single lines back")
            if rule not in own:
                raise UsageError(f"{rule}: the corpus has no such rule of its own; 'nkcorpus rules' lists them")
        self._store.desk.drop_rules(ids)

    def reclean(
        self,
        *,
        dry_run: bool = False,
        jobs: int = 1,
        executor: str = LOCAL,
        fix_text: bool | None = None,
        on_done: Callable[[int, str], None] = lambda done, article: None,
        notify: Callable[[str], None] = lambda message: None,
    ) -> RecleanReport:
        """Clean all stored articles anew, as rules have changed; see `reclean.reclean`. `executor`, or where that is
        `local` as many processes as `jobs` tells, do it. `notify` gets lines for the user.
        """
        with executor_named(executor, jobs, notify) as workers:
            report = reclean(self._store, dry_run=dry_run, workers=workers, fix_text=fix_text, on_done=on_done)
        if not dry_run:
            self._on_change()
        return report

    def listed(self, article_id: str) -> Uncut:
        """Return the lines of an article, given by id or prefix, that stay whatever the rules say, in text order."""
        article = self._store.resolve(article_id)
        return Uncut(article, (), self._kept(article))

    def uncut(self, article_id: str, span: str | None = None) -> Uncut:
        """Put what rules cut from an article back for good, also in later versions: all of it, or one cut.

        `span` is the number of the cut, counted from 1 as in `document.removed`, or its `START-END`.
        Raises ArticleNotFound, AmbiguousId, and UsageError when there is no such cut or no rule made it.
        """
        article = self._store.resolve(article_id)
        document = next(self._store.current(article)).document
        spans = [_find(document, span)] if span is not None else list(document.removed)
        lines = [document.raw_text[cut.start : cut.end].strip() for cut in spans if cut.kind in KINDS]
        if not lines:
            raise UsageError(f"{article[:12]}: no rule has cut anything from this article" + (" there" if span else ""))
        self._clean(article, keep=lines)
        return Uncut(article, tuple(dict.fromkeys(lines)), self._kept(article))

    def recut(self, article_id: str, number: int | None = None) -> Uncut:
        """Let the rules cut again what `uncut` put back: all of it, or one line by its number in `listed`.

        Raises ArticleNotFound, AmbiguousId, and UsageError when there is no such line.
        """
        article = self._store.resolve(article_id)
        kept = self._kept(article)
        if not kept:
            raise UsageError(f"{article[:12]}: nothing was put back into this article")
        if number is not None and not 1 <= number <= len(kept):
            raise UsageError(f"{article[:12]}: there is no line {number}; it has {len(kept)} that were put back")
        lines = kept if number is None else kept[number - 1 : number]
        self._clean(article, release=lines)
        return Uncut(article, lines, self._kept(article))

    def audit(self) -> Audit:
        """Return rules for lines that recur at the edges of a site's articles; nothing is changed."""
        kept = self._store.kept_lines()

        def texts() -> Iterator[AuditText]:
            for stored in self._store.texts():
                kept_here = kept.get(stored.article_id, frozenset())
                yield AuditText(_site(stored), stored.story, stored.text, kept_here)

        return audit(texts, self.all_rules())

    def _clean(self, article: str, *, keep: Sequence[str] = (), release: Sequence[str] = ()) -> None:
        kept = self._store.kept_lines().get(article, frozenset()).union(keep).difference(release)
        toml = joined(self._store.desk.rules())
        result = recleaned(next(self._store.current(article)), rules=toml, kept_lines={article: kept})
        with self._store.recleaning() as recleaner:
            recleaner.keep_lines(article, keep)
            recleaner.release_lines(article, release)
            if result is not None:
                recleaner.put(result)
            recleaner.commit()
        self._on_change()

    def _kept(self, article: str) -> tuple[str, ...]:
        kept = self._store.kept_lines().get(article, frozenset())
        text = next(self._store.current(article)).document.raw_text
        return tuple(sorted(kept, key=lambda line: (text.find(line), line)))


def rule_usage(own: Iterable[Rule], cuts: dict[str, int] | None) -> list[RuleUse]:
    """Return the package's rules and `own` ones, with how often each cut, where that is known."""
    count = (lambda rule: cuts.get(rule, 0)) if cuts is not None else lambda rule: None
    return [RuleUse(rule, False, count(rule.id)) for rule in load_rules()] + [
        RuleUse(rule, True, count(rule.id)) for rule in own
    ]


def _site(stored: StoredText) -> str:
    """Return the publisher, else the host, else the file of records or the folder that an article is from."""
    if stored.record is None and not stored.source and not stored.url:
        return PurePath(stored.origin).parent.name or stored.origin
    return stored.source or host_of(stored.url) or PurePath(stored.origin).name


def _find(document: Document, span: str) -> Span:
    """Return the cut that a user names. Raises UsageError."""
    match = _SPAN.fullmatch(span.strip())
    if match is None:
        raise UsageError(f"'{span}' names no cut; give its number or START-END as 'show --removed' prints it")
    if match[2]:
        start, end = int(match[1]), int(match[2])
        found = [cut for cut in document.removed if (cut.start, cut.end) == (start, end)]
    else:
        number = int(match[1])
        found = list(document.removed[number - 1 : number]) if number else []
    if not found:
        raise UsageError(f"there is no cut {span}; 'show --removed' lists {len(document.removed)}")
    if found[0].kind not in KINDS:
        raise UsageError(f"cut {span} is the {found[0].kind} that reading the file took out, not a rule; it stays out")
    return found[0]
