"""A Beautiful Soup tree built from the tree that lxml makes in one go.

Beautiful Soup's own builder hears of every tag and text from lxml one by one and gives each element two dozen
attributes of its own, which takes several times as long.
"""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from lxml import etree

MAX_DEPTH = 200
"""Depth from which on lxml's tree is not relied on: libxml2 ends a tree, by version, at 256 or 2,048 levels."""

_OWN_FIELDS = frozenset(
    "name attrs contents parent previous_element next_element previous_sibling next_sibling".split()
)

_BLOCKS = frozenset(
    "article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 head header html "
    "li main nav ol p section table tbody td tfoot th thead tr ul".split()
)
"""Elements at whose start and after which white space is not shown."""


def build_soup(html: str) -> BeautifulSoup:
    """Return the tree of `html` as `BeautifulSoup(html, "lxml", multi_valued_attributes=None)` would, less comments
    and less white space that no browser shows: at the start of a block and after it.

    `html` must have neither NUL nor lone surrogates. Linear in its length.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    tree = etree.fromstring(html.encode(), parser=parser)
    soup = _empty_soup() if tree is None else _converted(tree)
    return soup if soup is not None else BeautifulSoup(html, "lxml", multi_valued_attributes=None)


def _empty_soup() -> BeautifulSoup:
    return BeautifulSoup("", "lxml", multi_valued_attributes=None)


_BUILDER = _empty_soup().builder


class _Element(Tag):
    """A Tag whose class holds what does not differ between elements of the same name."""

    def __init__(self, name: str, attrs: dict[str, str], parent: Tag, previous: Any) -> None:
        self.name = name
        self.attrs = attrs  # type: ignore[assignment]
        self.contents = []
        _link(self, parent, previous)


def _element_class(name: str) -> type[_Element]:
    common = vars(Tag(builder=_BUILDER, name=name))
    return type("_Element", (_Element,), {key: value for key, value in common.items() if key not in _OWN_FIELDS})


_SPECIAL_NAMES = {*_BUILDER.string_containers, *(_BUILDER.empty_element_tags or ())}
_SPECIAL_CLASSES = {name: _element_class(name) for name in _SPECIAL_NAMES}
_USUAL_CLASS = _element_class("div")


def _link(node: Any, parent: Tag, previous: Any) -> None:
    """Make `node` the last child of `parent` and what follows `previous` in document order."""
    node.parent = parent
    node.previous_element = previous
    previous.next_element = node
    node.next_element = node.next_sibling = None
    siblings = parent.contents
    if siblings:
        before = siblings[-1]
        before.next_sibling = node
        node.previous_sibling = before
    else:
        node.previous_sibling = None
    siblings.append(node)


def _text(text_type: type[NavigableString], text: str, parent: Tag, previous: Any) -> NavigableString:
    node = str.__new__(text_type, text)
    node.hidden = False
    _link(node, parent, previous)
    return node


def _converted(tree: etree._Element) -> BeautifulSoup | None:
    """Return the Beautiful Soup tree of an lxml root and its siblings, None where it is deeper than `MAX_DEPTH`."""
    soup = _empty_soup()
    containers = _BUILDER.string_containers
    last: Tag | NavigableString = soup
    # What is open: the element, its children to come, the text after it, the class of text within, and whether
    # white space counts there.
    levels: list[Any] = [(soup, iter([tree, *tree.itersiblings()]), None, NavigableString, False)]
    while levels:
        parent, children, tail, text_type, is_exact = levels[-1]
        for child in children:
            name = child.tag
            last = tag = _SPECIAL_CLASSES.get(name, _USUAL_CLASS)(name, dict(child.attrib.items()), parent, last)
            inner_type = containers.get(name, text_type)
            passes_over = not is_exact and (name in _BLOCKS or parent.name == "head")
            if (text := child.text) and not (passes_over and text.isspace()):
                last = _text(inner_type, text, tag, last)
            if (text := child.tail) and passes_over and text.isspace():
                text = None
            if len(child):
                if len(levels) > MAX_DEPTH:
                    return None
                levels.append((tag, iter(child), text, inner_type, is_exact or name == "pre"))
                break
            if text:
                last = _text(text_type, text, parent, last)
        else:
            levels.pop()
            if tail:
                last = _text(levels[-1][3], tail, levels[-1][0], last)
    return soup
