"""When a page's article was published and when it was changed.

A date of change is never taken for the date of publication: where a page shows no other, the latter stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from bs4 import Tag

from nkcorpus.dates import interval
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.html.page import Page, belongs_to_others, nodes_within, short_text
from nkcorpus.extract.html.tree import attribute, element_text, name_tokens
from nkcorpus.model import ArticleDate, DateSource

_META_PUBLISHED = (
    "article:published_time og:article:published_time article:published article.published datepublished "
    "sailthru.date parsely-pub-date pubdate pub_date publishdate publish-date publish_date published "
    "published_time og:publish_date og:pubdate og:published_time dc.date.issued dcterms.issued dcterms.created "
    "dc.date.created dc.date.published dcterms.published citation_publication_date citation_date "
    "article_date_original cxenseparse:publishtime cxenseparse:recs:publishtime bt:pubdate rnews:datepublished "
    "originalpublicationdate sn-post-date published-date publication_date publication-date article:publicationdate "
    "shareaholic:article_published_time article.created displaydate"
).split()
_META_PLAIN = ("dc.date", "dcterms.date")
"""Names that most pages use for the publication, some for the last change: asked after the page's own lines."""

_META_CHANGED = (
    "article:modified_time og:article:modified_time og:updated_time article:modified article.updated datemodified "
    "dcterms.modified dc.date.modified lastmod last-modified last_modified updated modified updated_time "
    "shareaholic:article_modified_time bt:moddate"
).split()
_CHANGE = (
    r"(?:page\s+)?(?:last\s+)?(?:updated?|modified|changed|edited on|revised|reviewed|최종\s?수정|수정|"
    r"aktualisiert|mis à jour)"
)
_CHANGED = re.compile(rf"{_CHANGE}(?![^\W\d_])", re.IGNORECASE)
_CHANGE_WORDS = frozenset(("updated", "modified", "changed"))
_LABEL = re.compile(
    r"(?:(?:first |originally )?(?:published|posted|date|created|publication date|release date|issued|"
    r"입력|등록|기사입력|작성|게시|승인|송고|발행|veröffentlicht|publié|publicado)"
    r"(?: on| at| am| le| el)?일?시?\s*[:|]?\s*)",
    re.IGNORECASE,
)
_BYLINE_WITH_DATE = re.compile(
    r"(?:by|posted|published|written|story)\b.{0,80}?(?:,|\bon|\bat|\s-|\s–)\s+(?P<date>\S.{5,40})", re.IGNORECASE
)
_PARTS = re.compile(rf"\s*[|•·⋅●▪／]\s*|\s+[-–—/]+\s+|[()\[\]]|(?<=\w)[,;]?\s+(?={_CHANGE}\b)|\s{{2,}}", re.IGNORECASE)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DATE_WORDS = frozenset(("date", "datetime", "published", "pubdate", "timestamp"))
_SCRIPT_DATE = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|publication_date|'
    r'firstPublished|firstPublishedAt|published_time|pubDate)\\?"\s*:\s*\\?"([^"\\]{8,40})\\?"'
)
_MAX_SCRIPT = 2_000_000
_MAX_MATCHES = 200
_MAX_LINE = 120
_MAX_DATE = 60
_MAX_PARTS = 30
_EARLIEST = int(datetime(1945, 1, 1, tzinfo=UTC).timestamp())
_AHEAD_SECONDS = 86_400


class FoundDate(NamedTuple):
    """A date and the evidence for it, a token of `nkcorpus.extract.evidence`."""

    date: ArticleDate
    place: str


class _Candidate(NamedTuple):
    text: str
    source: DateSource
    place: str


def read_dates(page: Page, *, retrieved_at: str | None) -> tuple[FoundDate | None, FoundDate | None]:
    """Return when the article was published, and when it was changed if that is another, later moment.

    Refused are dates before 1945, before which the two Koreas did not exist, and dates more than a day after
    `retrieved_at` (ISO 8601; None: now). Time zones differ.
    """
    latest = interval(retrieved_at)[0] if retrieved_at else int(datetime.now(UTC).timestamp())
    published = _first(_published(page), latest)
    changed = _first(_changed(page), latest)
    if changed and published and not _is_later(changed.date, published.date):
        changed = None
    return published, changed


def _first(candidates: Iterator[_Candidate], latest: int) -> FoundDate | None:
    for candidate in candidates:
        found = parse_date(candidate.text, candidate.source)
        if found and _EARLIEST <= interval(found.value)[0] <= latest + _AHEAD_SECONDS:
            return FoundDate(found, candidate.place)
    return None


def _is_later(one: ArticleDate, other: ArticleDate) -> bool:
    if "day" in (one.precision, other.precision):
        return one.value[:10] > other.value[:10]
    return interval(one.value)[0] > interval(other.value)[1]


def _published(page: Page) -> Iterator[_Candidate]:
    """Yield what may be the date of publication, best evidence first."""
    if page.profile:
        for tag in page.profile.select("date", page.root):
            yield _Candidate(attribute(tag, page.profile.date_attribute) or element_text(tag), "meta", "profile")
    yield from _declared(page, "datePublished", _META_PUBLISHED)
    lines = [tag for tag in page.near_heading if not _is_change(tag)]
    for tag in lines:
        if tag.name == "time":
            yield _Candidate(attribute(tag, "datetime"), "meta", "time")
    for tag in lines:
        for part in _date_parts(tag):
            yield _Candidate(part, "text", "text")
    yield from _from_meta(page, _META_PLAIN)
    if text := _only_date(page):
        yield _Candidate(text, "text", "text")
    if text := _only_script_date(page):
        yield _Candidate(text, "meta", "script")


