"""What a record from outside must be before it is taken: text from outside is believed nothing."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from urllib.parse import urlsplit

from nkcorpus.annotations import LONGEST_NOTE, LONGEST_TAG
from nkcorpus.codec import BadValue, check
from nkcorpus.dates import interval
from nkcorpus.errors import SettingsError
from nkcorpus.identity import canonical_url, content_digest
from nkcorpus.model import ID_LENGTH, Document, FetchEntry
from nkcorpus.store.journal import Followed
from nkcorpus.store.records import (
    AliasRecord,
    FailureRecord,
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    Record,
    RemovedRecord,
    RuleRecord,
    SearchRecord,
    TagRecord,
    VersionRecord,
)

_ID = re.compile(f"[0-9a-f]{{{ID_LENGTH}}}")
_SHA256 = re.compile("[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_LONGEST_NAME = 1_000
"""Code points of a name, an address or an error message; ours are shorter."""
_MOST_ALIASES = 1_000


def verify(record: Record) -> None:
    """Raise BadValue unless a record is what nkcorpus itself could have written: types, digests, spans, ids, times."""
    check(record)
    match record:
        case VersionRecord():
            _verify_version(record)
        case RemovedRecord():
            _is(_ID, "article_id", record.article_id)
            _is(_TIME, "removed_at", record.removed_at)
        case GoneRecord():
            _is(_ID, "article_id", record.article_id)
            _is(_TIME, "found_at", record.gone.found_at)
        case TagRecord():
            _is(_ID, "article_id", record.article_id)
            _has("tag", record.tag, LONGEST_TAG)
        case NoteRecord():
            _is(_ID, "article_id", record.article_id)
            _has("note", record.note.text, LONGEST_NOTE)
            _is(_TIME, "made_at", record.note.made_at)
        case KeptLineRecord():
            _is(_ID, "article_id", record.article_id)
        case RuleRecord():
            _verify_rule(record)
        case AliasRecord():
            _verify_alias(record)
        case SearchRecord():
            _has("name", record.name)
            _is(_TIME, "saved_at", record.saved_at)
        case Followed():
            _has("name", record.name)
            _is_address(record.url)
            _are_times(added_at=record.added_at, asked_at=record.asked_at)
        case FetchEntry():
            _verify_fetch(record)
        case FailureRecord():
            _are_times(first_seen=record.first_seen, last_seen=record.last_seen)


def _verify_version(record: VersionRecord) -> None:
    _is(_ID, "article_id", record.article_id)
    if not record.number:
        raise BadValue("'number' is 0; versions count from 1")
    for name in ("extract_sha256", "content_sha256", "payload_sha256"):
        _is(_SHA256, name, getattr(record, name))
    retrieved_at = record.retrieval.retrieved_at if record.retrieval else None
    _are_times(ingested_at=record.ingested_at, retrieved_at=retrieved_at)
    document = record.document
    for date in (document.date, document.updated):
        if date is not None:
            _verify_date(date.value)
    if len(dict(document.evidence)) != len(document.evidence):
        raise BadValue("'evidence' names a field twice")
    _verify_edits(document)
    if record.payload is not None:
        if len(record.payload) != record.payload_size:
            raise BadValue("'payload_size' is not the size of the payload")
        if hashlib.sha256(record.payload).hexdigest() != record.payload_sha256:
            raise BadValue("'payload_sha256' is not the digest of the payload")
    if content_digest(document, record.origin, record.payload_sha256) != record.content_sha256:
        raise BadValue("'content_sha256' is not the digest of the content")


def _verify_date(value: str) -> None:
    try:
        interval(value)
    except ValueError:
        raise BadValue(f"'{value[:40]}' is no date") from None


def _verify_edits(document: Document) -> None:
    """Raise BadValue unless spans and repairs lie in the text, in order, and none in another."""
    removed = [(span.start, span.end) for span in document.removed]
    repairs = [(repair.start, repair.end) for repair in document.repairs]
    if removed != sorted(removed) or repairs != sorted(repairs):
        raise BadValue("spans are not in the order of the text")
    edits = sorted(removed + repairs)
    if any(start > end for start, end in edits) or any(start == end for start, end in removed):
        raise BadValue("a span ends before it starts")
    if any(one[1] > other[0] or one == other for one, other in pairwise(edits)):
        raise BadValue("spans overlap")
    if edits and edits[-1][1] > len(document.raw_text):
        raise BadValue("a span lies beyond the end of the text")


def _verify_rule(record: RuleRecord) -> None:
    from nkcorpus.clean import parse_rules  # most corpora have no rules of their own

    rule = record.rule
    _is(_TIME, "added_at", record.added_at)
    try:
        parsed = parse_rules(rule.toml, rule.origin)
    except SettingsError as error:
        raise BadValue(str(error)) from None
    if [each.id for each in parsed] != [rule.id]:
        raise BadValue("'toml' is not the one rule of that id")


def _verify_alias(record: AliasRecord) -> None:
    if not 1 < len(record.texts) <= _MOST_ALIASES:
        raise BadValue(f"a group of aliases has 2 to {_MOST_ALIASES:,} texts")
    for text, added_at in record.texts:
        _has("texts", text)
        _is(_TIME, "added_at", added_at)


def _verify_fetch(entry: FetchEntry) -> None:
    _is_address(entry.url)
    _are_times(queued_at=entry.queued_at, tried_at=entry.tried_at, retry_at=entry.retry_at)
    if entry.article_id is not None:
        _is(_ID, "article_id", entry.article_id)


def _is(pattern: re.Pattern[str], name: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise BadValue(f"'{name}' is not of the form that it has")


def _are_times(**times: str | None) -> None:
    for name, time in times.items():
        if time is not None:
            _is(_TIME, name, time)


def _has(name: str, value: str, most: int = _LONGEST_NAME) -> None:
    if not value or len(value) > most:
        raise BadValue(f"'{name}' is empty or longer than {most:,} characters")


def _is_address(url: str) -> None:
    if canonical_url(url) is None or not url.isprintable() or " " in url or "@" in urlsplit(url).netloc:
        raise BadValue("'url' is no address of the web")
