"""What the markup of a page says about its article: title, authors, date, site, language, address, tags.

Nothing is guessed: a field that no element gives stays None or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from nkcorpus.dates import interval
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.html.jsonld import plain
from nkcorpus.extract.html.page import MAX_TITLE, Page, belongs_to_others, short_text
from nkcorpus.extract.html.people import given_name_first, people, squash
from nkcorpus.extract.html.tree import attribute, element_text, name_tokens
from nkcorpus.model import ArticleDate, DateSource

_TITLE_SEPARATOR = re.compile(r"(?<!\s)\s+(?:[|–—»·•:]|-{1,2}|::)\s+|(?:(?<!\s)\s+)?[|»]\s*|:\s+")
_META_DATES = (
    "article:published_time og:article:published_time article:published article.published datepublished "
    "sailthru.date parsely-pub-date pubdate pub_date publishdate publish-date publish_date published "
    "published_time og:publish_date og:pubdate dc.date.issued dcterms.issued dcterms.created "
    "citation_publication_date citation_date article_date_original cxenseparse:publishtime "
    "originalpublicationdate sn-post-date published-date publication_date publication-date"
).split()
_META_AUTHORS = (
    "author article:author og:article:author sailthru.author parsely-author dc.creator dcterms.creator "
    "citation_author article_author cxenseparse:author byl bc:authors"
).split()
_INVERTED_AUTHORS = frozenset(("citation_author", "dc.creator", "dcterms.creator"))
_BYLINE_WORDS = frozenset(("author", "authors", "byline", "bylines", "contributor", "writer"))
_BY = re.compile(r"(?:(?:written|words|story|reported|posted) )?by[\s:]+[^\W\d_]", re.IGNORECASE)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|producers|profile|contributors?|reporters?|journalists?|byline|writers?)/[^/?#]"
)
_BY_BEFORE = re.compile(r"\bby:?\s*$", re.IGNORECASE)
_BY_ALONE = re.compile(r"(?:(?:written|words|story|reported|posted) )?by\s?:?", re.IGNORECASE)
_MAX_LINKS = 3_000
_WRITTEN_LABELS = frozenset(("written by", "글쓴이", "author", "by"))
_MAX_FAR = 40
_FEW_NAMES = 2
_UPDATE_WORDS = frozenset(("updated", "modified", "changed"))
_UPDATED = re.compile(r"(?:last )?(?:updated|modified|changed|reviewed|수정)", re.IGNORECASE)
_DATE_LABEL = re.compile(
    r"^(?:(?:first |originally )?(?:published|posted|date|created|publication date|입력|등록|기사입력|작성)"
    r"(?: on| at)?\s*[:|]?\s*|[|•·-]\s*)",
    re.IGNORECASE,
)
_DATE_WORDS = frozenset(("date", "datetime", "published", "pubdate", "timestamp"))
_HOME_PATHS = frozenset(
    ("", "/index.html", "/index.htm", "/index.php", "/home", "/en", "/ko", "/kr", "/english", "/korean")
)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9-_]*)?", re.IGNORECASE)
_EARLIEST = int(datetime(1945, 1, 1, tzinfo=UTC).timestamp())
_AHEAD_SECONDS = 86_400
_SHORT_HEADING = 10
_MAX_URL = 2_048
_MAX_TAGS = 50
_MAX_TAG = 100
_MAX_KEYWORDS = 10_000
_MAX_AUTHORS = 20
_MAX_BYLINE = 120
_MAX_DATE = 60


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """The fields of `nkcorpus.model.Document` that markup gives."""

    title: str | None
    authors: tuple[str, ...]
    date: ArticleDate | None
    source: str | None
    lang: str | None
    url: str | None
    tags: tuple[str, ...]


def read_metadata(page: Page, *, url: str | None) -> PageMetadata:
    """Return what the page says about its article. `url` is the address it was fetched from."""
    return PageMetadata(
        title=_title(page),
        authors=_authors(page),
        date=_date(page),
        source=page.site_names[0] if page.site_names else None,
        lang=_language(page),
        url=_canonical_url(page, url),
        tags=_tags(page),
    )


def _title(page: Page) -> str | None:
    names = {squash(name) for name in page.site_names}
    for candidate in _titles(page):
        title = _without_site(candidate, names) if len(candidate) <= MAX_TITLE else ""
        title = _as_headed(title, page)
        if title and squash(title) not in names:
            return title
    return None


def _titles(page: Page) -> Iterator[str]:
    yield from page.selected("title")
    headline = page.json_ld.articles[0].get("headline") if page.json_ld.articles else None
    # Some sites cut the headline to the 110 characters that search engines show.
    if isinstance(headline, str) and not plain(headline).endswith(("...", "…")):
        yield plain(headline)
    if page.heading is not None:
        yield element_text(page.heading)
    if title := page.first_meta("og:title", "twitter:title", "dc.title"):
        yield title
    yield page.head_title


def _as_headed(title: str, page: Page) -> str:
    """Return the page's heading where `title` is that heading with a section or site after a separator."""
    heading = element_text(page.heading) if page.heading is not None else ""
    if len(heading) > _SHORT_HEADING and title.startswith(heading):
        rest = title[len(heading) :]
        if (match := _TITLE_SEPARATOR.match(rest)) and not rest[: match.end()].startswith(":"):
            return heading
    return title


