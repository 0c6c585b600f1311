"""An HTML tree to a list of plain-text blocks, and blocks to text.

Blocks are paragraphs, headings, list items and table rows in document order. Each element that can contain
blocks covers a contiguous range of them, a `Region`, so that choosing an article body is choosing a range.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from bs4 import Tag
from bs4.element import NavigableString

from nkcorpus.extract.html.tree import child_tags, collapse_space

BlockKind = Literal["paragraph", "heading", "item", "row"]

INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rtc ruby s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)
HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LIST_TAGS = frozenset(("ul", "ol", "dl", "menu", "dir"))
_CELL_TAGS = frozenset(("td", "th"))
_INLINE_PARENTS = INLINE_TAGS | HEADING_TAGS | {"p", "li", "dt", "dd"}
_MAX_CELL = 300
"""Characters in the longest cell of a table that is read as data; layout tables hold whole articles in a cell."""

# Runs of spaces are collapsed before these two see the text.
_BREAKS = re.compile(r" ?\n ?")
_TABS = re.compile(r" ?\t ?")
_SPACES = re.compile(r"  +")
_BLANK_LINE = re.compile(r"\n[ \xa0\u3000]*(?:\n[ \xa0\u3000]*)+")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of text. `link_chars` and `links` are its characters within links and its number of links.

    `joined`: it follows its predecessor after one line end (list items, table rows), not a blank line.
    `owner` is the element that the text stands in.
    """

    kind: BlockKind
    text: str
    link_chars: int
    links: int
    joined: bool
    owner: Tag

    @property
    def level(self) -> int:
        """1 to 6 for a heading, else 0."""
        return int(self.owner.name[1]) if self.kind == "heading" and self.owner.name in HEADING_TAGS else 0


@dataclass(frozen=True, slots=True)
class Region:
    """The blocks `[start, end)` that an element holds."""

    tag: Tag
    start: int
    end: int


def render(blocks: Iterable[Block]) -> str:
    """Return blocks as text: one blank line between them, one line end between items or rows of one list."""
    parts: list[str] = []
    for block in blocks:
        if parts:
            parts.append("\n" if block.joined else "\n\n")
        parts.append(f"- {block.text}" if block.kind == "item" else block.text)
    return "".join(parts)


def read_blocks(root: Tag, skipped: Collection[int]) -> tuple[list[Block], list[Region]]:
    """Return the blocks under `root` and the regions of its block elements, in order of their start tags.

    `skipped` holds the `id()` of elements to leave out. Linear in the size of the tree, at any depth.
    """
    reader = _BlockReader(root)
    regions: list[Region | None] = [None]
    # Depth-first with a stack of our own: pages nest deeper than Python may recurse.
    stack: list[tuple[Tag, int, int, bool]] = [(root, 0, 0, True)]
    position: list[int] = [0]
    reader.enter(root, True)
    while stack:
        tag, region, start, is_block = stack[-1]
        contents = tag.contents
        if position[-1] >= len(contents):
            reader.leave(tag, is_block)
            if is_block:
                regions[region] = Region(tag, start, len(reader.blocks))
            stack.pop()
            position.pop()
            continue
        child = contents[position[-1]]
        position[-1] += 1
        if isinstance(child, Tag):
            if id(child) in skipped:
                if _is_block(child):
                    reader.boundary(child)
                continue
            is_block = _is_block(child)
            reader.enter(child, is_block)
            stack.append((child, len(regions), len(reader.blocks), is_block))
            position.append(0)
            if is_block:
                regions.append(None)
        elif type(child) is NavigableString:
            reader.text(str(child))
    return reader.blocks, [region for region in regions if region is not None]


