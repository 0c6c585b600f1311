"""What a page tells of its site: the articles that it lists, its feeds, its WordPress interface."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from bs4 import Tag

from nkcorpus.extract.fields import web_address
from nkcorpus.extract.html.blocks import read_blocks
from nkcorpus.extract.html.links import same_site
from nkcorpus.extract.html.listing import article_links, is_listing
from nkcorpus.extract.html.page import Page, short_text
from nkcorpus.extract.html.prune import unwanted
from nkcorpus.extract.html.tree import attribute, parse_tree
from nkcorpus.extract.profile import find_profile

WORDPRESS_API = "https://api.w.org/"
"""The link relation to a site's REST interface (https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/)."""

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_MADE_BY_WORDPRESS = re.compile(r"wordpress\b", re.IGNORECASE)
_MOST_FEEDS = 20
_MOST_LINKS = 3_000
_LONGEST_LABEL = 30
_NEXT = re.compile(
    r"[^\w]*(?:next(?: page)?|older(?: posts| entries| articles| stories)?|다음(?: ?페이지)?|次へ|次のページ)[^\w]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page as a way to articles. All addresses are absolute.

    `links` lead to articles of the same site, in the order of the page. `feeds` are those that it declares, comments
    aside. `api` is the WordPress interface that it names, `self_api` what stands there for this very page;
    `next` is the page on which a list goes on. `is_wordpress` tells that WordPress made it.
    """

    is_listing: bool
    links: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    api: str | None = None
    self_api: str | None = None
    next: str | None = None
    is_wordpress: bool = False


def read_site(html: str, url: str) -> SitePage:
    """Return what the page at `url` tells of its site. Raises ItemTooLarge for one with too many tags."""
    root = parse_tree(html)
    profile = find_profile(root, url)
    page = Page(root, profile)
    blocks, _ = read_blocks(root, unwanted(root))
    has_body = profile is not None and any(True for _ in profile.select("body", root))
    links = tuple(link for link in article_links(page, blocks, url) if same_site(link, url))
    declared = page.named("link")
    return SitePage(
        is_listing=not has_body and is_listing(page, blocks),
        links=links,
        feeds=tuple(dict.fromkeys(_feeds(declared, url)))[:_MOST_FEEDS],
        api=_first(declared, url, WORDPRESS_API, None),
        self_api=_first(declared, url, "alternate", "application/json"),
        next=_next_page(page, url),
        is_wordpress=bool(_MADE_BY_WORDPRESS.match(page.first_meta("generator") or "")),
    )


def _next_page(page: Page, url: str) -> str | None:
    """Return where a list goes on: as `rel=next` says, else the class of a link or its text."""
    tags = [tag for name in ("link", "a") for tag in page.named(name)[:_MOST_LINKS] if attribute(tag, "href")]
    for is_next in (_has_relation, _has_class, _has_label):
        for tag in tags:
            address = _absolute(url, attribute(tag, "href").partition("#")[0]) if is_next(tag) else None
            if address and address != url and same_site(address, url):
                return address
    return None


def _has_relation(tag: Tag) -> bool:
    return "next" in attribute(tag, "rel").lower().split()


def _has_class(tag: Tag) -> bool:
    return "next" in attribute(tag, "class").lower().split() and "prev" not in attribute(tag, "rel").lower()


def _has_label(tag: Tag) -> bool:
    return tag.name == "a" and bool(_NEXT.fullmatch(short_text(tag, _LONGEST_LABEL)))


def _feeds(declared: list[Tag], url: str) -> list[str]:
    return [
        address
        for tag in declared
        if "alternate" in attribute(tag, "rel").lower().split()
        and attribute(tag, "type").partition(";")[0].strip().lower() in FEED_TYPES
        and "comments" not in attribute(tag, "href").lower()
        and (address := _absolute(url, attribute(tag, "href")))
    ]


def _first(declared: list[Tag], url: str, relation: str, media_type: str | None) -> str | None:
    for tag in declared:
        if relation in attribute(tag, "rel").lower().split() and media_type in (None, attribute(tag, "type")):
            return _absolute(url, attribute(tag, "href"))
    return None


def _absolute(base: str, address: str) -> str | None:
    try:
        return web_address(urljoin(base, address)) if address else None
    except ValueError:
        return None
