"""XML from outside: no entities of its own, nothing loaded from elsewhere, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import BinaryIO

from lxml import etree

from nkcorpus.errors import BadRecord, ItemTooLarge
from nkcorpus.extract.charset import bom_charset

_CHUNK = 32_768
_HEAD = 65_536  # bytes in which a document type is looked for
_BLANK = b"\xef\xbb\xbf \t\r\n"  # the mark of UTF-8, which need not be told, too
_LONGEST_PART = 8_000_000  # bytes
_MOST_ELEMENTS = 100_000
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"
_REFERENCE = re.compile(rb"&(?:#(?P<digits>[0-9]{1,9}|[xX][0-9a-fA-F]{1,8});|(?P<name>[a-zA-Z][a-zA-Z0-9]{1,31});|)")
_LONGEST_REFERENCE = 40  # bytes
_ALLOWED = bytes(code if code >= 32 or code in (9, 10, 13) else 32 for code in range(256))
"""Control characters, which XML does not allow (XML 1.0, section 2.2), as spaces."""

_OWN_ENTITIES = re.compile(r"<!DOCTYPE[^>\[]{0,4096}\[|<!ENTITY", re.IGNORECASE)
_OPTIONS = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    # They are kept in the tree otherwise, where nobody clears or counts them.
    "remove_comments": True,
    "remove_pis": True,
}


class XmlEvents:
    """The starts and ends of the elements of a document, as it is read. Broken XML is mended as far as can be.

    `part_done` is to be called whenever a part has been dealt with and cleared: one part is bounded, and the document
    only by `most_elements`, where that is given. `in_parts` tells that the parts before a fault are of use.
    Raises BadRecord for a document with entities of its own, which articles never need, where there is no XML, and
    at the end for a document that is broken; ItemTooLarge for a part or a document beyond the bounds.
    """

    def __init__(self, stream: BinaryIO, *, in_parts: bool = True, most_elements: int | None = None) -> None:
        self._stream = stream
        self._in_parts = in_parts
        self._most_elements = most_elements
        self._all_elements = 0
        self._head = _begun(stream.read(_HEAD))
        if not self._head:
            raise BadRecord("it is empty: there is no XML in it")
        refuse_entities(self._head)
        self._references = References(self._head)
        self._read = 0
        self._elements = 0
        self._ended = False
        self._parser: etree.iterparse | None = None
        self._is_cut_off: bool | None = None

    @property
    def is_cut_off(self) -> bool:
        """Tell that the document ended before its elements did: those that end now are not whole."""
        if not self._ended or self._parser is None:
            return False
        if self._is_cut_off is None:  # the log is copied when it is read, and may be long
            self._is_cut_off = any(map(_is_fault, self._parser.error_log))
        return self._is_cut_off

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of the document. Raises ItemTooLarge."""
        while True:
            part, self._head = self._head[:_CHUNK], self._head[_CHUNK:]
            part = part or self._stream.read(min(size, _CHUNK))
            self._read += len(part)
            if self._read > _LONGEST_PART:
                raise ItemTooLarge(f"an entry of more than {_LONGEST_PART // 10**6} MB")
            mended = self._references.mended(part)
            if mended or not part:
                self._ended = not mended
                return mended

    def part_done(self) -> None:
        """Begin to count anew."""
        self._read = self._elements = 0

    def __iter__(self) -> Iterator[tuple[str, etree._Element]]:
        self._parser = parser = etree.iterparse(self, events=("start", "end"), **_OPTIONS)
        try:
            for event, element in parser:
                if event == "start":
                    self._elements += 1
                    self._all_elements += 1
                if self._most_elements is not None and self._all_elements > self._most_elements:
                    raise ItemTooLarge(f"a document of more than {self._most_elements:,} elements")
                if self._elements > _MOST_ELEMENTS:
                    raise ItemTooLarge(f"an entry of more than {_MOST_ELEMENTS:,} elements")
                yield event, element
        except etree.XMLSyntaxError as error:
            raise BadRecord(f"broken XML: {error}") from None
        # What can be read of XML that is cut off, or whose elements are not closed, looks whole.
        for fault in parser.error_log:
            if _is_fault(fault):
                taken = "; what could be read was taken" if self._in_parts else ""
                raise BadRecord(f"broken XML: {fault.message.strip()}{taken}")