@dataclass(slots=True)
class _BlockReader:
    """Turns the events of a tree walk into blocks."""

    root: Tag
    blocks: list[Block] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _owners: list[Tag] = field(default_factory=list)
    _link_depth: int = 0
    _link_chars: int = 0
    _links: int = 0
    _pre_depth: int = 0
    _list_depth: int = 0
    _list_continues: bool = False
    _item_starts: bool = False
    _table: Tag | None = None
    _row_continues: bool = False
    _data_tables: Collection[int] | None = None

    def enter(self, tag: Tag, is_block: bool) -> None:
        """An element starts."""
        name = tag.name
        if is_block:
            self.boundary(tag)
            self._owners.append(tag)
        if name == "br":
            self._pieces.append(" " if self._table else "\n")
        elif name == "a":
            self._link_depth += 1
            self._links += 1
        elif name == "li":
            self._item_starts = True
        elif name == "pre":
            self._pre_depth += 1
        elif name in _LIST_TAGS:
            self._list_depth += 1
        elif name == "table" and self._table is None and self._is_data(tag):
            self._table = tag
            self._row_continues = False

    def leave(self, tag: Tag, is_block: bool) -> None:
        """An element ends."""
        name = tag.name
        if is_block:
            self.boundary(tag)
            self._owners.pop()
        if name == "a":
            self._link_depth -= 1
        elif name == "li":
            self._item_starts = False
        elif name == "pre":
            self._pre_depth -= 1
        elif name in _LIST_TAGS:
            self._list_depth -= 1
            self._list_continues = self._list_continues and self._list_depth > 0
        elif tag is self._table:
            self._table = None

    def text(self, text: str) -> None:
        """Characters of the current block."""
        text = text.replace("\r\n", "\n") if self._pre_depth and not self._table else collapse_space(text)
        self._pieces.append(text)
        if self._link_depth:
            self._link_chars += len(text.strip())

    def boundary(self, tag: Tag) -> None:
        """A block element starts or ends: what was collected is a block of the element around it."""
        if self._table is None or tag is self._table:
            self._flush(row=tag is self._table)
        elif tag.name == "tr":
            self._flush(row=True)
        elif tag.name in _CELL_TAGS:
            self._pieces.append("\t")
        else:
            self._pieces.append(" ")

    def _is_data(self, table: Tag) -> bool:
        if self._data_tables is None:
            self._data_tables = _data_tables(self.root)
        return id(table) in self._data_tables

    def _flush(self, *, row: bool) -> None:
        pieces, self._pieces = self._pieces, []
        link_chars, self._link_chars = self._link_chars, 0
        links, self._links = self._links, 1 if self._link_depth else 0
        text = _tidied("".join(pieces)).strip(" \n")
        if not text or text.isspace():
            return
        owner = self._owners[-1]
        if row:
            # Each cell wrote a tab at either end.
            text = text.removeprefix("\t").removesuffix("\t").replace("\t\t", "\t")
            self._add(Block("row", text, link_chars, links, self._row_continues, owner))
            self._row_continues = True
            return
        total = len(text)
        for part in _BLANK_LINE.split(text):
            if part.strip():
                share = len(part) / total
                self._add_prose(part, round(link_chars * share), round(links * share), owner)

    def _add_prose(self, text: str, link_chars: int, links: int, owner: Tag) -> None:
        is_heading = owner.name in HEADING_TAGS
        if self._item_starts and not is_heading:
            self._item_starts = False
            self._add(Block("item", text, link_chars, links, self._list_continues, owner))
            self._list_continues = True
            return
        self._add(Block("heading" if is_heading else "paragraph", text, link_chars, links, False, owner))
        self._list_continues = False

    def _add(self, block: Block) -> None:
        self.blocks.append(block)


def _tidied(text: str) -> str:
    """Return `text` without double spaces and without spaces around line ends and tabs."""
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _BREAKS.sub("\n", text)
    return _TABS.sub("\t", text) if "\t" in text else text


def _is_block(tag: Tag) -> bool:
    """Return whether an element breaks a paragraph. Unknown elements do, except within a paragraph."""
    name = tag.name
    if name in INLINE_TAGS or name == "br":
        return False
    if name in _BLOCK_TAGS:
        return True
    return tag.parent is None or tag.parent.name not in _INLINE_PARENTS


_BLOCK_TAGS = (
    HEADING_TAGS
    | _LIST_TAGS
    | _CELL_TAGS
    | frozenset(
        "address article aside blockquote body caption center dd details dialog div dt fieldset figcaption figure "
        "footer form frameset header hgroup hr html legend li main nav noframes noscript p pre section summary "
        "table tbody tfoot thead title tr".split()
    )
)


def _data_tables(root: Tag) -> set[int]:
    """Return the `id()` of each table that holds data: rows of two or more short cells and no table within; linear."""
    innermost: dict[int, Tag] = {}
    # For each element the table around it; looking from each table instead would be quadratic in the depth.
    around: dict[int, Tag] = {}
    for tag in root.find_all(True):
        parent = tag.parent
        table = parent if parent is not None and parent.name == "table" else around.get(id(parent))
        if table is not None:
            around[id(tag)] = table
        if tag.name == "table":
            innermost[id(tag)] = tag
            if table is not None:
                innermost.pop(id(table), None)
    return {identity for identity, table in innermost.items() if _has_short_cells(table)}


def _has_short_cells(table: Tag) -> bool:
    widest = 0
    for row in table.find_all("tr"):
        cells = [cell for cell in child_tags(row) if cell.name in _CELL_TAGS]
        widest = max(widest, len(cells))
        if any(len(cell.get_text()) > _MAX_CELL for cell in cells):
            return False
    return widest >= 2
