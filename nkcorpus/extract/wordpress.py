"""Posts as the REST interface of WordPress gives them, in the names that other records have.

Source: https://developer.wordpress.org/rest-api/reference/posts/ (`date_gmt`, `modified_gmt`: ISO 8601 without offset).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_NO_TIME = "0000-"
"""What the time of a draft starts with."""


def is_post(record: Mapping[str, object]) -> bool:
    """Return whether a record is a post: its text is under `content.rendered` and it has a time or an address."""
    content = record.get("content")
    return isinstance(content, Mapping) and "rendered" in content and ("date_gmt" in record or "link" in record)


def with_usual_fields(record: Mapping[str, object]) -> Mapping[str, object]:
    """Return a post with `date` and `updated` in UTC, and `author`, `tags` and `section` as names.

    The names are only in posts that were asked for with `_embed`; without, the numbers of accounts and terms stay.
    """
    embedded = record.get("_embedded")
    embedded = embedded if isinstance(embedded, Mapping) else {}
    found: dict[str, object] = {
        "date": _utc(record.get("date_gmt")),
        "updated": _utc(record.get("modified_gmt")),
        "author": list(_names(embedded.get("author"))),
        "tags": list(_terms(embedded, "post_tag")),
        "section": next(_terms(embedded, "category"), None),
    }
    return {**record, **{name: value for name, value in found.items() if value}}


def _utc(value: object) -> str | None:
    return f"{value}Z" if isinstance(value, str) and value and not value.startswith(_NO_TIME) else None


def _names(people: object) -> Iterator[str]:
    for person in people if isinstance(people, list) else ():
        if isinstance(person, Mapping) and isinstance(name := person.get("name"), str):
            yield name


def _terms(embedded: Mapping[str, object], taxonomy: str) -> Iterator[str]:
    groups = embedded.get("wp:term")
    for group in groups if isinstance(groups, list) else ():
        for term in group if isinstance(group, list) else ():
            if isinstance(term, Mapping) and term.get("taxonomy") == taxonomy and isinstance(term.get("name"), str):
                yield str(term["name"])
