"""The article's blocks among all blocks of a page.

Every block weighs what its form says: prose counts for the article, links and stray short lines against it.
The body is the element with the largest sum, so that a parent is preferred when the article goes on in it
and refused when it only adds furniture. Within the body, furniture around the prose is trimmed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from bs4 import Tag

from nkcorpus.extract.html.blocks import Block, Region
from nkcorpus.extract.html.furniture import without_furniture
from nkcorpus.extract.html.people import squash
from nkcorpus.extract.html.tree import attribute

_LONG = 80
"""Letters from which on a paragraph is taken for prose."""

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")
_BODY_PROPERTIES = frozenset(("articlebody", "text"))
_BODY_NAMES = re.compile(
    r"(?:^|[\s_-])(?:article|articl|post|entry|story|news|blog|td-post)[\s_-]?(?:__)?(?:body|content|text|copy)",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = re.compile(
    r"(?:read|view|see)\b.{0,20}\bin (?:korean|english|japanese|chinese)\b|계속 읽기", re.IGNORECASE
)
"""A link to the same article in another language, which cleaning takes as a fact."""

_PLAIN_OWNERS = frozenset(("p", "body", "article", "main", "blockquote", "pre"))
"""Elements whose text is read where nothing could be weighed."""

_NO_CONTAINERS = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd blockquote pre tr".split())
"""Blocks of text, which are parts of a body and never one."""

_LONGEST_TEASER = 250
"""Weight up to which a paragraph under a linked heading is taken for the summary of another page."""

_NAMED_SHARE = 0.3
"""Share of the best region's weight from which on the one element that is named as the body is taken instead."""


_BEFORE_SHARE = 0.25
"""Share of the best region's weight that paragraphs before a named body may have; with more, it is but a part."""


_NAMED_PRIOR = 1.2


def weigh(block: Block) -> float:
    """Return how much a block speaks for (positive) or against (negative) being article text.

    The unit is a letter of prose; a Hangul syllable or Chinese character counts as three (its UTF-8 length).
    """
    letters = len(block.text.encode("utf-8", "replace"))
    link_share = min(1.0, block.link_chars / max(1, len(block.text)))
    if link_share > 0.5:
        return -letters - 10.0 * block.links
    if block.kind == "heading":
        return 0.0
    prose = letters * (1 - 1.5 * link_share)
    if block.kind == "row":
        return 0.2 * prose
    if block.kind == "item":
        return prose if letters >= _LONG else 0.0
    if letters >= _LONG:
        return prose
    if _SENTENCE_END.search(block.text):
        return 0.5 * prose
    return -0.5 * letters


def find_body(blocks: Sequence[Block], regions: Sequence[Region]) -> Region | None:
    """Return the region that holds the article, None where no block speaks for one."""
    sums = [0.0, *accumulate(_weights(blocks))]
    best: Region | None = None
    best_score = 0.0
    for region in regions:
        if region.tag.name in _NO_CONTAINERS:
            continue
        score = sums[region.end] - sums[region.start]
        if score <= 0:
            continue
        score *= _prior(region.tag)
        # On a tie the inner element wins: it comes later and holds no more than the outer one.
        if score >= best_score:
            best, best_score = region, score
    return _named_body(blocks, regions, sums, best) if best else None


def is_named(body: Region) -> bool:
    """Return whether the page's markup itself calls a region the article's body."""
    return _prior(body.tag) >= _NAMED_PRIOR


def _named_body(blocks: Sequence[Block], regions: Sequence[Region], sums: Sequence[float], best: Region) -> Region:
    """Return the one element in `best` that its markup names the article's body, else `best`.

    On pages that show the start of other articles below, the sum alone would take them in.
    """
    least = _NAMED_SHARE * (sums[best.end] - sums[best.start])
    named: list[Region] = []
    for region in regions:
        inside = best.start <= region.start and region.end <= best.end
        if inside and is_named(region) and sums[region.end] - sums[region.start] >= least:
            if named and region.end <= named[-1].end:
                continue
            named.append(region)
    if len(named) != 1:
        return best
    before = sum(weigh(block) for block in blocks[best.start : named[0].start] if block.kind == "paragraph")
    return best if before > _BEFORE_SHARE * (sums[best.end] - sums[best.start]) else named[0]


