"""The fields of articles in the engines that take words analysed by us, and how terms stand in them."""

from __future__ import annotations

STOP = "\x1e"
"""Stands where a stop word was: the words after it keep their positions, and the field its length."""
FORMED = {"title": "title_formed", "text": "text_formed"}
"""Fields that have each term of another once for each form in which it stands there."""

WORDED = ("title", "text", "author", "translator", "source", "url", "place", "tag", "removed", "note")
"""Fields of words with positions."""
WHOLE = ("id", "named_place", "lang", "definition", "publisher")
"""Fields of terms as they are."""
COLUMNS = ("seq", "title_length", "text_length", "first_second", "last_second", "newest", "oldest")
"""Integers that every article has."""

_LONGEST = 8_000  # code points: Lucene takes no longer ones than 32,766 bytes, tantivy than 65,530


def plain(value: str) -> str:
    """Return a value as an index can hold it: not too long, and without lone surrogates."""
    short = value[:_LONGEST]
    return short if short.isascii() else short.encode("utf-8", "replace").decode("utf-8")


def token(term: str) -> str:
    """Return a term as the index has it: as `plain` does, and without spaces, which part terms."""
    return plain(term).replace(" ", "\x1f")


def in_form(term: str, form: int) -> str:
    """Return a term in one of its forms as the fields of FORMED have it."""
    return f"{token(term)}\x1f{form}"
