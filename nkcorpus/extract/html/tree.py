"""HTML text to a Beautiful Soup tree, within bounds and without warnings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning

from nkcorpus.errors import ExtractionFailed, ItemTooLarge
from nkcorpus.extract.html.build import build_soup

MAX_TAGS = 300_000
"""Start tags that a page may have. A tag costs about 1 KB and 10 us, so that this many stay under 500 MB and 10 s."""

_START_TAG = re.compile(r"<[A-Za-z]")
# NUL ends the text for libxml2; a lone surrogate has no UTF-8 form. HTML 13.2.3.5 reads both as U+FFFD.
_UNPARSABLE = re.compile("[\x00\ud800-\udfff]")
# libxml2 reads the content of noframes as characters, although a browser of today shows none of the frames either.
_NOFRAMES = re.compile(r"(</?)noframes(?=[\s>])", re.IGNORECASE)
_XML_FEED = re.compile(r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--[^<>]{0,500}-->\s*)*<(rss|feed|rdf:RDF|urlset)[\s>]")
STREAMED = 'id="S:'
"""What a page holds when React streamed parts of it; the tree then is no longer what the text says."""

_HEAD_CONTENT = frozenset("base link meta noscript object script style template title".split())
_STREAMED_ID = re.compile(r"S:[0-9a-f]{1,4}")
_MAX_STREAMED = 500
# Single spaces, which are most of all, do not match and cost nothing.
_SPACE = re.compile(r" [ \t\n\r\f\v]+|[\t\n\r\f\v][ \t\n\r\f\v]*")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def parse_tree(html: str) -> BeautifulSoup:
    """Return the tree of a page or fragment, made by Beautiful Soup with the lxml parser.

    Values of multi-valued attributes such as `class` stay one string.
    Raises ItemTooLarge when the page has more than `MAX_TAGS` tags, and ExtractionFailed for an XML feed.
    """
    if feed := _XML_FEED.match(html):
        raise ExtractionFailed(f"this is an XML document ({feed[1]}), not a page: give the page's own address or file")
    if html.count("<") > MAX_TAGS and (tags := sum(1 for _ in _START_TAG.finditer(html))) > MAX_TAGS:
        raise ItemTooLarge(f"the page has {tags:,} tags; at most {MAX_TAGS:,} are read: save the article alone")
    try:
        encoded = html.encode()
    except UnicodeEncodeError:
        encoded = b"\0"
    if b"\0" in encoded:
        html = _UNPARSABLE.sub("\ufffd", html)
        encoded = html.encode()
    # Folding the case of bytes is many times as fast as that of text.
    if b"noframes" in encoded.lower():
        html = _NOFRAMES.sub(r"\1div", html)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        root = build_soup(html)
    _open_body(root)
    if STREAMED in html:
        _place_streamed_parts(root)
    return root


def _open_body(root: BeautifulSoup) -> None:
    """Make a head that holds content the body: libxml2 does not know that `main`, `article` and the like open one."""
    for head in root.find_all("head"):
        if any(child.name not in _HEAD_CONTENT for child in child_tags(head)):
            head.name = "body"


def _place_streamed_parts(root: BeautifulSoup) -> None:
    """Put what React streamed after the page where its scripts would: `S:1` in place of template `B:1` or `P:1`."""
    places = {attribute(tag, "id"): tag for tag in root.find_all("template", limit=_MAX_STREAMED)}
    for part in root.find_all("div", id=_STREAMED_ID, limit=_MAX_STREAMED):
        number = attribute(part, "id").removeprefix("S:")
        place = places.pop(f"B:{number}", None) or places.pop(f"P:{number}", None)
        if place is not None and all(parent is not part for parent in place.parents):
            part.attrs.pop("hidden", None)
            place.replace_with(part.extract())


def attribute(tag: Tag, name: str) -> str:
    """Return the value of an attribute without surrounding white space, "" where it is missing."""
    value = tag.attrs.get(name)
    return value.strip() if isinstance(value, str) else ""


def name_tokens(tag: Tag) -> frozenset[str]:
    """Return the lower-case words in `class` and `id`: `td-postShare_1` gives td, post, share, 1."""
    attrs = tag.attrs
    value = attrs.get("class"), attrs.get("id")
    if value == (None, None):
        return frozenset()
    # A bound: a huge attribute says nothing about what the element is.
    return _tokens(f"{value[0] or ''} {value[1] or ''}"[:500])


@lru_cache(maxsize=4_096)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(token.lower() for token in _TOKEN.findall(text))


def collapse_space(text: str) -> str:
    """Return `text` with runs of HTML white space as one space; other spaces (U+00A0) are content."""
    return _SPACE.sub(" ", text)


def element_text(tag: Tag) -> str:
    """Return the whole text of an element on one line."""
    return collapse_space(tag.get_text(" ")).replace("\xa0", " ").strip()


def child_tags(tag: Tag) -> Iterator[Tag]:
    """Yield the element children of `tag`."""
    return (child for child in tag.contents if isinstance(child, Tag))
