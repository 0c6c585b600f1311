"""Words in Hangul, and what clings to a Korean noun in running text."""

from __future__ import annotations

import re

PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 에는 에도 에선 에만 와 과 도 로 으로 만 까지 부터 보다 마다 처럼 밖에 이나 나"
    " 라며 라고 이라고 인 이다 에서는 에서도 에서의 에서만 에서부터 으로부터 로부터 으로의 로의 까지의 까지는 부터는"
    " 만의 과의 와의 측 측은 측이 내 내에 내에서 발 행 등 등에 등에서 등의 등지 등지에서".split()
)
"""Particles, and what stands for them after a name: 내 (in), 등 (and others), 발 (from), 행 (to), 측 (the side of)."""

# Compiled by `re`, which remembers them, when a Hangul word is met: that takes longer than most queries.
_NOUN = rf"([가-힣]{{2,30}}?)(?:{'|'.join(sorted(PARTICLES, key=len, reverse=True))})"
_HANGUL_WORD = "[가-힣]{3,30}"
_CONSONANT, _VOWEL, _RIEUL = frozenset(range(1, 28)), frozenset({0}), frozenset({8})
_PARTICLES_AFTER = (
    (
        _CONSONANT | _VOWEL,
        "의 에 에서 에게 에는 에도 에선 에만 에서는 에서도 에서의 도 만 까지 까지는 까지의 부터 부터는",
    ),
    (_CONSONANT | _VOWEL, "보다 처럼 마다 밖에"),
    (_CONSONANT, "은 이 을 과 과의 과는 이나 이라 이라고 이라는 이란 이며"),
    (_VOWEL, "는 가 를 와 와의 와는 나 라고 라는"),
    (_CONSONANT - _RIEUL, "으로 으로의 으로부터"),
    (_VOWEL | _RIEUL, "로 로의 로부터"),
)
_DECLINING = sorted(
    ((particle, finals) for finals, particles in _PARTICLES_AFTER for particle in particles.split()),
    key=lambda pair: -len(pair[0]),
)
"""Particles that decline any noun, the longest first, with the finals of a syllable (0: none) that they follow."""
_WITH_KIND = "([가-힣]{2,10}?)(?:특별시|직할시|구역|[시군])"


def without_particle(word: str) -> str:
    """Return a Hangul word without the longest particle at its end; "" if it has none, or nothing would be left."""
    match = re.fullmatch(_NOUN, word) if is_hangul(word) else None
    return match.group(1) if match else ""


def noun_of(word: str) -> str:
    """Return the noun of a declined Hangul word, without its particle and the plural 들: 쌀값 of 쌀값은.

    "" for what has neither, or where a noun of one syllable would be left. A particle that cannot follow the noun's
    last sound is none: 전문가 (expert) is no 전문 with a particle.
    """
    if not is_hangul(word) or not re.fullmatch(_HANGUL_WORD, word):
        return ""
    bare = next((word[: -len(particle)] for particle, finals in _DECLINING if _follows(word, particle, finals)), word)
    if bare.endswith("들") and len(bare) > 2:
        bare = bare[:-1]
    return bare if bare != word else ""


def without_kind(word: str) -> str:
    """Return the name of a city, county or district in Hangul without what it is, 온성 of 온성군; "" for others."""
    match = re.fullmatch(_WITH_KIND, word) if is_hangul(word) else None
    return match[1] if match else ""


def _follows(word: str, particle: str, finals: frozenset[int]) -> bool:
    if not word.endswith(particle) or len(word) < len(particle) + 2:
        return False
    # A syllable is 28 * (its consonant and vowel) + its final, from the first on (Unicode 16.0, 3.12).
    return (ord(word[-len(particle) - 1]) - ord("가")) % 28 in finals


def is_hangul(text: str) -> bool:
    """Return whether `text` begins with a Hangul syllable."""
    return "가" <= text[:1] <= "힣"