def _weights(blocks: Sequence[Block]) -> list[float]:
    """Return the weight of each block; the text under a heading that is a link is a teaser of another page."""
    weights = [weigh(block) for block in blocks]
    for index in range(1, len(blocks)):
        heading = blocks[index - 1]
        linked = heading.kind == "heading" and heading.link_chars > 0.8 * len(heading.text)
        if linked and 0 < weights[index] < _LONGEST_TEASER:
            weights[index] *= -0.5
    return weights


def _prior(tag: Tag) -> float:
    """Return the factor by which markup says that an element is the article's body."""
    if attribute(tag, "itemprop").lower() in _BODY_PROPERTIES:
        return 1.3
    if tag.name == "article":
        return 1.1
    names = f"{attribute(tag, 'class')[:300]} {attribute(tag, 'id')[:100]}"
    if _BODY_NAMES.search(names):
        return 1.2
    if tag.name == "main" or attribute(tag, "role").lower() == "main":
        return 1.05
    return 1.0


def trim(blocks: Sequence[Block], regions: Sequence[Region], body: Region, title: str | None) -> list[Block]:
    """Return the blocks of `body` without link lists, and without furniture before and after the prose."""
    dropped = _link_regions(blocks, regions, body)
    kept = [
        block
        for index, block in enumerate(blocks[body.start : body.end], body.start)
        if index not in dropped and not _is_link_line(block)
    ]
    return _trim_ends(without_furniture(kept), title)


def plain_paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Return what a page too short to be weighed holds as plain paragraphs, without links."""
    return [block for block in blocks if block.owner.name in _PLAIN_OWNERS and not block.links]


def _link_regions(blocks: Sequence[Block], regions: Sequence[Region], body: Region) -> set[int]:
    """Return the indexes of blocks in parts of the body that are lists of links, with the heading over each."""
    text_sums = [0, *accumulate(len(block.text) for block in blocks)]
    link_sums = [0, *accumulate(block.link_chars for block in blocks)]
    count_sums = [0, *accumulate(block.links for block in blocks)]
    dropped: set[int] = set()
    for region in regions:
        start, end = region.start, region.end
        if start < body.start or end > body.end or end - start < 2 or (start in dropped and end - 1 in dropped):
            continue
        text = text_sums[end] - text_sums[start]
        if count_sums[end] - count_sums[start] >= 3 and link_sums[end] - link_sums[start] > 0.6 * text:
            if start > body.start and blocks[start - 1].kind == "heading":
                start -= 1
            dropped.update(range(start, end))
    return dropped


def _is_link_line(block: Block) -> bool:
    """Return whether a block is a link to another page and no sentence of the article."""
    if block.kind not in ("paragraph", "item") or not block.links or _OTHER_LANGUAGE.match(block.text):
        return False
    share = block.link_chars / len(block.text)
    return share > 0.7 and not (block.kind == "paragraph" and _SENTENCE_END.search(block.text))


def _trim_ends(blocks: list[Block], title: str | None) -> list[Block]:
    """Return `blocks` without what stands before the first and after the last prose block.

    Paragraphs beside the last prose block stay: credits stand there, which cleaning reads before it cuts them.
    """
    prose = [index for index, block in enumerate(blocks) if _is_prose(block)]
    if not prose:
        return [block for block in blocks if not title or squash(block.text) != squash(title)]
    end = prose[-1] + 1
    container = blocks[end - 1].owner.parent
    while end < len(blocks) and blocks[end].kind == "paragraph" and blocks[end].owner.parent is container:
        end += 1
    return blocks[prose[0] : end]


def _is_prose(block: Block) -> bool:
    if block.kind in ("item", "row"):
        return True
    return block.kind == "paragraph" and (len(block.text.encode()) >= _LONG or bool(_SENTENCE_END.search(block.text)))
