"""Statements that damage a corpus, and what kind of check finds each."""

from __future__ import annotations

from nkcorpus.checking import CLEANING
from nkcorpus.store import faults
from nkcorpus.store.sqlite.checks import derived, structure

NEWEST = "id = (SELECT max(id) FROM version)"
OF_A_PAGE = "id = (SELECT min(id) FROM version WHERE kind = 'html')"
DAMAGES = {
    "title": (f"UPDATE version SET title = 'Invented' WHERE {NEWEST}", faults.CONTENT),
    "authors": (f"UPDATE version SET authors = 'no JSON' WHERE {NEWEST}", faults.CONTENT),
    "blob": (f"UPDATE version SET title = x'ff' WHERE {NEWEST}", faults.CONTENT),
    "no UTF-8": (f"UPDATE version SET title = CAST(x'ff61' AS TEXT) WHERE {NEWEST}", faults.CONTENT),
    "raw text": (f"UPDATE version SET raw_text = 'Nothing.' || raw_text WHERE {OF_A_PAGE}", faults.CONTENT),
    "content digest": (f"UPDATE version SET content_sha256 = '-' || substr(content_sha256, 2) WHERE {NEWEST}",
        faults.CONTENT),
    "digest of a payload": (f"UPDATE version SET payload_sha256 = CAST(x'ff61' AS TEXT) WHERE {NEWEST}",
        faults.CONTENT),
    "provenance": (f"UPDATE version SET retrieved_at = '2001-01-01T00:00:00Z' WHERE {OF_A_PAGE}", faults.PROVENANCE),
    "row digest": (f"UPDATE version SET row_sha256 = NULL WHERE {NEWEST}", faults.PROVENANCE),
    "clean text": (f"UPDATE version SET text = text || 'x' WHERE {NEWEST}", faults.TEXT),
    "words": (f"UPDATE version SET words = words + 1 WHERE {NEWEST}", faults.TEXT),
    "text digest": ("UPDATE article SET text_digest = 'x' WHERE id = (SELECT min(id) FROM article WHERE version > 0)",
        faults.TEXT),
    "bounds": ("UPDATE cut SET end = 99999999 WHERE version = (SELECT max(version) FROM cut)", faults.SPANS),
    "payload": ("UPDATE payload SET bytes = substr(bytes, 1, 20) WHERE rowid = 1", faults.PAYLOADS),
    "size": ("UPDATE payload SET size = 3 WHERE rowid = 1", faults.PAYLOADS),
    "encoding": ("UPDATE payload SET encoding = 'gzip' WHERE rowid = 1", faults.PAYLOADS),
    "no article": ("DELETE FROM article WHERE id = (SELECT max(article) FROM version)", structure.REFERENCES),
    "no version": ("DELETE FROM version WHERE id = (SELECT max(version) FROM cut)", structure.REFERENCES),
    "trigger": ("CREATE TRIGGER x AFTER INSERT ON note BEGIN DELETE FROM note; END", structure.SCHEMA),
    "index": ("DROP INDEX version_by_payload", structure.SCHEMA),
    "note": ("UPDATE note SET text = 'Invented.' WHERE id = (SELECT min(id) FROM note)", structure.SEALS),
    "tag": ("UPDATE user_tag SET tag = 'Invented' WHERE tag = 'rice'", structure.SEALS),
    "journal": ("UPDATE fetch SET state = 'done' WHERE state = 'pending'", structure.SEALS),
    "tombstone": ("UPDATE article SET removed_at = NULL WHERE removed_at IS NOT NULL", derived.NUMBERS),
    "number": (f"UPDATE version SET number = 7 WHERE {NEWEST}", derived.NUMBERS),
    "change": ("UPDATE change SET article = 'x' WHERE seq = (SELECT max(seq) FROM article)", derived.CHANGES),
    "orphan": ("INSERT INTO payload VALUES ('x', 0, 'none', '')", derived.ORPHANS),
    "count": ("UPDATE article_count SET words = words + 1", derived.COUNTS),
    "cut count": ("DELETE FROM cut_count", derived.COUNTS),
    "bands": ("DELETE FROM text_band", derived.CLUSTERS),
    "cluster": ("UPDATE text_cluster SET cluster = 'x'", derived.CLUSTERS),
    "rule": ("INSERT INTO rule (id, toml, origin, added_at, seal) VALUES ('x', 'no TOML', 'a', 'b', 0)", CLEANING),
}  # fmt: skip
"""By name: a statement that does something like it, and the kind under which a check tells of it."""
