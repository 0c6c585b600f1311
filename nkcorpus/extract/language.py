"""The language of a text: its script where that is enough, else letter statistics (CLD2).

CLD2 is asked only of texts that are long enough, and believed only where it calls its own answer reliable.
"""

from __future__ import annotations

import re

_SAMPLE = 2048  # code points
_MODEL_SAMPLE = 600  # code points; more changes no answer and costs time
_FEWEST_LETTERS = 40  # and the marks among them; below, names and loan words outweigh the rest
_LEAST_PERCENT = 60  # of the text that CLD2 must give to one language

_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u3041-\u30fc\u3131-\u318e\u3400-\u9fff\uac00-\ud7a3\uf900-\uff9f\U00020000-\U0003134f]"
)
_OWN_SHARE = 0.3  # of the letters; the rest are names and abbreviations in Latin script
_KANA_SHARE = 0.1  # Japanese prose has about half of its letters in kana, Chinese none

_ADDRESS = re.compile(r"https?://\S+|[\w.+-]{1,64}@[\w.-]{1,255}", re.ASCII)
# CLD2 refuses code points that no text should hold; figures tell no language.
_NO_LANGUAGE = re.compile(r"[^\w\s.,'’-]|[\d_\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NEW_CODES = {"iw": "he", "jw": "jv", "mo": "ro"}
"""Codes of CLD2 that ISO 639-1 has replaced."""

_ALIKE = tuple(
    frozenset(group.split())
    for group in ("no nb nn da", "hr sr bs sh", "id ms", "cs sk", "pt gl", "zh yue wuu", "fil tl", "fa prs")
)
"""Languages that a model confuses, or codes that stand for one written language."""


def script_language(text: str) -> str | None:
    """Return `ko`, `ja` or `zh` when the script of `text` tells it, else None.

    Latin and Cyrillic script serve many languages, so they tell none.
    """
    sample = text[:_SAMPLE]
    if sample.isascii() or not _EAST_ASIAN.search(sample):
        return None
    sample = _without_addresses(sample)
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


def model_language(text: str) -> str | None:
    """Return the ISO 639 code of the language that CLD2 is sure of, None where it is not or the text is too short."""
    sample = _NO_LANGUAGE.sub(" ", _without_addresses(text[:_MODEL_SAMPLE]))
    if len("".join(sample.split())) < _FEWEST_LETTERS:
        return None
    import pycld2

    try:
        reliable, _, found = pycld2.detect(sample)
    except (pycld2.error, ValueError):
        return None
    code, percent = str(found[0][1]), int(found[0][2])
    # Codes of more than three letters are scripts and regions (`zh-Hant`) or toys (`xx-Qaai`).
    if not reliable or percent < _LEAST_PERCENT or code == "un" or len(code) > 3:
        return None
    return _NEW_CODES.get(code, code)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "://" in text or "@" in text else text


def find_language(text: str, declared: str | None) -> tuple[str, str] | None:
    """Return the language of `text` and its evidence: `script-share`, `language-model`, or `html-lang`.

    `declared` is what the page says; templates often name another language, so that it counts only where the
    text does not contradict. None where neither tells.
    """
    found, place = script_language(text), "script-share"
    if found is None:
        found, place = model_language(text), "language-model"
    if declared and (found in (None, declared) or any({found, declared} <= group for group in _ALIKE)):
        return declared, "html-lang"
    return (found, place) if found else None
