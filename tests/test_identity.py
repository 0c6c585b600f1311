"""What makes two inputs the same article, and what its digests depend on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nkcorpus.identity import (
    article_id,
    canonical_url,
    content_digest,
    extract_digest,
    host_of,
    text_digest,
)
from nkcorpus.model import ArticleDate, Document, Repair, Span

DOCUMENT = Document(raw_text="Rice rose.\n\nSource told us.", extractor="text/1")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("  https://news.example/a\n", "https://news.example/a"),
        ("HTTPS://News.Example/A", "https://news.example/A"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a/", "https://news.example/a/"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("http://news.example:443/a", "http://news.example:443/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://news.example/a#part", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&utm_medium=y", "https://news.example/a"),
        ("https://news.example/a?id=7&fbclid=z&page=2", "https://news.example/a?id=7&page=2"),
        ("https://news.example/a?UTM_Campaign=x&gclid", "https://news.example/a"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?&&b=1&", "https://news.example/a?b=1"),
        ("https://news.example/a?reference=utm_source", "https://news.example/a?reference=utm_source"),
        ("https://news.example/%7Ekim/%ed%95%9c", "https://news.example/~kim/%ED%95%9C"),
        ("https://news.example/한", "https://news.example/%ED%95%9C"),
        ("https://news.example/a?q=%7Ekim%ed", "https://news.example/a?q=~kim%ED"),
        ("https://news.example/a%2Fb", "https://news.example/a%2Fb"),
        ("https://news.example/100%", "https://news.example/100%"),
        ("https://news.example/a b", "https://news.example/a%20b"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://[2001:db8::1]:81/a", "https://[2001:db8::1]:81/a"),
        ("https://뉴스.example/a", "https://뉴스.example/a"),
        ("https://XN--9D0BM53A.example/a", "https://xn--9d0bm53a.example/a"),
        ("http://news.example/a", "http://news.example/a"),
        ("https://www.news.example/a", "https://www.news.example/a"),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    ["", "news.example/a", "/a", "mailto:a@news.example", "ftp://news.example/a", "file:///a", "javascript:alert(1)",
     "https://", "https:///a", "https://./a", "https://news.example:port/", "https://news.example:99999/", "https://[::1/a"],
)  # fmt: skip
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    assert canonical_url(url) is None


@given(
    st.text()
    | st.text().map("https://".__add__)
    | st.text(alphabet="ab.:/?#[]@!&=%7Ee\ud800한 \t", max_size=30).map("http://h".__add__)
    | st.text(alphabet="ab./?#&=%27Ee;[]한\udc80", max_size=30).map("http://h.example/".__add__)
)
@example("http://\u2100/")
@example("http://[v1.a]/")
@example("https://h:٣/")
def test_canonical_url_never_fails_and_is_stable(url: str) -> None:
    canonical = canonical_url(url)
    if canonical is not None:
        assert re.match("https?://[^/?#@]+/", canonical)
        assert canonical_url(canonical) == canonical
    host_of(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.News.example/a", "news.example"),
        ("https://news.example:8080", "news.example"),
        ("no address", None),
        ("", None),
        (None, None),
        ("https://[::1/a", None),
    ],
)
def test_host(url: str | None, host: str | None) -> None:
    assert host_of(url) == host


def test_an_id_is_32_hex_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", article_id(DOCUMENT, "a.txt"))


def test_the_address_decides_first() -> None:
    page = replace(DOCUMENT, url="https://news.example/a?utm_source=feed", external_id="7")
    other = replace(DOCUMENT, url="HTTPS://news.example/a#top", external_id="8", raw_text="Changed.", title="T")
    assert article_id(page, "a.html") == article_id(other, "b.html")
    assert article_id(page, "a.html") != article_id(replace(page, url="https://news.example/b"), "a.html")


def test_then_file_name_and_record_id_decide() -> None:
    record = replace(DOCUMENT, external_id="7")
    assert article_id(record, "a.jsonl") == article_id(replace(record, raw_text="Changed.", title="T"), "a.jsonl")
    assert article_id(record, "a.jsonl") != article_id(record, "b.jsonl")
    assert article_id(record, "a.jsonl") != article_id(replace(record, external_id="8"), "a.jsonl")
    assert article_id(replace(record, url="mailto:x"), "a.jsonl") == article_id(record, "a.jsonl")


def test_then_title_date_and_text_decide() -> None:
    plain = article_id(DOCUMENT, "a.txt")
    assert plain == article_id(DOCUMENT, "b.txt")
    assert plain == article_id(replace(DOCUMENT, raw_text="Rice  rose.\r\n\tSource\u00a0told us.\n"), "a.txt")
    assert plain == article_id(
        replace(DOCUMENT, authors=("Rim Sol",), source="Post", removed=(Span(0, 4, "x", "y"),)), ""
    )
    dated = replace(DOCUMENT, date=ArticleDate("2019-06", "month", "text"))
    different = {
        plain,
        article_id(dated, "a.txt"),
        article_id(replace(DOCUMENT, title="Rice"), "a.txt"),
        article_id(replace(DOCUMENT, raw_text="Rice fell."), "a.txt"),
    }
    assert len(different) == 4


def test_parts_of_an_identity_do_not_run_together() -> None:
    one = replace(DOCUMENT, external_id="bc")
    other = replace(DOCUMENT, external_id="c")
    assert article_id(one, "a") != article_id(other, "ab")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rice rose.", " Rice\n\nrose. "),
        ("Rice rose.", "Rice\u00a0rose."),
        ("Hamgyo\u0306ng", "Hamgyŏng"),
        ("혜산", "혜산"),
    ],
)
def test_equal_texts_share_a_digest(one: str, other: str) -> None:
    assert text_digest(one) == text_digest(other)


def test_a_text_digest_tells_texts_apart() -> None:
    assert len({text_digest(text) for text in ("Rice rose.", "rice rose.", "Rice rose", "Ricerose.")}) == 4
    assert text_digest("") is text_digest(" \n\u00a0") is None
    assert re.fullmatch("[0-9a-f]{16}", text_digest("Rice \ud800") or "")


def test_the_extract_digest_is_over_what_was_extracted() -> None:
    assert extract_digest(DOCUMENT) == extract_digest(replace(DOCUMENT, extractor="text/2"))
    assert extract_digest(DOCUMENT) == extract_digest(replace(DOCUMENT, evidence=(("title", "h1"),)))
    assert extract_digest(DOCUMENT) != extract_digest(replace(DOCUMENT, raw_text=DOCUMENT.raw_text + " "))
    assert extract_digest(DOCUMENT) != extract_digest(replace(DOCUMENT, translator="Rim Sol"))
    page = replace(DOCUMENT, url="https://news.example/a")
    assert extract_digest(page) == extract_digest(replace(page, url="https://news.example/a?utm_source=feed"))
    assert extract_digest(page) != extract_digest(DOCUMENT)
    assert extract_digest(replace(DOCUMENT, url="mailto:a")) != extract_digest(replace(DOCUMENT, url="mailto:b"))


CHANGES: list[dict[str, object]] = [
    {"place": "Seoul"},
    {"updated": ArticleDate("2019", "year", "meta")},
    {"section": "Economy"},
    {"counterpart": "https://news.example/ko/a"},
    {"evidence": (("title", "h1"),)},
    {"raw_text": "Rice fell."},
    {"extractor": "text/2"},
    {"title": "Rice"},
    {"authors": ("Rim Sol",)},
    {"authors": ("Rim", "Sol")},
    {"translator": "Rim Sol"},
    {"editor": "Rim Sol"},
    {"contact": "a@news.example"},
    {"korean_version": True},
    {"date": ArticleDate("2019", "year", "meta")},
    {"date": ArticleDate("2019", "year", "url")},
    {"source": "Post"},
    {"lang": "en"},
    {"url": "https://news.example/a"},
    {"tags": ("rice",)},
    {"external_id": "7"},
    {"removed": (Span(0, 4, "tail", "rule"),)},
    {"repairs": (Repair(0, 1, "r", "rule"),)},
    {"cleaner": "rules/1"},
]


def test_the_content_digest_is_over_all_content_and_provenance() -> None:
    documents = [DOCUMENT, *(replace(DOCUMENT, **change) for change in CHANGES)]  # type: ignore[arg-type]
    digests = [content_digest(document, "a.txt", "0" * 64) for document in documents]
    digests += [content_digest(DOCUMENT, "b.txt", "0" * 64), content_digest(DOCUMENT, "a.txt", "1" * 64)]
    assert len(set(digests)) == len(digests)
    assert {name for change in CHANGES for name in change} == set(Document.__slots__), "no field is forgotten"


def test_the_content_digest_never_changes() -> None:
    """Digests stand in citations and other people's files: the canonical form is for good."""
    document = Document(
        raw_text="Rice rose in Hamgyŏng.\nRead in Korean",
        extractor="text/1",
        title="쌀값",
        authors=("Rim Sol",),
        korean_version=True,
        date=ArticleDate("2019-06-13", "day", "meta"),
        removed=(Span(23, 37, "link", "rule"),),
        repairs=(Repair(0, 4, "Corn", "rule"),),
        cleaner="rules/1",
    )
    canonical = (
        '{"document":{"authors":["Rim Sol"],"cleaner":"rules/1","contact":null,"date":["2019-06-13","day","meta"],'
        '"editor":null,"external_id":null,"extractor":"text/1","korean_version":true,"lang":null,'
        '"raw_text":"Rice rose in Hamgyŏng.\\nRead in Korean","removed":[[23,37,"link","rule"]],'
        '"repairs":[[0,4,"Corn","rule"]],"source":null,"tags":[],"title":"쌀값","translator":null,"url":null},'
        '"origin":"a.txt","payload_sha256":"00"}'
    )
    import hashlib

    assert content_digest(document, "a.txt", "00") == hashlib.sha256(canonical.encode()).hexdigest()
