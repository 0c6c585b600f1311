"""Whether what follows from other rows does: numbers of versions, changes, counts, near duplicates."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from nkcorpus.dedupe import Profile, band_keys, is_near, keys_of, profile
from nkcorpus.results import Problem
from nkcorpus.store.base import Finding
from nkcorpus.store.sqlite.clusters import is_current_scheme

NUMBERS = "version numbers"
CHANGES = "changes"
ORPHANS = "orphans"
COUNTS = "kept counts"
CLUSTERS = "near duplicates"
QUARANTINE = "quarantine"
_BATCH = 400
_NEWEST = "article a JOIN version v ON v.article = a.id AND v.number = a.version"

_VERSION_NUMBERS = (
    "SELECT a.id, a.version, a.removed_at, a.text_digest, count(v.number), coalesce(min(v.number), 0),"
    " coalesce(max(v.number), 0) FROM article a LEFT JOIN version v ON v.article = a.id GROUP BY a.id ORDER BY a.id"
)
_QUARANTINED = (
    "SELECT count(DISTINCT value) FROM quarantine q JOIN quarantine_value c ON c.row = q.id AND c.name = 'number'"
    " WHERE q.source = 'version' AND q.article = ?1 AND value NOT IN (SELECT number FROM version WHERE article = ?1)"
)
_UNKNOWN_CHANGES = (
    "SELECT a.id, a.seq FROM article a LEFT JOIN change c ON c.seq = a.seq WHERE c.article IS NOT a.id UNION ALL"
    " SELECT a.id, a.arrived FROM article a LEFT JOIN change c ON c.seq = a.arrived"
    " WHERE a.arrived IS NOT NULL AND c.article IS NOT a.id"
)
_UNUSED = {
    "payload": "SELECT sha256 FROM payload WHERE NOT EXISTS (SELECT 1 FROM version WHERE payload_sha256 = sha256)",
    "text_cluster": "SELECT text_digest FROM text_cluster t WHERE NOT EXISTS"
    " (SELECT 1 FROM article a WHERE a.text_digest = t.text_digest)",
}
_COUNTED = {
    "article_count": (
        "SELECT coalesce(v.source, ''), coalesce(substr(v.date, 1, 4), ''), count(*), sum(a.version), sum(v.words)"
        f" FROM {_NEWEST} GROUP BY 1, 2",
        "SELECT source, year, articles, versions, words FROM article_count WHERE articles OR versions OR words",
    ),
    "cut_count": (
        f"SELECT c.rule, count(*) FROM {_NEWEST} JOIN cut c ON c.version = v.id GROUP BY 1",
        "SELECT rule, cuts FROM cut_count WHERE cuts",
    ),
}


def check_numbers(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield whether each article has the versions 1 to its newest, but for those in quarantine; a removed one none."""
    for article, newest, removed_at, digest, count, least, greatest in connection.execute(_VERSION_NUMBERS):
        detail = ""
        if removed_at is not None:
            if newest or count or digest is not None:
                detail = f"is removed, but has {count} versions"
        elif newest != greatest or count != greatest or least != min(1, greatest):
            (gaps,) = connection.execute(_QUARANTINED, (article,)).fetchone()
            if newest != greatest or count + gaps < greatest:
                detail = f"has {count} versions, numbers {least} to {greatest}; {newest} is said to be the newest"
        elif not count and not connection.execute(_QUARANTINED, (article,)).fetchone()[0]:
            detail = "has no version"
        yield Finding(NUMBERS, problems=(Problem(NUMBERS, article, detail),) if detail else ())


