"""Values made of bytes: what a fuzzer varies becomes text, numbers and choices.

Our own, since what fuzzers bring along for this is not there in the suite, where inputs that crashed once are run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_PIECES = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x00 \x08 \x0c \r \x7f \x9b31m \x85",
    "abc\u202etxt.exe\u202c \u2066x\u2069 \u200e\u061c",
    "zero\u200bwidth\ufeff \u200cx\u200dy \xad",
    "\u2028para\u2029 \ufff9\U000e0041",
    "\ud800 \udcff \udfff",
    "[bold]b[/bold] [/x] [link=https://evil.example]y[/link] [red",
    "<script>alert(1)</script> &lt; & \" '",
    "](javascript:alert(1)) ![i](//evil.example/p) `c` *e* _u_ | # - 1. > ~~~ $x$ {y}",
    "=cmd|' /C calc'!A0",
    "\t\n \n\n\r\n",
    "https://river-post.example/2019/06/13/rice?utm_source=x#y",
    "국가보위성이 혜산에서 쌀값을 조사했다. ",
    "Rice prices rose in Hyesan, a source in Ryanggang Province said on June 3. ",
    "*Translated by Nam Bo-ra\nPlease send any comments to desk@river-post.example.\n",
    "Ĥ İ ǰ ﬁ ß ς Å \u1100\u1161\u11a8 \u0345 \U0001f469\u200d\U0001f469",
    "2019-06-13T09:30:00+09:00",
    "-1.5e9",
)


class Draw:
    """Draws values from bytes, front to back. Where these end, what is drawn is the least of its kind."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def raw(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        part = self._data[self._at : self._at + size]
        self._at += len(part)
        return part

    def rest(self) -> bytes:
        """Return all bytes that are left."""
        return self.raw(len(self._data))

    def number(self, least: int, most: int) -> int:
        """Return an integer, both bounds included."""
        size = ((most - least).bit_length() + 7) // 8
        return least + int.from_bytes(self.raw(size), "big") % (most - least + 1)

    def flag(self) -> bool:
        """Return a truth value."""
        return self.number(0, 1) == 1

    def pick(self, values: Sequence[T]) -> T:
        """Return one of `values`."""
        return values[self.number(0, len(values) - 1)]

    def text(self, longest: int = 40) -> str:
        """Return a text: up to three pieces that are awkward or usual, and bytes as they are.

        What is no UTF-8 becomes lone surrogates, as it does in the arguments of a command line.
        """
        parts = []
        for _ in range(self.number(0, 3)):
            choice = self.number(0, 2 * len(_PIECES))
            raw = self.raw(self.number(0, longest)) if choice >= len(_PIECES) else b""
            parts.append(raw.decode("utf-8", "surrogateescape") if choice >= len(_PIECES) else _PIECES[choice])
        return "".join(parts)

    def maybe(self, longest: int = 40) -> str | None:
        """Return a text or None."""
        return self.text(longest) if self.flag() else None
