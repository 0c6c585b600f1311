"""Text from outside made harmless for a terminal, a pipe, JSON and a spreadsheet.

Titles, names, addresses and bodies come from strangers. What a terminal would obey (control characters,
escape sequences) or hide (bidirectional controls, zero-width characters; Unicode TR 36, section 2.5) is shown
as a backslash escape instead. Escaping is idempotent and leaves ordinary text as it is.
"""

from __future__ import annotations

import re

# Scripts whose shaping needs ZWJ or ZWNJ (Unicode Standard 16.0, section 23.2), and emoji, which ZWJ joins.
_JOINING = (
    r"\u0600-\u061b\u061d-\u07ff"  # Arabic, Syriac, Thaana, N'Ko
    r"\u0840-\u08ff"  # Mandaic, Syriac and Arabic supplements
    r"\u0900-\u0dff"  # Devanagari to Sinhala
    r"\u0f00-\u109f"  # Tibetan, Myanmar
    r"\u1780-\u18af"  # Khmer, Mongolian
    r"\u1b00-\u1bff\ua800-\ua9df\uaa60-\uaadf\uabc0-\uabff"  # Balinese to Meetei Mayek
    r"\ufb50-\ufdff\ufe70-\ufefc"  # Arabic presentation forms
    r"\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"  # emoji and their selector
)
_NEVER = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    r"\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f\ud800-\udfff"  # tags, lone surrogates
)
_STRAY_JOINER = rf"(?<![{_JOINING}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINING}])"
# To Python none of these is printable; the expressions are compiled, by `re`, when a text has what is not.
_HIDDEN = rf"[{_NEVER}]|{_STRAY_JOINER}"
_BREAKS = r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+"

_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_FORMULA_START = "=+-@＝＋－＠"
_SKIPPED_BEFORE_FORMULA = " \t\r\n\xa0\u3000\"'"


def visible(text: str, *, newlines: bool = False) -> str:
    """Return `text` with all that a terminal would obey or hide as a visible escape (`\\x1b`, `\\u202e`).

    With `newlines`, line feeds and tabs stay and a CR LF pair becomes a line feed.
    Lone surrogates become U+FFFD.
    """
    if text.isprintable():
        return text
    if newlines:
        return re.sub(_HIDDEN, _backslash_escape, text.replace("\r\n", "\n"))
    return re.sub(_HIDDEN, _backslash_escape, text).replace("\n", "\\x0a").replace("\t", "\\x09")


def one_line(text: str) -> str:
    """Return `text` on one line: each run of tabs and line breaks becomes one space, the rest `visible`."""
    return text if text.isprintable() else visible(re.sub(_BREAKS, " ", text))


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return `value` as JSON in which nothing is raw that a terminal would obey or hide.

    Such characters are `\\uXXXX` escapes, so that a parser gives them back; other text stays readable UTF-8.
    Lone surrogates become U+FFFD. Raises ValueError for NaN and infinities, which JSON lacks.
    """
    import json

    dumped = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return dumped if dumped.isprintable() else re.sub(_HIDDEN, _json_escape, dumped)


def spreadsheet_cell(text: str) -> str:
    """Return `text` so that a spreadsheet shows it instead of running it as a formula.

    A cell that starts with `= + - @` (full-width forms too, and after blanks or quotes), a tab or a line
    break gets a leading apostrophe; plain numbers such as -3.5 stay (OWASP, "CSV Injection").
    """
    if not text:
        return text
    runs = text[0] in "\t\r\n" or text.lstrip(_SKIPPED_BEFORE_FORMULA)[:1] in tuple(_FORMULA_START)
    return f"'{text}" if runs and not re.fullmatch(_NUMBER, text, re.ASCII) else text


def cell_width(text: str) -> int:
    """Return how many terminal cells `text`, already `visible`, takes (UAX 11: wide characters take two)."""
    import unicodedata  # 1 MB of tables that only a caret needs

    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _backslash_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
