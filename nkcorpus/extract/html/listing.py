"""Pages that list articles and are none: home, category, tag and search pages."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from nkcorpus.extract.html.blocks import Block
from nkcorpus.extract.html.body import weigh
from nkcorpus.extract.html.page import Page
from nkcorpus.extract.html.tree import attribute

_LEAST_LINKS = 8
"""Linked headlines from which on a page without an article of its own is a list."""

_MAX_LINKS = 500
_MAX_CLIMB = 6
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
        if _is_link(block):
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


def article_links(page: Page, blocks: Sequence[Block], url: str | None) -> tuple[str, ...]:
    """Return where the linked headlines of a list page lead, in order and without doubles.

    They are absolute where the page tells its own address or `url`, the one it was fetched from, is known.
    """
    base = _base(page, url)
    owners = {id(block.owner): block.owner for block in blocks if _is_headline(block)}
    found: dict[str, None] = {}
    for owner in owners.values():
        address = _joined(base, _target(owner))
        if address and address != base:
            found.setdefault(address)
        if len(found) == _MAX_LINKS:
            break
    return tuple(found)


def _is_link(block: Block) -> bool:
    return block.link_chars > 0.8 * len(block.text)


def _is_headline(block: Block) -> bool:
    return _is_link(block) and len(block.text) >= _SHORTEST_HEADLINE


def _base(page: Page, url: str | None) -> str:
    """Return the address that relative links start from, "" where it is unknown."""
    canonical = [attribute(tag, "href") for tag in page.named("link") if "canonical" in attribute(tag, "rel").lower()]
    own = url or next((text for text in (*canonical, *page.meta.get("og:url", ())) if "://" in text), "")
    declared = next((href for tag in page.named("base") if (href := attribute(tag, "href"))), "")
    return _joined(own, declared) or own


def _target(owner: Tag) -> str:
    """Return where the link in a headline's element, or around it, leads."""
    inner = owner.find("a", href=True)
    if isinstance(inner, Tag):
        return attribute(inner, "href")
    tag: Tag | None = owner
    for _ in range(_MAX_CLIMB):
        if tag is None:
            break
        if tag.name == "a":
            return attribute(tag, "href")
        tag = tag.parent
    return ""


def _joined(base: str, address: str) -> str:
    """Return `address` from `base` without its fragment, "" for what is no address of a page."""
    try:
        address = urljoin(base, address.partition("#")[0])
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in ("", "http", "https") and not any(map(str.isspace, address)) else ""
