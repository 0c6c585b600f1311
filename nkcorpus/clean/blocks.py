"""Building blocks that rule patterns name in braces, so that `{name}` means one thing in every rule."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

_NAME_WORD = r"(?:[A-Z]\.(?:-?[A-Z]\.){0,2}|(?:Dr|Jr|Mr|Mrs|Ms|Sr|St)\.|[A-ZÀ-ÖØ-ÞĀ-ſ][\w'-]{0,30})"
_NAME_PARTICLES = r"(?:(?:al|bin|da|de|del|den|der|di|el|la|le|ter|van|von) ){0,2}"
# Two to five words in Latin script, or a Korean name of two to four syllables.
_NAME = rf"(?:{_NAME_WORD}(?: {_NAME_PARTICLES}{_NAME_WORD}){{1,4}}|[가-힣]{{2,4}})"
_NAMES = rf"(?:{_NAME}(?:(?:, and |, | and | & ){_NAME}){{0,3}})"

# Up to four names, apart by a space, a comma or a middle dot.
_KOREAN_NAMES = r"(?:[가-힣]{2,4}(?:(?: |, ?| ?[·ㆍ] ?)[가-힣]{2,4}){0,3})"

_EMAIL = (
    r"(?:\[email protected\]|[A-Za-z0-9_.+-]{1,64} ?(?:@|\[at\]|\(at\)) ?"
    r"[A-Za-z0-9-]{1,63}(?:(?:\.| ?(?:\[dot\]|\(dot\)) ?)[A-Za-z0-9-]{1,63}){1,4})"
)

_REMARKS = r"(?:comments?|questions?|queries|inquiries|feedback)"
_ABOUT_ARTICLE = (
    rf"{_REMARKS}(?:,? (?:and|or|and/or) {_REMARKS})? (?:about|on|regarding|concerning) "
    r"(?:this|these|the|her|his|their) (?:article(?:s|\(s\))?|stor(?:y|ies)|reports?|pieces?|columns?)"
)
# "Please direct any questions about her articles to", up to where the address stands or was lost.
_CONTACT_REQUEST = (
    rf"(?i:(?:please )?(?:direct|send|address|forward) (?:any |all |your )?{_ABOUT_ARTICLE} to"
    rf"|(?:any |all |your )?{_ABOUT_ARTICLE} (?:can|may|should) be (?:directed|sent|addressed|forwarded) to"
    r"|(?:s?he|they) (?:can|may) be (?:reached|contacted) (?:at|by e-?mail at|via))"
)

_ROLE = (
    r"(?i:(?:(?:full-time|part-time|freelance|senior|staff|deputy|chief|former|managing|contributing|"
    r"Seoul-based) ){0,3}"
    r"(?:editors?-in-chief|editors? in chief|reporters?|journalists?|correspondents?|editors?|writers?|"
    r"columnists?|contributors?|analysts?|translators?|researchers?|interns?))"
)

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

_PLACE_WORD = r"[A-Z][\w.'/-]{1,25}"
_PLACE_NAME = rf"{_PLACE_WORD}(?: {_PLACE_WORD}){{0,3}}"
# "SEOUL", "Panmunjom, North Korea", "Washington, D.C., U.S.".
_PLACE = rf"(?:{_PLACE_NAME}(?:, {_PLACE_NAME}){{0,2}})"

_OUTLET_NAME = (
    r"(?:Daily ?NK(?: Japan| SI)?|데일리 ?NK|NK News|NK Pro|38 North|KCNA Watch|Reuters|UPI|AFP|EPA(?:-EFE)?|"
    r"The Associated Press|Getty Images|뉴시스|KCNA|Korean Central (?:News Agency|Television)|KCTV|"
    r"Rodong Sinmun|Uriminzokkiri|Yonhap(?: News)?|연합뉴스|News ?1|뉴스1|조선중앙통신|노동신문|Google Earth)"
)
_OUTLET = rf"(?:{_OUTLET_NAME}(?: ?[-/,&] ?{_OUTLET_NAME})?)"

# The name of a site as its feed gives it: up to eight words.
_SITE = r"(?:[A-Z0-9가-힣][\w.'&|:-]{0,40}(?: [\w.'&|:-]{1,40}){0,7})"

# "12", "1,250", "2024-05-27", "11:33".
_NUMBER = r"(?:\d(?:[\d.,:/-]{0,20}\d)?)"

BLOCKS: dict[str, str] = {
    "name": _NAME,
    "names": _NAMES,
    "email": _EMAIL,
    "contact_request": _CONTACT_REQUEST,
    "role": _ROLE,
    "month": _MONTH,
    "weekday": _WEEKDAY,
    "outlet": _OUTLET,
    "site": _SITE,
    "capitalised": r"(?:[A-Z가-힣][\w.&'-]{0,30}(?: [A-Z][\w&'-]{0,30}){0,4})",
    "korean_names": _KOREAN_NAMES,
    "place": _PLACE,
    "dash": r"(?:[*_]{0,2} ?-{1,3})",
    "number": _NUMBER,
    "quoted": r"""(?:"[^"]{1,200}"|'[^']{1,200}')""",
    "url": r"(?:(?:https?://|www\.)\S{3,300})",
}
"""Regular expressions by the name that patterns use. None captures, and each is one atom: it can be followed by `?`.

`name` is a person's name, `names` up to four of them; `email` may be written with `[at]`;
`contact_request` ends before the address; `outlet` is a publisher or picture source, or two of them;
`site` is the name that a website gives itself; `capitalised` are up to five
words, each with a capital; `korean_names` are up to four names in Hangul; `place` is that of a
dateline, with country or state; `dash` is what parts a dateline from the report; `number` are digits with the marks of
dates, times and amounts between them; `quoted` is what stands in quotes, with them.
"""


def expand(pattern: str) -> str:
    """Return `pattern` with every `{block}` replaced by its expression. Raises KeyError for an unknown block."""
    return _PLACEHOLDER.sub(lambda match: BLOCKS[match[1]], pattern)


def placeholders(pattern: str) -> list[str]:
    """Return the names of the blocks that `pattern` uses, in order."""
    return _PLACEHOLDER.findall(pattern)


def mask_placeholders(pattern: str) -> str:
    """Return `pattern` with a repeated letter for every block, for checks on the structure of the pattern."""
    return _PLACEHOLDER.sub("(?:a+)", pattern)
