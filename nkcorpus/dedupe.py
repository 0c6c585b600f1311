"""Near duplicates: two texts that share most of their word shingles, and their facts.

A text is its set of *shingles*: runs of three words, folded and unstemmed, and for scripts without spaces and for
Hangul runs of five characters. Two texts are near duplicates when their shingle sets have a Jaccard coefficient of
`THRESHOLD` or more and they agree in their facts: what a news desk issues anew every day or week from one template
(auctions, prices, greetings) has most words in common, but other numbers and names.

To find such pairs without comparing all, each text has a MinHash signature of `BANDS` * `ROWS` values; texts that
agree in all values of a band are candidates, and only those are compared. A pair of Jaccard coefficient s becomes a
candidate with probability 1 - (1 - s**ROWS)**BANDS.

Broder: On the resemblance and containment of documents (1997): shingles and MinHash. Li, Owen, Zhang: One Permutation
Hashing (NIPS 2012): one hash a shingle, its range cut into bins. Shrivastava: Optimal Densification for Fast and
Accurate Minwise Hashing (ICML 2017): an empty bin borrows from one drawn at random, the same one in every text.
"""

from __future__ import annotations

import itertools
import re
import struct
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from nkcorpus.dataclass import dataclass

SHINGLE_WORDS = 3
SHINGLE_CHARACTERS = 5
THRESHOLD = 0.5
"""The least Jaccard coefficient of near duplicates. With 8% of the words exchanged one by one it is about .64."""
FEWEST_SHINGLES = 80
"""A text with fewer is a brief or a table of figures, where a new number is another story: only exact copies count."""
MISSING_NUMBERS = 0.15
MISSING_FACTS = 0.2
"""Of the numbers, and of numbers and capitalised words together, of the text that has fewer of them, the other one may
lack one and this share. Set on 361 pairs of newswire at THRESHOLD or more, so that reissued templates fall out and an
edit of 8% of the words stays within the bounds."""
ROWS = 3
BANDS = 16
"""With three rows a pair at .64 is a candidate with probability .99, one at .1 with .016."""
SCHEME = "shingles/1"
"""Names all of the above: another value means that stored band keys are to be computed anew."""

Shingles = frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a text is compared: its shingles, its numbers, and its numbers and capitalised words in lower case."""

    shingles: Shingles
    numbers: frozenset[str]
    facts: frozenset[str]


_BINS = ROWS * BANDS
_MASK = 0xFFFFFFFF
_HALF_RANGE = 1 << 31  # SQLite stores small numbers of either sign in four bytes
_GOLDEN_RATIO = 0x9E3779B1
"""2**32 / golden ratio, to the nearest prime (Knuth, TAOCP 3, 6.4): spreads the sums of CRC-32."""
_BAND = struct.Struct(f"<{ROWS + 1}I")

_PUNCTUATION = (("'", ""), ("’", ""), ("‘", " "), ("“", " "), ("”", " "), ("\xa0", " "), ("–", " "), ("—", " "))
_WORD_BYTES = bytes(code if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(128)) + bytes(128)
_DROPPED = re.compile("[\u0300-\u036f'’ʼ]+")  # diacritics, and apostrophes, which copies lose or bend
_SCRIPTS_BY_CHARACTER = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3040-\u312f\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[^\W{_SCRIPTS_BY_CHARACTER}]+")
_CHARACTERS = re.compile(f"[{_SCRIPTS_BY_CHARACTER}]+")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_CAPITALISED = re.compile(r"\b[^\W\d_a-z]\w+")


def shingles(text: str) -> Shingles:
    """Return the shingles of a text in UTF-8: case, diacritics, punctuation and white space make no difference."""
    folded = _folded(text)
    if folded.isascii():
        words = folded.encode().translate(_WORD_BYTES).split()
        run = ""
    else:
        words = [_encoded(word) for word in _WORD.findall(folded)]
        run = "".join(_CHARACTERS.findall(folded))
    found = set(map(b" ".join, zip(*(words[i:] for i in range(SHINGLE_WORDS)), strict=False)))
    found.update(_encoded(run[i : i + SHINGLE_CHARACTERS]) for i in range(len(run) - SHINGLE_CHARACTERS + 1))
    return frozenset(found)


def jaccard(one: Shingles, other: Shingles) -> float:
    """Return the share of the shingles of both that each has: |A & B| / |A | B|; 0 when there is none."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def profile(text: str) -> Profile:
    """Return what of a text is compared."""
    numbers = frozenset(_NUMBER.findall(text))
    names = {word.casefold() for word in _CAPITALISED.findall(text) if word[0].isupper()}
    return Profile(shingles(text), numbers, numbers | names)


