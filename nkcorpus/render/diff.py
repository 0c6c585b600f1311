"""What cleaning changed, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from nkcorpus.model import Document
from nkcorpus.render.environment import Environment, Style
from nkcorpus.render.safe import one_line, visible

_NO_FINAL_NEWLINE = "\\ No newline at end of file"


def cleaning_diff(origin: str, document: Document, env: Environment) -> Iterator[str]:
    """Yield the lines of the unified diff from raw to clean text; none where cleaning changed nothing."""
    name = one_line(origin)
    lines = difflib.unified_diff(
        _lines(document.raw_text), _lines(document.text), f"a/{name}", f"b/{name}", lineterm=""
    )
    for number, line in enumerate(lines):
        style = _style(line, is_header=number < 2)
        for part in line.split("\n"):
            yield (env.paint(part, style) if style else part) + "\n"


def _lines(text: str) -> list[str]:
    """Split at line feeds; the note on a missing last one is part of its line and so of the diff."""
    lines = visible(text, newlines=True).split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n{_NO_FINAL_NEWLINE}"] if last else lines


def _style(line: str, *, is_header: bool) -> Style | None:
    if is_header:
        return "bold"
    styles: dict[str, Style] = {"-": "red", "+": "green", "@": "cyan"}
    return styles.get(line[:1])
