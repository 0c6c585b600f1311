"""Title, authors, date, address, language and tags as markup gives them. All names are invented."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from nkcorpus.extract.html import extract_html
from nkcorpus.extract.html.metadata import read_metadata
from nkcorpus.extract.html.page import Page
from nkcorpus.extract.html.tree import parse_tree
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
        (ld(headline="Ten facts on the ferry 2019"), "<h1>Why the ferry waits</h1>", "Why the ferry waits"),
        (ld(headline="Why the ferry waits, by the sea"), "<h1>Why the ferry</h1>", "Why the ferry waits, by the sea"),
        (ld(headline="나루터 배가 서다"), "<h1>항구 소식, 나루터 배가 왜 섰나</h1>", "항구 소식, 나루터 배가 왜 섰나"),
        (
            '<meta property="og:title" content="Ferry waits"><title>Sea and Salt: Ferry waits</title>',
            "<h1>Sea and Salt</h1>",
            "Ferry waits",
        ),
        (
            '<meta property="og:site_name" content="Sea Post"><meta property="og:title" content="A ferry waits">',
            "<h1>Sea Post</h1><h2>A ferry waits</h2>",
            "A ferry waits",
        ),
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
        (ld(author="Kang Yun Ah, Tomas Brenn and Rhee Sol (Busan)"), "", ("Kang Yun Ah", "Tomas Brenn", "Rhee Sol")),
        (ld(author="KANG YUN AH"), "", ("KANG YUN AH",)),
        (ld(author="Tomas Brenn @tbrenn"), "", ("Tomas Brenn",)),
        ("", "<h1>Head</h1><p>Edited by Tomas Brenn</p>", ()),
        ("", '<h1>Head</h1><p class="byline">Edited by Tomas Brenn and Kang Yun Ah</p>', ()),
        (ld(author="Edited by Tomas Brenn and Kang Yun Ah | By Rhee Sol"), "", ("Rhee Sol",)),
        ("", '<h1>Head</h1><p class="byline">Reviewed by Tomas Brenn</p>', ()),
        (
            "",
            '<h1>Head</h1><div><time datetime="2019-06-13">x</time> by Tomas Brenn, Chief of the Desk</div>',
            ("Tomas Brenn",),
        ),
        ("", "<h1>Head</h1><p>Tomas Brenn | Senior Writer | June 13, 2019</p>", ("Tomas Brenn",)),
        ("", "<h1>Head</h1><p>Winter Sea | June 13, 2019</p>", ()),
        ("", "<h1>Head</h1><ul><li>Written by</li></ul><div>x</div>", ()),
        ("", "<div>Written by</div><div>Tomas Brenn</div>", ("Tomas Brenn",)),
        (
            "",
            "<h6>Author(s)</h6><ul><li><a>Kang Yun Ah</a></li><li><a>Tomas Brenn</a></li></ul>",
            ("Kang Yun Ah", "Tomas Brenn"),
        ),
        (
            "",
            "<h1>Head</h1><ul class=byline><li>Kang Yun Ah</li><li>Tomas Brenn</li></ul>",
            ("Kang Yun Ah", "Tomas Brenn"),
        ),
        ("", '<h1>Head</h1><aside><p class="author">By Tomas Brenn</p></aside>', ("Tomas Brenn",)),
        ('<meta name="author" content="tombrenn7">', "", ("tombrenn7",)),
        ('<meta name="author" content="seapost"><meta property="og:site_name" content="Sea Post">', "", ()),
        ('<meta name="author" content="webadmin">', "", ()),
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
        ("", "<h1>Head</h1><p>Video - June 13, 2019 · 8 min read</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>By Tomas Brenn, June 13, 2019</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>Published June 13, 2019 Updated June 15, 2019</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>Published on 13 June 2019</p>", "2019-06-13"),
        ("", "<h1>제목</h1><p>입력 2019.06.13 09:30</p>", "2019-06-13T09:30"),
        ("", "<h1>제목</h1><p>수정 2019.06.14 09:30 | 등록 2019.06.13</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>6/13/2019</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>13/6/2019</p>", "2019-06-13"),
        ("", "<h1>Head</h1><p>6/7/2019</p>", None),
        ("", "<h1>Head</h1><p>Last updated on June 13, 2019</p>", None),
        ("", "<h1>Head</h1><div><div>Last updated:</div><div>June 13, 2019</div></div>", None),
        ("", "<h1>Head</h1><p>On June 13, 2019 the ferry did not leave</p>", None),
        ("", "<h1>Head</h1><p>© 2019</p>", None),
        ("", '<h1>Head</h1><aside><p class="date">June 13, 2019</p></aside>', "2019-06-13"),
        ("", '<div class="widget"><h1>Head</h1><p>June 13, 2019</p></div>', "2019-06-13"),
        ("", '<span property="datePublished" content="2019-06-13">x</span>', "2019-06-13"),
        ('<script>var page = {"datePublished":"2019-06-13T09:30:00Z"}</script>', "", "2019-06-13T09:30:00Z"),
        ('<script>[{"publishedAt":"2019-06-13"},{"publishedAt":"2019-06-12"}]</script>', "", None),
        ('<meta property="article:modified_time" content="2019-06-13">', "", None),
        (ld(dateModified="2019-06-13"), "", None),
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
        ('<meta name="source-url" content="https://sea.example/b">', None, "https://sea.example/b"),
        ('<meta name="source-url" content="file:///b">', None, None),
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


@pytest.mark.parametrize(
    ("head", "body", "value", "place"),
    [
        (ld(datePublished="2019-06-13", dateModified="2019-06-15"), "", "2019-06-15", "json-ld"),
        (ld(datePublished="2019-06-13T09:00:00Z", dateModified="2019-06-13T09:00:00Z"), "", None, None),
        (ld(datePublished="2019-06-13", dateModified="2019-06-13T10:00:00Z"), "", None, None),
        (ld(datePublished="2019-06-13", dateModified="2019-06-12"), "", None, None),
        (ld(dateModified="2019-06-15T10:00:00+09:00"), "", "2019-06-15T10:00:00+09:00", "json-ld"),
        (
            '<meta property="article:modified_time" content="2019-06-15">',
            "",
            "2019-06-15",
            "meta:article:modified_time",
        ),
        ('<meta property="og:updated_time" content="1560556800">', "", "2019-06-15T00:00:00Z", "meta:og:updated_time"),
        ("", "<h1>Head</h1><p>Last updated on June 15, 2019</p>", "2019-06-15", "text"),
        ("", "<h1>Head</h1><div><div>Last updated:</div><div>June 15, 2019</div></div>", "2019-06-15", "text"),
        ("", '<h1>Head</h1><p>Updated <time datetime="2019-06-15">then</time></p>', "2019-06-15", "time"),
        ("", "<h1>제목</h1><p>수정 2019.06.14 09:30 | 등록 2019.06.13</p>", "2019-06-14T09:30", "text"),
        ("", "<h1>Head</h1><p>June 13, 2019</p>", None, None),
    ],
)
def test_date_of_change(head: str, body: str, value: str | None, place: str | None) -> None:
    document = page(head, body)
    assert (document.updated.value if document.updated else None) == value
    assert dict(document.evidence).get("updated") == place


@pytest.mark.parametrize(
    ("retrieved_at", "value"), [("2019-06-12T12:00:00Z", "2019-06-13"), ("2019-06-10T00:00:00Z", None)]
)
def test_a_date_after_the_retrieval_is_refused(retrieved_at: str, value: str | None) -> None:
    document = extract_html(f"<h1>Head</h1>{ld(datePublished='2019-06-13')}{BODY}", retrieved_at=retrieved_at)
    assert (document.date.value if document.date else None) == value


@pytest.mark.parametrize(
    ("head", "body", "translator", "editor"),
    [
        ("", "<h1>Head</h1><p>Translated by Kang Yun Ah. Edited by Tomas Brenn.</p>", "Kang Yun Ah", "Tomas Brenn"),
        ("", "<h1>Head</h1><p>By Rhee Sol | Translated from Korean by Kang Yun Ah</p>", "Kang Yun Ah", None),
        ("", "<h1>제목</h1><p>번역: 강윤아</p>", "강윤아", None),
        (ld(translator={"@type": "Person", "name": "Kang Yun Ah"}), "", "Kang Yun Ah", None),
        (ld(editor=["Tomas Brenn", "Rhee Sol"]), "", None, "Tomas Brenn, Rhee Sol"),
        ("", "<h1>Head</h1><p>The poem was translated by Kang Yun Ah</p>", None, None),
        ("", "<h1>Head</h1><p>Translated by machine</p>", None, None),
    ],
)
def test_translator_and_editor(head: str, body: str, translator: str | None, editor: str | None) -> None:
    document = page(head, body)
    assert (document.translator, document.editor) == (translator, editor)


def crumbs(*names: str) -> str:
    items = [{"@type": "ListItem", "position": count, "name": name} for count, name in enumerate(names, 1)]
    block = json.dumps({"@type": "BreadcrumbList", "itemListElement": items})
    return f'<script type="application/ld+json">{block}</script>'


@pytest.mark.parametrize(
    ("head", "section", "place"),
    [
        ('<meta property="article:section" content="Economy">', "Economy", "meta:article:section"),
        (ld(articleSection=["Economy", "News"]), "Economy", "json-ld"),
        (crumbs("Home", "News", "Economy", "Ferry waits"), "Economy", "breadcrumb"),
        (crumbs("Home", "Ferry waits"), None, None),
        ("", None, None),
    ],
)
def test_section(head: str, section: str | None, place: str | None) -> None:
    document = page(head)
    assert (document.section, dict(document.evidence).get("section")) == (section, place)


HREFLANG = '<link rel="alternate" hreflang="{}" href="{}">'


@pytest.mark.parametrize(
    ("head", "body", "counterpart", "place"),
    [
        (HREFLANG.format("ko-KR", "https://sea.example/ko/a"), "", "https://sea.example/ko/a", "link:hreflang"),
        (HREFLANG.format("en", "https://sea.example/other"), "", None, None),
        (HREFLANG.format("fr", "https://sea.example/fr/a"), "", None, None),
        (HREFLANG.format("ko", "https://sea.example/a"), "", None, None),
        (HREFLANG.format("ko", "https://sea.example/ko/"), "", None, None),
        (HREFLANG.format("ko", "https://else.example/ko/a"), "", None, None),
        ("", '<a href="/ko/a">Read in Korean</a>', "https://sea.example/ko/a", "link:text"),
        ("", '<a href="/ko/a">한국어로 읽기</a>', "https://sea.example/ko/a", "link:text"),
        ("", '<a href="https://else.example/ko/a">Read in Korean</a>', None, None),
        ("", '<a href="/en/b">영문 기사</a>', None, None),
        ("", '<a href="/ko/a">How to read in Korean schools</a>', None, None),
    ],
)
def test_counterpart(head: str, body: str, counterpart: str | None, place: str | None) -> None:
    document = page(head, body, html='lang="en"', url="https://sea.example/a")
    assert (document.counterpart, dict(document.evidence).get("counterpart")) == (counterpart, place)


def test_a_korean_page_leads_to_its_english_counterpart() -> None:
    document = page("", '<a href="/en/b">영문 기사</a>', html='lang="ko"', url="https://sea.example/b")
    assert document.counterpart == "https://sea.example/en/b"


@pytest.mark.parametrize(
    ("head", "body", "tags", "place"),
    [
        (ld(keywords="wind, ferry"), "", ("wind", "ferry"), "json-ld"),
        (ld(keywords=["wind", "ferry, boats"]), "", ("wind", "ferry, boats"), "json-ld"),
        ('<meta name="news_keywords" content="wind,ferry">', "", ("wind", "ferry"), "meta:news_keywords"),
        ("", '<a rel="tag" href="/t/wind">wind</a><a rel="tag" href="/t/sea">sea</a>', ("wind", "sea"), "rel=tag"),
    ],
)
def test_tags_and_their_evidence(head: str, body: str, tags: tuple[str, ...], place: str) -> None:
    document = page(head, body)
    assert (document.tags, dict(document.evidence)["tags"]) == (tags, place)


def test_every_field_has_its_evidence() -> None:
    document = page(
        ld(headline="Ferry waits", author="Kang Yun Ah", datePublished="2019-06-13")
        + '<meta property="og:site_name" content="Sea Post">'
        + CANONICAL.format("https://sea.example/a"),
        html='lang="en"',
    )
    assert document.evidence == (
        ("authors", "json-ld"),
        ("date", "json-ld"),
        ("lang", "html-lang"),
        ("source", "meta:og:site_name"),
        ("title", "json-ld"),
        ("url", "link:canonical"),
    )


def test_what_is_not_found_has_no_evidence() -> None:
    assert page().evidence == ()


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Head</h1>" + "<div class='date author byline' itemprop=author>" * 9_000 + "x",
        "<h1>Head</h1>" + "<p>Updated <p>By" * 10_000,
        "<h1>Head</h1><p class=byline>" + "by (" * 25_000,
        "<h1>Head</h1><p>" + " - updated" * 10_000,
        "<h1>Head</h1><script>" + '"publishedAt":"' * 8_000 + "</script>",
        "<h2>Head of things</h2>" * 9_000 + "<a href='/ko/a'>Read in Korean</a>" * 9_000,
    ],
)
def test_hostile_markup_is_read_in_seconds(body: str) -> None:
    tree = Page(parse_tree(body), None)
    started = time.process_time()
    read_metadata(tree, url="https://sea.example/a")
    assert time.process_time() - started < 8
