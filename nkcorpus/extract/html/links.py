"""The addresses that a page gives: its own, and that of the same article in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from nkcorpus.extract.html.page import Page, belongs_to_others, short_text
from nkcorpus.extract.html.tree import attribute

_HOME_PATHS = frozenset(
    ("", "/index.html", "/index.htm", "/index.php", "/home", "/en", "/ko", "/kr", "/english", "/korean")
)
_MAX_URL = 2_048
_MAX_LINKS = 3_000
_MAX_LABEL = 60
_PAIRED = ("ko", "en")
"""Languages in which the sites of this field publish the same article."""

_READ_IN = (
    (
        "ko",
        re.compile(
            r"(?:read|view|see)(?: (?:this|the) (?:article|story|post|page))?(?: original)? in korean|korean version|"
            r"한국어(?:로| 기사)? ?(?:보기|읽기|원문)?|한글 ?기사(?: ?보기)?|국문 ?기사(?: ?보기)?",
            re.IGNORECASE,
        ),
    ),
    (
        "en",
        re.compile(
            r"(?:read|view|see)(?: (?:this|the) (?:article|story|post|page))?(?: original)? in english|"
            r"english version|(?:영문|영어) ?(?:기사|판|으로|로)? ?(?:보기|읽기)?",
            re.IGNORECASE,
        ),
    ),
)


def read_canonical_url(page: Page, given: str | None) -> tuple[str, str] | None:
    """Return the article's address and the evidence for it.

    `given` is where the page was fetched from: what the page declares counts only if it is on the same site.
    """
    links = [tag for tag in page.named("link") if "canonical" in attribute(tag, "rel").lower().split()]
    candidates = [(attribute(tag, "href"), "link:canonical") for tag in links[:1]]
    if given:
        for candidate, place in candidates:
            url = _join(given, candidate)
            if is_article_url(url) and same_site(url, given):
                return url, place
        return given, "given"
    # `source-url` is what Evernote writes into the notes that it exports.
    candidates += [(url, f"meta:{name}") for name in ("og:url", "source-url") for url in page.meta.get(name, [])]
    return next(((url, place) for url, place in candidates if is_article_url(url)), None)


def read_counterpart(page: Page, url: str | None, lang: str | None) -> tuple[str, str] | None:
    """Return the address of the Korean or English version of the article at `url` in `lang`, and the evidence.

    Taken are `link rel=alternate hreflang` and links such as "Read in Korean" that lead to an article of the site.
    """
    for wanted, address, place in (*_alternates(page), *_reading_links(page)):
        target = _join(url or "", address)
        is_other = target.partition("#")[0].rstrip("/") != (url or "").partition("#")[0].rstrip("/")
        if wanted != lang and is_other and is_article_url(target) and (url is None or same_site(target, url)):
            return target, place
    return None


def _alternates(page: Page) -> Iterator[tuple[str, str, str]]:
    for tag in page.named("link")[:_MAX_LINKS]:
        language = attribute(tag, "hreflang").lower().partition("-")[0]
        if language in _PAIRED and "alternate" in attribute(tag, "rel").lower().split():
            yield language, attribute(tag, "href"), "link:hreflang"


def _reading_links(page: Page) -> Iterator[tuple[str, str, str]]:
    for tag in page.named("a")[:_MAX_LINKS]:
        label = short_text(tag, _MAX_LABEL).strip(" *[]()<>»›→▶:.")
        for language, pattern in _READ_IN:
            if label and pattern.fullmatch(label) and not belongs_to_others(tag):
                yield language, attribute(tag, "href"), "link:text"


def is_article_url(url: str) -> bool:
    """Return whether `url` is an absolute HTTP address of something other than a home page."""
    if len(url) > _MAX_URL or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    is_home = parts.path.rstrip("/").lower() in _HOME_PATHS and not parts.query
    return parts.scheme.lower() in ("http", "https") and bool(host) and not is_home


def same_site(first: str, second: str) -> bool:
    """Return whether two addresses are of one host, or of a host and one below it, `www.` aside."""
    hosts = []
    for url in (first, second):
        try:
            host = (urlsplit(url).hostname or "").lower().removeprefix("www.")
        except ValueError:
            return False
        hosts.append(host)
    one, other = hosts
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def _join(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""
