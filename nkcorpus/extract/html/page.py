"""A parsed page with the places where metadata stands, each looked up once and in linear time."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cached_property

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from nkcorpus.extract.html.jsonld import JsonLd, plain, read_json_ld
from nkcorpus.extract.html.people import squash
from nkcorpus.extract.html.tree import attribute, collapse_space, element_text, name_tokens
from nkcorpus.extract.profile import Profile

MAX_TITLE = 500

_OTHER_ARTICLES = frozenset(
    "aside card comment comments footer menu nav navbar popular recommended recommendations related sidebar "
    "teaser trending widget".split()
)
"""Tags, and words in class or id, of page parts whose dates and bylines belong to other articles."""

_WITHOUT_TEXT = frozenset(
    "br circle defs ellipse g hr image img input line link meta mask noscript path picture polygon polyline rect "
    "script source stop style svg symbol template title use wbr".split()
)
_CREDITS = frozenset(("author", "authors", "byline", "date", "published", "pubdate"))
_SHORT_NAME = 8
_CLOSE = 12
"""Elements below the heading among which an `aside` may hold the article's own date and byline."""

_TITLE_PARENTS = ("head", "html", "body")
_MAX_CLIMB = 40
_MAX_HEADINGS = 20
_ABOVE, _BELOW = 25, 60
"""Elements before and after the heading among which its date line and byline are looked for."""


class Page:
    """A page and, where its site is known, the site's profile."""

    def __init__(self, root: Tag, profile: Profile | None) -> None:
        self.root = root
        self.profile = profile
        self.elements = [tag for tag in root.descendants if isinstance(tag, Tag)]
        self._by_name: dict[str, list[Tag]] = {}
        for tag in self.elements:
            self._by_name.setdefault(tag.name, []).append(tag)
        self.json_ld: JsonLd = read_json_ld(self.named("script"))
        self.meta: dict[str, list[str]] = {}
        for tag in self.named("meta"):
            content = attribute(tag, "content")
            for key in ("property", "name", "itemprop", "http-equiv"):
                if content and (name := attribute(tag, key).lower()):
                    self.meta.setdefault(name, []).append(content)

    def named(self, name: str) -> list[Tag]:
        """Return all elements of one tag name in document order."""
        return self._by_name.get(name, [])

    def first_meta(self, *names: str) -> str | None:
        """Return the first non-empty content among the named meta elements."""
        return next((text for name in names for text in map(plain, self.meta.get(name, ())) if text), None)

    def selected(self, field: str) -> Iterator[str]:
        """Yield the texts that the site profile's selectors for `field` find."""
        for tag in self.profile.select(field, self.root) if self.profile else ():
            if text := element_text(tag):
                yield text

    @cached_property
    def head_title(self) -> str:
        """The text of the `title` element, "" where there is none of a title's length."""
        # An svg has titles too.
        titles = [tag for tag in self.named("title") if tag.parent is None or tag.parent.name in _TITLE_PARENTS]
        text = element_text(titles[0]) if titles else ""
        return text if len(text) <= MAX_TITLE else ""

    @cached_property
    def named_sites(self) -> list[tuple[str, str]]:
        """What the site calls itself, best first, each with the evidence for it."""
        publisher = self.json_ld.names("publisher", organizations=True)[:1]
        found = [
            (self.first_meta("og:site_name"), "meta:og:site_name"),
            *((name, "json-ld") for name in publisher),
            (self.profile.site_name if self.profile else None, "profile"),
            (self.first_meta("application-name"), "meta:application-name"),
            (self.first_meta("dc.publisher"), "meta:dc.publisher"),
        ]
        return [(name, place) for name, place in found if name and "://" not in name]

    @property
    def site_names(self) -> list[str]:
        """What the site calls itself, best first."""
        return [name for name, _ in self.named_sites]

    @cached_property
    def organizations(self) -> list[str]:
        """Names that are no author's: the site's, but not that of a person who publishes alone."""
        persons = set(self.json_ld.names("publisher", organizations=False))
        return [name for name in self.site_names if name not in persons or name == self.first_meta("og:site_name")]

    @cached_property
    def heading(self) -> Tag | None:
        """The only first-level heading but for the site's name; of several, the only one that the title repeats.

        Where the first level gives none, the second-level heading by the same rules.
        """
        for name in ("h1", "h2"):
            headings = [tag for tag in self.named(name)[:_MAX_HEADINGS] if self._is_headline(element_text(tag))]
            if len(headings) == 1:
                return headings[0]
            repeated = [tag for tag in headings if self._is_repeated(element_text(tag))]
            if len({element_text(tag) for tag in repeated}) == 1:
                return repeated[0]
        return None

    @cached_property
    def headline(self) -> str:
        """The text of the heading; "" for a second-level one that the page's title does not repeat."""
        if self.heading is None:
            return ""
        text = element_text(self.heading)
        return text if self.heading.name == "h1" or self._is_repeated(text) else ""

    def _is_repeated(self, text: str) -> bool:
        """Return whether the page's title or `og:title` holds the text of a heading."""
        name = squash(text)
        return len(name) > _SHORT_NAME and name in squash(f"{self.head_title} {self.first_meta('og:title') or ''}")

    def _is_headline(self, text: str) -> bool:
        """Return whether the text of a heading is not empty and not just the name of the site."""
        name, title = squash(text), squash(self.first_meta("og:title") or "")
        sites = [squash(site) for site in self.site_names]
        # The page's title is the article's with the site's name before or after it.
        around = {name + title, title + name} if title not in ("", name, *sites) else set()
        return bool(name) and name not in sites and squash(self.head_title) not in around

    @cached_property
    def near_heading(self) -> list[Tag]:
        """The elements around the heading that do not belong to other articles, those below it first."""
        if self.heading is None:
            return []
        shown = [tag for tag in self.elements if tag.name not in _WITHOUT_TEXT]
        position = next(index for index, tag in enumerate(shown) if tag is self.heading)
        inner = sum(1 for tag in nodes_within(self.heading) if isinstance(tag, Tag) and tag.name not in _WITHOUT_TEXT)
        below = shown[position + inner + 1 : position + inner + 1 + _BELOW]
        above = shown[max(0, position - _ABOVE) : position]
        around = {id(parent) for parent in self.heading.parents}
        return [
            tag
            for distance, tag in (*enumerate(below), *enumerate(reversed(above), _CLOSE))
            if not belongs_to_others(
                tag, around, in_aside=distance < _CLOSE and not name_tokens(tag).isdisjoint(_CREDITS)
            )
        ]


