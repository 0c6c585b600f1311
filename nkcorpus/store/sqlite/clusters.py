"""Clusters of near-duplicate texts, kept up to date as texts come and go.

A cluster is a set of texts joined by chains of near duplicates. It depends on nothing but the texts that the corpus
holds, whatever their order. Equal texts are one text here.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable

from nkcorpus.dataclass import dataclass
from nkcorpus.dedupe import BANDS, SCHEME, Profile, band_keys, components, is_near, profile

_SCHEME_KEY = "near_duplicates"
_MOST_PROFILES = 500  # of 50 KB for an article of 400 words
_CANDIDATES = f"SELECT DISTINCT text_digest FROM text_band WHERE band IN ({', '.join('?' * BANDS)})"


@dataclass(frozen=True, slots=True)
class TextChange:
    """What happens to the text of an article: `before` are digest and text that it had, where they were others,
    `digest` is the coming one, and `is_new` tells whether no article has that yet.
    """

    before: tuple[str, str] | None
    digest: str | None
    is_new: bool


def is_current_scheme(connection: sqlite3.Connection) -> bool:
    """Tell whether the stored clusters were made by the present scheme."""
    row = connection.execute("SELECT value FROM corpus WHERE key = ?", (_SCHEME_KEY,)).fetchone()
    return row is not None and row[0] == SCHEME


class Clusters:
    """The clusters of one corpus. Works within the transaction of the connection; commits nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._profiles: OrderedDict[str, Profile] = OrderedDict()

    def is_outdated(self) -> bool:
        """Tell whether the clusters were never made, or by another scheme."""
        return not is_current_scheme(self._connection)

    def rebuild(self) -> None:
        """Make all clusters anew from the stored texts."""
        execute = self._connection.execute
        execute("DELETE FROM text_band")
        for (cluster,) in execute("SELECT DISTINCT cluster FROM text_cluster").fetchall():
            self._regroup(self._members(cluster), [])
        for (digest,) in execute("SELECT DISTINCT text_digest FROM article WHERE text_digest IS NOT NULL").fetchall():
            self.add(digest, band_keys(self._text(digest)))
        execute("INSERT OR REPLACE INTO corpus (key, value) VALUES (?, ?)", (_SCHEME_KEY, SCHEME))

    def change(self, article: str, digest: str | None) -> TextChange:
        """Return what a text of this digest changes for an article. To be asked before the tables are written."""
        row = self._connection.execute(
            "SELECT a.text_digest, v.text FROM article a JOIN version v ON v.article = a.id AND v.number = a.version"
            " WHERE a.id = ? AND a.text_digest IS NOT ?",
            (article, digest),
        ).fetchone()
        return TextChange(row if row and row[0] else None, digest, digest is not None and not self.is_stored(digest))

    def follow(self, change: TextChange, bands: Collection[int]) -> bool:
        """Bring the clusters up to date once the tables are written; tell whether a new text has a near duplicate."""
        if change.before and not self.is_stored(change.before[0]):
            self.drop(*change.before)
        return bool(change.digest and change.is_new and self.add(change.digest, bands))

    def is_stored(self, digest: str, besides: str = "") -> bool:
        """Tell whether an article, another one than `besides`, has this text."""
        row = self._connection.execute(
            "SELECT 1 FROM article WHERE text_digest = ? AND id <> ? LIMIT 1", (digest, besides)
        ).fetchone()
        return row is not None

    def add(self, digest: str, bands: Collection[int]) -> bool:
        """Take in the text of a stored article which no other article had; tell whether it has a near duplicate."""
        if not bands:
            return False
        candidates = [name for (name,) in self._connection.execute(_CANDIDATES, tuple(bands))]
        self._connection.executemany(
            "INSERT OR IGNORE INTO text_band (band, text_digest) VALUES (?, ?)", [(band, digest) for band in bands]
        )
        joined: set[str] = set()
        for candidate in sorted(candidates):
            if candidate not in joined and is_near(self._profile(digest), self._profile(candidate)):
                joined |= self._cluster_of(candidate)
        if joined:
            self._regroup(joined | {digest}, [joined | {digest}])
        return bool(joined)

    def drop(self, digest: str, text: str) -> None:
        """Forget a text that no article has any more."""
        keys = band_keys(text)
        self._connection.executemany(
            "DELETE FROM text_band WHERE band = ? AND text_digest = ?", [(band, digest) for band in keys]
        )
        self._profiles.pop(digest, None)
        members = self._cluster_of(digest)
        if len(members) > 1:
            rest = members - {digest}
            self._regroup(members, components({name: self._text(name) for name in rest}))

    def _regroup(self, before: Iterable[str], groups: Iterable[set[str]]) -> None:
        """Put texts into other clusters; an article whose cluster is another one now has changed."""
        old = {name: self._cluster_name(name) for name in before}
        new = dict.fromkeys(old, "") | {name: min(group) for group in groups if len(group) > 1 for name in group}
        for name, cluster in new.items():
            if cluster:
                self._connection.execute(
                    "INSERT OR REPLACE INTO text_cluster (text_digest, cluster) VALUES (?, ?)", (name, cluster)
                )
            else:
                self._connection.execute("DELETE FROM text_cluster WHERE text_digest = ?", (name,))
            if old[name] != (cluster or name):
                self._touch(name)

    def _touch(self, digest: str) -> None:
        """Give the articles with this text a new place in the sequence of changes, so that the index follows."""
        execute = self._connection.execute
        for (article,) in execute("SELECT id FROM article WHERE text_digest = ?", (digest,)).fetchall():
            seq = execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
            execute("UPDATE article SET seq = ? WHERE id = ?", (seq, article))

    def _cluster_name(self, digest: str) -> str:
        row = self._connection.execute("SELECT cluster FROM text_cluster WHERE text_digest = ?", (digest,)).fetchone()
        return row[0] if row else digest

    def _cluster_of(self, digest: str) -> set[str]:
        return self._members(self._cluster_name(digest)) | {digest}

    def _members(self, cluster: str) -> set[str]:
        rows = self._connection.execute("SELECT text_digest FROM text_cluster WHERE cluster = ?", (cluster,))
        return {name for (name,) in rows}

    def _profile(self, digest: str) -> Profile:
        known = self._profiles.get(digest)
        if known is None:
            known = self._profiles[digest] = profile(self._text(digest))
            if len(self._profiles) > _MOST_PROFILES:
                self._profiles.popitem(last=False)
        else:
            self._profiles.move_to_end(digest)
        return known

    def _text(self, digest: str) -> str:
        row = self._connection.execute(
            "SELECT v.text FROM article a JOIN version v ON v.article = a.id AND v.number = a.version"
            " WHERE a.text_digest = ? LIMIT 1",
            (digest,),
        ).fetchone()
        return str(row[0])