def _changed(page: Page) -> Iterator[_Candidate]:
    yield from _declared(page, "dateModified", _META_CHANGED)
    changes = [tag for tag in page.near_heading if _is_change(tag)]
    for tag in changes:
        if tag.name == "time":
            yield _Candidate(attribute(tag, "datetime"), "meta", "time")
    for tag in page.near_heading:
        for part in _parts(tag):
            if match := _CHANGED.match(part):
                yield _Candidate(_date_text(part[match.end() :].lstrip(" :|on")), "text", "text")
    for tag in changes:
        for part in _parts(tag):
            yield _Candidate(_date_text(part), "text", "text")


def _declared(page: Page, name: str, metas: list[str]) -> Iterator[_Candidate]:
    """Yield what JSON-LD, `meta` elements and microdata say under the schema.org property `name`."""
    if text := page.json_ld.text(name):
        yield _Candidate(text, "meta", "json-ld")
    yield from _from_meta(page, metas)
    for tag in page.elements:
        if attribute(tag, "itemprop") == name or attribute(tag, "property") == name:
            text = attribute(tag, "datetime") or attribute(tag, "content") or short_text(tag, _MAX_DATE)
            yield _Candidate(text, "meta", "itemprop")


def _from_meta(page: Page, names: list[str] | tuple[str, ...]) -> Iterator[_Candidate]:
    for name in names:
        for text in page.meta.get(name, ()):
            yield _Candidate(text, "meta", f"meta:{name}")


def _parts(tag: Tag) -> list[str]:
    """Return the parts of a short line: `Video - June 13, 2019 · 8 min read` has three."""
    return [part for part in _PARTS.split(short_text(tag, _MAX_LINE)) if part][:_MAX_PARTS]


def _date_parts(tag: Tag) -> Iterator[str]:
    """Yield the parts of a line that may be its date of publication, without labels."""
    text = short_text(tag, _MAX_LINE)
    if not any(map(str.isdigit, text)):
        return
    before = ""
    for part in (text, *_parts(tag)):
        # A label may be a part of its own: "Updated | June 14, 2019".
        if not _CHANGED.match(part) and not _CHANGED.fullmatch(before.rstrip(" :")):
            yield _date_text(part)
            if match := _BYLINE_WITH_DATE.match(part):
                yield _date_text(match["date"])
        before = part


def _date_text(part: str) -> str:
    """Return a part of a line as `parse_date` reads it: without labels, days and months told apart."""
    label = _LABEL.match(part)
    text = part[label.end() if label else 0 :].strip(" |•·-–—,:")
    match = _SLASHES.fullmatch(text)
    if match:
        first, second, year = match.groups()
        # 2/24/2019 and 24/2/2019 can be only one day; 2/4/2019 may be two and stays unread.
        if int(first) > 12 >= int(second):
            return f"{year}-{int(second):02}-{int(first):02}"
        if int(second) > 12 >= int(first):
            return f"{year}-{int(first):02}-{int(second):02}"
    return text


def _only_date(page: Page) -> str | None:
    """Return the date that the page's date elements show, None when they show several days or none."""
    days: dict[str, str] = {}
    for tag in page.elements if page.heading is not None else ():
        if tag.name != "time" and name_tokens(tag).isdisjoint(_DATE_WORDS):
            continue
        text = _date_text(short_text(tag, _MAX_DATE))
        value = attribute(tag, "datetime") if tag.name == "time" else ""
        found = parse_date(value, "text") or (parse_date(text, "text") if text else None)
        if found and not belongs_to_others(tag) and not _is_change(tag):
            days.setdefault(found.value[:10], value if parse_date(value, "text") else text)
            if len(days) > 1:
                return None
    return next(iter(days.values()), None)


def _only_script_date(page: Page) -> str | None:
    """Return the date of publication in the page's inline JSON, None when it holds several days or none."""
    days: dict[str, str] = {}
    for script in page.named("script"):
        text = script.get_text()
        if len(text) > _MAX_SCRIPT or "ublish" not in text:
            continue
        for count, match in enumerate(_SCRIPT_DATE.finditer(text)):
            found = parse_date(match[1], "meta")
            if found:
                days.setdefault(found.value[:10], match[1])
            if len(days) > 1 or count > _MAX_MATCHES:
                return None
    return next(iter(days.values()), None)


def _is_change(tag: Tag) -> bool:
    """Return whether a date element says when the page was changed, not when it was published."""
    inner = (node for node in islice(nodes_within(tag), _MAX_PARTS) if isinstance(node, Tag))
    if any(_named_change(element) for element in (tag, tag.parent, *inner) if element is not None):
        return True
    if tag.parent is not None and tag.parent.parent is not None and _named_change(tag.parent.parent):
        return True
    around = short_text(tag.parent, _MAX_LINE) if tag.parent is not None else ""
    return _tells_change(short_text(tag, _MAX_LINE)) or _tells_change(around)


def _tells_change(line: str) -> bool:
    """Return whether a line begins with "Updated" or the like and tells no other date."""
    return bool(_CHANGED.match(line)) and not any(_LABEL.match(part) for part in _PARTS.split(line)[:_MAX_PARTS])


def _named_change(tag: Tag) -> bool:
    tokens = name_tokens(tag)
    # WordPress marks a post that was never changed with both words.
    return bool(tokens & _CHANGE_WORDS) and not tokens & {"entry", "published"}
