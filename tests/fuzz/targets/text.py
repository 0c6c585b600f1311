"""From bytes to text, kinds, dates, languages; texts against each other; names and places."""

from __future__ import annotations

from typing import get_args

from nkcorpus.compare import compare
from nkcorpus.dates import interval, parse_iso
from nkcorpus.dedupe import band_keys, components, is_near, jaccard, profile, shingles
from nkcorpus.errors import EmptyItem, NotText
from nkcorpus.extract.dates import date_from_name, date_from_url, parse_date
from nkcorpus.extract.decode import decode
from nkcorpus.extract.fields import language_code, single_line
from nkcorpus.extract.language import find_language
from nkcorpus.identity import canonical_url, host_of, text_digest, url_id
from nkcorpus.lexicon.definitions import find_definitions
from nkcorpus.lexicon.folding import fold_name, sense_key, spelling_key
from nkcorpus.lexicon.gazetteer import gazetteer, places_in
from nkcorpus.lexicon.korean import noun_of, without_kind, without_particle
from nkcorpus.lexicon.lookup import load_lexicon
from nkcorpus.lexicon.romanization import System, romanize, southern
from nkcorpus.model import Format, Repair
from nkcorpus.query import analysis
from nkcorpus.sources.limits import HEAD_BYTES
from nkcorpus.sources.sniff import format_of_mark, format_of_name, is_certain, record_charset, sniff
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import UNSTORABLE, check_date
from tests.fuzz.target import target, told
from tests.sources.examples import examples

from .query import TEXT

_CHARSETS = (
    None,
    "utf-8",
    "euc-kr",
    "cp949",
    "utf-16",
    "utf-16le",
    "utf-32",
    "latin-1",
    "utf-7",
    "x",
    "iso-2022-kr",
    "hz",
    "gb18030",
    "big5",
    "shift_jis",
    "johab",
    "idna",
    "punycode",
    "unicode_escape",
    "rot13",
    "zlib",
    "",
    "undefined",
    "\0",
    "a" * 300,
)


def encoded() -> list[bytes]:
    texts = [TEXT.encode(codec, "ignore") for codec in ("utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-be", "utf-32")]
    page = b"<meta charset=euc-kr>" + TEXT.encode("cp949", "ignore")
    return [*texts, page, TEXT.encode("iso2022_kr", "ignore"), TEXT.encode("gb18030"), b"\x82\xa0\x82\xa2" * 20]


@target(
    encoded, words=[(name or "") for name in _CHARSETS] + ["<meta charset=", "\ufeff", "\0"], weight=40, examples=60
)
def decoding(data: bytes) -> None:
    """Any bytes are clean text, or refused."""
    draw = Draw(data)
    charset, html = draw.pick(_CHARSETS) if draw.flag() else None, draw.flag()
    payload = draw.rest()
    with told(NotText, EmptyItem):
        found = decode(payload, charset=charset, html=html)
        assert not UNSTORABLE.search(found.text)
        assert "\r" not in found.text and not found.text.startswith("\ufeff")
        assert _are_apart(found.repairs, len(found.text))
        assert all(found.text[repair.start : repair.end] == "\ufffd" for repair in found.repairs)


def _are_apart(repairs: tuple[Repair, ...], length: int) -> bool:
    ends = [0, *(repair.end for repair in repairs)]
    return all(end <= repair.start < repair.end <= length for end, repair in zip(ends, repairs, strict=False))


def files() -> list[bytes]:
    return [content[:4096] for content in examples().values()]


@target(
    files, words='<!DOCTYPE html>¦<?xml?>¦<!--¦-->¦<rss¦From x\n¦MIME-Version: 1¦{"a":1}\n{', weight=20, examples=60
)
def sniffing(data: bytes) -> None:
    """Any bytes are of some kind, at once."""
    assert format_of_mark(data) in (None, *get_args(Format))
    assert is_certain(data) in (True, False)
    for complete in (True, False):
        assert sniff(data[:HEAD_BYTES], complete=complete) in get_args(Format)
        with told(NotText):
            b"".decode(record_charset(data, complete=complete))
    assert format_of_name(data.decode("utf-8", "surrogateescape")) in (None, *get_args(Format))


def dates() -> list[bytes]:
    given = (
        "2019-06-13T09:30:00+09:00|Thu, 13 Jun 2019 09:30:00 +0900|1560385800|1560385800000|June 13, 2019|13 June 2019|"
        "2019년 6월 13일 09:30|2019.06.13 09:30:00|20190613|2019-06-13-title.txt|https://a.example/2019/06/13/b|"
        "https://www.dailynk.com/english/2019/06/x|13.6.2019|2019/6/13|Updated: June 13, 2019 9:30 p.m. KST|10000-01-01"
    )
    return [text.encode() for text in given.split("|")]