def check_changes(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield the articles whose latest change, or the one that brought their text, is not in the list of changes."""
    for article, seq in connection.execute(_UNKNOWN_CHANGES):
        yield Finding(CHANGES, 0, (Problem(CHANGES, article, f"change {seq} is not known as one of it"),))
    yield Finding(CHANGES, connection.execute("SELECT count(*) FROM change").fetchone()[0])


def check_orphans(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what belongs to nothing and has no foreign key that would say so."""
    for table, unused in _UNUSED.items():
        for (name,) in connection.execute(unused):
            yield Finding(ORPHANS, 0, (Problem(ORPHANS, f"{table} {str(name)[:64]}", "belongs to no article"),))
        yield Finding(ORPHANS, connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def check_counts(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield the kept counts that counting anew does not give."""
    for table, (counted, kept) in _COUNTED.items():
        for one, other in ((counted, kept), (kept, counted)):
            for row in connection.execute(f"SELECT * FROM ({one}) EXCEPT SELECT * FROM ({other})"):
                which = "is missing" if one is counted else "is wrong"
                yield Finding(COUNTS, 0, (Problem(COUNTS, table, f"{which}: {' '.join(map(repr, row))}"),))
        yield Finding(COUNTS, connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def check_quarantine(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield how many rows are in quarantine, which is no problem any more."""
    (count,) = connection.execute("SELECT count(*) FROM quarantine").fetchone()
    note = f"{count} rows are in quarantine; 'nkcorpus repair --quarantine' lists them"
    yield Finding(QUARANTINE, count, notes=(note,) if count else ())


def check_clusters(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield whether each text has its bands, and whether texts are in one cluster exactly when a chain of near
    duplicates joins them. Memory grows with the largest cluster only.
    """
    if not is_current_scheme(connection):
        yield Finding(CLUSTERS, 0, notes=("near duplicates are of another version; the next ingest finds them anew",))
        return
    last, bands = "", 0
    while True:
        rows = connection.execute(
            f"SELECT a.text_digest, min(v.text) FROM {_NEWEST} WHERE a.text_digest > ? GROUP BY 1 ORDER BY 1 LIMIT ?",
            (last, _BATCH),
        ).fetchall()
        for digest, text in rows:
            keys = band_keys(text)
            bands += len(set(keys))
            yield _check_text(connection, digest, text, keys)
        if len(rows) < _BATCH:
            break
        last = rows[-1][0]
    (stored,) = connection.execute("SELECT count(*) FROM text_band").fetchone()
    if stored != bands:
        yield Finding(CLUSTERS, 0, (Problem(CLUSTERS, "text_band", f"has {stored} rows, not {bands}"),))
    for (cluster,) in connection.execute("SELECT DISTINCT cluster FROM text_cluster").fetchall():
        yield _check_cluster(connection, cluster)


def _check_text(connection: sqlite3.Connection, digest: str, text: str, keys: Sequence[int]) -> Finding:
    sharing = _sharing(connection, keys)
    if sharing[digest] != len(set(keys)):
        return Finding(CLUSTERS, problems=(Problem(CLUSTERS, f"text {digest}", "has other bands than are stored"),))
    if len(sharing) > 1:
        own = profile(text)
        for other in sharing.keys() - {digest}:
            near = is_near(own, _profile(connection, other))
            if near and _cluster(connection, other) != _cluster(connection, digest):
                detail = f"is a near duplicate of {other}, in another cluster"
                return Finding(CLUSTERS, problems=(Problem(CLUSTERS, f"text {digest}", detail),))
    return Finding(CLUSTERS)


def _check_cluster(connection: sqlite3.Connection, cluster: str) -> Finding:
    members = sorted(
        name for (name,) in connection.execute("SELECT text_digest FROM text_cluster WHERE cluster = ?", (cluster,))
    )
    reached, ahead = set(members[:1]), members[:1]
    while ahead:
        digest = ahead.pop()
        own = _profile(connection, digest)
        for other in _sharing(connection, keys_of(own.shingles)).keys() & set(members) - reached:
            if is_near(own, _profile(connection, other)):
                reached.add(other)
                ahead.append(other)
    is_whole = len(members) > 1 and reached == set(members) and members[0] == cluster
    detail = "its texts are no near duplicates of each other, or it has another's name"
    return Finding(CLUSTERS, 0, () if is_whole else (Problem(CLUSTERS, f"cluster {cluster}", detail),))


def _sharing(connection: sqlite3.Connection, keys: Sequence[int]) -> Counter[str]:
    """Return the texts that have bands of these keys, with how many."""
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(f"SELECT text_digest FROM text_band WHERE band IN ({marks})", keys)
    return Counter(name for (name,) in rows)


def _cluster(connection: sqlite3.Connection, digest: str) -> str:
    row = connection.execute("SELECT cluster FROM text_cluster WHERE text_digest = ?", (digest,)).fetchone()
    return str(row[0]) if row else digest


def _profile(connection: sqlite3.Connection, digest: str) -> Profile:
    row = connection.execute(f"SELECT v.text FROM {_NEWEST} WHERE a.text_digest = ? LIMIT 1", (digest,)).fetchone()
    return profile(str(row[0]) if row else "")
