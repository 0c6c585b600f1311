"""Text from outside as the content of Markdown and HTML, never as their markup."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

from nkcorpus.render.safe import one_line, visible

# Inline constructs of CommonMark 0.31 and GitHub's extensions; `<`, `>` and `&` become entities instead.
_INLINE = re.compile(r"[\\`*_\[\]{}|~$#]")
# What opens a block at the start of a line: setext underline, bullet, definition, ordered item.
_BLOCK_START = re.compile(r"[=+:-]|\d{1,9}(?=[.)])")
_URL_CHARACTERS = "!#$&'*+,/:;=?@[]~%"
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def web_address(url: str | None) -> str | None:
    """Return `url` percent-encoded if it is an http or https address, else None: nothing else is linked."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(url or "", safe=_URL_CHARACTERS, errors="backslashreplace")


def markdown_line(text: str) -> str:
    """Return `text` as one line of Markdown that renders as itself."""
    return _markdown_line(one_line(text))


def markdown_block(text: str) -> str:
    """Return `text` as Markdown paragraphs; single line breaks stay line breaks. No line feed at the end."""
    lines = [_markdown_line(line) for line in visible(text, newlines=True).strip("\n").split("\n")]
    return "\n".join(
        f"{line}\\" if line and following else line for line, following in zip(lines, [*lines[1:], ""], strict=True)
    )


def markdown_link(text: str, url: str | None) -> str:
    """Return a Markdown link, or only the text where `url` is no web address."""
    address = web_address(url)
    label = markdown_line(text)
    return f"[{label}](<{address}>)" if address else label


def html_text(text: str) -> str:
    """Return `text` as the content of an HTML element or of a quoted attribute."""
    return html.escape(visible(text, newlines=True))


def html_paragraphs(text: str) -> str:
    """Return `text` as `p` elements, one for each run of lines between blank lines."""
    blocks = re.split(r"\n(?:[ \t\xa0]*\n)+", visible(text, newlines=True).strip("\n"))
    return "".join(
        f'<p dir="auto">{html.escape(block).replace(chr(10), "<br>" + chr(10))}</p>\n'
        for block in blocks
        if block.strip()
    )


def language_tag(lang: str | None) -> str | None:
    """Return `lang` where it has the form of a language tag (BCP 47), else None."""
    return lang if lang and _LANGUAGE_TAG.fullmatch(lang) else None


def _markdown_line(line: str) -> str:
    # Leading blanks would open a code block, trailing ones a line break.
    line = _INLINE.sub(r"\\\g<0>", html.escape(line.strip(" \t"), quote=False))
    start = _BLOCK_START.match(line)
    if start is None:
        return line
    end = start.end()
    return f"{line[:end]}\\{line[end:]}" if start.group().isdigit() else f"\\{line}"
