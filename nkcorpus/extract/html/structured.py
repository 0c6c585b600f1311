"""The article's text as the JSON-LD of its page has it, for pages that show less of it or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from nkcorpus.extract.html.blocks import read_blocks, render
from nkcorpus.extract.html.prune import unwanted
from nkcorpus.extract.html.tree import collapse_space, parse_tree

_LEAST_WORDS = 80
_WHOLE = 2.0
"""How many times as many words as the page's own text it must have: the page's blocks have more structure."""

_MAX_LETTERS = 1_000_000
_MARKUP = re.compile(r"</?(?:p|br|div|h[1-6]|ul|ol|li|blockquote)\b", re.IGNORECASE)
_CUT_OFF = ("...", "…", "[…]", "[...]")
# Paragraphs glued together where their tags were dropped: "said.The".
_GLUED = re.compile(r"(?<=[a-z가-힣][.!?])(?=[“\"'‘]?[A-Z가-힣][a-z가-힣 ])")


def article_body(articles: Sequence[dict[str, object]]) -> str:
    """Return the `articleBody` of the first of a page's article nodes as text, "" where there is none or it is cut."""
    value = articles[0].get("articleBody") if articles else None
    if not isinstance(value, str) or len(value) > _MAX_LETTERS:
        return ""
    if "&lt;" in value:
        value = unescape(value)
    if _MARKUP.search(value):
        root = parse_tree(value)
        text = render(read_blocks(root, unwanted(root))[0])
    else:
        lines = (collapse_space(line).strip() for line in _GLUED.sub("\n", unescape(value)).splitlines())
        text = "\n\n".join(line for line in lines if line)
    return "" if text.endswith(_CUT_OFF) else text


def is_fuller(body: str, shown: str) -> bool:
    """Return whether an `articleBody` has so much more than the text that the page shows that it is to be taken."""
    words = len(body.split())
    return words >= _LEAST_WORDS and words >= _WHOLE * len(shown.split())
