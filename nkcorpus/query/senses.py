"""What an article itself says that an acronym stands for, against what a query means by it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nkcorpus.query.ast import Synonym


def of_other_senses(synonyms: Collection[Synonym], texts: Iterable[str | None]) -> frozenset[Synonym]:
    """Return those of `synonyms` that are acronyms which the title and text of an article define as none of the senses
    that are asked for.
    """
    if not synonyms:
        return frozenset()
    from nkcorpus.lexicon.definitions import find_definitions
    from nkcorpus.lexicon.folding import sense_key

    defined: dict[str, set[str]] = {}
    for text in texts:
        for definition in find_definitions(text) if text and "(" in text else ():
            defined.setdefault(definition.acronym, set()).add(sense_key(definition.long_form))
    return frozenset(
        one
        for one in synonyms
        if one.senses and one.leaf.text in defined and one.senses.isdisjoint(defined[one.leaf.text])
    )
