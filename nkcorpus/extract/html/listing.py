"""Pages that list articles and are none: home, category, tag and search pages."""

from __future__ import annotations

from collections.abc import Sequence

from nkcorpus.extract.html.blocks import Block
from nkcorpus.extract.html.body import weigh
from nkcorpus.extract.html.page import Page

_LEAST_LINKS = 8
"""Linked headlines from which on a page without an article of its own is a list."""

_SHORTEST_HEADLINE = 20
_LONGEST_SUMMARY = 400
_MOST_PROSE = 300
"""Weight (UTF-8 bytes of prose) of what may stand on a list beside headlines and their summaries."""


def is_listing(page: Page, blocks: Sequence[Block]) -> bool:
    """Return whether a page shows many linked headlines and next to no prose of its own.

    A page that its metadata calls an article is none, whatever it shows.
    """
    if page.json_ld.articles or (page.first_meta("og:type") or "").lower() == "article":
        return False
    headlines = 0
    prose = 0.0
    summary_may_follow = False
    for block in blocks:
        if block.link_chars > 0.8 * len(block.text):
            if len(block.text) >= _SHORTEST_HEADLINE:
                headlines += 1
                summary_may_follow = True
            continue
        weight = max(0.0, weigh(block))
        if weight and not (summary_may_follow and weight < _LONGEST_SUMMARY):
            prose += weight
        if weight or block.kind == "heading":
            summary_may_follow = False
    return headlines >= _LEAST_LINKS and prose < _MOST_PROSE