def nodes_within(tag: Tag) -> Iterator[PageElement]:
    """Yield what `tag.descendants` does, without its walk to the deepest last child before the first node."""
    stack = [iter(tag.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        yield node
        if isinstance(node, Tag):
            stack.append(iter(node.contents))


def short_text(tag: Tag, limit: int) -> str:
    """Return the text of an element on one line, "" when it is longer than `limit` or has many parts."""
    parts: list[str] = []
    length = 0
    for count, node in enumerate(nodes_within(tag)):
        if type(node) is NavigableString:
            parts.append(node)
            length += len(node.strip())
        if length > limit or count > 30:
            return ""
    return re.sub(r" {2,}", " ", collapse_space(" ".join(parts)).replace("\xa0", " ")).strip()


def belongs_to_others(tag: Tag, around: Container[int] = (), *, in_aside: bool = False) -> bool:
    """Return whether an element stands in a part of the page that speaks of other articles.

    Such a part holds no heading of this article: `around` are the `id()` of the elements that do.
    `in_aside`: an `aside` element is no such part.
    """
    for count, parent in enumerate((tag, *tag.parents)):
        if count > _MAX_CLIMB or parent.name == "body" or id(parent) in around:
            break
        if in_aside and parent.name == "aside":
            continue
        tokens = name_tokens(parent)
        # The page builder Elementor calls every element a widget.
        if "elementor" in tokens:
            tokens -= {"widget"}
        if parent.name in _OTHER_ARTICLES or not tokens.isdisjoint(_OTHER_ARTICLES):
            return True
    return False
