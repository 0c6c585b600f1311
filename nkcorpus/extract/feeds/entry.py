"""What an entry of a feed says.

Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RSS 1.0 with Dublin Core and the content module, Atom
(RFC 4287), Atom 0.3, WordPress eXtended RSS 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from nkcorpus.errors import BadRecord
from nkcorpus.extract.feeds.wordpress_export import rendered
from nkcorpus.extract.feeds.xml import name_of, parse_xml, text_of
from nkcorpus.extract.fields import web_address

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MAIL_WITH_NAME = re.compile(r"[^\s@]+@[^\s@()]+\s*\((?P<name>[^()]+)\)")
_NO_TIME = re.compile("^0000-|-0001")
"""What WordPress writes where there is no time, in SQL and in RFC 5322."""


Found = tuple[str, str]
"""A value, and the name of the element that it stood in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed. Values are as they are written; each field but lists is a value and its element, or None.

    `text` is HTML or plain text; `is_summary` tells that the feed gives no more than a summary, if that.
    `updated` is when it was changed, which is no date of publication.
    """

    payload: bytes
    title: Found | None = None
    url: Found | None = None
    id: str | None = None
    published: Found | None = None
    updated: Found | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str | None = None
    text: Found | None = None
    is_summary: bool = True
    lang: str | None = None
    publisher: str | None = None
    feed_title: str | None = None


def read_entry(payload: bytes, base: str | None = None) -> Entry:
    """Return what the one entry of a feed in `payload` says, which is as `split_feed` makes it.

    `base` is what relative addresses relate to. Raises BadRecord.
    """
    root = parse_xml(payload)
    items = [element for element in root.iter() if name_of(element) in ("item", "entry")]
    if not items:
        raise BadRecord("the feed has no entry")
    item = items[0]
    holder = item.getparent()
    heads: dict[str, list[etree._Element]] = {}
    for child in holder if holder is not None else ():
        heads.setdefault(name_of(child), []).append(child)
    reader = _Atom if name_of(item) == "entry" else _Rss
    return reader(item, heads, base).entry(payload)


class _Reader:
    """What RSS and Atom have in common: fields by the names of the entry's children."""

    def __init__(self, item: etree._Element, heads: dict[str, list[etree._Element]], base: str | None) -> None:
        self.item = item
        self.heads = heads
        self.base = base
        self.children: dict[str, list[etree._Element]] = {}
        for child in item:
            self.children.setdefault(_qualified(child), []).append(child)

    def all(self, *names: str) -> Iterator[etree._Element]:
        """Yield the children with these names, in the order of the names. Names have the prefix that is usual."""
        for name in names:
            yield from self.children.get(name, ())

    def first(self, *names: str) -> Found | None:
        """Return the first that holds text, and its name."""
        return next(((text, _qualified(child)) for child in self.all(*names) if (text := text_of(child))), None)

    def head(self, name: str) -> str | None:
        """Return the text of a child of the feed itself."""
        return next((text for child in self.heads.get(name, ()) if (text := text_of(child))), None)

    def language(self) -> str | None:
        """Return the language of the entry, else that of the feed."""
        own = self.item.get(_XML_LANG) or (self.first("dc:language") or ("", ""))[0]
        above = (element.get(_XML_LANG) for element in self.item.iterancestors())
        return own or self.head("language") or next((lang for lang in above if lang), None)

    def address(self, value: str | None) -> str | None:
        """Return an absolute http or https address, None for anything else."""
        if not value:
            return None
        own_and_above = (self.item, *self.item.iterancestors())
        bases = [element.get(_XML_BASE) for element in own_and_above if element.get(_XML_BASE)]
        for base in (*bases, self.base or self._site()):
            if base:
                try:
                    value = urljoin(base, value)
                except ValueError:
                    return None
        return web_address(value)

    def _site(self) -> str | None:
        """Return the address of the site that the feed is of, which stands for its own where that is not known."""
        links = sorted(self.heads.get("link", ()), key=lambda link: link.get("rel", "alternate") != "alternate")
        return next((url for link in links if (url := web_address(text_of(link) or link.get("href")))), None)


