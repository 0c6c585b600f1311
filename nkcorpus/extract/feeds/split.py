"""A feed or WordPress export as it is read: one small document for each entry."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from nkcorpus.errors import BadRecord
from nkcorpus.extract.feeds.xml import XmlEvents, name_of, text_of
from nkcorpus.extract.fields import single_line

ROOTS = frozenset({"rss", "rdf", "feed"})
"""The root elements of RSS 0.9x and 2.0, RSS 1.0, Atom; names in lower case."""

POST_TYPES = frozenset({"post", "page"})
_HEAD = frozenset({"title", "link", "language", "author", "base_site_url"})
_MOST_HEADS = 100
_MOST_AUTHORS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One entry: a feed in UTF-8 that has the title, address and language of the whole feed and this entry alone.

    `skip` says why it is no article, None for one that is.
    """

    payload: bytes
    skip: str | None = None


def split_feed(stream: BinaryIO) -> Iterator[Part]:
    """Yield the entries of a feed. Memory does not grow with their number.

    Raises BadRecord for what is no feed or declares entities, and at the end for one that is broken; ItemTooLarge
    for a monstrous entry.
    """
    events = XmlEvents(stream)
    splitter: _Splitter | None = None
    for event, element in events:
        if splitter is None:
            if name_of(element) not in ROOTS:
                raise BadRecord(f"XML, but no feed, sitemap or WordPress export: it begins with <{name_of(element)}>")
            splitter = _Splitter(element)
        elif event == "end" and not events.is_cut_off and (part := splitter.ended(element)):
            yield part
            events.part_done()
    if splitter is None:
        raise BadRecord("no feed: there is no XML in it")


class _Splitter:
    def __init__(self, root: etree._Element) -> None:
        self._root = root
        # Copied, not made anew: mended XML has names and namespaces that nobody may give.
        self._bare_root = copy.deepcopy(root)
        self._bare_root.text = None
        del self._bare_root[:]
        self._heads: list[etree._Element] = []
        self._authors: dict[str, etree._Element] = {}

    def ended(self, element: etree._Element) -> Part | None:
        """Take an element that is complete; return the entry that it is."""
        parent = element.getparent()
        if parent is None or (parent is not self._root and parent.getparent() is not self._root):
            return None
        name = name_of(element)
        if name in ("item", "entry"):
            part = self._part(element, parent)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
            return part
        if name in _HEAD and name_of(parent) in ("channel", "feed"):
            login = next((text_of(child) for child in element if name_of(child) == "author_login"), None)
            kept = copy.deepcopy(element)
            kept.tail = None
            if login and len(self._authors) < _MOST_AUTHORS:
                self._authors[login] = kept
            elif len(self._heads) < _MOST_HEADS:
                self._heads.append(kept)
        return None

    def _part(self, element: etree._Element, parent: etree._Element) -> Part:
        root = copy.deepcopy(self._bare_root)
        holder = root
        if name_of(self._root) != "feed":
            holder = etree.SubElement(root, "channel")
            if parent is not self._root:
                with contextlib.suppress(ValueError):
                    holder.tag = parent.tag
        holder.extend(copy.deepcopy(head) for head in self._heads)
        values = {name_of(child): text_of(child) for child in element}
        author = self._authors.get(values.get("creator") or "")
        if author is not None:
            holder.append(copy.deepcopy(author))
        entry = copy.deepcopy(element)
        entry.tail = None
        holder.append(entry)
        return Part(etree.tostring(root, encoding="utf-8", xml_declaration=True), _skip(values))


def _skip(values: dict[str, str | None]) -> str | None:
    """Return why an item of a WordPress export is no article. Items of feeds have no type and no status."""
    kind, status = (single_line(values.get(name)) for name in ("post_type", "status"))
    if kind and kind not in POST_TYPES:
        return f"no post or page of the WordPress export but {kind}"
    if kind and status not in (None, "publish"):
        return f"a post of the WordPress export that was not published ({status})"
    return None
