"""Values of a corpus file that are what their columns say: SQLite holds anything in any column, and a file may come
from a stranger or a failing disk.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import ID_LENGTH

_TYPES = {"TEXT": str, "INTEGER": int, "BLOB": bytes}
_ABSENT_IN_JOINS = frozenset({"text", "authors", "tags"})
"""Columns that may hold no null, but that an outer join leaves out: who reads them sees to that."""
_IDS = frozenset({"id", "article"})
_ID = re.compile(f"[0-9a-f]{{{ID_LENGTH}}}")
_SHOWN = 32
_SURROGATE = re.compile("[\ud800-\udfff]")
_COLUMNS = (
    'SELECT c.name, c.type, c."notnull" FROM sqlite_master m, pragma_table_info(m.name) c'
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
)


def check_columns(connection: sqlite3.Connection, path: Path) -> None:
    """Let a connection raise CorpusDamaged for a value of another type than the columns of that name have.

    The schema must be our own: of it every column of one name has one type, but for `id`.
    """
    types: dict[str, type | None] = {}
    required: dict[str, bool] = {}
    for name, kind, not_null in connection.execute(_COLUMNS).fetchall():
        declared = _TYPES.get(kind)  # None where a column takes anything
        types[name] = declared if types.get(name, declared) is declared else None
        required[name] = required.get(name, True) and bool(not_null) and name not in _ABSENT_IN_JOINS

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> tuple[Any, ...]:
        for value, column in zip(values, cursor.description, strict=True):
            name = column[0]
            if value is None:
                if required.get(name):
                    raise damaged(f"{name} has no value", path)
            elif name in _IDS and type(value) is str:
                if not _ID.fullmatch(value):
                    raise damaged(f"'{value[:_SHOWN]}' is no id of an article", path)
            elif name == "id" and type(value) is not int:
                raise damaged(f"id holds {_A[type(value)]}", path)
            elif type(value) is not (types.get(name) or type(value)) or (name not in types and type(value) is bytes):
                raise damaged(f"{name} holds {_A[type(value)]}", path)
        return values

    connection.row_factory = row


_A = {str: "text", int: "a number", float: "a fraction", bytes: "bytes"}


def damaged(what: str, path: Path | None = None) -> CorpusDamaged:
    """Return the error for a value that cannot be."""
    where = f"{path}: " if path else ""
    return CorpusDamaged(f"{where}the content of the corpus is damaged: {what}; restore it from a copy")


def json_of(text: str, name: str) -> Any:
    """Return what the JSON of a column means. Raises CorpusDamaged."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise damaged(f"{name} is no JSON") from None


def strings_of(text: str, name: str) -> tuple[str, ...]:
    """Return the strings of a JSON array. Raises CorpusDamaged."""
    values = json_of(text, name)
    if not isinstance(values, list) or not all(map(_is_text, values)):
        raise damaged(f"{name} is no list of texts")
    return tuple(values)


def pairs_of(pairs: object, name: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of strings. Raises CorpusDamaged."""
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise damaged(f"{name} is no list of pairs of texts")
    return tuple((first, second) for first, second in pairs)


def object_of(text: str, name: str) -> dict[str, Any]:
    """Return a JSON object. Raises CorpusDamaged."""
    value = json_of(text, name)
    if not isinstance(value, dict):
        raise damaged(f"{name} is no JSON object")
    return value


def _is_pair(pair: object) -> bool:
    return isinstance(pair, Sequence) and len(pair) == 2 and all(map(_is_text, pair))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _SURROGATE.search(value)
