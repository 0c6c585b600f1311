"""Words in Hangul, and what clings to a Korean noun in running text."""

from __future__ import annotations

import re

PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 에는 에도 에선 에만 와 과 도 로 으로 만 까지 부터 보다 마다 처럼 밖에 이나 나"
    " 라며 라고 이라고 인 이다 에서는 에서도 에서의 에서만 에서부터 으로부터 로부터 으로의 로의 까지의 까지는 부터는"
    " 만의 과의 와의 측 측은 측이 내 내에 내에서 발 행 등 등에 등에서 등의 등지 등지에서".split()
)
"""Particles, and what stands for them after a name: 내 (in), 등 (and others), 발 (from), 행 (to), 측 (the side of)."""

_NOUN = re.compile(rf"([가-힣]{{2,30}}?)(?:{'|'.join(sorted(PARTICLES, key=len, reverse=True))})")


def without_particle(word: str) -> str:
    """Return a Hangul word without the longest particle at its end; "" if it has none, or nothing would be left."""
    match = _NOUN.fullmatch(word)
    return match.group(1) if match else ""


def is_hangul(text: str) -> bool:
    """Return whether `text` begins with a Hangul syllable."""
    return "가" <= text[:1] <= "힣"
