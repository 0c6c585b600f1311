"""Whether versions and payloads are what their digests say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import CorpusDamaged
from nkcorpus.identity import text_digest
from nkcorpus.model import Document
from nkcorpus.results import Problem
from nkcorpus.store.base import Current, Finding
from nkcorpus.store.faults import CONTENT, PAYLOADS, PROVENANCE, SPANS, TEXT, content_faults, unpacked_digest
from nkcorpus.store.seals import version_seal
from nkcorpus.store.sqlite.checks.reading import UNREADABLE, rows_by_rowid
from nkcorpus.store.sqlite.rows import NOT_KEPT, VERSION_COLUMNS, Row, unbounded_document_of

_NUMBERS = frozenset({"id", "number", "korean_version", "words", "record", "retrieval_status", "run"})
"""The columns of `version` that hold no text."""

Edits = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a row of `version`: details by kind. `document` is None where the row makes none."""

    details: dict[str, str]
    document: Document | None


def faults_of(row: Row, cuts: Edits, repairs: Edits) -> Faults:
    """Compare a row of `version` and its edits with its own digests."""
    details: dict[str, str] = {}
    if version_seal(row) != row["row_sha256"]:
        details[PROVENANCE] = "is not what row_sha256 says"
    if fault := _type_fault(row):
        return Faults({**details, CONTENT: fault}, None)
    if not all(map(_is_edit, (*cuts, *repairs))):
        return Faults({**details, SPANS: "a bound is no number, or what it is of no text"}, None)
    try:
        document = unbounded_document_of(row, cuts, repairs)
        found = content_faults(
            document,
            origin=row["origin"],
            payload_sha256=row["payload_sha256"],
            content_sha256=row["content_sha256"],
            text=row["text"],
            words=row["words"],
        )
    except (CorpusDamaged, TypeError, ValueError, AttributeError) as error:  # of values that no writer of ours writes
        return Faults({**details, CONTENT: f"cannot be read ({error})"}, None)
    return Faults({**details, **found}, document)


def _type_fault(row: Row) -> str | None:
    for name, value in row.items():
        if value is not None and type(value) is not (int if name in _NUMBERS else str):
            return f"{name} is no {'number' if name in _NUMBERS else 'text'}"
    return None


def _is_edit(values: Sequence[object]) -> bool:
    start, end, *texts = values
    return type(start) is type(end) is int and all(isinstance(text, str) for text in texts)


def check_versions(connection: sqlite3.Connection, articles: Sequence[str] | None) -> Iterator[Finding]:
    """Yield what each version is found to be, of these articles or of all."""
    for row in version_rows(connection, articles):
        if isinstance(row, str):
            yield Finding(CONTENT, problems=(Problem(CONTENT, "version", row),))
            continue
        yield from _check_version(connection, row)


def version_rows(connection: sqlite3.Connection, articles: Sequence[str] | None) -> Iterator[dict[str, Any] | str]:
    """Yield the rows of `version` by column, of these articles or of all; in place of what cannot be read, a line."""
    columns = ("id", *VERSION_COLUMNS)
    if articles is None:
        damage: list[str] = []
        for values in rows_by_rowid(connection, "version", columns, damage.append):
            yield from damage
            damage.clear()
            yield dict(zip(columns, values[1:], strict=True))
        yield from damage
        return
    for article in articles:
        try:
            rows = connection.execute(
                f"SELECT {', '.join(columns)} FROM version WHERE article = ? ORDER BY number", (article,)
            ).fetchall()
        except UNREADABLE as error:
            yield f"the versions of {article} cannot be read ({error})"
            continue
        yield from (dict(zip(columns, row, strict=True)) for row in rows)


def edits_of(connection: sqlite3.Connection, version: int) -> tuple[Edits, Edits]:
    """Return the rows of `cut` and of `repair` of a version, without its id."""
    cuts = connection.execute("SELECT start, end, kind, rule FROM cut WHERE version = ? ORDER BY start", (version,))
    found = cuts.fetchall()
    repairs = connection.execute(
        "SELECT start, end, text, rule FROM repair WHERE version = ? ORDER BY start", (version,)
    )
    return found, repairs.fetchall()


def _check_version(connection: sqlite3.Connection, row: dict[str, Any]) -> Iterator[Finding]:
    name = f"{row['article']}/{row['number']}"
    try:
        cuts, repairs = edits_of(connection, row["id"])
        newest = connection.execute(
            "SELECT text_digest FROM article WHERE id = ? AND version = ? AND removed_at IS NULL",
            (row["article"], row["number"]),
        ).fetchone()
    except UNREADABLE as error:
        yield Finding(CONTENT, problems=(Problem(CONTENT, name, f"its cuts or its article cannot be read ({error})"),))
        return
    faults = faults_of(row, cuts, repairs)
    if newest and TEXT not in faults.details and faults.document and text_digest(row["text"]) != newest[0]:
        faults.details[TEXT] = "is not what article.text_digest says"
    document = faults.document
    current = None
    if newest and document is not None and not faults.details:
        current = Current(row["article"], document, row["origin"], row["payload_sha256"], row["content_sha256"])
    for kind in (CONTENT, PROVENANCE, SPANS, TEXT):
        detail = faults.details.get(kind)
        problems = (Problem(kind, name, detail),) if detail else ()
        yield Finding(kind, problems=problems, current=current if kind == TEXT else None)


def check_payloads(connection: sqlite3.Connection, articles: Sequence[str] | None) -> Iterator[Finding]:
    """Yield what each payload is found to be, of these articles or of all."""
    for row in _payload_rows(connection, articles):
        if isinstance(row, str):
            yield Finding(PAYLOADS, problems=(Problem(PAYLOADS, "payload", row),))
            continue
        detail = payload_fault(*row)
        yield Finding(PAYLOADS, problems=(Problem(PAYLOADS, str(row[0])[:64], detail),) if detail else ())


_PAYLOAD = ("sha256", "size", "encoding", "bytes")


def _payload_rows(connection: sqlite3.Connection, articles: Sequence[str] | None) -> Iterator[tuple[Any, ...] | str]:
    if articles is None:
        damage: list[str] = []
        for row in rows_by_rowid(connection, "payload", _PAYLOAD, damage.append):
            yield from damage
            damage.clear()
            yield row[1:]
        yield from damage
        return
    for article in articles:
        try:
            rows = connection.execute(
                f"SELECT {', '.join(_PAYLOAD)} FROM payload WHERE sha256 IN"
                " (SELECT payload_sha256 FROM version WHERE article = ?)",
                (article,),
            ).fetchall()
        except UNREADABLE as error:
            yield f"the payloads of {article} cannot be read ({error})"
            continue
        yield from rows


def payload_fault(sha256: object, size: object, encoding: object, frame: object) -> str | None:
    """Return what is wrong with a row of `payload`, None for a sound one."""
    if encoding == NOT_KEPT:
        return None if frame == b"" else "is said not to be kept, and is"
    if encoding != "zstd" or not isinstance(frame, bytes):
        return f"its encoding is {encoding!r}"
    found = unpacked_digest(frame)
    if found is None:
        return "cannot be unpacked"
    if found != (sha256, size):
        return "is not what its digest and size say"
    return None
