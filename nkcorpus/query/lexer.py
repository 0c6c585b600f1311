"""From the text of a query to its tokens, and from one token to its leaf.

Plain human text makes plain words: an unbalanced quote, an apostrophe, a question mark, a slash, a URL, an e-mail
address, `and/or`, `3*4` or a smiley, which has no word at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import QueryError
from nkcorpus.query.analysis import is_unspaced
from nkcorpus.query.ast import Fuzzy, Leaf, Phrase, Regex, Wildcard, Word
from nkcorpus.query.patterns import check_regex

MAX_DISTANCE = 1_000
"""Other words among those of `"a b"~N` and `a NEAR/N b`."""
MAX_NEAR = 20
"""Words that are near each other: of `"a b"~N` and of a chain of NEAR."""
MAX_WEIGHT = 100.0

_WEIGHT = r"\^(?P<{}>\d+(?:\.\d{{1,3}})?)(?=[\s()\"“”]|$)"
_REGEX = r'/(?:[^/\\\s]|\\\S)+/(?:\^\d+(?:\.\d{1,3})?)?(?=[\s()"“”]|$)'
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<smiley>(?<![^\s(])[:;][-o*']?[()](?=[\s)]|$))
    | (?P<open>\()
    | (?P<close>\))(?:{_WEIGHT.format("close_weight")})?
    | (?P<sign>[+-](?=[^\s+\-)])(?!["“”][^"“”]*\Z))
    | (?P<field>(?!(?:mailto|tel|urn|doi):)[A-Za-z_]+:(?=["“”(]|[^\s/:)]|{_REGEX}))
    | ["“”](?P<phrase>[^"“”]*)["“”]
      (?:~(?P<distance>\d+)(?=[\s()"“”^]|$))?
      (?:{_WEIGHT.format("phrase_weight")})?
    | (?P<quote>["“”])
    | (?P<regex>{_REGEX})
    | (?P<word>[^\s()"“”]+)
    """,
    re.VERBOSE,
)
_NEAR = r"NEAR/(\d+)"
_OPERATORS = frozenset({"AND", "OR", "NOT"})
OPERATORS = _OPERATORS | {"NEAR"}

_LETTER = r"(?=[\w'’*?]*[^\W\d_])"
_NUMBER = r"\d+(?:\.\d{1,3})?"
_ALPHANUMERIC = r"[^\W_]"
_FUZZY = rf"(?P<base>{_LETTER}[\w'’]+)~(?P<edits>\d+)"
_ONE_CHARACTER = r"[\W_]*([^\W_])[\W_]*"
_LONGEST_WITH_SIGNS = 40
_WILDCARD = rf"{_LETTER}[\w'’]*(?:\*|\?+(?=[\w*]))[\w'’*?]*"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: `kind` is space-free grammar (`open close sign field` or an operator) or `leaf`.

    `number` is the distance of NEAR; `weight` that of a leaf or of the group that a `close` ends.
    """

    kind: str
    text: str
    start: int
    leaf: Leaf | None = None
    number: int = 0
    weight: float | None = None


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a query. Raises QueryError for a weight, distance or expression out of bounds."""
    depth = 0
    for match in _TOKEN.finditer(text):
        kind, value, start = match.lastgroup or "", match.group(), match.start()
        if kind.endswith(("_weight", "distance")):
            kind = "close" if match["close"] else "phrase"
        match kind:
            case "smiley" if depth and value.endswith(")"):  # it closes the group
                depth -= 1
                yield _word(value[:-1], text, start)
                yield Token("close", ")", match.end() - 1)
            case "space" | "smiley" | "quote":
                continue
            case "open":
                depth += 1
                yield Token(kind, value, start)
            case "close":
                depth -= 1
                yield Token(kind, ")", start, weight=_weight(match["close_weight"], text, start))
            case "phrase":
                weight = _weight(match["phrase_weight"], text, start)
                yield Token("leaf", value, start, _phrase(match, text), weight=weight)
            case "word" if value in _OPERATORS:
                yield Token(value, value, start)
            case "word" if value.startswith("NEAR/") and (near := re.fullmatch(_NEAR, value)):
                yield Token("NEAR", value, start, number=_distance(near[1], text, start))
            case "word":
                yield _word(value, text, start)
            case "regex":
                yield _regex(value, text, start)
            case _:
                yield Token(kind, value, start)


