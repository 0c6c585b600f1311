"""The command line: whatever is asked of a corpus, and whatever the settings say, ends in a known way."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import click

from nkcorpus import Corpus, cli
from nkcorpus.cli.app import INTERNAL_ERROR, root
from tests.cli.support import RECORDS, write_records
from tests.fuzz.draw import Draw
from tests.fuzz.target import target

from .render import RAW

_COMMANDS = (
    "search search search list show kwic kwic stats dupes similar history diff searches cite fetches where acronyms"
).split()
"""Those that change nothing, so that an input does the same again."""
_LEFT_OUT = frozenset(("--save", "--remove", "--queries", "--help"))
_VALUES = (
    "json csv text 0 1 -1 99999999999999999999 1e9 2019 2019..2020 today source year rice lecture mss a b 보위부 ( AND"
    " ab 0000 * /x/ River -"
).split()


@cache
def _options(command: str) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    """Return the options of a command with values that they take, None for those that take none."""
    found = root.get_command(click.Context(root), command)
    assert found is not None
    return tuple(
        (name, None if option.is_flag or option.count else tuple(getattr(option.type, "choices", _VALUES)))
        for option in found.params
        if isinstance(option, click.Option) and not _LEFT_OUT.intersection(option.opts)
        for name in option.opts
    )


@cache
def _corpus() -> tuple[Path, tuple[str, ...]]:
    folder = Path(tempfile.mkdtemp())
    write_records(folder / "a.jsonl", RECORDS)
    with Corpus.open(folder / "a.db") as corpus:
        corpus.ingest([folder / "a.jsonl"])
        return folder / "a.db", tuple(hit.id for hit in corpus.newest().hits)


def _words(draw: Draw, command: str) -> list[str]:
    words = []
    for _ in range(draw.number(0, 4)):
        match draw.number(0, 5):
            case 0:
                words.append(draw.text(20).replace("\0", ""))
            case 1:
                words.append(draw.pick(_corpus()[1])[: draw.pick((32, 12, 4, 1))])
            case 2:
                words.append(draw.pick(_VALUES))
            case _:
                option, values = draw.pick(_options(command))
                words.append(option)
                if values is not None:
                    words.append(draw.pick(values) if draw.flag() else draw.pick(_VALUES))
    return words


def _run(arguments: list[str]) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        given, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO())
        try:
            code = cli.run(arguments)
        finally:
            sys.stdin = given
        out.flush()
        err.flush()
    written = (out.buffer.getvalue() + err.buffer.getvalue()).decode()
    assert code in (0, 1, 2, 3, 4), (code, arguments, written)
    assert code != INTERNAL_ERROR
    assert "--color" in arguments or not RAW.search(written), (arguments, written)


def seeds() -> list[bytes]:
    return [bytes((number, 3, 5, number, 2, number, 5, 9 + number, 0, 2, 3, number, 4)) * 2 for number in range(24)]


@target(seeds, weight=6, longest=200, examples=10)
def commands(data: bytes) -> None:
    """No arguments end in an internal error, and nothing raw is written."""
    draw = Draw(data)
    corpus, _ = _corpus()
    command = draw.pick(_COMMANDS)
    arguments = ["-C", str(corpus), command, *_words(draw, command)]
    with contextlib.chdir(corpus.parent):
        _run(arguments)


def files() -> list[bytes]:
    whole = b'quiet = true\n[search]\nlimit = 5\nformat = "json"\nfacet = ["source"]\n[fetch]\ndelay = 1\n'
    return [whole, b"corpus = 1\n", b'[kwic]\nwidth = 40\n[search]\nmatch = "all"\n']


@target(
    files,
    weight=6,
    longest=400,
    examples=8,
    words='[search]\n¦[fetch]\n¦limit = ¦format = "¦facet = [¦color = "¦corpus = "¦= {¦[[¦-1¦1e400¦nan¦true¦\x1b',
)
def settings(data: bytes) -> None:
    """No settings file ends in an internal error."""
    corpus, _ = _corpus()
    file = corpus.with_name("nkcorpus.toml")
    file.write_bytes(data)
    os.environ["NKCORPUS_CONFIG"] = str(file)
    try:
        _run(["-C", str(corpus), "search", "rice"])
    finally:
        del os.environ["NKCORPUS_CONFIG"]
