"""From an entry of a feed to an article."""

from __future__ import annotations

import html
import re

from nkcorpus.extract.bylines import split_names
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.decode import normalise_newlines, replace_unstorable
from nkcorpus.extract.evidence import evidence_of
from nkcorpus.extract.feeds.entry import Entry, Found, read_entry
from nkcorpus.extract.fields import language_code, single_line
from nkcorpus.extract.record import EmptyRecord
from nkcorpus.model import ArticleDate, Document, SourceItem

FEED_EXTRACTOR = "feed/1"
_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")


def extract_entry(item: SourceItem) -> Document:
    """Return the article of the one entry in a feed, as `split_feed` makes it.

    The publisher is the one that the entry names, else the site's by its address, else the feed's title.
    Raises BadRecord, EmptyRecord for an entry with neither title nor text.
    """
    entry = read_entry(item.payload, item.url)
    title = _line(entry.title)
    raw_text, repairs = replace_unstorable(_plain(entry.text[0]) if entry.text else "")
    if not title and not raw_text.strip():
        raise EmptyRecord("the entry has neither title nor text")
    published, updated = _date(entry.published), _date(entry.updated)
    if published and updated and published.value == updated.value:
        updated = None
    url = entry.url[0] if entry.url else None
    source, source_place = _publisher(entry, url)
    lang = language_code(entry.lang)
    places = {
        "title": _place(entry.title) if title else None,
        "date": _place(entry.published) if published else None,
        "updated": _place(entry.updated) if updated else None,
        "url": _place(entry.url),
        "authors": "feed:author" if entry.authors else None,
        "tags": "feed:category" if entry.tags else None,
        "section": "feed:category" if entry.section else None,
        "source": source_place if source else None,
        "lang": "feed:language" if lang else None,
        "text": "feed:summary" if raw_text and entry.is_summary else None,
    }
    return Document(
        raw_text=raw_text if raw_text.strip() else "",
        extractor=FEED_EXTRACTOR,
        title=title,
        authors=tuple(dict.fromkeys(name for author in entry.authors for name in split_names(author))),
        date=published,
        updated=updated,
        source=source,
        lang=lang,
        url=url,
        tags=tuple(dict.fromkeys(line for tag in entry.tags if (line := single_line(tag)))),
        section=single_line(entry.section),
        external_id=single_line(entry.id),
        repairs=repairs,
        evidence=evidence_of(places),
    )


def _publisher(entry: Entry, url: str | None) -> tuple[str | None, str]:
    if entry.publisher:
        return single_line(entry.publisher), "feed:source"
    if url:
        from nkcorpus.extract.profile import site_name

        if name := site_name(url):
            return name, "profile"
    return single_line(entry.feed_title), "feed:channel"


def _plain(text: str) -> str:
    if not _TAG.search(text):
        return normalise_newlines(html.unescape(text)).strip()
    from nkcorpus.extract.html import html_fragment_text

    return html_fragment_text(text)


def _line(found: Found | None) -> str | None:
    if found is None:
        return None
    return single_line(_plain(found[0]) if _TAG.search(found[0]) else found[0])


def _date(found: Found | None) -> ArticleDate | None:
    return parse_date(found[0], "feed") if found else None


def _place(found: Found | None) -> str | None:
    return f"feed:{found[1]}" if found else None
