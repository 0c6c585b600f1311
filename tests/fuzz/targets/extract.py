"""Every extractor: bytes of one kind of input become a storable document, or a typed error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from nkcorpus.clean import clean_document
from nkcorpus.extract import extract_traced
from nkcorpus.extract.decode import decode
from nkcorpus.extract.feeds import parse_feed
from nkcorpus.extract.feeds.paging import next_document
from nkcorpus.extract.feeds.sitemap import parse_sitemap
from nkcorpus.extract.html.site import read_site
from nkcorpus.identity import canonical_url
from nkcorpus.model import Kind, Retrieval, SourceItem
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import SAMPLE, check_document, check_edits
from tests.fuzz.target import target, told
from tests.sources import books, feeds, mails, pdfs
from tests.sources.packing import zipped

URL = "https://river-post.example/2019/06/13/rice"
FETCHED = Retrieval(URL, URL, 200, "2020-01-01T00:00:00Z")
HTML_WORDS = (
    "<article>¦</article>¦<p>¦<div class='content'>¦<h1>¦"
    "<meta property='article:published_time' content='¦<meta name='author' content='¦"
    "<time datetime='2019-06-13'>¦<script type='application/ld+json'>{¦</script>¦"
    '"@type":"NewsArticle"¦"datePublished":¦"author":[{"name":¦"@graph":[¦<base href=\'//x/\'>¦<svg>¦'
    "<!--¦<link rel='canonical' href='¦<link rel='alternate' hreflang='ko' href='¦<table><tr><td>¦"
    "&#x1b;¦&#0;¦&nbsp;¦<template>¦<noscript>¦<textarea>¦<li>¦<br>¦<body ¦</body>¦<plaintext>¦\0¦\ufffd¦"
    "쌀값이 올랐다. "
)


def extracted(
    kind: Kind,
    payload: bytes,
    *,
    name: str = "2019-06-13-a.x",
    fast: bool = True,
    url: str | None = None,
    charset: str | None = None,
) -> None:
    """Check what an extractor makes of bytes, and what the cleaner makes of that; they may be refused."""
    item = SourceItem("a/a.x", name, kind, payload, retrieval=FETCHED, url=url, charset=charset)
    with told():
        document, trace = extract_traced(item, fast=fast)
        assert trace.path
        check_document(document)
        check_edits(clean_document(document))


def pages() -> list[bytes]:
    files = [path.read_bytes()[:6000] for path in sorted((SAMPLE / "html").glob("*.html"))]
    return [
        *files,
        mails.PAGE.encode(),
        mails.SINGLEFILE.encode()[:3000],
        b"<html><body>" + b"<div>" * 300 + b"x" * 200,
    ]


@target(pages, words=HTML_WORDS, weight=10, longest=8000, examples=15)
def page(data: bytes) -> None:
    """Pages, read by one extractor."""
    extracted("html", data, url=URL)


@target(pages, words=HTML_WORDS, weight=4, longest=8000, examples=6)
def page_by_vote(data: bytes) -> None:
    """Pages, read by several extractors."""
    extracted("html", data, fast=False)


@target(
    pages,
    words=f"{HTML_WORDS}¦<a href='/a/b'>¦<link rel=alternate type=application/rss+xml href=¦<link rel=next href=",
    weight=10,
    longest=8000,
    examples=15,
)
def site(data: bytes) -> None:
    """Pages as ways to articles: addresses are whole."""
    with told():
        found = read_site(decode(data, html=True).text, URL)
        for address in (*found.links, *found.feeds, *filter(None, (found.api, found.self_api, found.next))):
            assert canonical_url(address), address


def plain() -> list[bytes]:
    texts = [path.read_bytes() for path in sorted((SAMPLE / "txt").glob("*.txt"))]
    front = (
        b"---\ntitle: 'a: b'\ndate: 2019-06-13\nauthors: [A]\ntags:\n - c\nurl: https://x.example/\n---\n# T\n\nB.\n"
    )
    return [*texts, front, b"---\n&a [*a, *a]\n---\nx", b"# Title\n\nText\n=====\n"]


@target(plain, words="---\n¦title: ¦date: ¦? ¦&a ¦*a¦!!python/object:¦{¦[¦- ¦|\n ¦<<: ¦# ¦\t", weight=20)
def text(data: bytes) -> None:
    """Texts and Markdown with front matter."""
    extracted("text", data)
    extracted("markdown", data)


def records() -> list[bytes]:
    record = {
        "title": {"rendered": "A &amp; <b>b</b>"},
        "content": {"rendered": "<p>Rice rose in Hyesan.</p>[gallery]"},
        "date_gmt": "2019-06-13T09:30:00",
        "date": "2019-06-13T18:30:00",
        "link": URL,
        "author": 7,
        "id": 12,
        "_embedded": {"author": [{"name": "Noh Invented"}], "wp:term": [[{"name": "Economy", "taxonomy": "category"}]]},
    }
    flat = {
        "headline": "Rice",
        "body": "Rice rose.",
        "published": 1560385800000,
        "authors": ["A", {"name": "B"}],
        "source": {"name": "River Post"},
        "language": "Korean",
        "permalink": URL,
        "guid": "x",
        "tags": "a, b",
    }
    return [json.dumps(value).encode() for value in (record, flat, {"text": "쌀값이 올랐다."}, {"title": "only"})]


@target(
    records,
    words=(
        '"text":',
        '"title":',
        '"date":',
        '"rendered":',
        "[[",
        "{}",
        "null",
        "1e999",
        "-0",
        "\\ud800",
        "\\u0000",
        "<p>",
        "&#27;",
        '"a":' * 9,
    ),
    weight=40,
)
def record(data: bytes) -> None:
    """Records of JSON, and rows of tables."""
    extracted("record", data)
    extracted("row", data, name="a.csv", charset="utf-8")


def entries() -> list[bytes]:
    return [feed.encode() for feed in (feeds.RSS, feeds.RDF, feeds.ATOM, feeds.WXR, feeds.SITEMAP, feeds.SITEMAP_INDEX)]


_XML_WORDS = (
    "<item>¦<entry>¦<title>¦<![CDATA[¦]]>¦<!DOCTYPE a [<!ENTITY b 'c'>]>¦&b;¦&nbsp;¦&#0;¦&¦"
    "<link href='¦xml:base='//¦<content type='xhtml'>¦<pubDate>¦<?xml encoding='utf-16'?>¦<!--¦"
    "xmlns:x='"
)


@target(entries, words=_XML_WORDS, weight=20, longest=6000)
def feed(data: bytes) -> None:
    """Feeds whole, their entries, and sitemaps."""
    with told():
        for entry in parse_feed(data, URL):
            extracted("entry", entry.payload)
    extracted("entry", data)
    with told():
        assert all(re.match("https?://", one.url) for one in parse_sitemap(data).entries)
    with told():
        address = next_document(data, URL)
        assert address is None or canonical_url(address)


def messages() -> list[bytes]:
    return [mails.newsletter(), mails.newsletter(html=None), mails.newsletter(text=None), mails.MHTML]


@target(
    messages,
    words=(
        "Content-Type: ¦multipart/mixed; boundary=b¦text/html; charset=¦message/rfc822¦--b\r\n¦=?utf-8?q?¦"
        "?=¦=?x?b?¦Content-Transfer-Encoding: base64\n¦quoted-printable¦From: ¦Date: ¦\n\n¦=\n¦=ZZ¦"
        "begin 644 a\n"
    ),
    weight=15,
)
def mail(data: bytes) -> None:
    """Messages."""
    extracted("mail", data)


@target(
    lambda: [books.BODY.encode()[len('<?xml version="1.0"?><w:document ') :]],
    weight=15,
    words="<w:p>¦<w:r><w:t>¦</w:t></w:r></w:p>¦<w:tbl><w:tr><w:tc>¦<w:pStyle w:val='Heading1'/>¦<w:br/>¦&#x0;",
)
def docx(data: bytes) -> None:
    """Word documents, whole packages round a body that was tampered with, or packages that were."""
    draw = Draw(data)
    creator, created = draw.text(10), draw.text(12)
    body = f"<?xml version='1.0'?><w:document {books.W}".encode() + draw.rest()
    core = books.CORE.format(creator, created).encode("utf-8", "replace")
    extracted("docx", _package({"word/document.xml": body, "docProps/core.xml": core}))
    extracted("docx", mixed(books.docx(), data))


def _package(members: Mapping[str, bytes]) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>", **members}, 0)


def mixed(whole: bytes, data: bytes) -> bytes:
    """Return a file with some bytes of it changed: pairs of place and value from the end of `data`."""
    changed = bytearray(whole)
    for at in range(0, min(len(data), 24) - 2, 3):
        changed[int.from_bytes(data[at : at + 2], "big") % len(changed)] = data[at + 2]
    return bytes(changed)


def printed() -> list[bytes]:
    whole = pdfs.pdf([pdfs.PROSE], pdfs.INFO)
    plain = re.sub(rb"/Filter /FlateDecode", b"", pdfs.pdf([["Rice rose."]]))
    return [whole, plain, pdfs.pdf([["a"], ["b"]], trailer="/Encrypt 9 0 R")]


@target(
    printed,
    words=(
        "/Kids [¦2 0 R¦/Length 99999999¦/Filter /LZWDecode¦/ASCII85Decode¦<<¦>>¦stream\n¦endstream¦/Prev 0¦"
        "/Predictor 12 /Columns 99999¦/ToUnicode 6 0 R¦/Count 1000000¦xref\n0 9¦obj¦Tj¦[(a)-999]TJ¦(\\"
    ),
    weight=12,
    longest=3000,
    examples=10,
)
def pdf(data: bytes) -> None:
    """PDF files."""
    extracted("pdf", data)
