"""From the tree as typed to the tree that also finds what stands for the same.

Looked at are words and phrases of title and text that an article may hold: not those near others, not patterns, not
what is excluded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from nkcorpus.dataclass import dataclass
from nkcorpus.query.ast import And, Node, Or, Phrase, Synonym, Synonyms, Weighted, Wildcard, Word, Words, is_prose
from nkcorpus.query.expansion import Alternative, Expansion, Options, expand, noun, without_possessive
from nkcorpus.query.lexer import character_of, one_character

if TYPE_CHECKING:
    from nkcorpus.lexicon.lookup import Lexicon

MOST_SYNONYMS = 400
"""Synonyms of a query: what would have more than that is searched as typed from there on."""

_BETWEEN_PUNCTUATION = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_ALONE = re.compile(r"(?!(?:AND|OR|NOT)$)(?=.*[^\W_])[\w']+")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A tree with its synonyms, and what they were made from. `is_whole` is False where there were too many."""

    root: Node
    expansions: tuple[Expansion, ...]
    is_whole: bool = True


class Rewriter:
    """Rewrites trees. `aliases` are the user's own groups; `variants` gives other spellings of an unknown name."""

    def __init__(
        self,
        lexicon: Lexicon,
        aliases: Sequence[Sequence[str]] = (),
        variants: Callable[[str], Iterable[Alternative]] = lambda word: (),
    ) -> None:
        self._lexicon = lexicon
        self._options = Options(aliases)
        self._variants = variants

    def rewrite(self, root: Node) -> Rewritten:
        """Return `root` with the synonyms of its words. The time is linear in their number."""
        walk = _Walk(self._expansions)
        node = walk.node(root)
        return Rewritten(node, tuple(walk.found), walk.left >= 0)

    def _expansions(self, words: Sequence[str]) -> Iterator[Expansion]:
        """Yield the expansions of words in a row, in their order."""
        bare = [_bare(word) for word in words]
        known = {expansion.start: expansion for expansion in expand(bare, self._lexicon, self._options)}
        position = 0
        while position < len(words):
            if expansion := known.get(position):
                yield expansion
            elif variants := tuple(self._variants(without_possessive(bare[position]))) or noun(bare[position]):
                yield Expansion(position, position + 1, bare[position], variants)
            position = expansion.end if expansion else position + 1


class _Walk:
    """One walk over a tree; `found` gathers the expansions, `left` is how many synonyms there may still be."""

    def __init__(self, expansions: Callable[[Sequence[str]], Iterator[Expansion]]) -> None:
        self._expansions = expansions
        self.found: list[Expansion] = []
        self.left = MOST_SYNONYMS

    def node(self, node: Node) -> Node:
        match node:
            case Word() | Phrase(distance=None) if is_prose(node):
                return self._leaf(node)
            case Wildcard() if character := character_of(node):
                return self._character(node, character)
            case Weighted():
                return Weighted(self.node(node.part), node.weight)
            case Words():
                return Words(tuple(self._in_a_row(node.should)), tuple(map(self.node, node.must)), node.must_not)
            case And():
                return And(tuple(map(self.node, node.parts)))
            case Or():
                return Or(tuple(map(self.node, node.parts)))
        return node

    def _leaf(self, leaf: Word | Phrase) -> Node:
        """Return a word or phrase with the synonyms of all of it."""
        words = leaf.text.split()
        for expansion in self._expansions(words):
            if (expansion.start, expansion.end) == (0, len(words)) and self._takes(expansion):
                return Synonyms(leaf, _synonyms(expansion, leaf.field))
        return leaf

    def _character(self, node: Wildcard, character: str) -> Node:
        """Return the words that a character begins, or what stands for the same as it alone."""
        for expansion in self._expansions([character]):
            if self._takes(expansion):
                return Or((node, *(Weighted(one.leaf, one.weight) for one in _synonyms(expansion, node.field))))
        return node

    def _in_a_row(self, nodes: Sequence[Node]) -> Iterator[Node]:
        for (is_row, field), group in groupby(nodes, _row):
            parts = list(group)
            if not is_row:
                yield from map(self.node, parts)
                continue
            words = [part for part in parts if isinstance(part, Word)]
            done = 0
            for expansion in self._expansions([word.text for word in words]):
                if not self._takes(expansion):
                    continue
                yield from words[done : expansion.start]
                run = words[expansion.start : expansion.end]
                yield Synonyms(run[0] if len(run) == 1 else Words(tuple(run)), _synonyms(expansion, field))
                done = expansion.end
            yield from words[done:]

    def _takes(self, expansion: Expansion) -> bool:
        """Tell whether there may be so many synonyms more, and note them."""
        if self.left >= 0:
            self.left -= len(expansion.alternatives)
        if self.left >= 0:
            self.found.append(expansion)
        return self.left >= 0


def _bare(word: str) -> str:
    """Return a word as typed without the punctuation around it."""
    match = _BETWEEN_PUNCTUATION.search(word)
    return match.group() if match else ""


def _row(node: Node) -> tuple[bool, str | None]:
    is_row = isinstance(node, Word) and is_prose(node)
    return is_row, node.field if is_row and isinstance(node, Word) else None


def _synonyms(expansion: Expansion, field: str | None) -> tuple[Synonym, ...]:
    return tuple(Synonym(_leaf(one.text, field), one.weight, one.reason, one.senses) for one in expansion.alternatives)


def _leaf(text: str, field: str | None) -> Word | Phrase | Wildcard:
    if character := one_character(text):
        return Wildcard(f"{character}*", field)
    return Word(text, field) if _ALONE.fullmatch(text) else Phrase(text, field)
