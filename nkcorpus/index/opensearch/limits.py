"""Keeping queries within what a cluster takes: by default 1,024 clauses, wherever in a query they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nkcorpus.index.opensearch.mapping import LIVE

Query = dict[str, Any]

MOST_CLAUSES = 1_000
MOST_TERMS = 60_000
"""Terms of one `terms` query; `index.max_terms_count` is 65,536 by default."""
_PARTS = ("must", "filter", "should", "must_not")


def bounded(query: Query) -> tuple[Query, bool]:
    """Return a query within the limit that finds at least what `query` does and scores it at least as high; and
    whether it finds nothing more.
    """
    if clauses(query) <= MOST_CLAUSES:
        return query, True
    merged = _merged(query)
    if clauses(merged) <= MOST_CLAUSES:
        return merged, True
    cover = _cover(query)
    found: Query = {"term": {LIVE: True}}
    if cover is not None:
        lists = [
            {"terms": {field: terms[start : start + MOST_TERMS]}}
            for field, terms in ((field, sorted(held)) for field, held in sorted(cover.items()))
            for start in range(0, len(terms), MOST_TERMS)
        ]
        found = {"bool": {"should": lists, "minimum_should_match": 1}}
    return {"constant_score": {"filter": found, "boost": _most(query)}}, False


def clauses(query: Query) -> int:
    """Return how many clauses a query has that are made of no others."""
    ((kind, body),) = query.items()
    if kind == "bool":
        return sum(clauses(part) for name in _PARTS for part in body.get(name, ()))
    if kind == "dis_max":
        return sum(map(clauses, body["queries"]))
    if kind == "constant_score":
        return clauses(body["filter"])
    if kind == "intervals":
        return sum(map(_words, body.values()))
    return 1


def _words(interval: Query) -> int:
    ((kind, body),) = interval.items()
    return 1 if kind == "match" else sum(map(_words, body["intervals"]))


def _merged(query: Query) -> Query:
    """Return a query that finds the same and scores no less: each term is scored once, its scores in the whole added,
    whether what else they ask for is there or not.
    """
    ((kind, body),) = query.items()
    if kind == "dis_max":
        return {kind: {**body, "queries": list(map(_merged, body["queries"]))}}
    if kind != "bool":
        return query
    parts = {name: list(map(_merged, body[name])) for name in ("must", "should") if name in body}
    if "should" in parts:
        parts["should"] = _added_up(parts["should"], is_optional="minimum_should_match" not in body)
    return {kind: {**body, **parts}}


def _added_up(queries: list[Query], *, is_optional: bool) -> list[Query]:
    flat = [part for query in queries for part in _alternatives(query)] if is_optional else queries
    found: dict[tuple[str, str], float] = {}
    others = []
    for query in flat:
        if term := _term(query):
            found[term[0]] = found.get(term[0], 0.0) + term[1]
    for query in flat:
        term = _of_both(query)
        if term and (is_optional or term[0] in found):
            found[term[0]] = found.get(term[0], 0.0) + term[1]
        elif not _term(query):
            others.append(query)
    return [{"term": {field: {"value": value, "boost": boost}}} for (field, value), boost in found.items()] + others


def _alternatives(query: Query) -> list[Query]:
    """Return queries whose scores add up to those of `query`, which nothing must match."""
    body = query.get("bool", {})
    return list(body["should"]) if body.keys() == {"should", "minimum_should_match"} else [query]


def _term(query: Query) -> tuple[tuple[str, str], float] | None:
    """Return the field, the term and the boost of a query for a scored term."""
    for field, about in query.get("term", {}).items():
        if isinstance(about, dict):
            return (field, about["value"]), about["boost"]
    return None


def _of_both(query: Query) -> tuple[tuple[str, str], float] | None:
    """Return what `_term` does of a query for a scored term where another one is too."""
    body = query.get("bool", {})
    return _term(body["must"][0]) if body.keys() == {"must", "filter"} and len(body["must"]) == 1 else None


def _most(query: Query) -> float:
    """Return what a query can score at most."""
    ((kind, body),) = query.items()
    if kind in ("term", "match_phrase"):
        (about,) = body.values()
        return float(about.get("boost", 1.0)) if isinstance(about, dict) else 1.0
    boost = float(body.get("boost", 1.0))
    if kind == "bool":
        return boost * sum(_most(part) for name in ("must", "should") for part in body.get(name, ()))
    if kind == "dis_max":
        return boost * max(map(_most, body["queries"]))
    return boost


def _cover(query: Query) -> dict[str, set[str]] | None:
    """Return terms by field of which each document that a query finds has one; None where none are known."""
    ((kind, body),) = query.items()
    if kind == "term":
        ((field, about),) = body.items()
        return {field: {about["value"]}} if isinstance(about, dict) else None
    if kind == "terms":
        return {field: set(terms) for field, terms in body.items()}
    if kind == "match_none":
        return {}
    if kind == "constant_score":
        return _cover(body["filter"])
    if kind == "dis_max":
        return _union(map(_cover, body["queries"]))
    if kind == "bool":
        needed = [_cover(part) for name in ("must", "filter") for part in body.get(name, ())]
        if "minimum_should_match" in body:
            needed.append(_union(map(_cover, body["should"])))
        known = [cover for cover in needed if cover is not None]
        return min(known, key=lambda cover: sum(map(len, cover.values())), default=None)
    return None


def _union(covers: Iterable[dict[str, set[str]] | None]) -> dict[str, set[str]] | None:
    found: dict[str, set[str]] = {}
    for cover in covers:
        if cover is None:
            return None
        for field, terms in cover.items():
            found.setdefault(field, set()).update(terms)
    return found
