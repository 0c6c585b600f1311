"""PDF files to articles: the text of the pages, joined to paragraphs."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from nkcorpus.errors import EmptyItem, ItemTooLarge, MissingExtra, UnreadableItem
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.properties import authors_of, document_of, title_of
from nkcorpus.model import ArticleDate, Document, SourceItem

PDF_EXTRACTOR = "pdf/1"
_MOST_PAGES = 2_000
_LONGEST_TEXT = 20_000_000  # code points
_LARGEST_STREAM = 16_000_000  # bytes that a stream of a page may unpack to
_DECODERS = ("zlib", "lzw", "run_length", "brotli", "array_based_stream")
_MOST_OPERATORS = 200_000  # on a page
_EDGE = 2  # lines at the top and bottom of a page that may be a running head
_FEWEST_PAGES = 3  # that share a running head
_FULL_LINE = 0.85  # of the length of long lines; a shorter one may end a paragraph
_SENTENCE_END = re.compile(r"[.!?:…。”’\"'»)\]]\s*$")
_DIGITS = re.compile(r"\d+")


def extract_pdf(item: SourceItem) -> Document:
    """Return the article of a PDF file. The file's date of creation stands in for one of publication, and says so.

    Lines are joined to paragraphs, words parted at the end of a line are put together, and running heads are left out.
    Raises MissingExtra without pypdf, UnreadableItem for a damaged or protected file, EmptyItem for one without text.
    """
    pages, told = _read(item.payload)
    lines = [line for page in _without_running_heads(pages) for line in page]
    text = "\n\n".join(_paragraphs(lines))
    if not text.strip():
        raise EmptyItem("no text in the PDF file; it may be scanned: add text with OCR, as ocrmypdf does")
    return document_of(
        item,
        PDF_EXTRACTOR,
        text,
        title=(title_of(told.get("title")), "field:Title"),
        authors=(authors_of(told.get("author")), "field:Author"),
        created=(_date(told.get("created")), "field:CreationDate"),
    )


def _read(payload: bytes) -> tuple[list[list[str]], dict[str, object]]:
    """Return the lines of each page, and what the file says of itself."""
    try:
        import pypdf
    except ImportError:
        raise MissingExtra("reading a PDF file takes pypdf: pip install 'nkcorpus[pdf]'") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would write on stderr whatever it mends
    bounds: dict[str, Any] = {f"{name}_maximum_output_length": _LARGEST_STREAM for name in _DECODERS}
    try:
        pypdf.overwrite_configuration(**bounds, stream_parsing_work_maximum_count=_MOST_OPERATORS)
        reader = pypdf.PdfReader(io.BytesIO(payload))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableItem("the PDF file is protected by a password; save it without")
        if len(reader.pages) > _MOST_PAGES:
            raise ItemTooLarge(f"a PDF file of more than {_MOST_PAGES:,} pages; split it")
        pages: list[list[str]] = []
        size = 0
        for page in reader.pages:
            text = page.extract_text()
            size += len(text)
            if size > _LONGEST_TEXT:
                raise ItemTooLarge(f"a text of more than {_LONGEST_TEXT // 10**6} million characters; split the file")
            pages.append([line.strip() for line in text.splitlines()])
        about = reader.metadata
        told: dict[str, object] = {}
        if about:
            told = {"title": about.title, "author": about.author, "created": about.creation_date}
    except (UnreadableItem, ItemTooLarge, MemoryError):
        raise
    except Exception as error:  # pypdf raises errors of any type on broken files
        raise UnreadableItem(f"a damaged PDF file: {' '.join(str(error).split())[:200]}") from None
    return pages, told


def _without_running_heads(pages: list[list[str]]) -> Iterator[list[str]]:
    """Yield the pages without the lines at their edges that recur on most of them, numbers aside."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_DIGITS.sub("0", line) for line in _edges(page)})
    needed = max(_FEWEST_PAGES, len(pages) // 2)
    heads = {line for line, count in counts.items() if count >= needed}
    for page in pages:
        lines = [line for line in page if line]
        last = len(lines) - _EDGE
        yield [
            line
            for number, line in enumerate(lines)
            if not ((number < _EDGE or number >= last) and _DIGITS.sub("0", line) in heads)
        ]


def _edges(page: list[str]) -> list[str]:
    lines = [line for line in page if line]
    return lines[:_EDGE] + lines[-_EDGE:]


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Join lines: a paragraph ends where a line is short and ends a sentence, or is far shorter than the others."""
    if not lines:
        return
    full = sorted(map(len, lines))[int(len(lines) * 0.8)]
    paragraph = ""
    for line in lines:
        if paragraph[-1:] == "-" and paragraph[-2:-1].islower() and line[:1].islower():
            paragraph = paragraph[:-1] + line
        else:
            paragraph += f" {line}" if paragraph else line
        is_short = len(line) < full * _FULL_LINE
        if is_short and (_SENTENCE_END.search(line) or len(line) < full / 2):
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph


def _date(value: object) -> ArticleDate | None:
    return parse_date(value, "file") if isinstance(value, datetime) else None