@target(
    dates, words="Jan¦June ¦년¦월¦일¦오후¦KST¦GMT¦+14:00¦-99:99¦24:00¦60¦/¦ⅳ¦²", weight=100, longest=200, examples=60
)
def article_dates(data: bytes) -> None:
    """What is read as a date is one of the calendar."""
    text = data.decode("utf-8", "surrogateescape")
    check_date(parse_date(text, "meta"))
    check_date(date_from_name(text))
    check_date(date_from_url(text))
    if iso := parse_iso(text):
        assert parse_iso(iso[0]) == iso
        first, last = interval(iso[0])
        assert first <= last
    number = Draw(data)
    check_date(parse_date(number.number(-(1 << 63), 1 << 63), "meta"))
    check_date(parse_date(number.number(0, 1 << 50) / (1 + number.number(0, 1 << 20)), "meta"))


def urls() -> list[bytes]:
    given = (
        "https://User:pw@News.Example:443/a/../b/%7ekim/%ed%95%9c?utm_source=x&b=2&a=1#f|http://[2001:DB8::1]:81/a|"
        "https://뉴스.example./한 b|http://a.example:/?x=%|HTTP://A.EXAMPLE/100%|https://a\u3002example/|//x.example/a"
    )
    return [text.encode() for text in given.split("|")]


@target(
    urls, words="http://¦https://¦@¦:¦:80¦[::1]¦%2f¦%¦..¦?¦&utm_x=1¦#¦\\¦\t¦％", weight=80, longest=400, examples=60
)
def addresses(data: bytes) -> None:
    """The canonical form of an address has itself as such, and tells its host."""
    text = data.decode("utf-8", "surrogateescape")
    host_of(text)
    known = canonical_url(text)
    if known is None:
        assert url_id(text) is None
    else:
        assert canonical_url(known) == known
        assert url_id(known) == url_id(text)
        assert host_of(known)
    if (line := single_line(text)) is not None:
        assert "\n" not in line
    language_code(text)


def pairs() -> list[bytes]:
    return [b"\0" * 8 + (TEXT * 3).encode(), b"\x40" * 8 + TEXT.encode(), b"a b c d\n\ne f g\0a b d"]


@target(pairs, words=" 5,500 ¦\n\n¦쌀값¦é¦ͅ¦\u200d", weight=15, longest=3000)
def likeness(data: bytes) -> None:
    """Likeness is of both, between nothing and all; a difference has both texts in it."""
    half = Draw(data).number(0, 255) * len(data) // 255
    one, other = (part.decode("utf-8", "surrogateescape") for part in (data[:half], data))
    mine, others = shingles(one), shingles(other)
    assert 0.0 <= jaccard(mine, others) == jaccard(others, mine) <= 1.0
    if band_keys(one):
        assert is_near(profile(one), profile(one))
        assert is_near(profile(one), profile(other)) == is_near(profile(other), profile(one))
    groups = components({"one": one, "other": other, "again": one})
    assert sorted(name for group in groups for name in group) == ["again", "one", "other"]
    assert not band_keys(one) or any({"one", "again"} <= group for group in groups)
    assert text_digest(one) == text_digest(f" {one}\n")
    blocks = compare(one, other)
    assert "".join(line for block in blocks for line in block.before) == one
    assert "".join(line for block in blocks for line in block.after) == other


@target(
    lambda: [
        TEXT.encode(),
        "평양시 모란봉구역 량강도 혜산시 로동당 김정은".encode(),
        b"Kim Jong-un, Ryonggang, Nampho",
    ],
    words="도¦시¦군¦구역¦-¦'¦ Province¦North ¦ (WPK)¦(¦)¦ŏ¦ᅡ",
    weight=12,
    longest=1500,
)
def names(data: bytes) -> None:
    """Names, places and definitions stand where they are said to."""
    text = data.decode("utf-8", "surrogateescape")
    for mention in places_in(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert gazetteer().name_of(mention.place)
        gazetteer().with_provinces(mention.place)
    for definition in find_definitions(text):
        assert 0 <= definition.start < definition.end <= len(text)
        assert definition.acronym in text
        sense_key(definition.long_form)
    for word in text.split()[:20]:
        gazetteer().find(word)
        gazetteer().spelled_like(word)
        load_lexicon().find(word)
        spelling_key(word)
        assert all(fold_name(word, level) is not None for level in (1, 2, 3, 4))
        assert len(without_particle(word)) <= len(word)
        noun_of(word), without_kind(word)
    for system in get_args(System):
        assert not any("가" <= character <= "힣" for character in romanize(text, system))
    southern(text)
    find_language(text, None)


@target(lambda: [TEXT.encode(), b"A.B.C don't 5,500.25 U.S.-led re\xcc\x81sume\xcc\x81"], weight=15, longest=1500)
def analysing(data: bytes) -> None:
    """Tokens stand where they are said to, in order."""
    text = data.decode("utf-8", "surrogateescape")
    for analyzer in (analysis.prose(), analysis.name()):
        last = -1
        for token in analyzer.tokens(text):
            assert 0 <= token.start < token.end <= len(text)
            assert token.position >= last and token.term
            last = token.position
    assert all(text.startswith(surface, start) for start, surface in analysis.surfaces(text))
