"""On a terminal: the table, colour, widths, progress, and text from outside that cannot act."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from nkcorpus.render.safe import cell_width
from tests.cli.conftest import Library
from tests.cli.support import PROGRAM, environment

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _on_terminal(
    home: Path,
    *arguments: str | Path,
    columns: int = 80,
    env: Mapping[str, str] | None = None,
    both: bool = True,
    typed: str = "",
) -> tuple[int, str, str]:
    """Run a command on a terminal `columns` wide; return its exit code, what the terminal got, and stdout.

    With `both` stdout and stderr are the terminal, else stderr alone, and stdout is a pipe.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdin=follower, stdout=follower if both else subprocess.PIPE, stderr=follower,
        env=environment(home) | dict(env or {}), cwd=home, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    if typed:
        os.write(leader, typed.encode())
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            part = os.read(leader, 65536)
        except OSError:  # Linux says EIO when the last follower is closed
            break
        if not part:
            break
        shown += part
    else:
        os.killpg(process.pid, signal.SIGKILL)
    piped = process.stdout.read().decode() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    code = process.wait(30)
    os.close(leader)
    text = shown.decode().replace("\r\n", "\n")
    assert "Traceback" not in text
    return code, text, piped


def test_a_terminal_gets_a_table_in_colour(library: Library) -> None:
    code, text, _ = _on_terminal(library.home, "-C", library.corpus, "search", "lecture")
    assert code == 0
    assert ESCAPE.search(text)
    plain = ESCAPE.sub("", text)
    assert re.search(r"(?m)^ *# +title", plain)
    assert library.ids["lecture-1"][:12] in plain
    assert "(lead)" in plain
    code, text, _ = _on_terminal(library.home, "-C", library.corpus, "search", "lecture", "--format", "plain")
    assert not ESCAPE.search(text)
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("flags", "env"),
    [((), {"NO_COLOR": "1"}), (("--color", "never"), {}), ((), {"TERM": "dumb"}), ((), {"NKCORPUS_COLOR": "never"})],
)
def test_no_colour(library: Library, flags: tuple[str, ...], env: dict[str, str]) -> None:
    _, text, _ = _on_terminal(library.home, *flags, "-C", library.corpus, "search", "lecture", env=env)
    assert "\x1b" not in text
    assert "title" in text


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 132, 200])
def test_nothing_is_wider_than_the_terminal(library: Library, columns: int) -> None:
    for arguments in (("search", "lecture rice 쌀값 squid"), ("show", library.ids["lecture.txt"], "--removed")):
        code, text, _ = _on_terminal(library.home, "-C", library.corpus, *arguments, columns=columns)
        assert code == 0
        lines = ESCAPE.sub("", text).splitlines()
        assert lines
        assert max(map(cell_width, lines)) <= max(columns, 40)


def test_a_hostile_title_is_printed_literally(library: Library) -> None:
    _, text, _ = _on_terminal(library.home, "-C", library.corpus, "search", "hoeryong", columns=200)
    assert "[bold]market[/bold]" in text
    assert r"\x1b[31min" in text
    assert "\x1b[31m" not in text
    _, text, _ = _on_terminal(library.home, "-C", library.corpus, "show", library.ids["lecture-1"], columns=200)
    assert "[bold]market[/bold]" in text
    assert "\x1b[31m" not in text


def test_show_and_stats_are_for_eyes(library: Library) -> None:
    _, text, _ = _on_terminal(library.home, "-C", library.corpus, "show", library.ids["rice-1"])
    assert "River Post" in text
    assert "Rice prices rose in Sinuiju" in text
    _, text, _ = _on_terminal(library.home, "-C", library.corpus, "stats")
    assert re.search(r"articles +6", ESCAPE.sub("", text))


def test_a_question_is_answered_on_the_terminal(library: Library, copy: Path) -> None:
    article = library.ids["rice-1"]
    code, text, _ = _on_terminal(library.home, "-C", copy, "remove", article, typed="n\n")
    assert code == 1
    assert "Rice prices rise in Sinuiju" in text
    assert "[y/N]" in text
    code, text, _ = _on_terminal(library.home, "-C", copy, "remove", article, typed="y\n")
    assert code == 0
    assert "removed 1" in text


def test_progress_is_on_stderr_alone_and_gone_at_the_end(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    arguments = ("-C", tmp_path / "c.db", "ingest", library.inputs, tmp_path / "empty.txt", "--format", "json")
    code, text, out = _on_terminal(library.home, *arguments, both=False)
    assert code == 1
    assert out.startswith('{"new"')
    assert "\x1b" not in out
    assert "ingest" in text
    assert "empty.txt" in text
    assert text.rstrip().splitlines()[-1].endswith("2 boilerplate lines cut")
    _, text, out = _on_terminal(library.home, "-q", *arguments, both=False)
    assert not ESCAPE.search(text)
    assert "unchanged" in out


def test_a_usage_error_on_a_terminal_is_one_line(library: Library) -> None:
    code, text, _ = _on_terminal(library.home, "-C", library.corpus, "search", "a", "--frobnicate")
    assert code == 2
    assert len(text.splitlines()) == 1
