"""What is indexed of an article besides running text (title, text, what was cut, notes), whatever the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nkcorpus.dates import interval
from nkcorpus.model import Indexable

NO_DATE = -(1 << 62)
"""What stands for the time of an article without a date."""
SEPARATOR = "\t"
"""Between the acronym and the long form in a term of the field `definition`."""
META = "_meta"
"""The id of the document that holds the position."""


def named_text(article: Indexable) -> Mapping[str, str]:
    """Return the texts of the fields whose words are names."""
    return {
        "author": "\n".join(article.authors),
        "translator": article.translator or "",
        "source": "\n".join(_publishers(article)),
        "url": article.url or "",
        "place": article.place or "",
        "tag": "\n".join(article.tags),
    }


def whole_terms(article: Indexable, places: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the terms of the fields whose values are terms as they are; `places` are those of `places_of`."""
    return {
        "id": [article.id],
        "named_place": list(places),
        "lang": [article.lang.casefold()] if article.lang else [],
        "definition": list(dict.fromkeys(_definitions(article))),
        "publisher": list(dict.fromkeys(label.casefold().removeprefix("www.") for label in _publishers(article))),
    }


def columns(article: Indexable) -> Mapping[str, int]:
    """Return the integers of an article: sequence number, span of its date in Unix seconds, cluster (64 bits, or 0)."""
    first, last = interval(article.date) if article.date else (NO_DATE, NO_DATE)
    return {
        "seq": article.seq,
        "first_second": first,
        "last_second": last,
        "cluster": int(article.cluster, 16) if article.cluster else 0,
    }


def _publishers(article: Indexable) -> list[str]:
    from nkcorpus.identity import host_of

    return [label for label in (article.source, host_of(article.url)) if label]


def _definitions(article: Indexable) -> Iterator[str]:
    """Yield the terms of an article's own definitions of acronyms."""
    from nkcorpus.lexicon.definitions import find_definitions

    for text in (article.title, article.text):
        for definition in find_definitions(text) if text and "(" in text else ():
            yield f"{definition.acronym}{SEPARATOR}{definition.long_form}"
