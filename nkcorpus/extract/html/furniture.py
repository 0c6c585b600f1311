"""Furniture that only its wording tells: sections after the end of an article, and controls that stand as lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nkcorpus.extract.html.blocks import Block

_END_SECTION = re.compile(
    r"(?:you (?:may|might|could) (?:also )?(?:like|enjoy|be interested in).*"
    r"|(?:more|also) (?:great |top )?.{0,40}\bstories"
    r"|related(?: (?:posts?|articles?|stories|news|content|links|reading|topics|coverage|resources|products|pages))?"
    r"|(?:recommended|suggested)(?: (?:for you|reading|posts?|articles?|stories))?"
    r"|(?:more|latest|recent|popular|trending|most (?:read|popular|viewed)|featured|other|similar)"
    r" (?:news|posts?|articles?|stories|blogs?)"
    r"|(?:more|read more) (?:from|on|by|like this)\b.{0,40}"
    r"|(?:read|up|what to read) next|keep reading|further reading"
    r"|about (?:the |our )?(?:authors?|writers?|reviewers?|contributors?)|(?:author|written) (?:bio|by)"
    r"|(?:leave|post|add|write) (?:a |your )?(?:comment|reply|review)|(?:join the )?(?:conversation|discussion)"
    r"|(?:\d+ )?(?:comments?|replies|responses)(?: \(\d+\))?|share (?:this|on|the)\b.{0,30}"
    r"|(?:subscribe|sign up)\b.{0,60}|(?:join|get) (?:our|the) .{0,20}newsletter"
    r"|(?:follow|connect with|contact) us\b.{0,40}"
    r"|(?:was|did) (?:this|you find this) .{0,20}(?:helpful|useful)"
    r"|관련\s?(?:기사|뉴스|글)|(?:추천|인기|최신|많이 본)\s?(?:기사|뉴스)|댓글(?: \d+개?)?)"
    r"\s*[:?!.…]*",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"(?:advert(?:isement)?s?|ad|sponsored|loading\b.{0,20}|read more|see more|show (?:more|less)|view (?:all|more)|"
    r"subscribe(?: now)?|sign (?:up|in)|log in|share(?: this(?: (?:article|story|page|post))?)?|print(?: this page)?|"
    r"(?:image|photo|slide)? ?\d{1,3} (?:of|/) \d{1,3}|back to top|skip to (?:main )?content|copy link|광고)\s*[.…»>]*",
    re.IGNORECASE,
)
_LONGEST_HEADING = 70
_LEAST_BEFORE = 0.6
"""Share of the article's letters that stand before a section for it to come after the end."""


def without_furniture(blocks: Sequence[Block]) -> list[Block]:
    """Return `blocks` without controls ("Read more") and without what comes under "Related posts" and the like.

    A section goes up to the next heading of its own level or a higher one, and only near the end: the same words may
    head a part of an article.
    """
    kept = [block for block in blocks if not _is_control(block)]
    least_before = _LEAST_BEFORE * sum(len(block.text) for block in kept)
    result: list[Block] = []
    before = index = 0
    while index < len(kept):
        end = index + 1
        if before >= least_before and _opens_end_section(kept[index]):
            end = _section_end(kept, index)
        else:
            result.append(kept[index])
        before += sum(len(block.text) for block in kept[index:end])
        index = end
    return result


def _is_control(block: Block) -> bool:
    return len(block.text) <= _LONGEST_HEADING and bool(_CONTROL.fullmatch(block.text))


def _opens_end_section(block: Block) -> bool:
    is_line = block.kind in ("heading", "paragraph") and len(block.text) <= _LONGEST_HEADING
    return is_line and bool(_END_SECTION.fullmatch(block.text))


def _section_end(blocks: Sequence[Block], start: int) -> int:
    """Return where the section ends that `blocks[start]` opens: a line that is no heading has no prose under it."""
    level = blocks[start].level
    for index in range(start + 1, len(blocks)):
        block = blocks[index]
        if block.kind == "row" or (not level and block.kind == "paragraph" and len(block.text) > _LONGEST_HEADING):
            return index
        if 0 < block.level <= (level or 6) and not _opens_end_section(block):
            return index
    return len(blocks)
