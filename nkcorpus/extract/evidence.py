"""Where the fields of an article were found: pairs of a field and a place, kept with the article.

Places are short tokens:

    json-ld, meta:NAME, itemprop, time, script      structured data, `meta` elements, microdata, inline JSON of a page
    h1, h2, title, breadcrumb, rel=author, rel=tag  elements of a page: its heading, its `title`, links
    link:canonical, link:hreflang, link:text        addresses in a page; `link:text`: a link such as "Read in Korean"
    byline, text                                    a line near the heading: names, dates
    profile                                         the selectors or the name in the site's profile
    given, url, file-name                           the address that the item came with, or what it or a name tells
    field:NAME, heading                             a field of a record or front matter, the `#` line of Markdown
    feed:NAME                                       an element of an entry in a feed; `feed:channel`: the feed's own
                                                    title; for `text`, `feed:summary`: the feed gives no more
    html-lang, script-share, language-model         the language that a page declares, or that its text shows
    rule:ID                                         a line that the cleaning rule ID took out
"""

from __future__ import annotations

from collections.abc import Mapping

Evidence = tuple[tuple[str, str], ...]


def evidence_of(places: Mapping[str, str | None]) -> Evidence:
    """Return the pairs of field and place, sorted by field, without fields that have no place."""
    return tuple(sorted((field, place) for field, place in places.items() if place))


def with_place(evidence: Evidence, field: str, place: str) -> Evidence:
    """Return `evidence` with `place` for `field`, in place of what it said of it."""
    return evidence_of({**dict(evidence), field: place})