def _without_site(title: str, names: set[str]) -> str:
    """Return `title` without one of the site's squashed `names` before or after a separator."""
    first = _TITLE_SEPARATOR.search(title)
    if first and squash(title[: first.start()]) in names:
        title = title[first.end() :]
    for separator in reversed(list(_TITLE_SEPARATOR.finditer(title))):
        if squash(title[separator.end() :]) in names:
            return title[: separator.start()].strip()
    return title.strip()


def _authors(page: Page) -> tuple[str, ...]:
    for bylines in _bylines(page):
        if found := people(bylines, page.organizations):
            return found
    return ()


def _bylines(page: Page) -> Iterator[list[str]]:
    yield list(page.selected("authors"))
    # A label written by WordPress plugins: "Written by", in the language of the site.
    label = page.first_meta("twitter:label1") or ""
    yield page.json_ld.names("author", organizations=False)
    for name in _META_AUTHORS:
        texts = [plain(text) for text in page.meta.get(name, ()) if "://" not in text]
        yield [given_name_first(text) for text in texts] if name in _INVERTED_AUTHORS else texts
    yield [page.first_meta("twitter:data1") or ""] if label.lower() in _WRITTEN_LABELS else []
    near = page.near_heading
    yield [short_text(tag, _MAX_BYLINE) for tag in near if "author" in attribute(tag, "rel").lower().split()]
    yield _property_names(page)
    for tag in near:
        if not name_tokens(tag).isdisjoint(_BYLINE_WORDS) and (text := short_text(tag, _MAX_BYLINE)):
            links = [short_text(link, _MAX_BYLINE) for link in tag.find_all("a", limit=_MAX_AUTHORS)]
            yield links if sum(map(bool, links)) > 1 else [_first_name(tag) or text]
    for tag in near:
        if _BY.match(text := short_text(tag, _MAX_BYLINE)):
            yield [text]
    yield from _far_bylines(page)


def _far_bylines(page: Page) -> Iterator[list[str]]:
    """Yield bylines away from the heading, of the kinds of which the whole page shows no more than a few names."""
    links = [tag for tag in page.named("a") if len(attribute(tag, "href")) < _MAX_URL]
    introduced = [tag for tag in links[:_MAX_LINKS] if _BY_BEFORE.search(str(tag.previous_sibling or "")[-40:])]
    yield [short_text(tag, _MAX_BYLINE) for tag in introduced[:1] if not belongs_to_others(tag)]
    found = (
        [tag for tag in links if "author" in attribute(tag, "rel").lower().split()],
        [tag for tag in links if _AUTHOR_PATH.search(attribute(tag, "href"))],
        [tag for tag in page.elements if name_tokens(tag) & {"author", "byline"}],
    )
    for tags in found:
        names: dict[str, Tag] = {}
        for tag in tags[:_MAX_FAR]:
            for name in people([_first_name(tag) or short_text(tag, _MAX_BYLINE)], page.organizations):
                names.setdefault(name, tag)
        if 0 < len(names) <= _FEW_NAMES:
            yield [name for name, tag in names.items() if not belongs_to_others(tag)]


def _first_name(tag: Tag) -> str:
    """Return the first text in a byline's element if it is a name of several words, "" if not.

    Roles and dates follow in elements of their own.
    """
    parts = list(islice((part for part in tag.strings if part.strip()), 2))
    if parts and _BY_ALONE.fullmatch(parts[0].strip()):
        parts = parts[1:]
    named = people(parts[:1], ()) if parts and len(parts[0]) <= _MAX_BYLINE else ()
    return parts[0] if len(named) == 1 and " " in named[0] else ""


def _property_names(page: Page) -> list[str]:
    """Return the names in microdata `itemprop=author`, which may hold an element with `itemprop=name`."""
    texts: list[str] = []
    for tag in page.elements:
        if "itemprop" in tag.attrs and "author" in attribute(tag, "itemprop").lower().split():
            inner = tag.find(None, attrs={"itemprop": "name"})
            part = inner if isinstance(inner, Tag) else tag
            texts.append(attribute(part, "content") or short_text(part, _MAX_BYLINE))
            if len(texts) == _MAX_AUTHORS:
                break
    return texts


