"""Feeds, WordPress exports and sitemaps: what their parsers find in them, also in broken ones."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import BadRecord, ItemError, ItemTooLarge
from nkcorpus.extract import extract
from nkcorpus.extract.feeds import parse_feed, parse_sitemap, split_feed
from nkcorpus.extract.feeds.wordpress_export import rendered
from nkcorpus.extract.feeds.xml import References
from nkcorpus.model import ArticleDate, Document, SourceItem
from tests.sources.feeds import ATOM, BOMB, FILE_ENTITY, RDF, RSS, SITEMAP, SITEMAP_INDEX, WXR


def documents(feed: str) -> list[Document]:
    return [extract(SourceItem("a", "a", "entry", entry.payload)) for entry in parse_feed(feed.encode())]


def test_rss() -> None:
    full, short = documents(RSS)
    assert full == Document(
        raw_text="Rice rose in Hyesan, a trader said\u00a0on Monday.\n\nCorn did not.\n\n"
        "The post Rice prices rise appeared first on River Post.",
        extractor="feed/1",
        title="Rice prices rise & fall’s over",
        authors=("Noh Invented",),
        date=ArticleDate("2019-06-13T09:30:00+09:00", "second", "feed"),
        source="River Post",
        lang="en",
        url="https://river-post.example/rice/",
        tags=("Economy", "Hyesan"),
        external_id="https://river-post.example/?p=7",
        evidence=(
            ("authors", "feed:author"),
            ("date", "feed:pubdate"),
            ("lang", "feed:language"),
            ("source", "feed:channel"),
            ("tags", "feed:category"),
            ("title", "feed:title"),
            ("url", "feed:link"),
        ),
    )
    assert (short.raw_text, short.authors, short.url) == (
        "Traders in Sinuiju wait.",
        ("Ryu Madeup",),
        "https://river-post.example/summary/",
    )
    assert dict(short.evidence)["text"] == "feed:summary"
    assert [entry.is_summary for entry in parse_feed(RSS.encode())] == [False, True]


def test_old_rss() -> None:
    (document,) = documents(RDF)
    assert (document.title, document.lang, document.source) == ("장마당 단속", "ko", "Old Gazette")
    assert document.date == ArticleDate("2004-03-02T10:00:00+09:00", "second", "feed")
    assert document.url == document.external_id == "https://old.example/1"


def test_atom() -> None:
    full, changed = documents(ATOM)
    assert (full.title, full.raw_text) == ("Lecture in Musan", "The MSS held a lecture in Musan.")
    assert (full.url, full.authors, full.tags) == ("https://atom.example/lecture", ("Desk Fictional",), ("MSS",))
    assert full.date == ArticleDate("2020-02-01T08:00:00+09:00", "second", "feed")
    assert full.updated == ArticleDate("2020-02-02T00:00:00Z", "second", "feed")
    assert full.lang == "en"
    assert changed.date is None, "a date of change is no date of publication"
    assert changed.updated == ArticleDate("2020-02-03T00:00:00Z", "second", "feed")
    assert changed.authors == ("Ara Fictional",)


def test_a_wordpress_export() -> None:
    post, page = documents(WXR)
    assert post.raw_text == (
        "The ferry at Sinpo did not leave.\nNobody said why.\n\n"
        "A resident said that it had left [name redacted] in April."
    )
    assert (post.authors, post.section, post.tags) == (("Noh Invented",), "Transport", ("Sinpo",))
    assert post.date == ArticleDate("2018-05-01T15:00:00Z", "second", "feed")
    assert post.updated == ArticleDate("2018-05-03T01:02:03Z", "second", "feed")
    assert (post.source, post.url) == ("Border Gazette", "https://gazette.example/2018/05/ferry/")
    assert (page.title, page.raw_text, page.date) == ("About", "Who we are.", None)
    reasons = [part.skip for part in split_feed(io.BytesIO(WXR.encode()))]
    assert reasons == [
        None,
        None,
        "no post or page of the WordPress export but attachment",
        "a post of the WordPress export that was not published (draft)",
    ]
    assert b"Ryu Madeup" not in parse_feed(WXR.encode())[0].payload


def test_what_was_typed_becomes_paragraphs() -> None:
    assert rendered("One\ntwo\r\n\r\n<ul><li>x</li></ul>\n\n\nThree") == (
        "<p>One<br>\ntwo</p>\n<ul><li>x</li></ul>\n<p>Three</p>"
    )
    assert rendered("[video src='x'][/video] [sic]") == "<p>[sic]</p>"
    assert rendered('One [caption id="a"]<img src="x.jpg"> The quay[/caption] two [caption] three') == (
        '<p>One</p>\n<figure><img src="x.jpg"><figcaption>The quay</figcaption></figure>\n<p>two  three</p>'
    )


def test_an_entry_is_a_feed_of_its_own() -> None:
    for feed in (RSS, RDF, ATOM, WXR):
        for entry in parse_feed(feed.encode()):
            assert parse_feed(entry.payload) == [entry]


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig"])
def test_encodings(charset: str) -> None:
    declared = RSS.replace('encoding="UTF-8"', f'encoding="{charset}"' if charset == "utf-16" else "")
    assert parse_feed(declared.encode(charset))[0].title == parse_feed(RSS.encode())[0].title
    korean = RDF.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="EUC-KR"?>').encode("euc-kr")
    assert parse_feed(korean)[0].title == ("장마당 단속", "title")


def test_broken_feeds_give_what_can_be_read() -> None:
    cut = RSS[: RSS.index("<description>Traders")].encode()
    assert parse_feed(cut)[0] == parse_feed(RSS.encode())[0]
    with pytest.raises(BadRecord, match="Premature end"):
        list(split_feed(io.BytesIO(cut)))
    deep = RSS.replace("Only a summary", "<b>" * 300)
    with pytest.raises(BadRecord, match="Excessive depth"):
        list(split_feed(io.BytesIO(deep.encode())))
    odd = "<rss><channel><item><title>Fish & chips &lt;b&gt; &nosuch; &#0;\x01 &ampx; 쌀&hellip;</title><link>x</link>"
    (entry,) = parse_feed(f"{odd}</item></channel></rss>".encode())
    assert (entry.title, entry.url) == (("Fish & chips <b> &nosuch; \ufffd  &ampx; 쌀…", "title"), None)


@given(st.text("&<>[]!CDATAlt;#x1 é", max_size=60), st.integers(1, 9))
def test_references_are_mended_alike_however_they_are_cut(text: str, size: int) -> None:
    data = f"<a>{text}<![CDATA[{text}]]>{text}".encode()
    whole, pieces = References(data), References(data)
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    mended = b"".join(map(pieces.mended, [*parts, b""]))
    assert mended == whole.mended(data) + whole.mended(b"")


def test_relative_addresses_need_a_base() -> None:
    feed = b"<feed><entry><title>x</title><link href='/a'/></entry></feed>"
    assert parse_feed(feed)[0].url is None
    assert parse_feed(feed, "https://x.example/feed")[0].url == ("https://x.example/a", "link")
    for link in ("file:///etc/passwd", "javascript:alert(1)", "http://[", "//"):
        assert parse_feed(feed.replace(b"/a", link.encode()))[0].url is None


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel><link>https://x.example/</link><item><link>/a</link></item></channel></rss>",
        "<feed><link rel='self' href='https://y.example/feed'/><link href='https://x.example/'/>"
        "<entry><link href='a'/></entry></feed>",
    ],
)
def test_without_an_address_of_its_own_a_feed_has_that_of_its_site(feed: str) -> None:
    assert parse_feed(feed.encode())[0].url == ("https://x.example/a", "link")
    assert parse_feed(feed.encode(), "https://z.example/")[0].url == ("https://z.example/a", "link")


def test_an_export_without_universal_times_has_those_of_the_site() -> None:
    none = "0000-00-00 00:00:00"
    export = WXR.replace("2018-05-01 15:00:00", none).replace("Tue, 01 May 2018 15", "Wed, 30 Nov -0001 00")
    assert documents(export)[0].date == ArticleDate("2018-05-02T00:00:00", "second", "feed")
    assert documents(export.replace("2018-05-02 00:00:00", none))[0].date == ArticleDate("2018-05", "month", "url")


@pytest.mark.parametrize("feed", [RSS, ATOM, WXR])
def test_an_entry_that_is_cut_off_is_none(feed: str) -> None:
    data = feed.encode()
    whole = [part.payload for part in split_feed(io.BytesIO(data))]
    for end in range(300, len(data), 23):
        parts: list[bytes] = []
        with pytest.raises(BadRecord):
            parts.extend(part.payload for part in split_feed(io.BytesIO(data[:end])))
        assert parts == whole[: len(parts)]


@pytest.mark.parametrize("feed", [BOMB, FILE_ENTITY, BOMB.replace("<!DOCTYPE", "<!-- x -->\n<!DOCTYPE")])
def test_entities_are_refused(feed: str) -> None:
    for data in (feed.encode(), feed.encode("utf-16"), feed.encode("utf-16-le")):
        with pytest.raises(BadRecord, match="entities of its own"):
            parse_feed(data)
        with pytest.raises(BadRecord, match="entities of its own"):
            parse_sitemap(data)


def test_a_document_type_without_entities_does_no_harm() -> None:
    netscape = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://netscape.example/rss.dtd">'
    assert len(parse_feed(RSS.replace("<rss", f"{netscape}<rss").encode())) == 2


@pytest.mark.parametrize(
    ("feed", "error"),
    [
        (b"", BadRecord),
        (b"Rice", BadRecord),
        (b"<kml><x/></kml>", BadRecord),
        (b"<rss><channel><item>" + b"<a>" * 200_000, BadRecord),
        (b"<rss><channel><item>" + b"<a/>" * 200_000, ItemTooLarge),
        (b"<rss><channel><item><title>" + b"Rice rose. " * 1_000_000, ItemTooLarge),
        (b"<rss><channel>" + b"<x/>" * 200_000, ItemTooLarge),
    ],
)
def test_what_is_refused(feed: bytes, error: type[ItemError]) -> None:
    with pytest.raises(error) as caught:
        parse_feed(feed)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_no_bytes_do_harm(data: bytes) -> None:
    for head in (b"", b"<rss><channel><item><title>", b"<feed><entry>"):
        try:
            parse_feed(head + data)
        except ItemError:
            continue


def test_an_entry_has_a_base_of_its_own() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/news/"><entry xml:base="2019/"><title>Rice</title>'
        '<link href="rice"/></entry><entry><link href="corn"/></entry></feed>'
    )
    entries = parse_feed(feed.encode(), "https://river-post.example/feeds/atom")
    assert [entry.url and entry.url[0] for entry in entries] == [
        "https://river-post.example/news/2019/rice",
        "https://river-post.example/news/corn",
    ]


@pytest.mark.parametrize("blank", [b"\n", b" \t\r\n\n", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf"])
def test_blank_lines_before_the_declaration_do_no_harm(blank: bytes) -> None:
    declared = b'<?xml version="1.0" encoding="UTF-8"?>'
    feed = RSS.partition("?>")[2] if RSS.startswith("<?xml") else RSS
    assert len(parse_feed(blank + declared + feed.encode())) == 2
    sitemap = blank + declared + b"<urlset><url><loc>https://x.example/1</loc></url></urlset>"
    assert len(parse_sitemap(sitemap).entries) == 1


def test_the_pictures_and_videos_of_a_page_are_not_the_page() -> None:
    sitemap = parse_sitemap(
        b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
          xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
          xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"><url>
        <loc>https://x.example/1</loc>
        <image:image><image:loc>https://x.example/rice.jpg</image:loc><image:title>Rice</image:title></image:image>
        <video:video><video:publication_date>2001-01-01</video:publication_date></video:video>
        <lastmod>2019-06-13</lastmod></url></urlset>"""
    )
    assert [(entry.url, entry.modified, entry.published, entry.title) for entry in sitemap.entries] == [
        ("https://x.example/1", "2019-06-13", None, None)
    ]


def test_sitemaps() -> None:
    sitemap = parse_sitemap(SITEMAP.encode())
    assert not sitemap.is_index
    assert [(entry.url, entry.modified, entry.published, entry.title) for entry in sitemap.entries] == [
        ("https://river-post.example/rice/", "2019-06-13", "2019-06-12", "Rice"),
        ("https://river-post.example/corn/?a=1&b=2", None, None, None),
    ]
    index = parse_sitemap(SITEMAP_INDEX.encode())
    assert index.is_index
    assert [entry.url for entry in index.entries] == ["https://river-post.example/a.xml.gz"]
    many = "<urlset>" + "<url><loc>https://x.example/1</loc></url>" * 60_000 + "</urlset>"
    assert not parse_sitemap(many.encode()).is_whole
    with pytest.raises(BadRecord, match="no sitemap"):
        parse_sitemap(b"<rss/>")
