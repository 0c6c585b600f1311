"""Counting matches by source, author, place ...: one column of labels each, looked up by document number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from nkcorpus.index.labels import Labels
from nkcorpus.index.places import place_name
from nkcorpus.model import Indexable
from nkcorpus.results import Facet, FacetField

LABELLED = ("source", "author", "month", "lang", "place", "translator", "tag")
"""What articles are counted by: each has a column, `label_` before its name, of numbers that Labels gives."""

L = TypeVar("L")

_YEAR, _MONTH = len("2019"), len("2019-06")


def labels_of(article: Indexable, places: Sequence[str]) -> Mapping[str, Iterable[str]]:
    """Return the labels of an article that names `places`, which `places_of` gives, by what is counted."""
    return {
        "source": filter(None, (article.source,)),
        "author": article.authors,
        "month": filter(None, ((article.date or "")[:_MONTH],)),
        "lang": filter(None, (article.lang,)),
        "place": places,
        "translator": filter(None, (article.translator,)),
        "tag": article.tags,
    }


def label_columns(article: Indexable, places: Sequence[str], labels: Labels) -> dict[str, int]:
    """Return the columns of an article that names `places`, with the numbers that `labels` gives."""
    return {f"label_{field}": labels.number(values) for field, values in labels_of(article, places).items()}


def column_of(field: FacetField) -> str:
    """Return the column by which articles are counted."""
    return "label_month" if field == "year" else f"label_{field}"


def facet(field: FacetField, lines: Mapping[L, int], values_of: Callable[[L], Iterable[str]]) -> Facet:
    """Return how many articles have each value of a field, given how many have each line of those `values_of` knows."""
    label = _LABELS.get(field)
    counts: dict[str, int] = {}
    for line, articles in lines.items():
        values = values_of(line)
        for value in set(map(label, values)) if label else values:
            counts[value] = counts.get(value, 0) + articles
    pairs = sorted(((value, count) for value, count in counts.items() if count), key=itemgetter(0))
    if field not in ("year", "month"):
        pairs.sort(key=itemgetter(1), reverse=True)  # stable: equals stay in the order of their names
    return Facet(field, tuple(pairs))


def _month(value: str) -> str:
    return value if len(value) == _MONTH else ""


_LABELS: dict[FacetField, Callable[[str], str]] = {
    "year": lambda value: value[:_YEAR],
    "month": _month,
    "place": lambda value: place_name(value) if value else "",
}
