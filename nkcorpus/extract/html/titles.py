"""The title of a page's article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nkcorpus.extract.html.jsonld import plain
from nkcorpus.extract.html.page import MAX_TITLE, Page
from nkcorpus.extract.html.people import squash

_SEPARATOR = re.compile(r"(?<!\s)\s+(?:[|–—»·•:]|-{1,2}|::)\s+|(?:(?<!\s)\s+)?[|»]\s*|:\s+")
_SHORT_HEADING = 10
_WORD = re.compile(r"[^\W_]+")
_LETTERS = 4
_META_TITLES = ("og:title", "twitter:title", "dc.title")


def read_title(page: Page) -> tuple[str, str] | None:
    """Return the title and the evidence for it (a token of `nkcorpus.extract.evidence`), None where there is none.

    Best is what the site profile finds, then the JSON-LD headline, the heading, `meta` titles, the `title` element.
    A headline in other words than the heading is one for search engines: then the heading counts.
    """
    names = {squash(name) for name in page.site_names}
    for candidate, place in _titles(page):
        title = _without_site(candidate, names) if len(candidate) <= MAX_TITLE else ""
        title = _as_headed(title, page)
        if title and squash(title) not in names:
            return title, place
    return None


def _titles(page: Page) -> Iterator[tuple[str, str]]:
    for text in page.selected("title"):
        yield text, "profile"
    headline = page.json_ld.articles[0].get("headline") if page.json_ld.articles else None
    heading, place = page.headline, page.heading.name if page.heading is not None else ""
    # Some sites cut the headline to the 110 characters that search engines show.
    if isinstance(headline, str) and not plain(headline).endswith(("...", "…")):
        if place == "h1" and _share_a_word(heading, plain(headline)) and squash(heading) not in squash(plain(headline)):
            yield heading, place
        yield plain(headline), "json-ld"
    if heading:
        yield heading, place
    for name in _META_TITLES:
        if declared := page.first_meta(name):
            yield declared, f"meta:{name}"
    yield page.head_title, "title"


def _share_a_word(one: str, other: str) -> bool:
    """Return whether two lines have a word in common that is no particle (of two letters or more in other scripts)."""
    words = [
        {
            word
            for word in _WORD.findall(text.casefold())
            if len(word) >= _LETTERS or (not word.isascii() and len(word) > 1)
        }
        for text in (one, other)
    ]
    return bool(words[0] & words[1])


def _as_headed(title: str, page: Page) -> str:
    """Return the page's heading where `title` is that heading with a section or site after a separator."""
    heading = page.headline
    if len(heading) > _SHORT_HEADING and title.startswith(heading):
        rest = title[len(heading) :]
        if (match := _SEPARATOR.match(rest)) and not rest[: match.end()].startswith(":"):
            return heading
    return title


def _without_site(title: str, names: set[str]) -> str:
    """Return `title` without one of the site's squashed `names` before or after a separator."""
    first = _SEPARATOR.search(title)
    if first and squash(title[: first.start()]) in names:
        title = title[first.end() :]
    for separator in reversed(list(_SEPARATOR.finditer(title))):
        if squash(title[separator.end() :]) in names:
            return title[: separator.start()].strip()
    return title.strip()
