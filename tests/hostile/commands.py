"""Every command in every format that it has: what tests of hostile content walk, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from nkcorpus.cli.app import COMMANDS, root

READING: dict[str, list[list[str]]] = {
    "follow": [["list"]],
    "fetches": [["-n", "0"]],
    "search": [
        ["rice"],
        ["rice", "--facet", "source"],
        ["rice", "--facet", "author"],
        ["rice", "--explain-query"],
        ["rice", "--any", "--snippets", "5"],
        ["NOT zzz", "--sort", "newest"],
        ["zzqq"],
    ],
    "kwic": [["rice"]],
    "similar": [["{id}"]],
    "list": [["-n", "0"], ["--count"]],
    "show": [["{id}", "{other}"], ["--raw", "{id}"], ["--removed", "{id}"], ["--version", "1", "{id}"]],
    "history": [["{id}"]],
    "diff": [["{id}"], ["{id}", "--raw"]],
    "cite": [["{id}", "{other}"]],
    "tag": [["{id}"]],
    "note": [["{id}"]],
    "searches": [[]],
    "new": [["--peek", "rice"]],
    "clean": [["{file}", "--jobs", "1"]],
    "stats": [[]],
    "dupes": [[]],
    "alias": [["list"]],
    "acronyms": [[]],
    "rules": [[], ["--export"]],
    "audit": [[]],
    "reclean": [["--dry-run", "--jobs", "1"]],
    "uncut": [["--list", "{id}"]],
    "export": [["--force", "{out}"], ["--force", "{dump}"]],
    "backup": [["--force", "{out}"]],
    "check": [[], ["--sample", "2"]],
    "repair": [["--quarantine"]],
    "where": [[]],
    "engine": [[]],
}
"""The arguments of commands that change nothing. `{id}` and `{other}` are articles, `{file}` a text, `{out}` a name,
`{dump}` that of an export, `{corpus}` another corpus.
"""
CHANGING: dict[str, list[list[str]]] = {
    "tag": [["{id}", "+seen", "-x"]],
    "note": [["{id}", "seen"]],
    "new": [["rice"]],
    "alias": [["add", "rice", "grain"]],
    "uncut": [["{id}"]],
    "reclean": [["--jobs", "1"]],
    "remove": [["--yes", "{other}"]],
    "reindex": [["--jobs", "1"]],
    "ingest": [["{file}", "--jobs", "1"]],
    "update": [[]],
    "open": [["{id}"]],
    "engine": [["whoosh"]],
    "import": [["{dump}"]],
    "merge": [["{corpus}"]],
    "copy": [["{corpus}", "{out}.db"]],
    "repair": [["--yes"]],
    "restore": [["{corpus}", "--yes"]],
}
"""The same for commands that change a corpus, or the world."""
WITHOUT_A_CORPUS = frozenset({"completion"})


def covered() -> set[str]:
    """Return the commands of the tables."""
    return {*READING, *CHANGING, *WITHOUT_A_CORPUS}


def lines(table: dict[str, list[list[str]]], *, all_formats: bool = True) -> Iterator[list[str]]:
    """Yield the command lines of a table, each in every format of the command."""
    assert covered() == set(COMMANDS), "say in tests/hostile/commands.py how a new command is called"
    for name, calls in table.items():
        for arguments in calls:
            yield [name, *arguments]
            if all_formats:
                for option, format in formats(name):
                    yield [name, option, format, *arguments]


def names_in(folder: Path) -> dict[str, str | Path]:
    """Return the values of the names that are files."""
    return {
        "file": folder / "text.txt",
        "out": folder / "out.warc",
        "dump": folder / "theirs.jsonl",
        "corpus": folder / "theirs.db",
    }


def formats(name: str) -> list[tuple[str, str]]:
    """Return the option of a command that says how it writes, with each of its values."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    return [
        (parameter.opts[0], choice)
        for parameter in command.params
        if parameter.name in ("format", "style") and isinstance(parameter.type, click.Choice)
        for choice in parameter.type.choices
    ]


def filled(arguments: list[str], values: dict[str, str | Path]) -> list[str]:
    """Return a command line with values in place of their names."""
    for name, value in values.items():
        arguments = [argument.replace(f"{{{name}}}", str(value)) for argument in arguments]
    return arguments