def _date(page: Page) -> ArticleDate | None:
    for text, source in _dates(page):
        found = parse_date(text, source)
        if found and _within_bounds(found):
            return found
    return None


def _dates(page: Page) -> Iterator[tuple[str, DateSource]]:
    """Yield what may be the date of publication, best evidence first."""
    if page.profile:
        for tag in page.profile.select("date", page.root):
            yield attribute(tag, page.profile.date_attribute) or element_text(tag), "meta"
    if text := page.json_ld.text("datePublished"):
        yield text, "meta"
    for name in _META_DATES:
        for text in page.meta.get(name, ()):
            yield text, "meta"
    for tag in page.elements:
        if "itemprop" in tag.attrs and attribute(tag, "itemprop") == "datePublished":
            yield attribute(tag, "datetime") or attribute(tag, "content") or short_text(tag, _MAX_DATE), "meta"
    changed = {short_text(tag, _MAX_DATE) for tag in page.near_heading if _is_update(tag)}
    lines = [(tag, text) for tag in page.near_heading if (text := short_text(tag, _MAX_DATE)) not in changed]
    for tag, _ in lines:
        if tag.name == "time":
            yield attribute(tag, "datetime"), "meta"
    for _, text in lines:
        if any(character.isdigit() for character in text):
            yield _DATE_LABEL.sub("", text).rstrip(" |•·-–—"), "text"
    if text := _only_date(page):
        yield text, "text"


def _only_date(page: Page) -> str | None:
    """Return the date that the page's date elements show, None when they show several days or none."""
    days: dict[str, str] = {}
    for tag in page.elements if page.heading is not None else ():
        if tag.name != "time" and name_tokens(tag).isdisjoint(_DATE_WORDS):
            continue
        text = _DATE_LABEL.sub("", short_text(tag, _MAX_DATE)).rstrip(" |•·-–—")
        value = attribute(tag, "datetime") if tag.name == "time" else ""
        found = parse_date(value, "text") or (parse_date(text, "text") if text else None)
        if found and not belongs_to_others(tag) and not _is_update(tag):
            days.setdefault(found.value[:10], value if parse_date(value, "text") else text)
            if len(days) > 1:
                return None
    return next(iter(days.values()), None)


def _is_update(tag: Tag) -> bool:
    """Return whether a date element says when the page was changed, not when it was published."""
    for element in (tag, tag.parent, tag.parent.parent if tag.parent else None):
        if element is None:
            break
        tokens = name_tokens(element)
        # WordPress marks a post that was never changed with both words.
        if tokens & _UPDATE_WORDS and not tokens & {"entry", "published"}:
            return True
    around = short_text(tag.parent, 2 * _MAX_DATE) if tag.parent is not None else ""
    return bool(_UPDATED.match(short_text(tag, _MAX_DATE)) or _UPDATED.match(around))


def _language(page: Page) -> str | None:
    html = page.named("html")
    declared = (attribute(html[0], "lang") or attribute(html[0], "xml:lang")) if html else ""
    for text in (declared, page.first_meta("og:locale"), page.first_meta("content-language")):
        if text and (match := _LANGUAGE.fullmatch(text)):
            return match[1].lower()
    return None


def _canonical_url(page: Page, given: str | None) -> str | None:
    links = [tag for tag in page.named("link") if "canonical" in attribute(tag, "rel").lower().split()]
    candidates = [attribute(tag, "href") for tag in links[:1]]
    if given:
        declared = [_join(given, candidate) for candidate in candidates]
        return next((url for url in declared if is_article_url(url) and same_site(url, given)), given)
    candidates += page.meta.get("og:url", [])
    return next((url for url in candidates if is_article_url(url)), None)


def _tags(page: Page) -> tuple[str, ...]:
    for texts in _tag_lists(page):
        found = {text.casefold(): text for text in map(plain, texts) if 0 < len(text) <= _MAX_TAG}
        if found:
            return tuple(found.values())[:_MAX_TAGS]
    return ()


def _tag_lists(page: Page) -> Iterator[Iterable[str]]:
    yield page.selected("tags")
    yield page.meta.get("article:tag", ())
    for name in ("keywords", "news_keywords"):
        yield [part for text in page.meta.get(name, ()) for part in text[:_MAX_KEYWORDS].split(",")]


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


def _within_bounds(date: ArticleDate) -> bool:
    """Return whether a date lies between 1945, before which the two Koreas did not exist, and tomorrow."""
    first, _ = interval(date.value)
    return _EARLIEST <= first <= datetime.now(UTC).timestamp() + _AHEAD_SECONDS
