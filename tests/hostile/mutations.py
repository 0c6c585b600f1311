"""Random values of any type and size in any column of a corpus, and every reading command on what comes of it.

`python -m tests.hostile.mutations [COUNT] [SEED]` tries COUNT corpora (500) and prints the counts in one line.
"""

from __future__ import annotations

import random
import re
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.commands import CHANGING, READING, filled, lines, names_in
from tests.hostile.inside import Ended, run_inside, text_of
from tests.hostile.library import make_library

LONGEST = 10.0
"""Seconds that a command may take."""
_EXITS = {0, 1, 2, 3}
_DEEP = "[" * 3_000
_VALUES: tuple[object, ...] = (
    None, 0, -1, 1, 2, 3, 7, 2**31, 2**63 - 1, -(2**63), 1.5, float("inf"), -0.0,
    "", " ", "x", "rice", "\x1b[5;35mx", "a\x00b", "\u202e\u2028", "0", "1", "-1", "99999999999999999999", "1e400",
    b"", b"x", b"\xff\xfe\x00", b"\x00" * 100_000, "rice " * 20_000, "a" * 200_000, "\n" * 5_000, "(" * 5_000,
    "[]", "{}", "null", "[1]", "[null]", "[[]]", '["a", 1]', '{"a": 1}', '"x"', "[", _DEEP, '{"a":' * 3_000, "NaN",
    "1" * 6_000,
    '[["a", "b"]]', '[["a"]]', '[["a", 1]]', '[{"a": 2}]', '{"limit": -1}', '{"match": "no"}', '{"since": "x"}',
    '{"exact": 7, "sort": []}', '{"unknown": 1}', '{"source": ["a"]}', '{"all": 1}', '{"engine": "x"}', '{"kind": {}}',
    "../../../../tmp/evil", "/etc/passwd", "file:///etc/passwd", "javascript:alert(1)", "http://[::1", "//x", "-x", "~",
    "https://news.example/\r\nX: y", "gopher://x/", "http://" + "a." * 2_000, "9999-99-99", "2024-13-45T99:99", "0000",
    "-5-01-01", "2024-01-01T00:00:00+99:99", "html", "pdf", "docx", "mail", "record", "row", "entry", "none", "zstd",
    "utf-8", "rot13", "idna", "x" * 64, "f" * 64, "pending", "failed", "whoosh", "tantivy", "os", "NEAR/0", '"',
    "a AND (",     "* " * 500, "re*", "~" * 100, "[[rule]]", "id = 1", "x = " + "[" * 2_000,
)  # fmt: skip
_RULE = """[[rule]]
id = "own.{name}"
kind = "notice"
zone = "line"
contains = ["rice"]
pattern = '{pattern}'
cut = ["rice"]
keep = []
"""
_PATTERNS = (
    "(?:a|a)*rice",
    r"(?:.*,){9}rice|rice",
    "(?:rice{1,9999}){1,9999}",
    "rice(?:a?){500}a{500}",
    "{name}*",
    "rice",
)
_ONE = "UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}"


@dataclass(frozen=True, slots=True)
class Template:
    """A corpus without types and constraints, to be changed at will, and how its schema has to read in the end."""

    folder: Path
    loose: Path
    schema: dict[str, str]
    columns: list[tuple[str, str]]
    values: dict[str, str | Path]


def make_template(folder: Path) -> Template:
    """Make the corpus that is changed."""
    path = folder / "made.db"
    first, second = make_library(path, folder / "cache")
    (folder / "text.txt").write_text("Rice rose.\n\n*Translated by Y\n", "utf-8")
    connection = sqlite3.connect(path)
    schema = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    )
    columns = [(table, row[1]) for table in schema for row in connection.execute(f"PRAGMA table_info({table})")]
    rewrite(
        connection,
        {name: re.sub(r" (?:TEXT|NOT NULL|INTEGER(?! PRIMARY)|BLOB)\b", " ", sql) for name, sql in schema.items()},
    )
    connection.close()
    values = {"id": first, "other": second, **names_in(folder)}
    shutil.copy(path, values["corpus"])
    return Template(folder, path, schema, columns, values)


