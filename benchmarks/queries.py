"""The queries of the benchmark: 200, of eight kinds, made of the articles' own words."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.peers.protocol import pieces

COLD = ("MSS lecture", "market prices rice", "source told Daily NK Thursday border guard bribes", '"party committee"')
"""Asked in fresh processes: rare words, common words, a long query of the most common words, a phrase."""
KINDS = ("one word", "any of four", "phrase", "prefix", "wildcard", "by date", "near", "fuzzy")
PER_KIND = 25
_LOOKED_AT = 2_000  # articles
_WORD = re.compile(r"[^\W_]+")


AnyItem = TypeVar("AnyItem")


def queries(articles: Path, seed: int = 1) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the words of the queries by kind. Words are of all frequencies but the highest and the lowest."""
    rng = random.Random(seed)
    texts = [_WORD.findall(piece.text.lower()) for piece in itertools.islice(pieces(str(articles)), _LOOKED_AT)]
    counts = Counter(itertools.chain.from_iterable(map(set, texts)))
    words = sorted(
        word
        for word, count in counts.items()
        if word.isascii() and word.isalpha() and len(word) > 3 and len(texts) // 200 < count < len(texts) // 3
    )
    known = set(words)
    pairs = [pair for text in texts for pair in itertools.pairwise(text) if known.issuperset(pair)]
    apart = [(one, other) for text in texts for one, _, other in _threes(text) if known.issuperset((one, other))]
    long = [word for word in words if len(word) > 5]

    def some(found: Sequence[AnyItem]) -> Sequence[AnyItem]:
        return rng.sample(found, min(PER_KIND, len(found)))

    return {
        "one word": [(word,) for word in some(words)],
        "any of four": [rng.sample(words, 4) for _ in range(PER_KIND)],
        "phrase": some(pairs),
        "prefix": [(word[:4],) for word in some(words)],
        "wildcard": [(_wildcard(rng, word),) for word in some(long)],
        "by date": [rng.sample(words, 2) for _ in range(PER_KIND)],
        "near": some(apart),
        "fuzzy": [(word,) for word in some(long)],
    }


def _threes(text: Sequence[str]) -> zip[tuple[str, str, str]]:
    return zip(text, text[1:], text[2:], strict=False)


def _wildcard(rng: random.Random, word: str) -> str:
    """Return a pattern for the word: one letter of it open, or all of its middle."""
    middle = len(word) // 2
    return rng.choice((f"{word[:middle]}?{word[middle + 1 :]}", f"{word[:3]}*{word[-2:]}"))
