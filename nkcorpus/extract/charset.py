"""Which character encoding bytes are in: byte order mark, declared label, UTF-8, then detection."""

from __future__ import annotations

import codecs
import re
import unicodedata

from nkcorpus.extract.binary import reject_controls, reject_signature

_META_PART = 4096  # bytes of a page in which its encoding is looked for
_SAMPLE = 65_536  # bytes shown to the detector

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Labels as browsers read them (WHATWG Encoding Standard, section 4.2): the superset that pages really use.
_LABELS = {
    label: codec
    for codec, labels in {
        "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8 utf-8-sig",
        "cp1252": "ascii us-ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 cp819 "
        "windows-1252 cp1252 x-cp1252",
        "cp1254": "iso-8859-9 latin5 windows-1254 cp1254",
        "cp874": "iso-8859-11 tis-620 windows-874 cp874",
        "cp949": "euc-kr euc_kr euckr ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 korean "
        "windows-949 x-windows-949 cp949 ms949 uhc",
        "gb18030": "gb2312 gb_2312-80 gbk x-gbk gb18030 chinese cp936 windows-936",
        "big5hkscs": "big5 big5-hkscs big5hkscs cn-big5 x-x-big5 cp950",
        "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932",
        "euc_jp": "euc-jp euc_jp eucjp x-euc-jp",
        "iso2022_jp": "iso-2022-jp csiso2022jp",
        "iso2022_kr": "iso-2022-kr csiso2022kr",
        "utf-16-le": "utf-16 utf-16le utf-16-le unicode",
        "utf-16-be": "utf-16be utf-16-be",
        "utf-32-le": "utf-32 utf-32le utf-32-le",
        "utf-32-be": "utf-32be utf-32-be",
        "koi8-r": "koi8-r koi8_r koi",
        "koi8-u": "koi8-u koi8_u",
    }.items()
    for label in labels.split()
}
_FAMILY_LABEL = re.compile(r"(?:windows-|cp)(125[0-8]|866)|iso[-_]?8859[-_](\d{1,2})", re.ASCII)
_META = re.compile(rb"""<meta[^<>]{1,500}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{1,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE)

_CANDIDATES = ("cp949", "euc_jp", "cp932", "gb18030", "big5hkscs", "cp1252", "cp1251", "koi8_r")
"""What the detector chooses from: with its full list it takes short Western texts for rare code pages."""

_FEWEST_TELLING = 4  # bytes outside ASCII below which nothing but windows-1252 is told from damage

_FEW_BROKEN = 2  # broken sequences that do not disprove a label

_PRINTABLE_ASCII = bytes(range(32, 127)) + b"\t\n\r"
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_TYPOGRAPHIC = frozenset(
    b"\x80\x82\x84\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa0\xa3\xa7\xa9\xab\xae\xb0\xb7\xbb"
)
"""windows-1252 punctuation and signs of news text: quotes, dashes, ellipsis, euro, pound, degree, ..."""


def mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler that puts one lone surrogate, which no decoder yields, for each broken sequence."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error("nkcorpus.mark", mark_undecodable)


def codec_of_label(label: str) -> str | None:
    """Return Python's codec for a charset label, by the browsers' rules; None for an unknown label."""
    label = label.strip().strip("\"'").lower()
    if codec := _LABELS.get(label):
        return codec
    match = _FAMILY_LABEL.fullmatch(label)
    if not match:
        return None
    codec = f"cp{match[1]}" if match[1] else f"iso8859-{int(match[2])}"
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return None


def bom_charset(payload: bytes) -> tuple[str, int] | None:
    """Return the encoding that the byte order mark tells and the mark's length in bytes."""
    for mark, charset in _BOMS:
        if payload.startswith(mark):
            return charset, len(mark)
    return None


def detect_charset(
    payload: bytes,
    *,
    declared: str | None = None,
    html: bool = False,
    complete: bool = True,
    stray_nul: bool = False,
) -> str:
    """Return the codec name that `payload` is to be decoded with.

    `declared` is a charset label from outside (of HTTP, or of the file that the bytes were split from); with
    `html` a label in the page counts too. `complete` is False when `payload` is only the beginning of the
    input. Text that is valid UTF-8 beats a label inside the page: such labels are often wrong, and text in
    another encoding is practically never valid UTF-8 by accident.
    Raises NotText when the bytes are no text; `stray_nul` lets a few NUL bytes pass.
    """
    reject_signature(payload)
    if bom := bom_charset(payload):
        return bom[0]
    outer = codec_of_label(declared) if declared else None
    if outer and outer.startswith(("utf-16", "utf-32")) and _is_valid(payload, outer, complete):
        return outer
    if b"\0" in payload and (wide := _wide_charset(payload)):
        return wide
    reject_controls(payload, stray_nul=stray_nul or html or outer is not None)
    if outer and _is_valid(payload, outer, complete):
        return outer
    inner = _page_charset(payload[:_META_PART]) if html and not outer else None
    if inner and inner.startswith("iso2022") and _is_valid(payload, inner, complete):
        return inner  # seven-bit bytes, so always valid UTF-8 as well
    if _is_valid(payload, "utf-8", complete):
        return "utf-8"
    if inner and _is_valid(payload, inner, complete):
        return inner
    return _charset_of_damaged(payload, outer or inner)


def _charset_of_damaged(payload: bytes, label: str | None) -> str:
    """Return the encoding of bytes that are neither valid UTF-8 nor valid in the declared encoding."""
    sample = _telling_part(payload)
    broken, foreign = _damage(sample, "utf-8")
    if broken < foreign:
        return "utf-8"
    if label:
        broken, foreign = _damage(sample, label)
        if broken <= max(_FEW_BROKEN, foreign // 20):
            return label
    high = [match.start() for match in _HIGH_BYTES.finditer(sample)]
    if _is_western(sample, high):
        return "cp1252"
    if len(high) < _FEWEST_TELLING:
        return "utf-8"
    if _is_korean(sample):
        return "cp949"
    return _detect(sample) or _least_damaged(sample) or "utf-8"


def _is_valid(payload: bytes, codec: str, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(payload, complete)
    except UnicodeDecodeError:
        return False
    return True


def _page_charset(head: bytes) -> str | None:
    match = _META.search(head) or _XML_DECLARATION.match(head)
    if not match:
        return None
    codec = codec_of_label(match[1].decode("ascii", "replace"))
    # A label that could be read as ASCII cannot stand in UTF-16 (WHATWG HTML, section 13.2.3.2).
    return "utf-8" if codec and codec.startswith(("utf-16", "utf-32")) else codec


def _wide_charset(payload: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 form without a mark that `payload` plausibly is in."""
    sample = payload[: _SAMPLE // 4 * 4]
    if len(sample.translate(None, _PRINTABLE_ASCII)) * 10 < len(sample):
        return None  # ASCII with a few stray NULs
    for codec, unit in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        if len(payload) % unit or not _is_valid(sample, codec, complete=len(sample) == len(payload)):
            continue
        text = sample.decode(codec, "ignore")
        odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\n\r\f" for char in text)
        # In the wrong byte order a space is U+2000, a line end U+0A00: English has its letters at U+6100.
        misread = sum(char in "\u2000\u0a00\u0d00" for char in text)
        if not odd and not misread:
            return codec
    return None


def _telling_part(payload: bytes) -> bytes:
    """Return up to `_SAMPLE` bytes around the first byte outside ASCII, cut at white space."""
    if len(payload) <= _SAMPLE:
        return payload
    first = _HIGH_BYTES.search(payload)
    start = payload.rfind(b"\n", 0, first.start()) + 1 if first else 0
    if first and first.start() - start > _SAMPLE // 2:
        start = first.start()
    part = payload[start : start + _SAMPLE]
    end = max(part.rfind(b"\n"), part.rfind(b" "))
    return part[:end] if end > _SAMPLE // 2 else part


def _damage(sample: bytes, codec: str) -> tuple[int, int]:
    """Return how many sequences are broken in `codec`, and how many characters outside ASCII are whole."""
    text = sample.decode(codec, "nkcorpus.mark")
    broken = text.count("\udcff")
    ascii_characters = len(text.encode("ascii", "ignore"))
    return broken, len(text) - ascii_characters - broken


def _is_western(sample: bytes, high: list[int]) -> bool:
    """Tell ASCII text with a few windows-1252 signs or accented letters (at `high`), too few for a detector."""
    if len(high) > max(_FEWEST_TELLING, len(sample) // 20):
        return False
    for position in high:
        byte = sample[position]
        if byte in _TYPOGRAPHIC:
            continue
        # Accented letters stand beside plain ones; U+00FE and U+00FF are what damage looks like.
        neighbours = sample[max(position - 1, 0) : position] + sample[position + 1 : position + 2]
        if not (0xC0 <= byte <= 0xFD and any(chr(neighbour).isalpha() for neighbour in neighbours if neighbour < 128)):
            return False
    return True


def _is_korean(sample: bytes) -> bool:
    """Tell valid EUC-KR or CP949 whose letters are Hangul: Chinese read this way has Hanja in between."""
    try:
        text = sample.decode("cp949")
    except UnicodeDecodeError:
        return False
    letters = [char for char in text if char.isalpha() and not char.isascii()]
    return 0 < len(letters) * 0.95 <= sum("\uac00" <= char <= "\ud7a3" for char in letters)


def _detect(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    return best.encoding if best else None


def _least_damaged(sample: bytes) -> str | None:
    """Return the East Asian encoding in which `sample` has under 5% broken sequences and its own script."""
    for codec, script in (("cp949", "HANGUL SYLLABLE"), ("cp932", "HIRAGANA"), ("euc_jp", "HIRAGANA")):
        text = sample.decode(codec, "nkcorpus.mark")
        broken = text.count("\udcff")
        letters = [char for char in text if char.isalpha() and not char.isascii()]
        native = sum(unicodedata.name(char, "").startswith(script) for char in letters)
        if broken * 20 < len(letters) and native * 3 > len(letters):
            return codec
    return None
