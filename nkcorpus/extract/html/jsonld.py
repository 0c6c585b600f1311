"""The JSON-LD of a page, read tolerantly: broken, nested and repeated blocks are common.

Vocabulary: schema.org types and properties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from bs4 import Tag

from nkcorpus.extract.html.tree import attribute, collapse_space

_ARTICLE_TYPES = frozenset(
    "advertisercontentarticle analysisnewsarticle article askpublicnewsarticle backgroundnewsarticle blogposting "
    "liveblogposting newsarticle opinionnewsarticle report reportagenewsarticle reviewnewsarticle satiricalarticle "
    "scholarlyarticle socialmediaposting techarticle".split()
)
_PAGE_TYPES = frozenset(("webpage", "itempage", "aboutpage", "medicalwebpage"))
_ORGANIZATION_TYPES = re.compile(r"organi[sz]ation|corporation|brand|website|newspaper", re.IGNORECASE)

_MAX_CHARACTERS = 2_000_000
_MAX_NODES = 20_000
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)


@dataclass(frozen=True, slots=True)
class JsonLd:
    """What the blocks say: the article nodes, the web page nodes and the breadcrumb lists, in document order."""

    articles: list[dict[str, object]] = field(default_factory=list)
    pages: list[dict[str, object]] = field(default_factory=list)
    breadcrumbs: list[dict[str, object]] = field(default_factory=list)
    by_id: dict[str, dict[str, object]] = field(default_factory=dict)

    def main_nodes(self) -> Iterator[dict[str, object]]:
        """Yield the nodes that speak of the page itself: the first article, then the first page."""
        yield from self.articles[:1]
        yield from self.pages[:1]

    def text(self, name: str) -> str | None:
        """Return the first non-empty text under `name` in the main nodes."""
        for node in self.main_nodes():
            for value in _as_list(node.get(name)):
                if isinstance(value, str) and (text := plain(value)):
                    return text
        return None

    def texts(self, name: str) -> list[str]:
        """Return all texts under `name` in the first main node that has any."""
        for node in self.main_nodes():
            found = [plain(value) for value in _as_list(node.get(name)) if isinstance(value, str) and plain(value)]
            if found:
                return found
        return []

    def trail(self) -> list[str]:
        """Return the names in the first breadcrumb list, from the home page down."""
        names: list[tuple[int, str]] = []
        for item in _as_list(self.breadcrumbs[0].get("itemListElement")) if self.breadcrumbs else ():
            if not isinstance(item, dict):
                continue
            target = item.get("item")
            name = item.get("name") or (target.get("name") if isinstance(target, dict) else None)
            position = str(item.get("position", ""))
            if isinstance(name, str) and plain(name):
                names.append((int(position) if position.isdecimal() and len(position) < 4 else len(names), plain(name)))
        return [name for _, name in sorted(names, key=lambda pair: pair[0])]

    def names(self, name: str, *, organizations: bool) -> list[str]:
        """Return the names of the people (or also organizations) under `name` in the main nodes."""
        for node in self.main_nodes():
            found: list[str] = []
            for value in _as_list(node.get(name)):
                found.extend(self._names_of(value, organizations))
            if found:
                return found
        return []

    def _names_of(self, value: object, organizations: bool) -> list[str]:
        if isinstance(value, str):
            return [plain(value)] if plain(value) else []
        if not isinstance(value, dict):
            return []
        if "name" not in value:
            value = self.by_id.get(str(value.get("@id")), value)
        kinds = _types(value)
        if not organizations and "person" not in kinds and any(map(_ORGANIZATION_TYPES.search, kinds)):
            return []
        return [plain(name) for name in _as_list(value.get("name")) if isinstance(name, str) and plain(name)]


def read_json_ld(scripts: Iterable[Tag]) -> JsonLd:
    """Return what the JSON-LD among a page's `script` elements says; what does not parse is passed over."""
    result = JsonLd()
    for script in scripts:
        if "ld+json" in attribute(script, "type").lower():
            _collect(_parse(script.get_text()), result)
    return result


def plain(text: str) -> str:
    """Return a JSON-LD text value without character references and tags, on one line."""
    if "&" in text:
        text = unescape(unescape(text))
    if "<" in text:
        text = re.sub(r"<[^<>]*>", "", text)
    return collapse_space(text.replace("\xa0", " ")).strip()


def _parse(text: str) -> object:
    if len(text) > _MAX_CHARACTERS:
        return None
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", text)).strip()
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _collect(block: object, result: JsonLd) -> None:
    """Add the nodes of a parsed block in order of appearance, without recursion."""
    stack: list[object] = [block]
    seen = 0
    while stack and seen < _MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            identifier = node.get("@id")
            if isinstance(identifier, str) and len(node) > 1:
                result.by_id.setdefault(identifier, node)
            kinds = _types(node)
            if kinds & _ARTICLE_TYPES and len(node) > 2:
                result.articles.append(node)
            elif kinds & _PAGE_TYPES and len(node) > 2:
                result.pages.append(node)
            elif "breadcrumblist" in kinds:
                result.breadcrumbs.append(node)
            stack.extend(value for value in reversed(node.values()) if isinstance(value, (dict, list)))


def _types(node: dict[str, object]) -> frozenset[str]:
    kinds = _as_list(node.get("@type"))
    return frozenset(kind.rpartition("/")[2].lower() for kind in kinds if isinstance(kind, str))


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
