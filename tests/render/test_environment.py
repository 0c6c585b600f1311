from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from nkcorpus.render import ColorChoice, Environment

from .builders import Screen


@pytest.mark.parametrize(
    ("tty", "color", "environ", "expected"),
    [
        (True, "auto", {}, True),
        (False, "auto", {}, False),
        (True, "auto", {"NO_COLOR": "1"}, False),
        (True, "auto", {"NO_COLOR": ""}, True),
        (True, "auto", {"TERM": "dumb"}, False),
        (True, "never", {}, False),
        (False, "always", {"NO_COLOR": "1"}, True),
    ],
)
def test_color_follows_option_then_no_color_then_terminal(
    tty: bool, color: ColorChoice, environ: dict[str, str], expected: bool
) -> None:
    env = Screen(tty=tty, color=color, environ=environ).env
    assert env.use_color is expected
    assert env.use_color_on_stderr is expected
    assert env.paint("x", "bold", "red") == ("\x1b[1;31mx\x1b[0m" if expected else "x")


@pytest.mark.parametrize(
    ("columns", "expected"), [("120", 120), ("7", 40), ("0", 80), ("-5", 80), ("wide", 80), ("", 80), ("²", 80)]
)
def test_columns_come_from_the_variable_and_never_fall_below_40(columns: str, expected: int) -> None:
    assert Environment.from_process(environ={"COLUMNS": columns}).columns == expected


def test_messages_are_one_safe_line_on_stderr() -> None:
    screen = Screen()
    screen.env.note("read\x1b[2J a\nb")
    screen.env.warn("slow")
    screen.env.error("bad \u202e name")
    assert screen.err == "nkcorpus: read\\x1b[2J a\\x0ab\nnkcorpus: warning: slow\nnkcorpus: bad \\u202e name\n"
    assert screen.out == ""


def test_quiet_silences_notes_only_and_verbose_notes_wait_for_verbosity() -> None:
    quiet, normal, verbose = Screen(verbosity=-1), Screen(), Screen(verbosity=1)
    for screen in (quiet, normal, verbose):
        screen.env.note("note")
        screen.env.note("detail", verbosity=1)
        screen.env.error("error")
    assert quiet.err == "nkcorpus: error\n"
    assert normal.err == "nkcorpus: note\nnkcorpus: error\n"
    assert verbose.err == "nkcorpus: note\nnkcorpus: detail\nnkcorpus: error\n"


class ClosedPipe(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_a_closed_pipe_is_reported_on_stdout_and_ignored_on_stderr() -> None:
    env = Environment(io.BytesIO(), ClosedPipe(), ClosedPipe())
    with pytest.raises(BrokenPipeError):
        env.write("x")
    env.error("nobody listens")


def run(code: str, **environ: str) -> bytes:
    completed = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environ, stdout=subprocess.PIPE, check=True, timeout=60
    )
    return completed.stdout


def test_a_pipe_is_utf8_with_line_feeds_in_any_locale() -> None:
    code = (
        "from nkcorpus.render import Environment\n"
        "env = Environment.from_process()\n"
        "env.write('\\uad6d\\uacbd \\u2013 \\xe9\\n')\n"
        "env.write(f'{env.stdout_is_tty} {env.use_color} {env.columns}\\n')\n"
    )
    written = run(code, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="latin-1", COLUMNS="")
    assert written == "국경 – é\nFalse False 80\n".encode()


def test_closed_streams_do_not_fail() -> None:
    code = (
        "import sys\n"
        "real = sys.stdout\n"
        "sys.stdin = sys.stdout = sys.stderr = None\n"
        "from nkcorpus.render import Environment\n"
        "env = Environment.from_process()\n"
        "env.write('lost'); env.error('lost')\n"
        "real.write(repr(env.stdin.read()))\n"
    )
    assert run(code) == b"b''"


def test_importing_render_does_not_import_rich() -> None:
    code = "import sys, nkcorpus.render; print(any(name.split('.')[0] == 'rich' for name in sys.modules))"
    assert run(code).strip() == b"False"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("size", "expected"), [(0, 80), (20, 40), (132, 132)])
def test_a_terminal_is_seen_with_its_width(size: int, expected: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    try:
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, size, 0, 0))
        code = (
            "import sys\n"
            "from nkcorpus.render import Environment\n"
            "env = Environment.from_process()\n"
            "env.error(f'{env.stdout_is_tty} {env.use_color} {env.use_color_on_stderr} {env.columns}')\n"
        )
        environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
        completed = subprocess.run(
            [sys.executable, "-c", code],
            env=environ | {"TERM": "xterm"},
            stdout=follower,
            stderr=subprocess.PIPE,
            check=True,
            timeout=60,
        )
    finally:
        os.close(leader)
        os.close(follower)
    assert completed.stderr.decode() == f"nkcorpus: True True False {expected}\n"
