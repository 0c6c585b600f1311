"""What changed between two versions, in every format of `diff`: word by word, as a unified diff, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment, Style
from nkcorpus.render.fields import SCHEMA, Fields, version_fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import one_line, visible

if TYPE_CHECKING:
    from rich.text import Text

    from nkcorpus.compare import Block
    from nkcorpus.model import Version
    from nkcorpus.versions import Diff, FieldChange

DiffFormat = Literal["words", "unified", "json"]
DIFF_FORMATS: tuple[str, ...] = get_args(DiffFormat)

_CONTEXT_LINES = 3
_LONGEST_SAME = 400
_KEPT_OF_SAME = 150
_SHORT_ID = 12
_NO_FINAL_NEWLINE = "\\ No newline at end of file\n"
_UNIFIED_STYLES: dict[str, Style] = {"-": "red", "+": "green", "@": "cyan"}
_WORD_STYLES = {"removed": "red strike", "added": "bold green", "equal": ""}
_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def render_diff(diff: Diff, format: DiffFormat, env: Environment) -> None:
    """Write a difference to stdout and tell on stderr how many words it is.

    As words, what is gone and what is new stand within what stays, in colour or marked `[-gone-]{+new+}`, and
    stretches that stay are shortened. Before a unified diff, which has the texts only, stand changed fields.
    """
    match format:
        case "words":
            from nkcorpus.render.tables import draw

            draw(_as_words(diff, env), env)
        case "unified":
            for line in _as_unified(diff):
                style = _UNIFIED_STYLES.get(line[0])
                env.write(env.paint(line[:-1], style) + "\n" if style else line)
        case "json":
            env.write(json_document(_fields(diff), pretty=env.stdout_is_tty))
    env.note(_summary(diff))


def _summary(diff: Diff) -> str:
    text = "raw text" if diff.is_raw else "text"
    if all(block.is_equal for block in diff.blocks):
        return f"no difference in the {text}"
    if not diff.words_added and not diff.words_removed:
        return f"only white space differs in the {text}"
    words = "word" if diff.words_added == 1 else "words"
    return f"{diff.words_added:,} {words} added, {diff.words_removed:,} removed"


def _fields(diff: Diff) -> Fields:
    return {
        "schema": SCHEMA,
        "id": diff.article_id,
        "from": version_fields(diff.before.info),
        "to": version_fields(diff.after.info),
        "raw": diff.is_raw,
        "words_added": diff.words_added,
        "words_removed": diff.words_removed,
        "fields": [{"field": each.field, "before": each.before, "after": each.after} for each in diff.fields],
        "changes": list(_changes(diff.blocks)),
    }


def _changes(blocks: Sequence[Block]) -> Iterator[Fields]:
    for block in blocks:
        if block.is_equal:
            yield {"op": "equal", "text": "".join(block.after)}
        for change in block.changes:
            yield {"op": change.op, "text": change.text}


def _name(diff: Diff, version: Version) -> str:
    time = version.info.retrieved_at or version.info.ingested_at
    return f"{diff.article_id[:_SHORT_ID]} version {version.info.number} {one_line(time)}"


_Piece = tuple[str, str]
"""Text and its style."""


def _as_words(diff: Diff, env: Environment) -> Text:
    from rich.text import Text

    versions = f"{_name(diff, diff.before)} → {_name(diff, diff.after).partition(' ')[2]}"
    shown: list[_Piece] = [(versions, "bold")]
    for change in diff.fields:
        shown.append((f"\n{change.field}: ", "dim"))
        shown += _marked("removed", one_line(change.before or ""), env, after=" ")
        shown += _marked("added", one_line(change.after or ""), env)
    for block in diff.blocks:
        pieces = _same(block) if block.is_equal else _changed(block, env)
        if pieces:
            shown += [("\n\n", ""), *pieces]
    return Text.assemble(*shown)


def _same(block: Block) -> list[_Piece]:
    count = sum(not line.isspace() for line in block.after)
    return [(f"… {count:,} {'line' if count == 1 else 'lines'} the same …", "dim")] if count else []


def _changed(block: Block, env: Environment) -> list[_Piece]:
    """Return the words of a block without the line ends around it; what replaces words stands beside them."""
    shown: list[_Piece] = []
    for part, following in zip(block.changes, [*block.changes[1:], None], strict=True):
        text = visible(part.text, newlines=True)
        after = None
        if part.op == "removed" and following is not None and following.op == "added":
            is_line = "\n" not in text.strip()
            after = " " if is_line else None if text[-1].isspace() else "\n"
        shown += _marked(part.op, _shortened(text) if part.op == "equal" else text, env, after=after)
    for end in (0, -1):
        while shown and shown[end][0].isspace():
            shown.pop(end)
    return shown


def _marked(op: str, text: str, env: Environment, *, after: str | None = None) -> list[_Piece]:
    """Return a safe text; marks stand within the white space around it, of which `after` may take the place."""
    words = text.strip()
    left, right = ("", "") if env.use_color else _MARKS.get(op, ("", ""))
    start = text.find(words) if words else 0
    space = text[start + len(words) :] if after is None or not words else after
    pieces = [(text[:start], ""), (f"{left}{words}{right}" if words else "", _WORD_STYLES[op]), (space, "")]
    return [piece for piece in pieces if piece[0]]


def _shortened(text: str) -> str:
    """Leave the middle out of a long text, at white space where there is some near."""
    if len(text) <= _LONGEST_SAME:
        return text
    head, tail = text[:_KEPT_OF_SAME], text[-_KEPT_OF_SAME:]
    head = head[: head.rfind(" ")] if " " in head else head
    tail = tail[tail.find(" ") + 1 :]
    return f"{head} … {tail}"


def _as_unified(diff: Diff) -> Iterator[str]:
    for change in diff.fields:
        yield _field_line(change)
    if all(block.is_equal for block in diff.blocks):
        return
    yield f"--- {_name(diff, diff.before)}\n"
    yield f"+++ {_name(diff, diff.after)}\n"
    for old, new, lines in _hunks(diff.blocks):
        counts = [sum(sign != other for sign, _ in lines) for other in "+-"]
        yield f"@@ -{_range(old, counts[0])} +{_range(new, counts[1])} @@\n"
        for sign, line in lines:
            text = visible(line, newlines=True)
            yield f"{sign}{text}" if text.endswith("\n") else f"{sign}{text}\n{_NO_FINAL_NEWLINE}"


def _field_line(change: FieldChange) -> str:
    return f"{change.field}: {one_line(change.before or '(none)')} -> {one_line(change.after or '(none)')}\n"


def _range(start: int, count: int) -> str:
    """Return a range of lines, counted from 1, as unified diffs have it: an empty one is named by the line before."""
    return f"{start + 1}" if count == 1 else f"{start + (count > 0)},{count}"


_Hunk = tuple[int, int, list[tuple[str, str]]]
"""Lines before it in the old and in the new text; its lines with their signs."""


def _hunks(blocks: Sequence[Block]) -> Iterator[_Hunk]:
    old = new = 0
    hunk: _Hunk | None = None
    for number, block in enumerate(blocks):
        is_last = number == len(blocks) - 1
        if block.is_equal:
            lines = [(" ", line) for line in block.after]
            if hunk and (is_last or len(lines) > 2 * _CONTEXT_LINES):
                hunk[2].extend(lines[:_CONTEXT_LINES])
                yield hunk
                hunk = None
            elif hunk:
                hunk[2].extend(lines)
            if not hunk and not is_last:
                context = lines[-_CONTEXT_LINES:]
                hunk = (old + len(lines) - len(context), new + len(lines) - len(context), context)
        else:
            hunk = hunk or (old, new, [])
            hunk[2].extend([("-", line) for line in block.before] + [("+", line) for line in block.after])
        old, new = old + len(block.before), new + len(block.after)
    if hunk:
        yield hunk
