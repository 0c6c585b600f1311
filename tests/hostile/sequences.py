"""What strangers put into text to act on a terminal, hide, or break out of a format; and how that is found."""

from __future__ import annotations

import re

ESC, BEL = "\x1b", "\x07"
NAMED = {
    "SGR": f"{ESC}[5;35mx",
    "cursor": f"{ESC}[10;10H{ESC}[3J",
    "OSC 8": f"{ESC}]8;;https://evil.example{ESC}\\click{ESC}]8;;{ESC}\\",
    "OSC 52": f"{ESC}]52;c;cm0gLXJm{BEL}",
    "title": f"{ESC}]0;evil{BEL}",
    "DCS": f'{ESC}P$q"p{ESC}\\',
    "C1 CSI": "\x9b5;35mx",
    "C1 OSC": "\x9d0;evil\x9c",
    "return": "good\rbad",
    "backspace": "good\b\b\b\bevil",
    "tab": "a\tb",
    "newline": "a\nnkcorpus: b",
    "lone surrogate": "a\ud800b",
    "stray byte": "a\udcffb",
    "tags": "a\U000e0001\U000e0065\U000e007fb",
    "annotation": "a\ufff9b\ufffac\ufffb",
    "noncharacters": "a\ufffe\uffff\U0001fffeb",
    "selectors": "a" + "\ufe0f" * 40 + "\U000e0100" * 40,
    "marks": "a" + "\u0301" * 80,
    "bold": "[bold]x[/bold]",
    "closing tag": "[/x]",
    "link": "[link=https://evil.example]x[/link]",
    "emoji code": ":smile:",
    "HTML": "<script>alert(1)</script><img src=x onerror=y>&lt;\"'",
    "Markdown": "](javascript:alert(1)) ![i](//evil.example/p) `c` *e* <b> # | ~~~",
    "formula": "=cmd|' /C calc'!A0",
    "BibTeX": "}, url = {https://evil.example}, x = {",
    "shell": "$(touch evil); `touch evil` | touch evil",
}
SINGLE = (
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
    + [chr(code) for code in (0x61C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)]
    + ["\u200c", "\u200d"]
)
SEQUENCES: dict[str, str] = NAMED | {f"U+{ord(each):04X}": f"a{each}b" for each in SINGLE}
GROUPS: dict[str, str] = NAMED | {
    f"U+{ord(group[0]):04X} to U+{ord(group[-1]):04X}": " ".join(f"a{each}b" for each in group)
    for group in (SINGLE[start : start + 16] for start in range(0, len(SINGLE), 16))
}
"""The same with single characters together, by which a raw one is told well enough."""
EVERYTHING = " ".join(SEQUENCES.values())

# Written out again on purpose, apart from nkcorpus' own list.
_RAW = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f\ud800-\udfff]"
)
# What we and Rich draw with: a few colours, and the movements of a progress bar.
_OURS = re.compile(r"\x1b\[(?:[0-4](?:;[0-4])*|(?:\d;)?(?:3[1-6]|9[0-7])|38;5;\d+|2K|1A|\?25[lh])?m?|\r(?=[\n\x1b]|$)")


def raw_in(content: bytes, *, terminal: bool) -> list[str]:
    """Return what of hostile text came out as it is."""
    text = content.decode("utf-8", "surrogateescape")
    return _RAW.findall(_OURS.sub("", text) if terminal else text)
