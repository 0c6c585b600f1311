"""The parts of reading the web that need no host."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import BadRecord, ItemTooLarge
from nkcorpus.fetch.answer import Fetched
from nkcorpus.sources.web.jsonanswer import read_list
from nkcorpus.sources.web.recognise import recognise, usual_api
from nkcorpus.sources.web.visit import is_fetchable, shown_address
from nkcorpus.sources.webreading import parse_captures

LIST = "".join(f'<li><a href="/news/{n}">A long enough headline, number {n}</a></li>' for n in range(12))
ARTICLE = (
    "<article><h1>Rice</h1><p>"
    + "Rice in Hyesan cost more than on any day before, a trader said. " * 8
    + "</p></article>"
)


def answer(body: str | bytes, url: str = "https://news.example/", **headers: str) -> Fetched:
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url, url, 200, {"content-type": "text/html"} | named, content, "2020-05-04T10:00:00+00:00")


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>News</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("2019..2020-06", ("2019", "202006")),
        ("20190613..", ("20190613", "")),
        ("..2019-06-13", ("", "20190613")),
        ("..", ("", "")),
        (" 2019 .. 2020 ", ("2019", "2020")),
        ("2019-06..2019", ("201906", "2019")),
        ("2019..2019-06-13", ("2019", "20190613")),
        ("2020..2019", None),
        ("2019-06..2019-05-31", None),
        ("2019-13..", None),
        ("..2019-02-29", None),
        ("0000..", None),
        ("2019", None),
        ("", None),
        ("2019..June", None),
        ("19..20", None),
        ("2019-..2020", None),
    ],
)
def test_the_span_of_captures(text: str, bounds: tuple[str, str] | None) -> None:
    assert parse_captures(text) == bounds


@given(st.text())
def test_any_text_can_be_shown_and_judged(text: str) -> None:
    assert isinstance(shown_address(text), str)
    assert isinstance(is_fetchable(text), bool)
    assert parse_captures(text) is None or ".." in text


@pytest.mark.parametrize("text", ["https://u:p@news.example/a@b", "https://u:p@news.example:99999/", "http://u:p@/x"])
def test_no_password_is_shown(text: str) -> None:
    assert "u:p" not in shown_address(text)


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text())))
def test_lists_come_as_they_are(value: list[object]) -> None:
    assert read_list(json.dumps(value).encode(), dict, "list") == value


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[{}", b"\xff\xfe", b"[" * 90_000, b'"x"', b"NaN"])
def test_what_is_no_list_of_objects(body: bytes) -> None:
    with pytest.raises(BadRecord, match="the answer is no list of posts"):
        read_list(body, dict, "list of posts")


@pytest.mark.parametrize("body", [b"[" + b"1," * 600_000 + b"1]", b"[" + b"{}," * 300_000, b" " * 16_000_001])
def test_lists_that_would_take_too_much_memory(body: bytes) -> None:
    with pytest.raises(ItemTooLarge):
        read_list(body, dict, "list")


@pytest.mark.parametrize(
    ("body", "url", "kind"),
    [
        (page(ARTICLE), "https://news.example/rice", "article"),
        (page(ARTICLE), "https://news.example/", "listing"),
        (page(LIST), "https://news.example/markets", "listing"),
        (page(LIST), "https://news.example/", "listing"),
        ("<rss version='2.0'><channel/></rss>", "https://news.example/x", "feed"),
        ("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", "https://news.example/x", "feed"),
        ("<urlset/>", "https://news.example/x", "sitemap"),
        ("<sitemapindex/>", "https://news.example/x", "sitemap"),
        (gzip.compress(b"<urlset/>", mtime=0), "https://news.example/x.gz", "sitemap"),
        ("A plain text, as a file.", "https://news.example/x.txt", "article"),
        ("[]", "https://news.example/wp-json/wp/v2/posts?page=2", "wordpress"),
    ],
)
def test_what_an_address_leads_to(body: str | bytes, url: str, kind: str) -> None:
    assert recognise(answer(body, url)).kind == kind


@pytest.mark.parametrize(
    ("head", "headers", "api"),
    [
        ('<link rel="https://api.w.org/" href="/wp-json/">', {}, "https://news.example/wp-json/"),
        ("", {"link": '<https://news.example/?rest_route=/>; rel="https://api.w.org/"'}, "https://news.example/?rest_route=/"),
        ("", {"link": "</x.css>; rel=preload, </blog/wp-json/>; rel=https://api.w.org/"}, "https://news.example/blog/wp-json/"),
        ('<meta name="generator" content="WordPress 6.5">', {}, "https://news.example/wp-json/"),
        ('<link rel="https://api.w.org/" href="https://evil.example/wp-json/">', {}, None),
        ('<link rel="https://api.w.org/" href="file:///etc/wp-json/">', {}, None),
        ("", {}, None),
    ],
)  # fmt: skip
def test_the_interface_of_a_wordpress_site(head: str, headers: dict[str, str], api: str | None) -> None:
    found = recognise(answer(page(LIST, head), **headers))
    assert found.api == api
    assert found.kind == ("wordpress" if api else "listing")
    assert found.is_home


@pytest.mark.parametrize(
    ("own", "kind", "filters"),
    [
        ("posts/7", "article", {}),
        ("pages/7", "listing", {}),
        ("categories/5", "wordpress", {"categories": "5"}),
        ("tags/5", "wordpress", {"tags": "5"}),
        ("users/5", "wordpress", {"author": "5"}),
    ],
)
def test_what_a_page_of_a_wordpress_site_is_about(own: str, kind: str, filters: dict[str, str]) -> None:
    head = (
        '<link rel="https://api.w.org/" href="/wp-json/">'
        f'<link rel="alternate" type="application/json" href="/wp-json/wp/v2/{own}">'
    )
    found = recognise(answer(page(LIST, head), "https://news.example/some/page/"))
    assert (found.kind, found.filters) == (kind, filters)


def test_a_home_page_in_a_folder_is_known_by_its_interface() -> None:
    head = '<link rel="https://api.w.org/" href="/blogs/rice/wp-json/">'
    found = recognise(answer(page(LIST, head), "https://news.example/blogs/rice/"))
    assert found.is_home
    assert usual_api("https://news.example/blogs/rice") == "https://news.example/blogs/rice/wp-json/"


def test_feeds_and_links_that_a_page_declares() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="/feed">'
        '<link rel="alternate" type="application/atom+xml" href="file:///etc/passwd">'
        '<link rel="alternate" type="application/atom+xml" href="http://[bad/">'
        '<link rel="stylesheet" href="/x.css">'
    )
    away = '<li><a href="https://other.example/news/1">A long enough headline elsewhere</a></li>'
    found = recognise(answer(page(LIST + away, head))).page
    assert found is not None
    assert found.feeds == ("https://news.example/feed",)
    assert found.links == tuple(f"https://news.example/news/{n}" for n in range(12))
