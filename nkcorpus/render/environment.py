"""What a command can see of the process around it: streams, terminal, colour, verbosity."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from nkcorpus.dataclass import dataclass, field
from nkcorpus.render.safe import visible

ColorChoice = Literal["auto", "always", "never"]
Style = Literal["bold", "dim", "red", "green", "cyan"]

MINIMUM_COLUMNS = 40
PIPE_COLUMNS = 80

# Select Graphic Rendition codes (ECMA-48, 8.3.117).
_SGR: dict[Style, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "cyan": "36"}


@dataclass(slots=True)
class Environment:
    """The streams and their abilities, as values, so that a test or another program can put in its own.

    `columns` is the width to lay out for, in cells. `verbosity` is -1 for quiet, 0, or the number of `-v`.
    `line_sink` takes over lines for stderr while something (a progress bar) occupies its last line.
    """

    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    stdout_is_tty: bool = False
    stderr_is_tty: bool = False
    columns: int = PIPE_COLUMNS
    color: ColorChoice = "auto"
    environ: Mapping[str, str] = field(default_factory=dict)
    verbosity: int = 0
    line_sink: Callable[[str], None] | None = None

    @classmethod
    def from_process(
        cls,
        *,
        color: ColorChoice = "auto",
        verbosity: int = 0,
        environ: Mapping[str, str] | None = None,
    ) -> Environment:
        """Return the environment of this process.

        A pipe speaks UTF-8 with line feeds whatever the locale; a terminal keeps its encoding, and what that
        lacks is shown as an escape. A stream that the caller has closed becomes the null device.
        """
        environ = os.environ if environ is None else environ
        stdout, stderr = _output(sys.stdout), _output(sys.stderr)
        return cls(
            stdin=getattr(sys.stdin, "buffer", None) or io.BytesIO(),
            stdout=stdout,
            stderr=stderr,
            stdout_is_tty=stdout.isatty(),
            stderr_is_tty=stderr.isatty(),
            columns=_columns(environ, stdout),
            color=color,
            environ=environ,
            verbosity=verbosity,
        )

    @property
    def quiet(self) -> bool:
        """Whether notes and progress are unwanted."""
        return self.verbosity < 0

    @property
    def use_color(self) -> bool:
        """Whether stdout may carry colour and other styles."""
        return self._styles_wanted(self.stdout_is_tty)

    @property
    def use_color_on_stderr(self) -> bool:
        """Whether stderr may carry colour and other styles."""
        return self._styles_wanted(self.stderr_is_tty)

    def paint(self, text: str, *styles: Style) -> str:
        """Return `text`, already safe, in these styles, or as it is where stdout has no colour."""
        if not self.use_color or not text:
            return text
        return f"\x1b[{';'.join(_SGR[style] for style in styles)}m{text}\x1b[0m"

    def write(self, text: str) -> None:
        """Write `text`, which must be safe already, to stdout. Lets BrokenPipeError through."""
        self.stdout.write(text)

    def flush(self) -> None:
        """Hand over to the reader what was written to stdout. Lets BrokenPipeError through."""
        self.stdout.flush()

    def note(self, message: str, *, verbosity: int = 0) -> None:
        """Say something on stderr, unless it asks for more verbosity than there is."""
        if self.verbosity >= verbosity:
            self._say(message)

    def warn(self, message: str) -> None:
        """Say on stderr that something needs attention; quiet does not silence it."""
        self._say(f"warning: {message}")

    def error(self, message: str) -> None:
        """Say on stderr what failed; quiet does not silence it."""
        self._say(message)

    def stderr_line(self, line: str) -> None:
        """Put one line, already safe, on stderr, above a progress bar if there is one.

        A stderr that nobody reads any more is ignored: there is nowhere left to say so.
        """
        try:
            if self.line_sink is not None:
                self.line_sink(line)
                return
            self.stderr.write(f"{line}\n")
            self.stderr.flush()
        except BrokenPipeError:
            return

    def _say(self, message: str) -> None:
        self.stderr_line(f"nkcorpus: {visible(message)}")

    def _styles_wanted(self, is_tty: bool) -> bool:
        if self.color != "auto":
            return self.color == "always"
        # https://no-color.org: any value that is not empty.
        return is_tty and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"


def _output(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return stream


def _columns(environ: Mapping[str, str], stream: TextIO) -> int:
    asked = environ.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and int(asked) > 0:
        columns = int(asked)
    elif stream.isatty():
        columns = _terminal_columns(stream)
    else:
        columns = PIPE_COLUMNS
    return max(columns, MINIMUM_COLUMNS)


def _terminal_columns(stream: TextIO) -> int:
    try:
        # A terminal that does not know its size says 0.
        return os.get_terminal_size(stream.fileno()).columns or PIPE_COLUMNS
    except OSError:
        return PIPE_COLUMNS
