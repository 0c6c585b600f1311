"""The golden set of in-text boilerplate: what its files hold, and how a cleaned text is judged by it.

The format is described in `tests/golden/boilerplate/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden" / "boilerplate"

_PREFIX_END = " ¦ "
Mark = Literal["+", "=", "-", "^"]


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line and what a reader would do with it: keep it (`+`, or `=` where it looks like boilerplate) or not (`-`).

    With mark `^` the reader would cut `prefix` and keep `text`; else `prefix` is empty.
    """

    mark: Mark
    text: str
    prefix: str = ""

    @property
    def raw(self) -> str:
        """The line as it stands in the document."""
        return f"{self.prefix} {self.text}" if self.prefix else self.text


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A document of the set; `facts` are the values that cleaning should find, as the file writes them."""

    name: str
    lines: list[MarkedLine] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def raw_text(self) -> str:
        """The text with its boilerplate, paragraphs apart by a blank line."""
        return "\n\n".join(line.raw for line in self.lines)

    @property
    def clean_text(self) -> str:
        """What a perfect cleaner leaves."""
        return "\n\n".join(line.text for line in self.lines if line.mark != "-")

    @property
    def boilerplate(self) -> list[MarkedLine]:
        """The lines to cut, whole or their prefixes."""
        return [line for line in self.lines if line.mark in "-^"]

    @property
    def body(self) -> list[str]:
        """The sentences to keep, look-alikes among them."""
        return [line.text for line in self.lines if line.mark != "-"]


def read_documents(folder: Path = FOLDER) -> list[MarkedDocument]:
    """Return all documents of the set. Raises ValueError, naming file and line, for a line without a mark."""
    documents: list[MarkedDocument] = []
    for file in sorted(folder.glob("*.txt")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            mark, text = line[:1], line[2:]
            match mark:
                case "#":
                    documents.append(MarkedDocument(f"{file.stem}/{text}"))
                case "+" | "=" | "-":
                    documents[-1].lines.append(MarkedLine(mark, text))
                case "^":
                    prefix, _, rest = text.partition(_PREFIX_END)
                    documents[-1].lines.append(MarkedLine(mark, rest, prefix))
                case "!":
                    documents[-1].facts.update(_facts(text))
                case _:
                    raise ValueError(f"{file.name}:{number}: {line!r} has no mark")
    return documents


def _facts(text: str) -> Iterable[tuple[str, str]]:
    """Yield the facts of `name=value name=value`; a value runs up to the next name."""
    name = ""
    value: list[str] = []
    for word in text.split(" "):
        key, equals, rest = word.partition("=")
        if equals and key.isalpha():
            if name:
                yield name, " ".join(value)
            name, value = key, [rest]
        else:
            value.append(word)
    yield name, " ".join(value)


@dataclass(slots=True)
class Score:
    """How many pieces of boilerplate were cut and how many sentences of the body stayed, of how many."""

    cut: int = 0
    boilerplate: int = 0
    kept: int = 0
    body: int = 0

    def add(self, document: MarkedDocument, text: str) -> None:
        """Count `text`, which a cleaner made of `document`. White space and emphasis marks make no difference.

        A line is cut when no line of the text equals it, a prefix when none begins with it; a sentence is kept
        when the text holds it whole.
        """
        lines = [_plain(line) for line in text.splitlines()]
        whole = " ".join(lines)
        self.boilerplate += len(document.boilerplate)
        self.cut += sum(_is_cut(piece, lines) for piece in document.boilerplate)
        self.body += len(document.body)
        self.kept += sum(_plain(sentence) in whole for sentence in document.body)


def _is_cut(piece: MarkedLine, lines: list[str]) -> bool:
    if piece.prefix:
        return not any(line.startswith(_plain(piece.prefix)) for line in lines)
    return _plain(piece.text) not in lines


def _plain(text: str) -> str:
    return " ".join(text.split()).strip("*_ ")
