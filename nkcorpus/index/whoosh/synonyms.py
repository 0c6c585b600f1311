"""Words that stand for the same, as one word."""

from __future__ import annotations

from collections.abc import Iterable

from nkcorpus.index.whoosh.proximity import Frequencies, frequencies
from nkcorpus.index.whoosh.schema import SEPARATOR
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.index.whoosh.terms import Expander
from nkcorpus.query.ast import Synonym


def synonym_frequencies(
    snapshot: Snapshot, expander: Expander, synonyms: Iterable[Synonym], fields: Iterable[str]
) -> dict[str, Frequencies] | None:
    """Return how often each document holds one of `synonyms` in each field, weighted; None where none has a term."""
    found: dict[str, Frequencies] = {}
    for synonym in synonyms:
        slots = expander.slots(synonym.leaf)
        if not slots:
            continue
        others = _of_other_senses(snapshot, synonym) if synonym.senses else frozenset[int]()
        for field in fields:
            total = found.setdefault(field, {})
            for number, frequency in frequencies(snapshot, field, slots).items():
                if number not in others:
                    total[number] = total.get(number, 0.0) + synonym.weight * frequency
    return found or None


def _of_other_senses(snapshot: Snapshot, synonym: Synonym) -> frozenset[int]:
    """Return the documents that define an acronym, but as none of the senses that are asked for."""
    from nkcorpus.lexicon.definitions import sense_key

    agreeing: set[int] = set()
    defining: set[int] = set()
    for term in snapshot.terms_with_prefix("definition", f"{synonym.leaf.text}{SEPARATOR}"):
        documents = snapshot.frequencies("definition", term)
        defining.update(documents)
        if sense_key(term.partition(SEPARATOR)[2]) in synonym.senses:
            agreeing.update(documents)
    return frozenset(defining - agreeing)