def rewrite(connection: sqlite3.Connection, schema: dict[str, str]) -> None:
    """Give tables other statements, whatever they hold."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.executemany(
        "UPDATE sqlite_master SET sql = ? WHERE name = ?", [(sql, name) for name, sql in schema.items()]
    )
    connection.commit()


def mutate(template: Template, path: Path, chance: random.Random) -> list[str]:
    """Write a changed copy of the corpus to `path` and tell what was changed."""
    shutil.copy(template.loose, path)
    connection = sqlite3.connect(path)
    told = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        table, column = chance.choice(template.columns)
        value = chance.choice(_VALUES)
        if (table, column) == ("rule", "toml") and chance.random() < 0.7:
            value = _RULE.format(name=chance.choice("abc"), pattern=chance.choice(_PATTERNS))
        where = chance.choice(("TRUE", "TRUE", "rowid % 2", "1")) if not _without_rowid(template, table) else "TRUE"
        told.append(f"{table}.{column} = {value!r:.60}")
        try:
            connection.execute(_ONE.format(table=table, column=column, where=where), (value,))
        except sqlite3.Error as error:  # such as a row id that is no number
            told[-1] += f" ({error})"
    connection.commit()
    rewrite(connection, template.schema)
    connection.close()
    return told


def _without_rowid(template: Template, table: str) -> bool:
    return template.schema[table].endswith("WITHOUT ROWID")


def problems(template: Template, chance: random.Random, *, all_formats: bool = False) -> Iterator[str]:
    """Yield what goes wrong in one changed corpus, "" for each command in which nothing does."""
    path = template.folder / "mutated.db"
    told = mutate(template, path, chance)
    shutil.rmtree(template.folder / "mutated-cache", ignore_errors=True)
    for table in (READING, CHANGING):
        for arguments in lines(table, all_formats=all_formats):
            if arguments[0] in ("open", "update", "where"):
                continue
            line = filled(arguments, template.values)
            if table is READING and not all_formats and chance.random() < 0.5:
                line = _other_format(line, chance)
            yield from _tried(template, path, line, told)


def _other_format(line: list[str], chance: random.Random) -> list[str]:
    from tests.hostile.commands import formats

    known = formats(line[0])
    return [line[0], *chance.choice(known), *line[1:]] if known else line


def _tried(template: Template, path: Path, line: list[str], told: list[str]) -> Iterator[str]:
    env = {"NKCORPUS_CACHE_DIR": str(template.folder / "mutated-cache")}
    began = time.monotonic()
    ended = run_inside(template.folder, "-C", path, *line, terminal=chance_of(line), env=env)
    took = time.monotonic() - began
    fault = _fault(ended, took)
    yield f"{fault}: {text_of(line)} after {'; '.join(told)}" if fault else ""


def chance_of(line: list[str]) -> bool:
    """Take every other command line for one on a terminal."""
    return len(text_of(line)) % 2 == 0


def _fault(ended: Ended, took: float) -> str:
    err = ended.err.decode("utf-8", "replace")
    if ended.code not in _EXITS or "internal error" in err or "Traceback" in err:
        return f"exit {ended.code}, {err[-300:].strip()}"
    if took > LONGEST:
        return f"took {took:.0f} s"
    if ended.code == 3 and "corpus" not in err and "SQLite" not in err:
        return f"exit 3 says {err[-200:].strip()}"
    return ""


def main(count: int, seed: int) -> int:
    """Try `count` corpora and print what was found."""
    chance = random.Random(seed)
    tried, found = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        template = make_template(Path(name))
        for _ in range(count):
            for problem in problems(template, chance):
                tried += 1
                if problem:
                    found[problem.partition(" after ")[0].replace("\n", " ")[:150]] += 1
                    print(problem, file=sys.stderr, flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{count} corpora, {tried} commands, {found.total()} faults, at most {megabytes} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in [*sys.argv[1:], *("500", "7")[len(sys.argv) - 1 :]])))
