"""The places of the lexicon in an index: which ones an article is filed under, and where to look for one.

The lexicon takes a moment to load, so it is imported only when something is indexed or a place is asked for.
"""

from __future__ import annotations

from nkcorpus.model import Indexable

_SHOWN = 100
"""Code points of a name that a note repeats."""


def places_of(article: Indexable) -> list[str]:
    """Return the ids of the places that title, text and dateline name, and of their provinces, sorted."""
    from nkcorpus.lexicon.gazetteer import gazetteer

    known = gazetteer()
    named = {
        mention.place
        for text in (article.title, article.text, article.place)
        if text
        for mention in known.places_in(text)
    }
    return sorted({place for found in named for place in known.with_provinces(found)})


def ids_of(name: str) -> frozenset[str]:
    """Return the ids under which articles about the place `name` are filed; empty where the lexicon has none."""
    from nkcorpus.lexicon.gazetteer import gazetteer

    known = gazetteer()
    return frozenset(place for found in known.find(name) for place in known.covered(found))


def unknown_place(name: str) -> str:
    """Return the note that the lexicon has no place `name`, with those of like names."""
    from nkcorpus.lexicon.gazetteer import gazetteer

    like = ", ".join(gazetteer().spelled_like(name))
    known = f"which knows those within North Korea{f' (such as {like})' if like else ''}"
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]} ..."
    return f"'{shown}' is no place of the lexicon, {known}; only datelines are searched for it"


def place_name(place: str) -> str:
    """Return the usual English name of a place, given its id."""
    from nkcorpus.lexicon.gazetteer import gazetteer

    return gazetteer().name_of(place)