class _Rss(_Reader):
    def entry(self, payload: bytes) -> Entry:
        content = self.first("content:encoded", "body", "fullitem")
        post_type = self.first("wp:post_type")
        if content and post_type:
            content = rendered(content[0]), content[1]
        guid = next(self.all("guid"), None)
        return Entry(
            payload,
            title=self.first("title", "dc:title"),
            url=self._url(guid),
            id=text_of(guid) or self.item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"),
            published=self._published(),
            updated=self._modified(),
            authors=tuple(dict.fromkeys(self._authors())),
            tags=self._tags("post_tag") if post_type else self._tags(None),
            section=next(iter(self._tags("category")), None) if post_type else None,
            text=content or self.first("description", "excerpt:encoded"),
            is_summary=content is None,
            lang=self.language(),
            publisher=(self.first("source", "dc:publisher") or (None, ""))[0],
            feed_title=self.head("title"),
        )

    def _url(self, guid: etree._Element | None) -> Found | None:
        for child in self.all("link", "atom:link", "feedburner:origlink"):
            if url := self.address(text_of(child) or child.get("href")):
                return url, _qualified(child)
        if guid is not None and guid.get("isPermaLink", "true") != "false" and (url := web_address(text_of(guid))):
            return url, "guid"
        return None

    def _published(self) -> Found | None:
        found = self.first("wp:post_date_gmt")
        if found and not _NO_TIME.search(found[0]):
            return f"{found[0].replace(' ', 'T')}Z", found[1]
        dates = self.all("pubdate", "dc:date", "dcterms:issued", "dcterms:created", "atom:published", "wp:post_date")
        written = ((text_of(child), _qualified(child)) for child in dates)
        return next(((text, name) for text, name in written if text and not _NO_TIME.search(text)), None)

    def _modified(self) -> Found | None:
        found = self.first("wp:post_modified_gmt")
        if found and not _NO_TIME.search(found[0]):
            return f"{found[0].replace(' ', 'T')}Z", found[1]
        return self.first("atom:updated", "dcterms:modified")

    def _authors(self) -> Iterator[str]:
        names = {
            login: text_of(child)
            for author in self.heads.get("author", ())
            for child in author
            if name_of(child) == "author_display_name" and (login := _child_text(author, "author_login"))
        }
        for child in self.all("dc:creator", "author", "itunes:author"):
            if text := text_of(child):
                mail = _MAIL_WITH_NAME.fullmatch(text)
                yield mail["name"].strip() if mail else names.get(text) or text

    def _tags(self, domain: str | None) -> tuple[str, ...]:
        found = (
            text_of(child)
            for child in self.all("category", "dc:subject")
            if domain is None or child.get("domain", "category") == domain
        )
        return tuple(dict.fromkeys(tag for tag in found if tag))


class _Atom(_Reader):
    def entry(self, payload: bytes) -> Entry:
        content = self._text("content")
        source = next(self.all("source"), None)
        return Entry(
            payload,
            title=self._text("title"),
            url=self._url(),
            id=(self.first("id") or (None, ""))[0],
            published=self.first("published", "issued", "created"),
            updated=self.first("updated", "modified"),
            authors=tuple(dict.fromkeys(self._authors())),
            tags=tuple(
                dict.fromkeys(tag for child in self.all("category") if (tag := child.get("label") or child.get("term")))
            ),
            text=content or self._text("summary"),
            is_summary=content is None,
            lang=self.language(),
            publisher=_child_text(source, "title") if source is not None else None,
            feed_title=self.head("title"),
        )

    def _text(self, name: str) -> Found | None:
        """Return a text construct (RFC 4287, section 3.1): XHTML as markup, all else as written."""
        for child in self.all(name):
            if child.get("src"):
                continue
            inner = next((inner for inner in child if name_of(inner) == "div"), None)
            if child.get("type") == "xhtml" and inner is not None:
                return etree.tostring(inner, encoding="unicode", with_tail=False), name
            if text := text_of(child):
                return text, name
        return None

    def _url(self) -> Found | None:
        links = sorted(self.all("link"), key=lambda link: link.get("rel", "alternate") != "alternate")
        for link in links:
            if link.get("rel", "alternate") == "alternate" and (url := self.address(link.get("href"))):
                return url, "link"
        return None

    def _authors(self) -> Iterator[str]:
        own = list(self.all("author"))
        for author in own or self.heads.get("author", []):
            if name := _child_text(author, "name"):
                yield name


_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}


def _qualified(element: etree._Element) -> str:
    """Return the name of an element with the prefix that its namespace usually has."""
    name = name_of(element)
    tag = element.tag
    space = tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""
    if space.startswith("http://wordpress.org/export/"):
        return f"excerpt:{name}" if space.endswith("/excerpt/") else f"wp:{name}"
    root = element.getroottree().getroot()
    if space == "http://www.w3.org/2005/Atom" and name_of(root) != "feed":
        return f"atom:{name}"
    return _PREFIXES.get(space, "") + name


def _child_text(element: etree._Element, name: str) -> str | None:
    return next((text for child in element if name_of(child) == name and (text := text_of(child))), None)
