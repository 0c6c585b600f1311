"""Posts as a WordPress export holds them: as they were typed, before WordPress made HTML of them."""

from __future__ import annotations

import re

_BLOCK = re.compile(
    r"\s*</?(?:address|article|aside|blockquote|div|dl|fieldset|figure|footer|form|h[1-6]|header|hr|iframe|li|ol|p|pre|"
    r"script|section|style|table|ul)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"\[(?P<end>/?)caption\b[^\[\]]{0,500}\]")
_IMAGE = re.compile(r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[/?(?:audio|caption|embed|gallery|playlist|video)\b[^\[\]]{0,500}\]")
"""Those of WordPress itself; in square brackets of any other kind stands text, or what a plugin alone knows."""

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def rendered(content: str) -> str:
    """Return the HTML of a post: paragraphs where blank lines are, without WordPress' own shortcodes.

    After `wpautop` of WordPress (wp-includes/formatting.php), for text that has no markup of paragraphs.
    """
    content = _COMMENT.sub("", content.replace("\r\n", "\n"))
    content = _SHORTCODE.sub("", _with_figures(content))
    paragraphs = (part.strip() for part in _BLANK_LINES.split(content))
    return "\n".join(
        part if _BLOCK.match(part) else "<p>" + part.replace("\n", "<br>\n") + "</p>" for part in paragraphs if part
    )


def _with_figures(content: str) -> str:
    """Return a post with its captions, each an image and its text, as figures."""
    parts: list[str] = []
    done = 0
    opened: re.Match[str] | None = None
    for mark in _CAPTION.finditer(content):
        if not mark["end"]:
            opened = mark
        elif opened:
            parts += content[done : opened.start()], _figure(content[opened.end() : mark.start()])
            done, opened = mark.end(), None
    return "".join((*parts, content[done:]))


def _figure(caption: str) -> str:
    image = _IMAGE.match(caption)
    text = caption[image.end() :].strip() if image else caption
    return f"\n\n<figure>{image[1] if image else ''}<figcaption>{text}</figcaption></figure>\n\n"
