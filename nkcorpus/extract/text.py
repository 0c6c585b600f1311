"""Plain text and Markdown: what the bytes say, and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nkcorpus.extract.dates import date_from_name
from nkcorpus.extract.decode import decode
from nkcorpus.extract.evidence import evidence_of
from nkcorpus.extract.fields import ArticleFields, article_fields
from nkcorpus.model import Document, SourceItem, Span

TEXT_EXTRACTOR = "text/2"
MARKDOWN_EXTRACTOR = "markdown/2"

_FRONT_MATTER_LIMIT = 16_384  # code points
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>(?:.*?\n)?)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_HEADING = re.compile(r"#[ \t]+([^\n]*)\n?")
_BLANK_LINES = re.compile(r"(?:[ \t\u00a0]*\n)*")


def extract_text(item: SourceItem) -> Document:
    """Return the text of a plain text item. Only its name may tell a date; nothing else is invented.

    Raises NotText and EmptyItem.
    """
    decoded = decode(item.payload, charset=item.charset)
    date = date_from_name(item.name)
    return Document(
        raw_text=decoded.text,
        extractor=TEXT_EXTRACTOR,
        date=date,
        url=item.url,
        repairs=decoded.repairs,
        evidence=evidence_of({"date": "file-name" if date else None, "url": "given" if item.url else None}),
    )


def extract_markdown(item: SourceItem) -> Document:
    """Return the text of a Markdown item with its front matter and title as fields and as cut spans.

    Front matter that is no YAML mapping stays text. The first line is the title when it is a `#` heading and
    the front matter gives no other title. Raises NotText and EmptyItem.
    """
    decoded = decode(item.payload, charset=item.charset)
    text = decoded.text
    fields = ArticleFields()
    removed: list[Span] = []
    start = 0
    found = _front_matter(text)
    if found:
        fields, start = article_fields(found[0], {}), found[1]
        removed.append(Span(0, start, "front-matter", "markdown.front-matter"))
    title = fields.title
    places = dict(fields.evidence)
    start = _end_of_blank_lines(text, start)
    heading = _HEADING.match(text, start)
    name = heading[1].strip().rstrip("#").rstrip() if heading else ""
    if heading and name and title in (None, name):
        title = name
        places.setdefault("title", "heading")
        end = _end_of_blank_lines(text, heading.end())
        removed.append(Span(start, end, "title", "markdown.title"))
    date = fields.date or date_from_name(item.name)
    if date and not fields.date:
        places["date"] = "file-name"
    if item.url:
        places["url"] = "given"
    return Document(
        raw_text=text,
        extractor=MARKDOWN_EXTRACTOR,
        title=title,
        authors=fields.authors,
        translator=fields.translator,
        date=date,
        source=fields.source,
        lang=fields.lang,
        url=item.url or fields.url,
        tags=fields.tags,
        external_id=fields.external_id,
        removed=tuple(removed),
        repairs=tuple(
            repair for repair in decoded.repairs if not any(span.start <= repair.start < span.end for span in removed)
        ),
        editor=fields.editor,
        updated=fields.updated,
        section=fields.section,
        evidence=evidence_of(places),
    )


def _front_matter(text: str) -> tuple[Mapping[str, object], int] | None:
    """Return the mapping at the head of `text` and where it ends with the blank lines after it."""
    if not text.startswith("---"):
        return None
    match = _FRONT_MATTER.match(text[:_FRONT_MATTER_LIMIT])
    if not match:
        return None
    import yaml

    try:
        # BaseLoader builds strings, lists and mappings only: "2019-06" stays a month, "Yes" a title.
        loaded = yaml.load(match["yaml"], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(loaded, dict):
        return None
    values = {str(key): value for key, value in loaded.items() if value not in ("", "~", "null")}
    return values, _end_of_blank_lines(text, match.end())


def _end_of_blank_lines(text: str, start: int) -> int:
    match = _BLANK_LINES.match(text, start)
    return match.end() if match else start
