"""What travels to and from an index: documents, and writes of a bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = Literal["done", "conflict"]
"""What came of a write. conflict: create of what is there, replace or delete of what has changed, newer of what is no
older."""


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document. `seq_no` and `primary_term` name this state of it; `sort` is its place in what was paged."""

    id: str
    source: dict[str, Any]
    seq_no: int
    primary_term: int
    sort: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a bulk: made by the methods that are named as the operations."""

    op: Literal["create", "replace", "put", "newer", "delete"]
    id: str
    source: dict[str, Any] | None = None
    seq_no: int | None = None
    primary_term: int | None = None
    version: int | None = None

    @classmethod
    def create(cls, id: str, source: dict[str, Any]) -> Write:
        """Write a document that is not there yet."""
        return cls("create", id, source)

    @classmethod
    def replace(cls, document: Document, source: dict[str, Any]) -> Write:
        """Write over a document, unless it has changed since it was read."""
        return cls("replace", document.id, source, document.seq_no, document.primary_term)

    @classmethod
    def put(cls, id: str, source: dict[str, Any]) -> Write:
        """Write a document, whatever is there."""
        return cls("put", id, source)

    @classmethod
    def newer(cls, id: str, source: dict[str, Any], version: int) -> Write:
        """Write a document unless one of the same or a greater version is there."""
        return cls("newer", id, source, version=version)

    @classmethod
    def delete(cls, id: str, document: Document | None = None) -> Write:
        """Delete a document; given what was read, only if it has not changed since. Done if there is none."""
        if document is None:
            return cls("delete", id)
        return cls("delete", id, None, document.seq_no, document.primary_term)

    def action(self) -> dict[str, Any]:
        """Return the line of a bulk that says what to do."""
        about: dict[str, Any] = {"_id": self.id}
        if self.seq_no is not None:
            about |= {"if_seq_no": self.seq_no, "if_primary_term": self.primary_term}
        if self.version is not None:
            about |= {"version": self.version, "version_type": "external"}
        return {self.op if self.op in ("create", "delete") else "index": about}
