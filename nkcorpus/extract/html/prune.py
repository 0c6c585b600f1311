"""Which elements of a page are not article text: by tag, role, visibility and the words in class and id."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import NavigableString

from nkcorpus.extract.html.tree import attribute, name_tokens

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
    "ad ads adsense adslot advert advertisement announcement author authors banner bio bookmark breadcrumb breadcrumbs "
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

_WEAK_WORDS = frozenset(("nav", "navigation", "toc"))
"""Furniture words that page builders put on parts of articles too: `toc-section`."""

_MUCH_PROSE = 600
_FEW_LINKS = 0.2
"""Prose from which on, and links per prose up to which, an element with weak words alone is part of an article."""

_HOLDING_TAGS = frozenset(("h1", "main", "blockquote"))
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_MAX_SHARE = 0.4
"""An element with a larger share of the page's prose is not furniture, whatever it is called."""


def unwanted(root: Tag, *, by_name: bool = True) -> set[int]:
    """Return the `id()` of each element under `root` that is not article text (not of their descendants).

    `by_name=False` leaves out the rules on hidden elements, class and id, for a page where they cut too much.
    """
    tags = [tag for tag in root.descendants if isinstance(tag, Tag)]
    prose, links = _prose_and_links(root, tags)
    holders = _article_holders(tags)
    limit = _MAX_SHARE * prose.get(id(root), 0)
    skipped: set[int] = set()
    for tag in tags:
        if tag.name in _NEVER_TEXT:
            skipped.add(id(tag))
        elif tag.name in ("html", "body", "main"):
            continue
        elif _is_furniture(tag) or (
            by_name
            and (
                _is_hidden(tag)
                or (id(tag) not in holders and _is_furniture_by_name(tag, prose.get(id(tag), 0), links.get(id(tag), 0)))
            )
        ):
            length = prose.get(id(tag), 0)
            if length <= limit or not length:
                skipped.add(id(tag))
    return skipped


def _is_furniture(tag: Tag) -> bool:
    if tag.name in _FURNITURE_TAGS:
        return True
    return "role" in tag.attrs and attribute(tag, "role").lower() in _FURNITURE_ROLES


def _is_hidden(tag: Tag) -> bool:
    attrs = tag.attrs
    return (
        "hidden" in attrs
        or ("aria-hidden" in attrs and attribute(tag, "aria-hidden").lower() == "true")
        or ("style" in attrs and bool(_HIDDEN_STYLE.search(attribute(tag, "style")[:500])))
    )


def _is_furniture_by_name(tag: Tag, prose: int, links: int) -> bool:
    words = name_tokens(tag)
    if words.isdisjoint(_FURNITURE_WORDS) and not (
        "widget" in words and "widget" in attribute(tag, "class")[:500].split()
    ):
        return False
    words &= _FURNITURE_WORDS
    if words and words <= _WEAK_WORDS and prose >= _MUCH_PROSE and links <= _FEW_LINKS * prose:
        return False
    # Code listings name their own comments.
    return tag.parent is None or tag.parent.name not in ("code", "pre")


def _article_holders(tags: list[Tag]) -> set[int]:
    """Return the `id()` of each element with a main heading, a quotation or the marked body in it; linear.

    Wrappers are often named by what stands beside the article (`with-sidebar`).
    """
    holders: set[int] = set()
    for tag in tags:
        if tag.name in _HOLDING_TAGS or (
            "itemprop" in tag.attrs and attribute(tag, "itemprop").lower() == "articlebody"
        ):
            ancestor: Tag | None = tag
            while ancestor is not None and id(ancestor) not in holders:
                holders.add(id(ancestor))
                ancestor = ancestor.parent
    return holders


def _prose_and_links(root: Tag, tags: list[Tag]) -> tuple[dict[int, int], dict[int, int]]:
    """Return for each element how many characters of prose (long text outside links) and of links it holds; linear."""
    prose: dict[int, int] = {}
    links: dict[int, int] = {}
    linked: set[int] = set()
    for tag in tags:
        if tag.name in _NEVER_TEXT:
            continue
        texts = [child for child in tag.contents if type(child) is NavigableString]
        if tag.name == "a" or id(tag.parent) in linked:
            linked.add(id(tag))
            links[id(tag)] = sum(map(len, texts))
        if tag.name != "a" and (direct := sum(len(text) for text in texts if len(text) > 60)):
            prose[id(tag)] = direct
    for lengths in (prose, links):
        for tag in reversed(tags):
            length = lengths.get(id(tag), 0)
            if length and tag.parent is not None and tag.name not in _NEVER_TEXT:
                lengths[id(tag.parent)] = lengths.get(id(tag.parent), 0) + length
    return prose, links
