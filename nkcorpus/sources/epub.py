"""Books (EPUB 2 and 3): each chapter that has text is an article.

Sources: EPUB 3.3 (https://www.w3.org/TR/epub-33/), OPF 2.0.1 for `toc.ncx`.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from nkcorpus.errors import BadRecord, ItemError, ItemTooLarge, UnreadableItem
from nkcorpus.extract.decode import decode
from nkcorpus.extract.feeds.xml import name_of, parse_xml, text_of
from nkcorpus.model import SourceItem, SourceSkip
from nkcorpus.sources.archives import open_zip, zip_stream
from nkcorpus.sources.limits import HTML_BYTES, MEGABYTE, megabytes
from nkcorpus.sources.stream import Input, Outcome, Reading

_ENCRYPTION = "META-INF/encryption.xml"
_PACKAGE_BYTES = 8 * MEGABYTE
_MOST_CHAPTERS = 5_000
_PAGES = frozenset({"application/xhtml+xml", "text/html"})
_BODY = re.compile(r"<body\b[^<>]*>(.*?)(?:</body|\Z)", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(r"<[^<>]*>|&\w{1,32};|\s")
_HEADING = re.compile(r"<h([1-3])\b[^<>]*>(.{0,1000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_HEADING_PART = 20_000  # code points of a chapter in which its heading is looked for


@dataclass(frozen=True, slots=True)
class _Chapter:
    path: str
    title: str | None
    is_navigation: bool


def read_epub(source: Input, reading: Reading) -> Iterator[Outcome]:
    """Yield a record for each chapter, with its HTML and what the book says of itself.

    Raises BadRecord for what is no book, UnreadableItem when it is damaged or copy-protected, UnsafeArchive.
    """
    with open_zip(source.stream) as archive:
        members = {info.filename: info for info in archive.infolist()}

        def content(path: str, limit: int) -> bytes:
            if path not in members:
                raise BadRecord(f"no book: it has no {path}")
            with zip_stream(archive, members[path], reading) as stream:
                data = stream.read(limit + 1)
            if len(data) > limit:
                raise ItemTooLarge(f"{path} is larger than the limit of {megabytes(limit)}")
            return data

        container = parse_xml(content("META-INF/container.xml", _PACKAGE_BYTES))
        roots = [element for element in container.iter() if name_of(element) == "rootfile"]
        if not roots:
            raise BadRecord("no book: its container names no package")
        package_path = roots[0].get("full-path") or ""
        package = parse_xml(content(package_path, _PACKAGE_BYTES))
        book = _book(package)
        titles = _titles(package, package_path, content)
        protected = _protected(content(_ENCRYPTION, _PACKAGE_BYTES)) if _ENCRYPTION in members else frozenset()
        for number, chapter in enumerate(_chapters(package, package_path, titles), start=1):
            origin = f"{source.origin}!/{chapter.path}"
            if chapter.path in protected:
                raise UnreadableItem("the book is copy-protected; only one without protection can be read")
            try:
                page = decode(content(chapter.path, HTML_BYTES), html=True).text
            except ItemError as error:
                yield Input(origin, "", source.stream).failure(error, number)
                continue
            body = _BODY.search(page)
            html = body[1] if body else page
            if chapter.is_navigation or not _TEXT.sub("", html):
                yield SourceSkip(origin, "a part of a book without text of its own")
                continue
            heading = _HEADING.search(html[:_HEADING_PART])
            record = book | {
                "id": f"{book['id'] or ''}#{chapter.path}",
                "title": chapter.title or (re.sub(r"<[^<>]*>", " ", heading[2]) if heading else None),
                "content": {"rendered": html},
            }
            payload = json.dumps({key: value for key, value in record.items() if value}, ensure_ascii=False)
            encoded = payload.encode("utf-8", "surrogatepass")
            yield SourceItem(origin, source.name, "record", encoded, record=number, charset="utf-8")


def _protected(encryption: bytes) -> frozenset[str]:
    """Return the paths that are encrypted (EPUB 3.3, section 4.2.6.3.3): fonts in many books, all in protected ones."""
    root = parse_xml(encryption)
    return frozenset(
        unquote(element.get("URI") or "") for element in root.iter() if name_of(element) == "cipherreference"
    )


def _book(package: etree._Element) -> dict[str, object]:
    """Return what the book says of itself, by the usual names of records."""
    values: dict[str, list[str]] = {}
    for element in package.iter():
        if name_of(element.getparent() if element.getparent() is not None else element) == "metadata" and (
            text := text_of(element)
        ):
            values.setdefault(name_of(element), []).append(text)

    def first(name: str) -> str | None:
        return next(iter(values.get(name, ())), None)

    return {
        "id": first("identifier"),
        "authors": values.get("creator"),
        "date": first("date"),
        "source": first("publisher"),
        "section": first("title"),
        "lang": first("language"),
    }


def _chapters(package: etree._Element, package_path: str, titles: dict[str, str]) -> Iterator[_Chapter]:
    manifest = {item.get("id"): item for item in package.iter() if name_of(item) == "item"}
    spine = [itemref.get("idref") for itemref in package.iter() if name_of(itemref) == "itemref"]
    for name in spine[:_MOST_CHAPTERS]:
        item = manifest.get(name)
        if item is not None and item.get("media-type") in _PAGES:
            path = _resolved(package_path, item.get("href") or "")
            yield _Chapter(path, titles.get(path), "nav" in (item.get("properties") or "").split())


def _titles(package: etree._Element, package_path: str, content: Callable[[str, int], bytes]) -> dict[str, str]:
    """Return the titles of chapters by their paths, as the table of contents has them: EPUB 3's, else EPUB 2's."""
    items = [item for item in package.iter() if name_of(item) == "item"]
    tables = [item for item in items if "nav" in (item.get("properties") or "").split()]
    tables += [item for item in items if item.get("media-type") == "application/x-dtbncx+xml"]
    titles: dict[str, str] = {}
    for table in tables:
        path = _resolved(package_path, table.get("href") or "")
        try:
            root = parse_xml(content(path, _PACKAGE_BYTES))
        except ItemError:
            continue
        for element in root.iter():
            if name_of(element) == "a":
                href, label = element.get("href"), text_of(element)
            elif name_of(element) == "navpoint":
                children = {name_of(child): child for child in element}
                href = children["content"].get("src") if "content" in children else None
                label = text_of(children.get("navlabel"))
            else:
                continue
            if href and label:
                titles.setdefault(_resolved(path, href.partition("#")[0]), " ".join(label.split()))
    return titles


def _resolved(base: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href)))
