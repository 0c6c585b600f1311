"""The versions of an article: what each says of itself, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nkcorpus.compare import Block, Op, compare
from nkcorpus.errors import UsageError
from nkcorpus.model import Article, ArticleDate, Document, Gone, Version, VersionInfo
from nkcorpus.store import Store

_COMPARED = (
    *("title", "authors", "translator", "editor", "contact", "date", "updated", "place", "source", "section", "lang"),
    *("url", "counterpart", "tags", "external_id"),
)
"""What a version says beside its text, in the order in which a reader wants it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A version in its history, with the number of words of its clean text. Those added and removed compare it with
    the version before and are None in the first.
    """

    info: VersionInfo
    title: str | None
    date: ArticleDate | None
    url: str | None
    origin: str
    words: int
    words_added: int | None
    words_removed: int | None


@dataclass(frozen=True, slots=True)
class History:
    """The versions of an article, the oldest first; `gone` is set when its page is no longer at its address."""

    article_id: str
    revisions: tuple[Revision, ...]
    gone: Gone | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an article that reads otherwise; None where it says nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from one version of an article to another, in the clean text or, if `is_raw`, in the raw one."""

    article_id: str
    before: Version
    after: Version
    is_raw: bool
    fields: tuple[FieldChange, ...]
    blocks: tuple[Block, ...]

    @property
    def words_added(self) -> int:
        """Words that only the later text has."""
        return _words(self.blocks, "added")

    @property
    def words_removed(self) -> int:
        """Words that only the earlier text has."""
        return _words(self.blocks, "removed")


def history(store: Store, article_id: str) -> History:
    """Return the versions of a live article."""
    revisions: list[Revision] = []
    text: str | None = None
    for version in store.versions(article_id):
        blocks = None if text is None else compare(text, version.text)
        text = version.text
        revisions.append(
            Revision(
                info=version.info,
                title=version.document.title,
                date=version.document.date,
                url=version.document.url,
                origin=version.origin,
                words=version.words,
                words_added=None if blocks is None else _words(blocks, "added"),
                words_removed=None if blocks is None else _words(blocks, "removed"),
            )
        )
    [article] = store.articles([article_id])
    return History(article_id, tuple(revisions), article.gone)


def at_version(store: Store, article_id: str, number: int) -> Article:
    """Return a live article as it was with one of its versions. Raises UsageError for one that there is not."""
    [article] = store.articles([article_id])
    version = _version(store, article_id, number, article.version.number)
    return replace(
        article,
        document=version.document,
        text=version.text,
        words=version.words,
        origin=version.origin,
        versions=tuple(info for info in article.versions if info.number <= number),
    )


def diff(store: Store, article_id: str, before: int | None, after: int | None, *, raw: bool) -> Diff:
    """Return what changed between two versions of a live article: the last two, or since `before`.

    Raises UsageError for versions that there are not.
    """
    [article] = store.articles([article_id])
    last = article.version.number
    if before is None and last == 1:
        raise UsageError(f"{article_id[:12]} has one version, so there is nothing to compare")
    old = _version(store, article_id, last - 1 if before is None else before, last)
    new = _version(store, article_id, last if after is None else after, last)
    texts = (old.document.raw_text, new.document.raw_text) if raw else (old.text, new.text)
    return Diff(article_id, old, new, raw, _field_changes(old.document, new.document), compare(*texts))


def _version(store: Store, article_id: str, number: int, last: int) -> Version:
    version = store.version(article_id, number)
    if version is None:
        known = "version 1 only" if last == 1 else f"versions 1 to {last}"
        raise UsageError(
            f"{article_id[:12]} has {known}, not {number}; 'nkcorpus history {article_id[:12]}' shows them"
        )
    return version


def _field_changes(before: Document, after: Document) -> tuple[FieldChange, ...]:
    changes = (FieldChange(name, _value(before, name), _value(after, name)) for name in _COMPARED)
    return tuple(change for change in changes if change.before != change.after)


def _value(document: Document, name: str) -> str | None:
    value: str | tuple[str, ...] | ArticleDate | None = getattr(document, name)
    if isinstance(value, ArticleDate):
        return value.value
    return value if isinstance(value, str) else "; ".join(value or ()) or None


def _words(blocks: Iterable[Block], op: Op) -> int:
    return sum(change.words for block in blocks for change in block.changes if change.op == op)
