from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from nkcorpus.render import render_article, render_articles
from nkcorpus.render.markup import (
    html_paragraphs,
    language_tag,
    markdown_block,
    markdown_line,
    markdown_link,
    web_address,
)
from nkcorpus.render.safe import one_line, visible

from .builders import HOSTILE, Screen, article, bare_document, document, hostile_article

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
markup_text = st.text(
    st.one_of(st.sampled_from("\\`*_{}[]()<>#+-.!|~&=:$\"'/ 12\n\ta"), st.characters(categories=["L", "N", "P", "S"]))
)


def leaves(markdown: str) -> tuple[str, set[str]]:
    """The text that a reader sees, and the kinds of token that make it."""
    tokens: list[Token] = []
    for token in MARKDOWN.parse(markdown):
        tokens += token.children if token.children is not None else [token]
    text = "".join("\n" if token.type in ("hardbreak", "softbreak") else token.content for token in tokens)
    return text, {token.type for token in tokens}


@given(markup_text)
def test_a_markdown_line_renders_as_itself(text: str) -> None:
    seen, kinds = leaves(markdown_line(text))
    assert seen == one_line(text).strip(" ")
    assert kinds <= {"paragraph_open", "paragraph_close", "text"}


@given(markup_text)
def test_a_markdown_block_is_nothing_but_paragraphs(text: str) -> None:
    seen, kinds = leaves(markdown_block(text))
    assert kinds <= {"paragraph_open", "paragraph_close", "text", "hardbreak"}
    assert "".join(seen.split()) == "".join(visible(text, newlines=True).split())


@given(markup_text)
def test_a_markdown_heading_and_item_render_their_text(text: str) -> None:
    line = markdown_line(text)
    for prefix, extra in (("# ", {"heading_open", "heading_close"}), ("- ", {"paragraph_open", "paragraph_close"})):
        seen, kinds = leaves(prefix + line)
        assert seen == one_line(text).strip(" ")
        assert kinds <= {"text", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"} | extra


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://b.example/a?b=1&c=d#e", "https://b.example/a?b=1&c=d#e"),
        ("http://b.example/국경", "http://b.example/%EA%B5%AD%EA%B2%BD"),
        ('https://b.example/%EA a<b>(c)"\\\n', "https://b.example/%EA%20a%3Cb%3E%28c%29%22%5C%0A"),
        ("HTTPS://b.example/", "HTTPS://b.example/"),
        ("https://b.example/\ud800", "https://b.example/%5Cud800"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/hosts", None),
        ("//b.example/x", None),
        ("https:", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_linked(url: str | None, address: str | None) -> None:
    assert web_address(url) == address


def test_a_markdown_link_holds_its_text_and_address() -> None:
    (inline,) = [
        token for token in MARKDOWN.parse(markdown_link("a](b) <c>", "https://b.example/(x)>y")) if token.children
    ]
    kinds = [child.type for child in inline.children or []]
    assert kinds[0] == "link_open" and kinds[-1] == "link_close"
    assert (inline.children or [])[0].attrs["href"] == "https://b.example/%28x%29%3Ey"


def test_html_paragraphs_follow_blank_lines() -> None:
    assert html_paragraphs("One <b>\ntwo\n \nThree &\n\n\n") == (
        '<p dir="auto">One &lt;b&gt;<br>\ntwo</p>\n<p dir="auto">Three &amp;</p>\n'
    )


@pytest.mark.parametrize(
    ("lang", "tag"), [("ko", "ko"), ("zh-Hant", "zh-Hant"), ('en" onload="x', None), ("", None), (None, None)]
)
def test_language_tags_are_checked(lang: str | None, tag: str | None) -> None:
    assert language_tag(lang) == tag


def test_the_page_is_complete_and_says_its_language() -> None:
    screen = Screen()
    render_article(article(1, document(lang="ko")), "html", screen.env)
    page = BeautifulSoup(screen.out, "lxml")
    assert screen.out.startswith("<!DOCTYPE html>\n")
    assert page.html is not None and page.html["lang"] == "ko"
    assert page.title is not None and page.title.string == "Lecture in Saebom"
    assert [p.get_text() for p in page.find_all("p")] == [
        "Officers of the local branch gave a lecture on vigilance in Saebom County.",
        "People “yawned” on June 3.\u00a0",
    ]
    assert [link["href"] for link in page.find_all("a")] == ["https://bulletin.example/lecture"]


def test_several_articles_are_one_page() -> None:
    screen = Screen()
    render_articles([article(), article(2, bare_document())], "html", screen.env)
    page = BeautifulSoup(screen.out, "lxml")
    assert len(page.find_all("article")) == 2
    assert screen.out.count("<html") == 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("removed", [False, True])
def test_hostile_text_adds_no_element_attribute_or_link(text: str, removed: bool) -> None:
    screen = Screen()
    render_article(hostile_article(text), "html", screen.env, removed=removed)
    allowed = {
        "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(),
        "style": set(), "body": set(), "article": {"lang"}, "h1": {"class", "dir"}, "dl": set(), "dt": set(),
        "dd": {"dir"}, "p": {"dir"}, "br": set(), "ul": set(), "li": {"dir"}, "code": set(), "a": {"href", "rel"},
    }  # fmt: skip
    for element in BeautifulSoup(screen.out, "lxml").find_all(True):
        assert set(element.attrs) <= allowed[element.name]
        assert element.name != "a" or str(element["href"]).startswith("https://evil.example/")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("removed", [False, True])
def test_hostile_text_adds_no_markdown(text: str, removed: bool) -> None:
    screen = Screen()
    render_article(hostile_article(text), "markdown", screen.env, removed=removed)
    _, kinds = leaves(screen.out)
    assert kinds <= {
        "heading_open", "heading_close", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
        "paragraph_open", "paragraph_close", "text", "hardbreak", "strong_open", "strong_close",
        "link_open", "link_close",
    }  # fmt: skip
