"""A corpus in one SQLite file. All SQL of nkcorpus is in this package; docs/schema.md shows the tables."""

from nkcorpus.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
