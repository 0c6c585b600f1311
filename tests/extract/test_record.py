"""Records: JSON objects and table rows by the usual field names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import BadRecord, EmptyItem, ItemError, NotText, UsageError
from nkcorpus.extract import EmptyRecord, extract
from nkcorpus.extract.bylines import split_names
from nkcorpus.extract.fields import check_mapping
from nkcorpus.model import Document, Repair, SourceItem

BODY = "Prices rose in the market of Sangol, a source said."


def record(value: object, mapping: dict[str, str] | None = None) -> Document:
    return raw(json.dumps(value).encode(), mapping)


def raw(payload: bytes, mapping: dict[str, str] | None = None, charset: str | None = None) -> Document:
    return extract(SourceItem("a.jsonl", "a.jsonl", "record", payload, record=1, charset=charset), mapping or {})


def row(table: str, name: str = "a.csv", mapping: dict[str, str] | None = None) -> Document:
    return extract(SourceItem(name, name, "row", table.encode(), record=1, charset="utf-8"), mapping or {})


def test_all_fields_are_read() -> None:
    document = record(
        {
            "_id": 42,
            "Headline": "Rice  prices\nrise",
            "articleBody": BODY,
            "pubDate": "Thu, 13 Jun 2019 09:30:00 +0900",
            "byline": "By Kang Mi Rae, Jo Hye Won and Rim Sol",
            "translator": "Pyo Na Ri",
            "link": "https://news.example/rice",
            "outlet": "The Sangol Post",
            "language": "en-GB",
            "keywords": "rice, markets; prices",
            "unknown": [1, 2],
        }
    )
    assert document.title == "Rice prices rise"
    assert document.raw_text == BODY
    assert document.date is not None
    assert (document.date.value, document.date.source) == ("2019-06-13T09:30:00+09:00", "meta")
    assert document.authors == ("Kang Mi Rae", "Jo Hye Won", "Rim Sol")
    assert document.translator == "Pyo Na Ri"
    assert (document.url, document.source, document.lang) == ("https://news.example/rice", "The Sangol Post", "en")
    assert document.tags == ("rice", "markets", "prices")
    assert (document.external_id, document.extractor) == ("42", "record/2")


@pytest.mark.parametrize("name", ["text", "body", "content", "articleBody", "article", "story", "TEXT", "Article_Body"])
def test_text_goes_by_many_names(name: str) -> None:
    assert record({name: BODY}).raw_text == BODY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("published", "2019-06-13"),
        ("created", 1560412345),
        ("timestamp", 1560412345678),
        ("date_published", "June 13, 2019"),
        ("date", {"$date": {"$numberLong": "1560412345678"}}),
    ],
)
def test_dates_go_by_many_names(name: str, value: object) -> None:
    date = record({"text": BODY, name: value}).date
    assert date is not None
    assert date.value.startswith("2019-06-13")


def test_nested_values_as_in_the_wild() -> None:
    document = record(
        {
            "id": {"$oid": "5d02"},
            "title": {"rendered": "Kim&#8217;s visit"},
            "content": {"rendered": "<p>Prices rose.</p>"},
            "source": {"id": None, "name": "The Sangol Post"},
            "author": [{"name": "Kang Mi Rae"}, "Jo Hye Won", {"name": "Kang Mi Rae"}],
            "tags": [{"name": "rice"}, "markets", 17],
        }
    )
    assert document.title == "Kim’s visit"
    assert document.raw_text.strip() == "Prices rose."
    assert document.source == "The Sangol Post"
    assert document.authors == ("Kang Mi Rae", "Jo Hye Won")
    assert document.tags == ("rice", "markets")
    assert document.external_id == "5d02"


def test_a_search_engines_hit_is_unpacked() -> None:
    document = record({"_id": "7", "_score": 1.5, "_source": {"title": "Rice", "body": BODY}})
    assert (document.external_id, document.title, document.raw_text) == ("7", "Rice", BODY)


def test_the_first_name_that_holds_something_counts() -> None:
    assert record({"text": " ", "body": None, "content": BODY}).raw_text == BODY


def test_mapping_overrides_and_leads_into_nested_values() -> None:
    value = {"text": "wrong", "data": {"en": [{"full": BODY}]}, "a.b": "Dotted"}
    document = record(value, {"text": "data.en.0.full", "title": "a.b"})
    assert (document.raw_text, document.title) == (BODY, "Dotted")


def test_a_mapping_of_an_unknown_field_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no field 'body'"):
        check_mapping({"body": "x"})


def test_html_in_a_value_becomes_text() -> None:
    value = "<div><p>Prices <b>rose</b> &amp; fell.</p><p>A source said.</p></div>"
    assert record({"text": value}).raw_text.strip() == "Prices rose & fell.\n\nA source said."


def test_a_whole_page_in_a_value_is_extracted() -> None:
    sentence = "Rice prices in the market of Sangol rose again last week, a source in the county said. "
    page = (
        '<!DOCTYPE html><html lang="en"><head><title>Rice prices rise</title></head><body>'
        f"<article><h1>Rice prices rise</h1>{f'<p>{sentence * 3}</p>' * 4}</article></body></html>"
    )
    document = record({"content": page, "title": "From the record", "url": "https://news.example/2019/06/13/rice"})
    assert sentence.strip() in document.raw_text
    assert "<" not in document.raw_text
    assert (document.title, document.lang) == ("From the record", "en")
    assert document.date is not None
    assert (document.date.value, document.date.source) == ("2019-06-13", "url")


@pytest.mark.parametrize("text", ["if a < b and c > d", "Write to <someone> today", "5 <6> 7", "R&D rose"])
def test_plain_text_with_angle_brackets_stays(text: str) -> None:
    assert record({"text": text}).raw_text == text


def test_title_alone_is_an_article() -> None:
    document = record({"title": "Prices rise", "text": None})
    assert (document.title, document.raw_text) == ("Prices rise", "")


@pytest.mark.parametrize("value", [{}, {"text": "", "title": " "}, {"text": None}, {"url": "https://news.example/"}])
def test_neither_title_nor_text_is_an_empty_record(value: object) -> None:
    with pytest.raises(EmptyRecord, match="neither title nor text"):
        record(value)


@pytest.mark.parametrize("value", [5, ["a", "b"], {"a": "b"}, True])
def test_text_that_is_no_string_is_a_bad_record(value: object) -> None:
    with pytest.raises(BadRecord, match="not a string"):
        record({"title": "Prices", "text": value})


@pytest.mark.parametrize(
    "payload",
    [b'{"text": "cut', b"{'text': 'x'}", b"[1]", b'"text"', b"null", b"[" * 100_000, b'{"a":' * 100_000, b"not json"],
)
def test_broken_json_is_a_bad_record(payload: bytes) -> None:
    with pytest.raises(BadRecord):
        raw(payload)


@pytest.mark.parametrize(("payload", "error"), [(b" ", EmptyItem), (b'{"text": "\x00\x00\x00\x00"}\x00' * 9, NotText)])
def test_no_json_at_all(payload: bytes, error: type[ItemError]) -> None:
    with pytest.raises((error, BadRecord)):
        raw(payload)


def test_surrogates_and_nuls_are_replaced_and_listed() -> None:
    document = raw(b'{"title": "T\\ud83d", "text": "a\\ud800b\\u0000c \\ud83d\\ude00"}')
    assert document.title == "T\ufffd"
    assert document.raw_text == "a\ufffdb\ufffdc \U0001f600"
    assert document.repairs == (
        Repair(1, 2, "\ufffd", "decode.surrogate"),
        Repair(3, 4, "\ufffd", "decode.nul"),
    )


def test_undecodable_bytes_are_listed_in_the_text() -> None:
    document = raw('{"title": "“T”", "text": "“a'.encode() + b'\xff b"}', charset="utf-8")
    assert document.raw_text == "“a\ufffd b"
    assert document.repairs == (Repair(2, 3, "\ufffd", "decode.undecodable"),)


def test_other_encodings_are_read() -> None:
    text = '{"text": "장마당에서 쌀값이 올랐다고 소식통이 전했다. 주민들은 걱정하고 있다."}'
    for payload, charset in (
        (text.encode("cp949"), None),
        (text.encode("cp949"), "cp949"),
        (text.encode("utf-16"), None),
    ):
        assert raw(payload, charset=charset).raw_text == json.loads(text)["text"]


def test_huge_numbers_and_nan_do_no_harm() -> None:
    document = raw(b'{"text": "x", "title": NaN, "id": ' + b"9" * 10_000 + b', "date": 1e999}')
    assert (document.title, document.date) == (None, None)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://news.example/", "/relative", "http://", "http://[x", 5, None]
)
def test_only_web_addresses_are_taken(url: object) -> None:
    assert record({"text": BODY, "url": url}).url is None


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Kang Mi Rae", ("Kang Mi Rae",)),
        ("BY KANG MI RAE", ("KANG MI RAE",)),
        ("Byron Moss", ("Byron Moss",)),
        ("Kang Mi Rae, Jo Hye Won, and Rim Sol", ("Kang Mi Rae", "Jo Hye Won", "Rim Sol")),
        ("Kang, Mirae; Jo, Hyewon", ("Kang, Mirae", "Jo, Hyewon")),
        ("Kang, Mirae", ("Kang, Mirae")),
        ("Sam Oak, Jr., and Ann Elm", ("Sam Oak, Jr.", "Ann Elm")),
        ("Ann Elm & Sam Oak", ("Ann Elm", "Sam Oak")),
        ("Alexandra Sand", ("Alexandra Sand",)),
        ("desk@news.example (Ann Elm)", ("Ann Elm",)),
        ("Ann Elm <ann@news.example>", ("Ann Elm",)),
        ("https://social.example/annelm", ()),
        ("강미래 기자", ("강미래 기자",)),
        (" , ;", ()),
    ],
)
def test_bylines_are_split_sensibly(byline: str, names: tuple[str, ...] | str) -> None:
    assert split_names(byline) == ((names,) if isinstance(names, str) else names)


def test_a_row_is_read_by_its_header() -> None:
    document = row('id,title,body,date\n7,"Rice, again","Prices\nrose, ""they"" said",2019-06-13\n')
    assert (document.external_id, document.title) == ("7", "Rice, again")
    assert document.raw_text == 'Prices\nrose, "they" said'
    assert document.date is not None


@pytest.mark.parametrize(("delimiter", "name"), [(";", "a.csv"), ("\t", "a.tsv"), ("\t", "a.csv"), ("|", "")])
def test_rows_with_other_delimiters(delimiter: str, name: str) -> None:
    table = delimiter.join(["title", "text"]) + "\n" + delimiter.join(["Rice", "Prices, again"]) + "\n"
    document = row(table, name)
    assert (document.title, document.raw_text) == ("Rice", "Prices, again")


def test_a_short_row_and_a_mapped_column() -> None:
    document = row("Schlagzeile,Inhalt,note\nRice,Prices rose\n", mapping={"text": "inhalt", "title": "Schlagzeile"})
    assert (document.title, document.raw_text) == ("Rice", "Prices rose")


def test_a_row_without_cells_is_a_bad_record() -> None:
    with pytest.raises(BadRecord):
        row("title,text\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["text", "title", "date", "author", "url", "tags", "_id", "lang", "source", "_source", "body"])


@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_any_object_gives_a_storable_document_or_a_typed_error(value: dict[str, object]) -> None:
    try:
        document = record(value)
    except ItemError:
        return
    for text in (
        document.raw_text,
        document.title or "",
        document.external_id or "",
        *document.authors,
        *document.tags,
    ):
        assert "\0" not in text
        text.encode("utf-8")
    assert all(document.raw_text[repair.start : repair.end] == "\ufffd" for repair in document.repairs)