def is_near(one: Profile, other: Profile) -> bool:
    """Tell whether two texts, both long enough to have band keys, are near duplicates."""
    return (
        jaccard(one.shingles, other.shingles) >= THRESHOLD
        and _agree(one.numbers, other.numbers, MISSING_NUMBERS)
        and _agree(one.facts, other.facts, MISSING_FACTS)
    )


def _agree(one: frozenset[str], other: frozenset[str], missing: float) -> bool:
    fewer = min(len(one), len(other))
    return fewer - len(one & other) <= 1 + missing * fewer


def band_keys(text: str) -> tuple[int, ...]:
    """Return the keys of a text's bands, signed 32-bit integers; none when it has too few shingles."""
    return keys_of(shingles(text))


def keys_of(found: Shingles) -> tuple[int, ...]:
    """Return the keys of the bands of a set of shingles; none when it is too small."""
    if len(found) < FEWEST_SHINGLES:
        return ()
    crc32 = zlib.crc32
    hashes = [(crc32(shingle) * _GOLDEN_RATIO) & _MASK for shingle in found]
    hashes.sort(reverse=True)
    least = {value % _BINS: value for value in hashes}  # the last value that a bin gets is its smallest
    signature = [least[number] if number in least else least[_donor(number, least)] for number in range(_BINS)]
    # Keys that are equal by chance, one in 2**32, cost a comparison and change nothing.
    return tuple(
        crc32(_BAND.pack(band, *signature[band * ROWS : (band + 1) * ROWS])) - _HALF_RANGE for band in range(BANDS)
    )


def components(texts: Mapping[str, str]) -> list[set[str]]:
    """Group texts by their names: those joined by a chain of near duplicates, each of which shares a band key."""
    group_of: dict[str, set[str]] = {}
    by_key: defaultdict[int, list[str]] = defaultdict(list)
    known: dict[str, Profile] = {}
    for name in sorted(texts):
        known[name] = profile(texts[name])
        keys = keys_of(known[name].shingles)
        group_of[name] = {name}
        for other in dict.fromkeys(other for key in keys for other in by_key[key]):
            if group_of[other] is not group_of[name] and is_near(known[name], known[other]):
                _join(group_of, name, other)
        for key in keys:
            by_key[key].append(name)
    return _distinct(group_of.values())


def _join(group_of: dict[str, set[str]], one: str, other: str) -> None:
    group = group_of[one] | group_of[other]
    for name in group:
        group_of[name] = group


def _distinct(groups: Iterable[set[str]]) -> list[set[str]]:
    return list({id(group): group for group in groups}.values())


def _folded(text: str) -> str:
    """Return a text in lower case without diacritics and apostrophes, its typographic punctuation as spaces or not."""
    folded = text.lower()
    for mark, plain in _PUNCTUATION:  # most English texts are ASCII but for these
        folded = folded.replace(mark, plain)
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _DROPPED.sub("", unicodedata.normalize("NFKD", folded).casefold()))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _donor(number: int, filled: Mapping[int, int]) -> int:
    """Return the bin whose value stands for an empty one: the first filled of a sequence that depends on nothing but
    the bin's number.
    """
    sequence = (zlib.crc32(b"%d %d" % (number, attempt)) % _BINS for attempt in itertools.count())
    return next(donor for donor in sequence if donor in filled)
