"""Bylines to the names of people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nkcorpus.extract.html.tree import collapse_space

SPACES = r"(?<!\s)\s+"
"""Matches a run of white space from its beginning only, else a long run is tried once for each of its characters."""

_ADDRESS = re.compile(r"\(?\b[\w.+-]{1,64}@[\w.-]{1,255}\)?|https?://\S+|\bwww\.\S+|(?<!\w)@\w+")
_LEAD = re.compile(
    r"^(?:(?:story|text|words|report|reporting|reported|written|posted|published|article|opinion)\s+)?"
    r"(?:by|von|par|por)\b[\s:]*|^(?:authors?(?:\(s\))?|byline|writer)\s*:\s*|^글\s*[=:]\s*",
    re.IGNORECASE,
)
_OTHER_HANDS = re.compile(
    r"^(?:medically |fact[- ]|expert )?(?:edited|reviewed|translated|checked|verified|updated|photographed|illustrated|"
    r"photos?|photography|illustrations?|graphics?|video|images?|translation)\s+by\b|"
    r"^(?:translator|editor|photo(?:graph)?s?|번역|옮긴이|편집|사진)\s*[=:]",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?<!\s)\s*[(（][^()（）]{0,80}[)）]\s*$")
_HANDLE = re.compile(r"[a-z][a-z0-9]{4,29}")
_SEPARATOR = re.compile(rf"{SPACES}(?:and|&|und|et|with)\s+|(?:{SPACES})?[,;/|•·、]\s*|{SPACES}[-–—]\s+", re.IGNORECASE)
_KOREAN_ROLE = re.compile(
    rf"(?:{SPACES})?(?:(?:선임|수석|객원|인턴|전문|편집)?\s?기자|특파원|통신원|논설위원|편집장|위원|기고가|칼럼니스트)\s*=?$"
)
_NOT_A_PERSON = frozenset(
    "about admin administrator agency analyst anonymous associate associated author authors blog board bureau channel "
    "chief columnist company contributing contributor contributors copywriter corporation correspondent council desk "
    "digital director editor editorial editors foundation freelance group guest headquarters inc institute intern "
    "journalist llc ltd magazine manager marketing media members network news newspaper newsroom office official "
    "online partner photographer photos press producer producers published redaktion reporter reporters reviewer "
    "senior service services skip social special specialist staff strategist studio system team times today unknown "
    "updated user webmaster website wire wires writer writers".split()
)
_ROLES_IN_HANDLES = ("admin", "author", "editor", "staff", "team", "user", "guest", "press", "news", "desk", "market")
_AGENCIES = frozenset(
    "afp ap bbc bloomberg ccn cnn dpa kcna kns nhk nknews pti reuters tass upi xinhua yonhap "
    "연합뉴스 뉴시스 뉴스1 조선중앙통신 데일리nk 데일리엔케이 편집국 편집부 관리자 온라인뉴스팀".split()
)
_CREDENTIAL = re.compile(
    r"(?:ph\.?\s?d|m\.?\s?d|j\.?\s?d|m\.?\s?b\.?\s?a|m\.?\s?a|m\.?\s?s|b\.?\s?a|d\.?\s?d\.?\s?s|r\.?\s?d|r\.?\s?n|c\.?\s?f\.?\s?p|esq|cpa|jr|sr)\.?",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[^\W\d_][\w'’.\-‐]*")
_MAX_BYLINE = 300
_MAX_WORDS = 5


def people(bylines: Iterable[str], organizations: Iterable[str]) -> tuple[str, ...]:
    """Return the people named in `bylines`, in order, without doubles.

    Dropped are lead-ins ("By"), addresses, roles, agencies, those who edited, translated or illustrated, and
    whatever equals one of `organizations` (the site's own names).
    """
    refused = {squash(name) for name in organizations if name}
    names: dict[str, str] = {}
    for byline in bylines:
        text = _ADDRESS.sub(" ", collapse_space(byline.replace("\xa0", " "))[:_MAX_BYLINE]).strip()
        others = False  # "Edited by A and B": B is no author either
        for part in _SEPARATOR.split(text):
            others = bool(_OTHER_HANDS.match(part)) or (others and not _LEAD.match(part))
            name = None if others else _person(part)
            if name and squash(name) not in refused:
                names.setdefault(squash(name), name)
    return tuple(names.values())


def handle(text: str, organizations: Iterable[str]) -> str | None:
    """Return `text` when it is the name of an account in one word, None for a role, an agency or the site's name."""
    name = text.strip()
    if not _HANDLE.fullmatch(name) or name in _AGENCIES or any(word in name for word in _ROLES_IN_HANDLES):
        return None
    return None if any(name in squash(other) or squash(other) in name for other in organizations if other) else name


def given_name_first(name: str) -> str:
    """Return `Family, Given` as `Given Family`, anything else as it is."""
    parts = [part.strip() for part in name.split(",")]
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 and all(parts) else name


def squash(text: str) -> str:
    """Return the letters and digits of `text` in lower case, for comparing names."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _person(part: str) -> str | None:
    """Return the name in one part of a byline, None where it is none."""
    name = _ASIDE.sub("", _LEAD.sub("", part.strip())).strip(' .:()[]"“”*-–—')
    name = _KOREAN_ROLE.sub("", name).strip()
    words = name.split()
    if not words or len(words) > _MAX_WORDS or _CREDENTIAL.fullmatch(name):
        return None
    if not all(_NAME_WORD.fullmatch(word) for word in words):
        return None
    lower = {word.casefold().strip(".") for word in words}
    if lower & _NOT_A_PERSON or (len(words) <= 2 and lower & _AGENCIES):
        return None
    # Scripts without case pass; in Latin letters a name has a capital.
    if len(name) < 2 or all(word[0].islower() for word in words) or (len(words) == 1 and name.isupper()):
        return None
    return name
