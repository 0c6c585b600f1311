"""What follows from the rows that were saved, made anew: what refers to nothing, numbers, counts, near duplicates."""

from __future__ import annotations

import os

from nkcorpus.identity import text_digest
from nkcorpus.store.sqlite import counts
from nkcorpus.store.sqlite.clusters import Clusters
from nkcorpus.store.sqlite.repair.target import Target
from nkcorpus.store.sqlite.rows import NOT_KEPT

_REFERRING = ("version", "kept_line", "user_tag", "note", "fetch")
"""The tables whose rows name articles."""
_LOST = "the version cannot be read"
_MOST_VERSIONS = 10_000
"""Beyond that a number of versions is damage."""
_NEWEST = (
    "SELECT a.version, a.text_digest, a.arrived, a.removed_at, max(v.number), v.text"
    " FROM article a LEFT JOIN version v ON v.article = a.id WHERE a.id = ?"
)
_QUARANTINED = (
    "SELECT value FROM quarantine q JOIN quarantine_value c ON c.row = q.id AND c.name = 'number'"
    " WHERE q.source = 'version' AND q.article = ?"
)


def complete(target: Target) -> None:
    """Make a corpus of the rows that a new file has."""
    _add_missing(target)
    for (article,) in target.connection.execute("SELECT id FROM article").fetchall():
        _set_newest(target, article)
    _put_orphans_aside(target)
    if not target.connection.execute("SELECT 1 FROM corpus WHERE key = 'id'").fetchone():
        target.insert("corpus", {"key": "id", "value": os.urandom(16).hex()})
        target.mend("corpus", "id", "a new id in place of the damaged one")
    Clusters(target.connection).rebuild()
    counts.count_anew(target.connection)
    target.touch()


def _add_missing(target: Target) -> None:
    """Add the articles, runs and payloads that rows refer to and that were not saved."""
    execute = target.connection.execute
    for table in _REFERRING:
        for (article,) in execute(
            f"SELECT DISTINCT article FROM {table} WHERE article NOT IN (SELECT id FROM article)"
        ).fetchall():
            target.insert_article({"id": article, "seq": None, "version": 1})
    for (run,) in execute("SELECT DISTINCT run FROM version WHERE run NOT IN (SELECT id FROM run)").fetchall():
        target.insert("run", {"id": run, "started_at": "", "tool": "", "sources": "[]"})
        target.mend("run", str(run), "a row in its place, without times and sources")
    for (sha256,) in execute(
        "SELECT DISTINCT payload_sha256 FROM version WHERE payload_sha256 NOT IN (SELECT sha256 FROM payload)"
    ).fetchall():
        target.insert("payload", {"sha256": sha256, "size": 0, "encoding": NOT_KEPT, "bytes": b""})
        target.lose(f"payload {sha256}", "the original bytes cannot be read")


def _set_newest(target: Target, article: str) -> None:
    """Let the row of an article say what its versions are, and name those that are gone."""
    execute = target.connection.execute
    version, digest, arrived, removed_at, newest, text = execute(_NEWEST, (article,)).fetchone()
    put_aside = {number for (number,) in execute(_QUARANTINED, (article,))}
    saved = {number for (number,) in execute("SELECT number FROM version WHERE article = ?", (article,))}
    for number in range(1, min(max(version, newest or 0), _MOST_VERSIONS) + 1):
        if number not in saved | put_aside:
            target.lose(f"{article}/{number}", _LOST)
            target.put_aside("version", article, {"number": number}, _LOST)
    if not version and not saved and not put_aside and removed_at is None:
        new: tuple[object, ...] = 0, None, ""  # an article that has no version is one that was removed
    else:
        new = newest or 0, text_digest(text) if newest else None, None if newest else removed_at
    if new != (version, digest, removed_at):
        execute("UPDATE article SET version = ?, text_digest = ?, removed_at = ? WHERE id = ?", (*new, article))
        target.mend("article", article, "what is said of its newest version made anew")
        target.touched.add(article)
    if arrived is not None and target.changed_by(arrived) != article:
        execute("UPDATE article SET arrived = NULL WHERE id = ?", (article,))
        target.mend("article", article, "the change that brought it is not known any more")


def _put_orphans_aside(target: Target) -> None:
    """Move the payloads to quarantine that no version is left of."""
    execute = target.connection.execute
    for (sha256,) in execute(
        "SELECT sha256 FROM payload WHERE sha256 NOT IN (SELECT payload_sha256 FROM version)"
    ).fetchall():
        size, encoding, frame = execute(
            "SELECT size, encoding, bytes FROM payload WHERE sha256 = ?", (sha256,)
        ).fetchone()
        if encoding != NOT_KEPT:
            row = {"sha256": sha256, "size": size, "encoding": encoding, "bytes": frame}
            target.quarantine("payload", None, row, "belongs to no version that is left")
        execute("DELETE FROM payload WHERE sha256 = ?", (sha256,))
