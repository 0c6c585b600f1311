"""The language that a text's script alone tells."""

from __future__ import annotations

import re

_SAMPLE = 2048  # code points

_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_OWN_SHARE = 0.3  # of the letters; the rest are names and abbreviations in Latin script
_KANA_SHARE = 0.1  # Japanese prose has about half of its letters in kana, Chinese none


def script_language(text: str) -> str | None:
    """Return `ko`, `ja` or `zh` when the script of `text` tells it, else None.

    Latin and Cyrillic script serve many languages, so they tell none.
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        return None
    hangul, kana, han = (len(script.findall(sample)) for script in (_HANGUL, _KANA, _HAN))
    if not hangul + kana + han:
        return None
    letters = sum(map(str.isalpha, sample))
    if hangul >= _OWN_SHARE * letters and hangul >= kana:
        return "ko"
    if kana >= _KANA_SHARE * letters and kana + han >= _OWN_SHARE * letters:
        return "ja"
    if han >= _OWN_SHARE * letters:
        return "zh"
    return None
