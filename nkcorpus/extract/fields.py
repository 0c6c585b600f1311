"""The fields of an article in records, tables and front matter, by the names that people give them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from nkcorpus.errors import UsageError
from nkcorpus.extract.bylines import split_names
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.decode import replace_unstorable
from nkcorpus.extract.evidence import Evidence, evidence_of
from nkcorpus.identity import canonical_url
from nkcorpus.model import ArticleDate

T = TypeVar("T")

# Compared without case, hyphens, underscores and spaces, in this order.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "articlebody", "article", "story", "contenthtml", "contenttext"),
    "title": ("title", "headline", "name"),
    "date": (
        *("date", "published", "datepublished", "pubdate", "created", "timestamp"),
        *("publishedat", "publisheddate", "publishdate", "publicationdate", "createdat", "datetime"),
    ),
    "authors": ("author", "authors", "byline", "creator"),
    "translator": ("translator",),
    "editor": ("editor",),
    "updated": ("updated", "modified", "datemodified", "modifiedat", "updatedat", "lastmodified"),
    "section": ("section", "articlesection"),
    "url": ("url", "link", "permalink"),
    "source": ("source", "outlet", "publisher", "site", "src"),
    "lang": ("lang", "language"),
    "tags": ("tags", "keywords"),
    "id": ("id", "guid"),
}

# Where a value sits in WordPress, JSON-LD, XML turned to JSON, and MongoDB exports.
_WRAPPERS = ("rendered", "name", "#text", "@value", "value", "href", "$oid", "$date", "$numberLong", "$numberInt")
_WRAPPER_DEPTH = 4
_LONGEST_NAME = 64  # code points
_SEPARATORS = re.compile(r"[\s_-]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,15});")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9-_]*)?", re.IGNORECASE | re.ASCII)
_LANGUAGE_NAMES = {"english": "en", "korean": "ko", "japanese": "ja", "chinese": "zh", "russian": "ru"}


@dataclass(frozen=True, slots=True)
class ArticleFields:
    """What a record says about its article, but for the text."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    translator: str | None = None
    editor: str | None = None
    updated: ArticleDate | None = None
    section: str | None = None
    date: ArticleDate | None = None
    source: str | None = None
    lang: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    evidence: Evidence = ()


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise UsageError when `mapping` (field to name, of `--map`) names an unknown field."""
    for field in mapping:
        if field not in SYNONYMS:
            raise UsageError(f"--map: there is no field {field!r}; the fields are {', '.join(SYNONYMS)}")


def candidates(record: Mapping[str, object], field: str, mapping: Mapping[str, str]) -> Iterator[object]:
    """Yield the values that `record` may hold `field` in, best first; only that of `mapping` if it has one.

    A dotted name in `mapping` leads into nested objects, unless a key of the record is just that name.
    """
    return (value for _, value in _named_candidates(record, field, mapping))


def _named_candidates(
    record: Mapping[str, object], field: str, mapping: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    if field in mapping:
        yield mapping[field], _nested(record, mapping[field])
        return
    by_name: dict[str, tuple[str, object]] = {}
    for key, value in record.items():
        by_name.setdefault(_folded(key), (str(key), value))
    for name in SYNONYMS[field]:
        if name in by_name:
            yield by_name[name]


def has_content(columns: Iterable[str], mapping: Mapping[str, str]) -> bool:
    """Tell whether a table with these columns can hold articles: it has a text or a title."""
    record = dict.fromkeys(columns, "x")
    return any(value for field in ("text", "title") for value in candidates(record, field, mapping))


def article_fields(record: Mapping[str, object], mapping: Mapping[str, str]) -> ArticleFields:
    """Return what `record` says; fields that it lacks or that cannot be read are None or empty."""

    places: dict[str, str] = {}

    def first(field: str, read: Callable[[object], T | None]) -> T | None:
        for name, value in _named_candidates(record, field, mapping):
            if found := read(value):
                places[field] = f"field:{name}"
                return found
        return None

    date, updated = first("date", _date), first("updated", _date)
    if updated and date and updated.value == date.value:
        updated = None
        del places["updated"]
    fields = ArticleFields(
        title=first("title", single_line),
        authors=first("authors", _authors) or (),
        translator=first("translator", single_line),
        editor=first("editor", single_line),
        updated=updated,
        section=first("section", single_line),
        date=date,
        source=first("source", single_line),
        lang=first("lang", lambda value: language_code(single_line(value))),
        url=first("url", lambda value: web_address(unwrapped(value))),
        tags=first("tags", _tags) or (),
        external_id=first("id", single_line),
    )
    places.pop("id", None)
    return replace(fields, evidence=evidence_of(places))


def _date(value: object) -> ArticleDate | None:
    return parse_date(unwrapped(value), "meta")


def unwrapped(value: object) -> object:
    """Return the value inside `{"rendered": ...}`, `{"name": ...}` and the like, else `value` itself."""
    for _ in range(_WRAPPER_DEPTH):
        if not isinstance(value, Mapping):
            break
        inner = next((value[key] for key in _WRAPPERS if key in value), None)
        if inner is None:
            break
        value = inner
    return value


def single_line(value: object) -> str | None:
    """Return a string or number as one clean line, with HTML entities resolved; None for anything else."""
    value = unwrapped(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value != value:
        return None
    text = str(value)
    if _ENTITY.search(text):
        text = html.unescape(text)
    return " ".join(replace_unstorable(text)[0].replace("\ufeff", "").split()) or None


def web_address(value: object) -> str | None:
    """Return `value` when it is an absolute http or https address, else None."""
    if not isinstance(value, str):
        return None
    address = value.strip()
    if not address[:8].lower().startswith(("http://", "https://")) or not address.isprintable() or " " in address:
        return None
    return address if canonical_url(address) else None


def _folded(key: str) -> str:
    # All synonyms are short, and the cache must stay small.
    return _folded_name(key) if len(key) <= _LONGEST_NAME else key


@lru_cache(maxsize=1024)
def _folded_name(name: str) -> str:
    return _SEPARATORS.sub("", name.lstrip("\ufeff")).casefold()


def _nested(record: Mapping[str, object], name: str) -> object:
    found = _member(record, name)
    if found is not None:
        return found
    value: object = record
    for part in name.split("."):
        if isinstance(value, Mapping):
            value = _member(value, part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _member(record: Mapping[str, object], name: str) -> object:
    if name in record:
        return record[name]
    folded = name.casefold()
    return next((value for key, value in record.items() if str(key).casefold() == folded), None)


def _authors(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        names = [name for part in value for name in _authors(part)]
        return tuple(dict.fromkeys(names))
    # WordPress gives the number of the author's account.
    line = single_line(value) if not isinstance(unwrapped(value), (int, float)) else None
    return split_names(line) if line else ()


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parts: list[object] = list(re.split(r"[,;]", value))
    elif isinstance(value, list):
        parts = [part for part in value if not isinstance(part, (int, float))]
    else:
        return ()
    return tuple(dict.fromkeys(line for part in parts if (line := single_line(part))))


def language_code(text: str | None) -> str | None:
    """Return the primary subtag of a language tag (RFC 5646, section 2.2.1), or the code of a common name."""
    if not text:
        return None
    if code := _LANGUAGE_NAMES.get(text.lower()):
        return code
    match = _LANGUAGE.fullmatch(text)
    return match[1].lower() if match else None
