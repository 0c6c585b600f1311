"""The table of hostile text: every sequence in every place that holds text, in every command and format.

`python -m tests.hostile.table` tries all and prints the counts in one line.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from nkcorpus.cli.app import COMMANDS, root
from nkcorpus.store import storable
from tests.hostile.commands import CHANGING, READING, filled, lines, names_in
from tests.hostile.inside import run_inside, text_of
from tests.hostile.library import make_library
from tests.hostile.sequences import GROUPS, SEQUENCES, raw_in

_LISTS = {("version", "authors"), ("version", "tags")}
_OBJECTS: dict[tuple[str, str], Callable[[str], object]] = {
    ("version", "evidence"): lambda text: {"title": text, text: text},
    ("version", "retrieval_headers"): lambda text: [["content-type", text], [text, text]],
    ("saved_search", "options"): lambda text: {"match": "any", "source": text},
    ("followed", "options"): lambda text: {"as": text, text: text},
}
_AS_THEY_ARE = {
    *(("version", name) for name in ("article", "extract_sha256", "content_sha256", "payload_sha256", "date")),
    *(("version", name) for name in ("text", "raw_text", "kind")),
    *(("article", name) for name in ("id", "text_digest")),
    *(("text_cluster", name) for name in ("text_digest", "cluster")),
    *(("fetch", name) for name in ("state", "article", "retry_at")),
    *((table, "article") for table in ("change", "user_tag", "note", "kept_line")),
    ("corpus", "key"), ("corpus", "value"), ("payload", "sha256"), ("payload", "encoding"), ("rule", "id"),
    ("article", "removed_at"), ("text_band", "text_digest"), ("change", "token"), ("saved_search", "name"),
    ("saved_search", "query"), ("rule", "toml"),
}  # fmt: skip
"""What finds articles and searches: with other values there would be nothing to show."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A corpus to put hostile text into."""

    home: Path
    made: Path
    values: dict[str, str | Path]


def make_shelf(home: Path) -> Shelf:
    """Make a corpus with something in every table."""
    made = home / "made.db"
    first, second = make_library(made, home / "cache")
    return Shelf(home, made, {"id": first, "other": second, **names_in(home)})


def hostile_copy(shelf: Shelf, text: str) -> Path:
    """Return a copy of the corpus with `text` in every column that may hold any, and a file that holds it."""
    path = shelf.home / "hostile.db"
    shutil.copy(shelf.made, path)
    shutil.rmtree(shelf.home / "hostile-cache", ignore_errors=True)
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    held = storable(text) if any("\ud800" <= each <= "\udfff" for each in text) else text
    for table in tables:
        for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "TEXT" and (table, column) not in _AS_THEY_ARE:
                _put(connection, table, column, text, held)
    connection.execute(
        "UPDATE version SET raw_text = raw_text || ?1, text = text || ?1", (f"\n\n{held}\nrice {held}\n",)
    )
    connection.commit()
    connection.close()
    shutil.copy(path, shelf.values["corpus"])
    Path(shelf.values["file"]).write_text(
        f"Rice {text} rose.\n\n{text}\n\n*Translated by {text}\n", "utf-8", "surrogatepass"
    )
    return path


def _put(connection: sqlite3.Connection, table: str, column: str, text: str, held: str) -> None:
    value = held
    if (table, column) in _LISTS:
        value = json.dumps([held, f"{held} {held}"])
    elif (table, column) in _OBJECTS:
        value = json.dumps(_OBJECTS[table, column](held))
    elif column in ("url", "retrieval_url", "retrieval_answered", "counterpart"):
        value = f"https://evil.example/{held}"
    connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} IS NOT NULL", (value,))


def stored_texts(
    shelf: Shelf, text: str, terminals: tuple[bool, ...] = (False, True)
) -> Iterator[tuple[str, list[str]]]:
    """Yield each command line on a corpus that holds `text` everywhere, with what came out raw: to a pipe, to a
    terminal, or both.
    """
    path = hostile_copy(shelf, text)
    for table in (READING, CHANGING):
        for line in lines(table):
            if line[0] in ("open", "update"):
                continue
            for terminal in terminals:
                yield from _tried(shelf, ["-C", str(path), *filled(line, shelf.values)], terminal)


def typed_texts(shelf: Shelf, text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield command lines that have `text` in each place where a user or a script can put it."""
    text = text.replace("\ud800", "").replace("\0", "")  # no bytes of a command line stand for them
    for name in COMMANDS:
        command = root.get_command(click.Context(root), name)
        assert command is not None
        base = ["-C", str(shelf.made), name]
        places = [
            [*base, text],
            [*base, f"--{text}"],
            [*base, f"-{text}"],
            [*base, "--format", text],
            [text],
            ["-C", text, name],
        ]
        places += [
            [*base, parameter.opts[0], text]
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.is_flag
        ]
        for line in places:
            yield from _tried(shelf, line, len(line) % 2 == 0)
    for variable in (
        "NKCORPUS_CORPUS",
        "NKCORPUS_CONFIG",
        "NKCORPUS_COLOR",
        "NKCORPUS_LIST_FORMAT",
        "NKCORPUS_LIST_LIMIT",
    ):
        yield from _tried(shelf, ["list"], True, {variable: text})
    settings = shelf.home / "settings.toml"
    quoted = json.dumps(storable(text))
    for content in (
        f"{quoted} = 1",
        f"[list]\nformat = {quoted}",
        f"[{quoted}]\nx = 1",
        f"corpus = {quoted}",
        storable(text),
        f"[fetch.{quoted}]\nx=1",
    ):
        settings.write_text(content, "utf-8")
        yield from _tried(shelf, ["list"], False, {"NKCORPUS_CONFIG": str(settings)})


def _tried(
    shelf: Shelf, line: list[str], terminal: bool, env: dict[str, str] | None = None
) -> Iterator[tuple[str, list[str]]]:
    env = {"NKCORPUS_CACHE_DIR": str(shelf.home / "hostile-cache"), **(env or {})}
    ended = run_inside(shelf.home, *line, terminal=terminal, env=env)
    found = raw_in(ended.out, terminal=terminal) + raw_in(ended.err, terminal=terminal)
    if b"internal error" in ended.err:
        found.append(ended.err.decode("utf-8", "replace")[-200:])
    yield f"{text_of(line)!r} {'on a terminal' if terminal else 'to a pipe'}", found


def main() -> int:
    """Try all and print what was found."""
    tried = raw = 0
    with tempfile.TemporaryDirectory() as name:
        shelf = make_shelf(Path(name))
        for called, text in GROUPS.items():
            for places in (stored_texts, typed_texts):
                for line, found in places(shelf, text):
                    tried += 1
                    raw += bool(found)
                    if found:
                        print(f"{called}: {line}: {found}", file=sys.stderr, flush=True)
    print(f"{len(SEQUENCES)} sequences, {len(COMMANDS)} commands, {tried} command lines, {raw} with anything raw")
    return 1 if raw else 0


if __name__ == "__main__":
    sys.exit(main())
