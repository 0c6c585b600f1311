"""Title, authors, date, address, language and tags as markup gives them. All names are invented."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from nkcorpus.extract.html import extract_html
from nkcorpus.model import Document

BODY = "<p>The ferry at Sinpo did not leave for three days because of the wind, people there said.</p>"


def page(head: str = "", body: str = "", *, html: str = "", url: str | None = None) -> Document:
    return extract_html(f"<html {html}><head>{head}</head><body>{body}{BODY}</body></html>", url=url)


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "url": "x", **fields})}</script>'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (ld(headline="From data") + "<title>No</title>", "<h1>No</h1>", "From data"),
        (ld(headline="Cut at the limit of…"), "<h1>Cut at the limit of nothing</h1>", "Cut at the limit of nothing"),
        ('<meta property="og:title" content="No">', "<h1>The <i>only</i> heading</h1>", "The only heading"),
        ('<meta property="og:title" content="Open graph">', "<h1>A</h1><h1>B</h1>", "Open graph"),
        (
            "<title>Ferry at Sinpo waits - Paper</title>",
            "<h1>Ferry at Sinpo waits</h1><h1>Others</h1>",
            "Ferry at Sinpo waits",
        ),
        ('<meta property="og:site_name" content="Sea Post"><title>Ferry waits | Sea Post</title>', "", "Ferry waits"),
        ('<meta property="og:site_name" content="Sea Post"><title>Sea Post: Ferry waits</title>', "", "Ferry waits"),
        ('<meta property="og:site_name" content="Sea Post"><title>Sea Post</title>', "", None),
        ("<title>Wind - and no ferry</title>", "", "Wind - and no ferry"),
        ("<title> Salt &amp;\n rice </title>", "", "Salt & rice"),
        ("", "<svg><title>icon</title></svg>", None),
    ],
)
def test_title(head: str, body: str, title: str | None) -> None:
    assert page(head, body).title == title


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (ld(author={"@type": "Person", "name": "Kang Yun Ah"}), "", ("Kang Yun Ah",)),
        (ld(author=["By Kang Yun Ah and Tomas Brenn", {"name": "Kang Yun Ah"}]), "", ("Kang Yun Ah", "Tomas Brenn")),
        (ld(author={"@type": "Organization", "name": "Harbour Desk"}), "", ()),
        (ld(author="Staff") + '<meta name="author" content="Tomas Brenn">', "", ("Tomas Brenn",)),
        ('<meta property="article:author" content="https://social.example/t.brenn">', "", ()),
        ('<meta name="author" content="Sea Post"><meta property="og:site_name" content="Sea Post">', "", ()),
        ('<meta name="author" content="admin">', "", ()),
        ('<meta name="dc.creator" content="Brenn, Tomas">', "", ("Tomas Brenn",)),
        ("", '<h1>Head</h1><a rel="author" href="/t">Tomas Brenn</a>', ("Tomas Brenn",)),
        ("", '<span itemprop="author"><span itemprop="name">Tomas Brenn</span>, editor</span>', ("Tomas Brenn",)),
        (
            "",
            '<h1>Head</h1><p class="byline">By <b>Tomas Brenn</b>, Correspondent | t@sea.example</p>',
            ("Tomas Brenn",),
        ),
        ("", "<h1>Head</h1><p>Written by Kang Yun Ah &amp; Tomas Brenn</p>", ("Kang Yun Ah", "Tomas Brenn")),
        ("", '<h1>제목</h1><p class="byline">강윤아 기자</p>', ("강윤아",)),
        ("", '<h1>Head</h1><p class="byline">AFP</p>', ()),
        ("", '<h1>Head</h1><div class="related"><a rel="author">Tomas Brenn</a></div>', ()),
        ("", "<h1>Head</h1><p>by the sea</p>", ()),
    ],
)
def test_authors(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert page(head, body).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "value"),
    [
        (ld(datePublished="2019-06-13T09:30:00.000+09:00"), "", "2019-06-13T09:30:00+09:00"),
        (ld(datePublished=["bad", "2019-06-13"]), "", None),
        ('<meta property="article:published_time" content="2019-06-13T09:30:00Z">', "", "2019-06-13T09:30:00Z"),
        (ld(datePublished="not a date") + '<meta name="pubdate" content="2019-06-13">', "", "2019-06-13"),
        ("", '<span itemprop="datePublished" content="2019-06-13">x</span>', "2019-06-13"),
        ("", '<h1>Head</h1><time datetime="2019-06-13">June 13</time>', "2019-06-13"),
        ("", '<h1>Head</h1><p class="updated">Updated <time datetime="2020-01-01">1 Jan</time></p>', None),
        ("", "<h1>Head</h1><p>Updated: June 14, 2019</p><p>Published: June 13, 2019</p>", "2019-06-13"),
        ("", '<h1>Head</h1><aside><time datetime="2019-06-13">x</time></aside>', None),
        ("", '<time datetime="2019-06-13">x</time>', None),
        (ld(datePublished="1912-04-15"), "", None),
        (ld(datePublished="1944-12-31"), "", None),
        (ld(datePublished="1945-01-01"), "", "1945-01-01"),
    ],
)
def test_date(head: str, body: str, value: str | None) -> None:
    date = page(head, body).date
    assert (date.value if date else None) == value


def test_future_date_is_refused_and_the_next_one_taken() -> None:
    future = (datetime.now(UTC) + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    head = ld(datePublished=future) + '<meta name="pubdate" content="2019-06-13">'
    date = page(head).date
    assert date is not None
    assert (date.value, date.source) == ("2019-06-13", "meta")


CANONICAL = '<link rel="canonical" href="{}">'


@pytest.mark.parametrize(
    ("head", "given", "url"),
    [
        (CANONICAL.format("https://sea.example/a"), None, "https://sea.example/a"),
        (CANONICAL.format("/a"), None, None),
        (CANONICAL.format("https://sea.example/"), None, None),
        (CANONICAL.format("http://[broken"), None, None),
        (CANONICAL.format("javascript:x"), None, None),
        ('<meta property="og:url" content="https://sea.example/b">', None, "https://sea.example/b"),
        (CANONICAL.format("/a"), "https://sea.example/a?utm=1", "https://sea.example/a"),
        (CANONICAL.format("https://www.sea.example/a"), "https://sea.example/amp/a", "https://www.sea.example/a"),
        (CANONICAL.format("https://other.example/a"), "https://sea.example/a", "https://sea.example/a"),
        (CANONICAL.format("https://sea.example"), "https://sea.example/a", "https://sea.example/a"),
        ('<meta property="og:url" content="https://sea.example/b">', "https://sea.example/a", "https://sea.example/a"),
    ],
)
def test_address(head: str, given: str | None, url: str | None) -> None:
    assert page(head, url=given).url == url


@pytest.mark.parametrize(
    ("head", "html", "lang"),
    [
        ("", 'lang="en-US"', "en"),
        ("", 'lang="KO"', "ko"),
        ('<meta property="og:locale" content="ko_KR">', "", "ko"),
        ("", 'lang="not a language"', None),
        ("", "", None),
    ],
)
def test_language(head: str, html: str, lang: str | None) -> None:
    assert page(head, html=html).lang == lang


def test_site_name_and_tags() -> None:
    document = page(
        ld(publisher={"@type": "Organization", "name": "Sea Post"})
        + '<meta property="article:tag" content="wind"><meta property="article:tag" content="ferry, boats">'
        + '<meta name="keywords" content="no">'
    )
    assert document.source == "Sea Post"
    assert document.tags == ("wind", "ferry, boats")


def test_nothing_is_invented() -> None:
    document = page()
    assert document.title is None
    assert document.authors == ()
    assert (document.date, document.source, document.lang, document.url, document.tags) == (None, None, None, None, ())


@pytest.mark.parametrize(
    "script",
    ["{", "[[[", '{"@type": 5}', '{"@type": "Article", "x": 1, "author": [[{"name": 3}]], "headline": {}}', "null",
     '{"@graph": {"@type": "Article"}}', "[" * 100_000, '{"a": ' + "9" * 10_000 + "}", "<!-- x -->", '"text"'],
)  # fmt: skip
def test_broken_json_ld_is_passed_over(script: str) -> None:
    assert page(f'<script type="application/ld+json">{script}</script><title>Ferry</title>').title == "Ferry"
