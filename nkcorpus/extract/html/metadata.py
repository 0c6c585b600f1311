"""What the markup of a page says about its article, each field with the place where it was found.

Nothing is guessed: a field that no element gives stays None or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nkcorpus.extract.evidence import Evidence, evidence_of
from nkcorpus.extract.html.authors import read_authors, read_helper
from nkcorpus.extract.html.jsonld import plain
from nkcorpus.extract.html.links import read_canonical_url, read_counterpart
from nkcorpus.extract.html.page import Page, short_text
from nkcorpus.extract.html.page_dates import read_dates
from nkcorpus.extract.html.people import squash
from nkcorpus.extract.html.titles import read_title
from nkcorpus.extract.html.tree import attribute
from nkcorpus.model import ArticleDate

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9-_]*)?", re.IGNORECASE)
_META_SECTIONS = ("og:article:section", "parsely-section", "section", "dc.subject.section")
_MAX_SECTION = 100
_MAX_TAGS = 50
_MAX_TAG = 100
_MAX_KEYWORDS = 10_000
_HOME = frozenset(("home", "homepage", "start", "main", "홈", "메인"))


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """The fields of `nkcorpus.model.Document` that markup gives."""

    title: str | None
    authors: tuple[str, ...]
    translator: str | None
    editor: str | None
    date: ArticleDate | None
    updated: ArticleDate | None
    source: str | None
    section: str | None
    tags: tuple[str, ...]
    lang: str | None
    url: str | None
    counterpart: str | None
    evidence: Evidence


def read_metadata(page: Page, *, url: str | None, retrieved_at: str | None = None) -> PageMetadata:
    """Return what the page says about its article.

    `url` is the address it was fetched from and `retrieved_at` (ISO 8601) when, None for a saved file.
    """
    nothing = (None, None)
    title, title_place = read_title(page) or nothing
    authors, authors_place = read_authors(page)
    translator, translator_place = read_helper(page, "translator")
    editor, editor_place = read_helper(page, "editor")
    published, changed = read_dates(page, retrieved_at=retrieved_at)
    source, source_place = page.named_sites[0] if page.named_sites else nothing
    section, section_place = _section(page, title) or nothing
    tags, tags_place = _tags(page)
    lang = _language(page)
    address, address_place = read_canonical_url(page, url) or nothing
    counterpart, counterpart_place = read_counterpart(page, address, lang) or nothing
    return PageMetadata(
        title=title,
        authors=authors,
        translator=translator,
        editor=editor,
        date=published.date if published else None,
        updated=changed.date if changed else None,
        source=source,
        section=section,
        tags=tags,
        lang=lang,
        url=address,
        counterpart=counterpart,
        evidence=evidence_of(
            {
                "title": title_place,
                "authors": authors_place,
                "translator": translator_place,
                "editor": editor_place,
                "date": published.place if published else None,
                "updated": changed.place if changed else None,
                "source": source_place,
                "section": section_place,
                "tags": tags_place,
                "lang": "html-lang" if lang else None,
                "url": address_place,
                "counterpart": counterpart_place,
            }
        ),
    )


def _language(page: Page) -> str | None:
    html = page.named("html")
    declared = (attribute(html[0], "lang") or attribute(html[0], "xml:lang")) if html else ""
    for text in (declared, page.first_meta("og:locale"), page.first_meta("content-language")):
        if text and (match := _LANGUAGE.fullmatch(text)):
            return match[1].lower()
    return None


def _section(page: Page, title: str | None) -> tuple[str, str] | None:
    candidates = [
        (page.first_meta("article:section"), "meta:article:section"),
        (page.json_ld.text("articleSection"), "json-ld"),
        *((page.first_meta(name), f"meta:{name}") for name in _META_SECTIONS),
    ]
    for text, place in candidates:
        if text and len(text) <= _MAX_SECTION:
            return text, place
    # The last name in a trail is the article's own.
    above = [name for name in page.json_ld.trail()[:-1] if squash(name) not in _HOME and name not in page.site_names]
    if above and above[-1] != title and len(above[-1]) <= _MAX_SECTION:
        return above[-1], "breadcrumb"
    return None


def _tags(page: Page) -> tuple[tuple[str, ...], str | None]:
    for texts, place in _tag_lists(page):
        found = {text.casefold(): text for text in map(plain, texts) if 0 < len(text) <= _MAX_TAG}
        if found:
            return tuple(found.values())[:_MAX_TAGS], place
    return (), None


def _tag_lists(page: Page) -> Iterator[tuple[Iterable[str], str]]:
    yield page.selected("tags"), "profile"
    yield page.meta.get("article:tag", ()), "meta:article:tag"
    keywords = page.json_ld.texts("keywords")
    yield _split(keywords) if len(keywords) == 1 else keywords, "json-ld"
    for name in ("keywords", "news_keywords"):
        yield _split(page.meta.get(name, ())), f"meta:{name}"
    links = (tag for tag in page.named("a") if "tag" in attribute(tag, "rel").lower().split())
    yield [short_text(tag, _MAX_TAG) for tag in links], "rel=tag"


def _split(lists: Iterable[str]) -> list[str]:
    return [part for text in lists for part in text[:_MAX_KEYWORDS].split(",")]
