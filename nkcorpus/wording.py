"""How the subject of a corpus is worded: what stands for the words of a query, and what acronyms stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import UsageError
from nkcorpus.index import Index
from nkcorpus.query.ast import Node
from nkcorpus.store import Store

if TYPE_CHECKING:
    from nkcorpus.query.expansion import Alternative
    from nkcorpus.query.rewrite import Rewritten

R = TypeVar("R")

COMMON = 10
"""A name in more articles than that is taken to be spelled as it should be."""
LONGEST_ALIAS = 100
"""Characters of an alias at most."""
MOST_WORDS = 9
"""Words of an alias at most."""


@dataclass(frozen=True, slots=True)
class Acronym:
    """What articles themselves say that an acronym stands for, how many do, and the id of the lexicon's entry."""

    acronym: str
    long_form: str
    articles: int
    entry: str | None


class IndexReader(Protocol):
    """Reads from an index that is up to date."""

    def __call__(self, read: Callable[[Index], R], /) -> R:
        """Return what `read` makes of the index."""


class Wording:
    """The service of a corpus for its aliases, its acronyms, and the synonyms of queries."""

    def __init__(self, store: Store, index: IndexReader) -> None:
        self._store = store
        self._index = index

    def aliases(self) -> tuple[tuple[str, ...], ...]:
        """Return the user's own groups of texts that stand for the same."""
        return self._store.desk.aliases()

    def add_aliases(self, texts: Sequence[str]) -> None:
        """Join texts, and the groups that have any of them, to one group of texts that stand for the same.

        Raises UsageError for fewer than two, and for what is no text of one to nine words.
        """
        from nkcorpus.lexicon.folding import fold_name

        plain = [" ".join(text.split()) for text in texts]
        for text in plain:
            if not fold_name(text, 1) or len(text) > LONGEST_ALIAS or len(text.split()) > MOST_WORDS:
                raise UsageError(f"'{text[:LONGEST_ALIAS]}' is no alias; give one to {MOST_WORDS} words")
            if set(text) & set('"“”'):
                raise UsageError(f"'{text}': an alias has no quotation marks; leave them out")
        different = {fold_name(text, 1): text for text in plain}
        if len(different) < 2:
            raise UsageError("give two texts or more that stand for the same; case and hyphens make no difference")
        self._store.desk.put_aliases(tuple(different.values()))

    def remove_alias(self, text: str) -> None:
        """Take a text out of its group. Raises UsageError when it is in none."""
        if not self._store.desk.drop_alias(text):
            raise UsageError(f"'{text}': is no alias; 'nkcorpus alias list' shows them")

    def acronyms(self, acronym: str | None = None) -> list[Acronym]:
        """Return what articles say that acronyms, or one, stand for: by acronym, what the most articles say first."""
        from nkcorpus.lexicon.definitions import Definition, entry_of
        from nkcorpus.lexicon.folding import fold_name
        from nkcorpus.lexicon.lookup import load_lexicon

        wanted = None if acronym is None else fold_name(acronym, 1)
        counts: Counter[tuple[str, str]] = Counter()
        spellings: dict[tuple[str, str], Counter[str]] = {}
        for found in self._index(lambda index: index.definitions()):
            if wanted in (None, fold_name(found.acronym, 1)):
                key = found.acronym, fold_name(found.long_form, 1)
                counts[key] += found.articles
                spellings.setdefault(key, Counter())[found.long_form] += found.articles
        listed = []
        for key, articles in counts.items():
            long_form = min(spellings[key], key=lambda spelling: (-spellings[key][spelling], spelling))
            definition = Definition(key[0], long_form, 0, 0)
            listed.append(Acronym(*definition[:2], articles, entry_of(definition, load_lexicon())))
        return sorted(listed, key=lambda one: (one.acronym, -one.articles, one.long_form))

    def rewritten(self, root: Node) -> Rewritten:
        """Return the tree of a query with what the lexicon, the aliases and the corpus' own words give for it."""
        aliases = self.aliases()
        return self._index(lambda index: rewritten(root, aliases, lambda word: _variants(word, index)))


def rewritten(
    root: Node,
    aliases: Sequence[Sequence[str]] = (),
    variants: Callable[[str], Sequence[Alternative]] = lambda word: (),
) -> Rewritten:
    """Return the tree of a query with its synonyms."""
    from nkcorpus.lexicon.lookup import load_lexicon
    from nkcorpus.query.rewrite import Rewriter

    return Rewriter(load_lexicon(), aliases, variants).rewrite(root)


def _variants(word: str, index: Index) -> Sequence[Alternative]:
    """Return the words of the corpus that sound like a name that it has seldom or never as it is typed."""
    from nkcorpus.query.expansion import spelling_variants

    found = spelling_variants(word, index.words_like)
    if not found or index.article_count(word) > COMMON:
        return ()
    return [variant for variant in found if index.article_count(variant.text)]
