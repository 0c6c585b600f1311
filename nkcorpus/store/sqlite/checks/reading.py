"""Reading a file that may be damaged: as far as it goes, and on behind the damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

_BATCH = 200
_LAST_ROWID = (1 << 63) - 1

UNREADABLE = (sqlite3.DatabaseError, UnicodeError)
"""What reading damage raises: SQLite's errors, and Python's where their messages hold damaged names."""

Damage = Callable[[str], None]
"""Hears what could not be read, in a line."""


def rows_by_rowid(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], on_damage: Damage
) -> Iterator[tuple[Any, ...]]:
    """Yield rowid and columns of each row that can be read, by rowid. Memory does not grow with the table."""
    select = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?"
    last, batch = -1, _BATCH
    while True:
        try:
            rows = connection.execute(select, (last, batch)).fetchall()
        except UNREADABLE as error:
            if batch > 1:
                batch = 1
                continue
            following = _next_readable(connection, table, columns, last)
            upto = "the end" if following is None else f"row {following}"
            on_damage(f"rows of {table} after {max(last, 0)} and before {upto} cannot be read ({error})")
            if following is None:
                return
            last, batch = following - 1, _BATCH
            continue
        yield from rows
        if len(rows) < batch:
            return
        if rows[-1][0] <= last:  # a tree that leads back into itself
            on_damage(f"rows of {table} after {last} come in no order")
            return
        last, batch = rows[-1][0], _BATCH


def _next_readable(connection: sqlite3.Connection, table: str, columns: Sequence[str], last: int) -> int | None:
    """Return the first rowid behind damage, as steps of growing width find it; None where there is none."""
    select = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1"
    step = 1
    while last + step <= _LAST_ROWID:
        try:
            row = connection.execute(select, (last + 1 + step,)).fetchone()
        except UNREADABLE:
            step += max(1, step // 8)
            continue
        return None if row is None else int(row[0])
    return None


def rows_by_key(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], keys: int, on_damage: Damage
) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of each row that can be read, the first `keys` of them being the table's primary key.

    Ascending up to damage, and then descending from the end down to it. Memory does not grow with the table.
    """
    last = yield from _run(connection, table, columns, keys, "", None)
    if last is None:
        return
    error, upto = last
    on_damage(f"rows of {table} after {_named(upto)} cannot be read ({error}); those behind them are read from the end")
    yield from _run(connection, table, columns, keys, "DESC", upto)


def _run(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], keys: int, order: str, stop: Any
) -> Generator[tuple[Any, ...], None, tuple[Exception, Any] | None]:
    """Yield rows in one direction; return None at the end, or what stopped it and the last key before it."""
    key = ", ".join(columns[:keys])
    marks = ", ".join("?" * keys)
    ordered = ", ".join(f"{name} {order}" for name in columns[:keys])
    sign = "<" if order else ">"
    last: tuple[Any, ...] | None = None
    batch = _BATCH
    while True:
        bounds = [(f"({key}) {sign} ({marks})", last)] if last else []
        bounds += [(f"({key}) > ({marks})", stop)] if stop else []
        where = " AND ".join(["TRUE", *(condition for condition, _ in bounds)])
        values = [value for _, bound in bounds for value in bound]
        try:
            rows = connection.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY {ordered} LIMIT {batch}", values
            ).fetchall()
        except UNREADABLE as error:
            if batch > 1:
                batch = 1
                continue
            return error, last
        yield from rows
        if len(rows) < batch:
            return None
        if rows[-1][:keys] == last:
            return sqlite3.DatabaseError("they come in no order"), last
        last = rows[-1][:keys]


def _named(key: Any) -> str:
    return "the beginning" if key is None else " ".join(map(repr, key))
