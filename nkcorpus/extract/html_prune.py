"""Which elements of a page are not article text: by tag, role, visibility and the words in class and id."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import NavigableString

from nkcorpus.extract.html_tree import attribute, name_tokens

_NEVER_TEXT = frozenset(
    "area base canvas col colgroup datalist embed head iframe input link map math meta noscript option param "
    "progress rp rt script select source style svg template textarea title track".split()
)
"""Elements without article text, whatever they are called. `rt` and `rp` are readings above characters."""

_FURNITURE_TAGS = frozenset("aside audio button dialog figcaption footer form menu nav object video".split())
_FURNITURE_ROLES = frozenset(
    "alert banner complementary contentinfo dialog form menu menubar navigation search toolbar".split()
)
_FURNITURE_WORDS = frozenset(
    "ad ads adsense adslot advert advertisement announcement author authors bio bookmark breadcrumb breadcrumbs "
    "byline bylines captcha caption captions carousel comment commentlist comments consent cookie cookies "
    "copyright credit credits crumbs dfp disclaimer disqus donate donation footer footnav gdpr infobox jobs login "
    "masthead menu metadata modal moreover mostread nav navbar navigation newsletter newsletters nocontent "
    "noprint offscreen outbrain overlay pager pagination paywall playlist poll popular popup posted postmeta prev "
    "print promo promos promoted promotion readmore recirc recirculation recommend recommendation recommendations "
    "recommended register related respond rss share sharebar shared sharedaddy sharing shoutbox sidebar sidebars "
    "signin signup social socials sponsor sponsored spotim subscribe subscription subscriptions syndication "
    "taboola taglist tags teaser teasers toc toolbar toolbox tooltip trending upsell video whatsapp widgets wpcnt "
    "zergnet".split()
)
"""Whole words in `class` or `id`, never parts of words."""

_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_MAX_SHARE = 0.4
"""An element with a larger share of the page's prose is not furniture, whatever it is called."""


def unwanted(root: Tag, *, by_name: bool = True) -> set[int]:
    """Return the `id()` of each element under `root` that is not article text (not of their descendants).

    `by_name=False` leaves out the rules on hidden elements, class and id, for a page where they cut too much.
    """
    tags = [tag for tag in root.descendants if isinstance(tag, Tag)]
    prose = _prose_lengths(root, tags)
    holders = _article_holders(tags)
    limit = _MAX_SHARE * prose.get(id(root), 0)
    skipped: set[int] = set()
    for tag in tags:
        if tag.name in _NEVER_TEXT:
            skipped.add(id(tag))
        elif tag.name in ("html", "body", "main"):
            continue
        elif _is_furniture(tag) or (
            by_name and (_is_hidden(tag) or (id(tag) not in holders and _is_furniture_by_name(tag)))
        ):
            length = prose.get(id(tag), 0)
            if length <= limit or not length:
                skipped.add(id(tag))
    return skipped


def _is_furniture(tag: Tag) -> bool:
    return tag.name in _FURNITURE_TAGS or attribute(tag, "role").lower() in _FURNITURE_ROLES


def _is_hidden(tag: Tag) -> bool:
    attrs = tag.attrs
    return (
        "hidden" in attrs
        or attribute(tag, "aria-hidden").lower() == "true"
        or ("style" in attrs and bool(_HIDDEN_STYLE.search(attribute(tag, "style")[:500])))
    )


def _is_furniture_by_name(tag: Tag) -> bool:
    if name_tokens(tag).isdisjoint(_FURNITURE_WORDS) and "widget" not in attribute(tag, "class")[:500].split():
        return False
    # Code listings name their own comments.
    return tag.parent is None or tag.parent.name not in ("code", "pre")


def _article_holders(tags: list[Tag]) -> set[int]:
    """Return the `id()` of each element with a main heading, a quotation or the marked body in it; linear.

    Wrappers are often named by what stands beside the article (`with-sidebar`).
    """
    holders: set[int] = set()
    for tag in tags:
        if tag.name in ("h1", "main", "blockquote") or attribute(tag, "itemprop").lower() == "articlebody":
            ancestor: Tag | None = tag
            while ancestor is not None and id(ancestor) not in holders:
                holders.add(id(ancestor))
                ancestor = ancestor.parent
    return holders


def _prose_lengths(root: Tag, tags: list[Tag]) -> dict[int, int]:
    """Return for each element how many characters of prose (long text outside links) it holds; linear."""
    lengths: dict[int, int] = {}
    for tag in tags:
        if tag.name == "a" or tag.name in _NEVER_TEXT:
            continue
        direct = sum(len(child) for child in tag.contents if type(child) is NavigableString and len(child) > 60)
        if direct:
            lengths[id(tag)] = direct
    for tag in reversed(tags):
        length = lengths.get(id(tag), 0)
        if length and tag.parent is not None and tag.name not in _NEVER_TEXT:
            lengths[id(tag.parent)] = lengths.get(id(tag.parent), 0) + length
    return lengths
