"""Word documents (Office Open XML, ECMA-376) to articles."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from lxml import etree

from nkcorpus.errors import BadRecord, EmptyItem, ItemTooLarge, UnreadableItem
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.feeds.xml import XmlEvents, name_of, parse_xml, text_of
from nkcorpus.extract.fields import single_line
from nkcorpus.extract.properties import authors_of, document_of
from nkcorpus.model import Document, SourceItem

DOCX_EXTRACTOR = "docx/1"
_BODY, _PROPERTIES = "word/document.xml", "docProps/core.xml"
_LONGEST_PROPERTIES = 1_000_000  # bytes
_LONGEST_TEXT = 20_000_000  # code points
_MOST_ELEMENTS = 1_000_000  # a book of 1,000 pages has some 300,000
_OF_A_TEMPLATE = "2013-12-23T23:15:00Z"
"""When the template of python-docx was made: documents that it writes have this date unless they are given another."""

_LEFT_OUT = frozenset({"del", "movefrom", "instrtext", "deltext"})
_TITLE_STYLES = frozenset({"title", "heading1"})


def extract_docx(item: SourceItem) -> Document:
    """Return the article of a Word document: its paragraphs, tables row by row, and what its properties say.

    The title is a paragraph of the style Title, else that of the properties. The file's date of creation stands in
    for one of publication, and says so (`file`). Raises BadRecord, UnreadableItem, ItemTooLarge, EmptyItem.
    """
    # Here and not above: reading sources takes extraction, and of it this alone takes them.
    from nkcorpus.sources.archives import open_zip

    try:
        with open_zip(io.BytesIO(item.payload)) as archive:
            names = frozenset(archive.namelist())
            if _BODY not in names:
                raise BadRecord(f"no Word document: it has no {_BODY}; save it as .docx")
            with archive.open(_BODY) as stream:
                paragraphs = list(_paragraphs(stream))
            told = _properties(archive) if _PROPERTIES in names else {}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableItem(f"a damaged Word document: {error}") from None
    title, place = single_line(told.get("title")), "field:title"
    if paragraphs and paragraphs[0][0] in _TITLE_STYLES:
        title, place = single_line(paragraphs.pop(0)[1]), "heading"
    text = "\n\n".join(text for _, text in paragraphs)
    if not title and not text.strip():
        raise EmptyItem("the document is empty")
    created = told.get("created") or ""
    return document_of(
        item,
        DOCX_EXTRACTOR,
        text,
        title=(title, place),
        authors=(authors_of(told.get("creator")), "field:creator"),
        created=(parse_date(created if created != _OF_A_TEMPLATE else "", "file"), "field:created"),
    )


def _properties(archive: zipfile.ZipFile) -> dict[str, str | None]:
    with archive.open(_PROPERTIES) as stream:
        data = stream.read(_LONGEST_PROPERTIES + 1)
    if len(data) > _LONGEST_PROPERTIES:
        return {}
    return {name_of(element): text_of(element) for element in parse_xml(data)}


def _paragraphs(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Yield the style and the text of each paragraph that has text, cells of tables one by one.

    Memory is that of one paragraph. Raises ItemTooLarge beyond the limit of text, BadRecord for broken XML.
    """
    size = depth = 0
    events = XmlEvents(cast(BinaryIO, stream), in_parts=False, most_elements=_MOST_ELEMENTS)
    for event, element in events:
        if name_of(element) != "p":
            continue
        depth += 1 if event == "start" else -1
        if event == "end" and depth == 0:
            text = "".join(_text(element)).strip()
            size += len(text)
            if size > _LONGEST_TEXT:
                raise ItemTooLarge(f"a text of more than {_LONGEST_TEXT // 10**6} million characters")
            if text:
                styles = (value for child in element.iter() if name_of(child) == "pstyle" for value in child.values())
                yield next(styles, "").lower(), text
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            events.part_done()


def _text(paragraph: etree._Element) -> Iterator[str]:
    """Yield the text of a paragraph, without those within it (of text boxes) and what was deleted."""
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        name = name_of(element)
        if name == "t":
            yield element.text or ""
        elif name == "tab":
            yield "\t"
        elif name in ("br", "cr"):
            yield "\n"
        elif name not in _LEFT_OUT and name not in ("p", "ppr", "rpr", "fallback"):
            stack.extend(reversed(element))
