"""Articles of documents of word processors and printers, with what these say of themselves where it is an answer."""

from __future__ import annotations

import re
from typing import TypeVar

from nkcorpus.extract.bylines import split_names
from nkcorpus.extract.dates import date_from_name
from nkcorpus.extract.decode import replace_unstorable
from nkcorpus.extract.evidence import evidence_of
from nkcorpus.extract.fields import single_line
from nkcorpus.model import ArticleDate, Document, SourceItem

_T = TypeVar("_T")
Placed = tuple[_T, str]
"""A value and where it stood, see `extract.evidence`."""

_NOBODY = re.compile(
    r"\(?(?:anonymous|unknown|user|admin|administrator|owner|author|microsoft office user|python-docx|windows user)\)?",
    re.IGNORECASE,
)
"""What stands for an author where nobody wrote one."""

_FILE_TITLE = re.compile(
    r"(?:microsoft \w+ - .*|\(?(?:untitled|anonymous)\b.*|.*\.(?:docx?|pdf|indd|hwpx?|odt))", re.IGNORECASE
)


def authors_of(value: object) -> tuple[str, ...]:
    """Return the names in a property, without those that programs put there."""
    name = " ".join(str(value or "").split())
    return () if _NOBODY.fullmatch(name) else split_names(name)


def title_of(value: object) -> str | None:
    """Return the title in a property, None for what is none: the name of a file, a program's words for no title."""
    title = single_line(value)
    return None if title and _FILE_TITLE.fullmatch(title) else title


def document_of(
    item: SourceItem,
    extractor: str,
    text: str,
    *,
    title: Placed[str | None],
    authors: Placed[tuple[str, ...]],
    created: Placed[ArticleDate | None],
) -> Document:
    """Return a document as an article. The date in its name counts before that of its creation."""
    raw_text, repairs = replace_unstorable(text)
    named = date_from_name(item.name)
    date = (named, "file-name") if named else created
    found = {"title": title, "date": date, "authors": authors, "url": (item.url, "given")}
    return Document(
        raw_text=raw_text,
        extractor=extractor,
        title=title[0],
        authors=authors[0],
        date=date[0],
        url=item.url,
        repairs=repairs,
        evidence=evidence_of({field: place for field, (value, place) in found.items() if value}),
    )