def _phrase(match: re.Match[str], text: str) -> Phrase:
    content, distance, start = match["phrase"].strip(), match["distance"], match.start()
    if distance is None:
        return Phrase(content)
    if len(content.split()) > MAX_NEAR:
        raise QueryError(f"a phrase with a distance has at most {MAX_NEAR} words; shorten it", text, start)
    return Phrase(content, distance=_distance(distance, text, start))


def _word(value: str, text: str, start: int) -> Token:
    base, caret, number = value.rpartition("^")
    if caret and "^" not in base and re.fullmatch(_NUMBER, number) and re.search(_ALPHANUMERIC, base):
        return Token("leaf", base, start, _leaf(base, text, start), weight=_weight(number, text, start))
    return Token("leaf", value, start, _leaf(value, text, start))


def _regex(value: str, text: str, start: int) -> Token:
    delimited, _, weight = value.rpartition("/")
    fault = check_regex(delimited[1:])
    if fault:
        raise QueryError(f"{delimited[:80]}/: {fault}; quote it to search for it as words", text, start)
    weight = weight.removeprefix("^")
    return Token("leaf", value, start, Regex(delimited[1:]), weight=_weight(weight or None, text, start))


def _leaf(value: str, text: str, start: int) -> Leaf:
    if "~" in value and (fuzzy := re.fullmatch(_FUZZY, value)):
        if is_unspaced(value):  # its bigrams are found in longer words as they are
            return plain_leaf(fuzzy["base"])
        if fuzzy["edits"] not in ("1", "2"):
            raise QueryError(f"{value}: write ~1 or ~2, the letters that may differ", text, start)
        return Fuzzy(fuzzy["base"], int(fuzzy["edits"]))
    if ("*" in value or "?" in value) and re.fullmatch(_WILDCARD, value):
        if not is_unspaced(value):
            return Wildcard(value)
        bare = value.strip("*")
        if "*" in bare or "?" in bare:
            raise QueryError(
                f"{value}: words of this script have no wildcards inside; parts of them are found as they are",
                text,
                start,
            )
        return plain_leaf(bare) if len(bare) > 1 else Wildcard(value)
    return plain_leaf(value)


def plain_leaf(value: str) -> Word | Wildcard:
    """Return the leaf of a word that is no operator: of one character of a script without spaces, those it begins.

    What follows such a noun clings to it: 쌀 (rice) stands in texts as 쌀이, 쌀값.
    """
    character = one_character(value)
    return Wildcard(f"{character}*") if character else Word(value)


def one_character(value: str) -> str:
    """Return the only character of a word in a script without spaces, whatever signs are around it; "" for others."""
    if not is_unspaced(value) or len(value) > _LONGEST_WITH_SIGNS:
        return ""
    match = re.fullmatch(_ONE_CHARACTER, unicodedata.normalize("NFC", value))
    return match[1] if match else ""


def character_of(leaf: Leaf) -> str:
    """Return the one character whose words in title or text a leaf is (see `plain_leaf`); "" for other leaves."""
    is_prefix = isinstance(leaf, Wildcard) and leaf.text.endswith("*") and leaf.field in (None, "title", "text")
    return one_character(leaf.text) if is_prefix else ""


def _weight(value: str | None, text: str, start: int) -> float | None:
    if value is None:
        return None
    weight = float(value) if len(value) < 10 else MAX_WEIGHT + 1
    if not 0 < weight <= MAX_WEIGHT:
        raise QueryError(f"^{value[:12]}: a weight is above 0 and at most {MAX_WEIGHT:g}", text, start)
    return weight


def _distance(value: str, text: str, start: int) -> int:
    if len(value) > 6 or int(value) > MAX_DISTANCE:
        raise QueryError(f"{value[:12]}: a distance is at most {MAX_DISTANCE:,} words", text, start)
    return int(value)