def _is_fault(entry: etree._LogEntry) -> bool:
    return bool(entry.type_name.startswith("ERR_"))


class References:
    """Mends the references of a document piece by piece: HTML's entities, which XML does not know, bare ampersands,
    and characters that XML does not allow. After the first of these libxml2 drops `&lt;` and `&amp;` too, so they
    become numbers, which it does not drop. Nothing is changed in CDATA sections, and nothing in UTF-16.
    """

    def __init__(self, head: bytes) -> None:
        self._is_ascii = b"\0" not in head[:4] and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
        self._rest = b""
        self._in_cdata = False

    def mended(self, part: bytes) -> bytes:
        """Return the next piece mended, as far as it can be told; at the end, which is an empty piece, the rest."""
        if not self._is_ascii:
            return part
        data, self._rest = self._rest + part.translate(_ALLOWED), b""
        pieces: list[bytes] = []
        place = 0
        while place < len(data):
            mark = _CDATA_END if self._in_cdata else _CDATA
            mend = _unchanged if self._in_cdata else _with_numbers
            border = data.find(mark, place)
            if border >= 0:
                pieces.append(mend(data[place : border + len(mark)]))
                place = border + len(mark)
                self._in_cdata = not self._in_cdata
            else:
                end = max(place, self._settled(data)) if part else len(data)
                pieces.append(mend(data[place:end]))
                self._rest = data[end:]
                break
        return b"".join(pieces)

    def _settled(self, data: bytes) -> int:
        """Return how much of `data` will not read differently with what follows."""
        start = max(0, len(data) - _LONGEST_REFERENCE)
        places = [data.find(mark, start) for mark in ((b"]",) if self._in_cdata else (b"&", b"<"))]
        return min((place for place in places if place >= 0), default=len(data))


def _unchanged(data: bytes) -> bytes:
    return data


def _with_numbers(data: bytes) -> bytes:
    return _REFERENCE.sub(_number, data)


def _number(reference: re.Match[bytes]) -> bytes:
    if digits := reference["digits"]:
        code = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
        allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return reference[0] if allowed else b"&#65533;"
    if name := reference["name"]:
        text = html5.get(f"{name.decode()};")
        return "".join(f"&#{ord(character)};" for character in text).encode() if text else b"&#38;" + reference[0][1:]
    return b"&#38;"


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of a document that is small enough to be held. Raises BadRecord."""
    refuse_entities(data[:_HEAD])
    try:
        references = References(data)
        mended = references.mended(_begun(data)) + references.mended(b"")
        root = etree.fromstring(mended, etree.XMLParser(**_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise BadRecord(f"broken XML: {error}") from None
    if root is None:
        raise BadRecord("broken XML: it has no elements")
    return root


def refuse_entities(head: bytes) -> None:
    """Raise BadRecord when a document declares entities, by which a few bytes can become gigabytes."""
    mark = bom_charset(head)
    charset = (
        mark[0] if mark else "utf-16-le" if head[1:2] == b"\0" else "utf-16-be" if head[:1] == b"\0" else "latin-1"
    )
    if _OWN_ENTITIES.search(head.decode(charset, "replace")):
        raise BadRecord("the XML declares entities of its own, as bombs do; it was left")


def _begun(head: bytes) -> bytes:
    """Return the beginning of a document without blank lines, which many feeds have before the declaration."""
    return head if b"\0" in head[:4] else head.lstrip(_BLANK)


def name_of(element: etree._Element) -> str:
    """Return the name of an element without its namespace, in lower case; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def text_of(element: etree._Element | None) -> str | None:
    """Return all text of an element, None where there is none, as in a comment or an entity that nobody has defined."""
    if element is None or not isinstance(element.tag, str):
        return None
    return "".join(element.itertext()).strip() or None
