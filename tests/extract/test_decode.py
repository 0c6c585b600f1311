"""Bytes to text: encodings, damage, binary content."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import EmptyItem, NotText
from nkcorpus.extract.decode import decode, replace_unstorable

KOREAN = "산골군의 한 소식통은 지난주 시장에서 쌀값이 올랐다고 전했다. 주민들은 앞날을 걱정하고 있다고 한다."
KOREAN_CP949 = "똠방각하라 불리던 상인이 펲시를 팔았다고 소식통이 전했다. 주민들은 놀랐다."
JAPANESE = "市場でコメの価格が上がったと消息筋が伝えた。住民は心配しているという。"
CHINESE = "市场的大米价格上涨了，消息人士说，当地的居民们都很担心今后的生活。"
RUSSIAN = "Цены на рис выросли на рынках города, сообщил источник в провинции."
FRENCH = "Les prix du riz ont augmenté à l’étranger, a déclaré une élève très inquiète."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (KOREAN, "cp949"),
        (KOREAN, "euc_kr"),
        (KOREAN_CP949, "cp949"),
        ("소식통에 따르면 강연회가 열렸다.", "euc_kr"),
        (f"The lecture was called {KOREAN[:30]} by officials, a source said on Thursday.", "cp949"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "cp932"),
        (CHINESE, "gb18030"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (FRENCH, "cp1252"),
        ("“Prices rose” — and that’s all, a source in the city’s market said.", "cp1252"),
        ("Die Preise sind für alle Märkte gestiegen, sagte eine Quelle.", "cp1252"),
        (KOREAN, "utf-8"),
        (KOREAN, "utf-8-sig"),
        (KOREAN, "utf-16"),
        (KOREAN, "utf-16-le"),
        (KOREAN, "utf-16-be"),
        ("A source said prices rose.\n", "utf-16-le"),
        ("A source said prices rose.\n", "utf-16-be"),
        (KOREAN, "utf-32-le"),
        (KOREAN, "utf-32"),
    ],
)
def test_text_is_read_in_its_encoding(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.repairs == ()


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("euc-kr", "cp949"),
        ("ks_c_5601-1987", "cp949"),
        ("EUC_KR", "cp949"),
        ("iso-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("gb2312", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("windows-1251", "cp1251"),
        ("iso-8859-2", "iso8859-2"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str) -> None:
    text = "abc" if codec not in ("cp949", "cp1252") else {"cp949": KOREAN_CP949, "cp1252": "“abc”"}[codec]
    decoded = decode(text.encode(codec), charset=label)
    assert (decoded.charset, decoded.text) == (codec, text)


@pytest.mark.parametrize("label", ["nonsense", "", "utf-7", "rot13", "unicode_escape", "\0"])
def test_unknown_labels_are_passed_over(label: str) -> None:
    assert decode(KOREAN.encode(), charset=label).text == KOREAN


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="euc-kr">',
        "<META http-equiv=Content-Type content='text/html; charset=ks_c_5601-1987'>",
        '<?xml version="1.0" encoding="EUC-KR"?>',
    ],
)
def test_a_page_tells_its_own_encoding(meta: str) -> None:
    page = f"{meta}<p>쌀값</p>"
    assert decode(page.encode("cp949"), html=True).text == page


def test_valid_utf8_beats_a_wrong_label_in_the_page() -> None:
    page = f"<meta charset=euc-kr><p>{KOREAN}</p>"
    assert decode(page.encode(), html=True).text == page


def test_a_label_of_utf16_inside_a_page_means_utf8() -> None:
    page = f"<meta charset=utf-16><p>{KOREAN}</p>"
    assert decode(page.encode(), html=True).text == page


def test_a_few_broken_bytes_leave_utf8_and_are_listed() -> None:
    before, after = "“Prices rose,”\r\n", " said “a source”."
    decoded = decode(before.encode() + b"\xff" + after.encode())
    assert decoded.charset == "utf-8"
    assert decoded.text == "“Prices rose,”\n\ufffd said “a source”."
    (repair,) = decoded.repairs
    assert (repair.start, repair.end, repair.text, repair.rule) == (15, 16, "\ufffd", "decode.undecodable")


@pytest.mark.parametrize("broken", [b"\xff", b"\xff\xfe", b"\x81", b"\xf0\x9f\x98"])
def test_broken_bytes_in_plain_ascii_are_not_taken_for_another_language(broken: bytes) -> None:
    decoded = decode(b"The source said " + broken + b" and left the market.")
    assert decoded.charset == "utf-8"
    assert {decoded.text[repair.start : repair.end] for repair in decoded.repairs} == {"\ufffd"}


def test_broken_bytes_in_korean_leave_its_encoding() -> None:
    payload = KOREAN.encode("cp949")
    decoded = decode(payload[:20] + b"\xff" + payload[20:])
    assert decoded.text.replace("\ufffd", "") == KOREAN
    assert len(decoded.repairs) == 1


def test_line_ends_become_line_feeds_and_the_mark_goes() -> None:
    assert decode(codecs.BOM_UTF8 + b"a\r\nb\rc\n").text == "a\nb\nc\n"


def test_a_late_first_byte_outside_ascii_still_tells_the_encoding() -> None:
    text = "Plain line of text.\n" * 10_000 + KOREAN
    assert decode(text.encode("cp949")).text == text


@pytest.mark.parametrize(
    "payload",
    [
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04\x14\x00",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0JFIF",
        b"GIF89a\x01\x00",
        b"\x7fELF\x02\x01",
        b"MZ\x90\x00\x03",
        b"\x1f\x8b\x08\x00",
        b"SQLite format 3\x00",
        b"RIFF\x10\x00\x00\x00WEBP",
        b"\x00\x00\x00\x18ftypmp42",
        b"text with\x00a NUL",
        bytes(range(1, 32)) * 4,
    ],
)
def test_binary_content_is_refused(payload: bytes) -> None:
    with pytest.raises(NotText):
        decode(payload)


@pytest.mark.parametrize("payload", [b"MZ is a rank here.", b"BZh, he said.", b"PAR1 is a label.", b"ID3 tags"])
def test_prose_that_begins_like_a_signature_is_text(payload: bytes) -> None:
    assert decode(payload).text == payload.decode()


@pytest.mark.parametrize("payload", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n", "\u00a0\n".encode()])
def test_nothing_but_white_space_is_empty(payload: bytes) -> None:
    with pytest.raises(EmptyItem, match="empty"):
        decode(payload)


def test_terminal_escapes_are_text() -> None:
    text = "\x1b[31mred\x1b[0m and a bell\x07"
    assert decode(text.encode()).text == text


def test_a_stray_nul_in_a_page_is_replaced() -> None:
    decoded = decode(b"<p>" + b"word " * 50 + b"\x00</p>", html=True)
    assert decoded.text.count("\ufffd") == 1
    assert [repair.rule for repair in decoded.repairs] == ["decode.nul"]


def test_lone_surrogates_are_replaced_where_they_stand() -> None:
    text, repairs = replace_unstorable("a\ud800b\U0001f600\udc00")
    assert text == "a\ufffdb\U0001f600\ufffd"
    assert [(repair.start, repair.rule) for repair in repairs] == [(1, "decode.surrogate"), (4, "decode.surrogate")]
    assert replace_unstorable("plain") == ("plain", ())


LABELS = st.sampled_from([None, "utf-8", "euc-kr", "utf-16le", "shift_jis", "latin1", "iso-2022-kr", "x"])
PAYLOADS = st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass"))


@given(PAYLOADS, LABELS, st.booleans())
def test_any_bytes_give_clean_text_or_a_typed_refusal(payload: bytes, label: str | None, html: bool) -> None:
    try:
        decoded = decode(payload, charset=label, html=html)
    except (NotText, EmptyItem):
        return
    decoded.text.encode("utf-8")
    assert "\r" not in decoded.text
    assert "\0" not in decoded.text
    assert all(decoded.text[repair.start : repair.end] == "\ufffd" for repair in decoded.repairs)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_valid_utf8_is_never_changed(text: str) -> None:
    clean = text.lstrip("\ufeff")
    if clean.strip():
        try:
            assert decode(text.encode()).text == clean
        except NotText:
            # Text may begin like a binary format, but hardly ever does.
            assert text.startswith(("%PDF-", "GIF8", "{\\rtf")) or text[4:8] == "ftyp"
