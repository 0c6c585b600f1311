"""The tree built from lxml's is Beautiful Soup's own, but for comments and white space that no browser shows."""

import warnings

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus.extract.html.build import MAX_DEPTH, build_soup

PAGE = """<!doctype html><html lang="en"><head>
<title>Ferry</title><meta charset="utf-8"><script type="application/ld+json">{"a": "<p>"}</script><style>p {}</style>
</head>
<body class="a b"><!-- note -->
<div id="story"> <p>One <b>ferry</b> <i>left</i>.<br>Two stayed.</p>
<pre>a

 b <span> </span></pre><img src="a.png"> <p hidden>Three</p> tail </div>
</body></html><p>after the end</p>"""


def own_tree(html: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return BeautifulSoup(html, "lxml", multi_valued_attributes=None)


def elements(root: Tag) -> list[tuple[str, tuple[str, ...], str]]:
    # The value of an attribute without one (`hidden`) differs, and nobody asks for it.
    return [(tag.name, tuple(tag.attrs), tag.parent.name if tag.parent else "") for tag in root.find_all(True)]


def words(root: Tag) -> str:
    return "".join(root.get_text().split())


@pytest.mark.parametrize("selector", ["div > p", "p + pre", "[hidden]", "#story b", "p:first-child", "html[lang=en]"])
def test_selectors_find_the_same(selector: str) -> None:
    expected = [words(tag) for tag in own_tree(PAGE).select(selector)]
    assert [words(tag) for tag in build_soup(PAGE).select(selector)] == expected
    assert expected


def test_text_and_markup_are_the_same() -> None:
    ours, theirs = build_soup(PAGE), own_tree(PAGE)
    assert words(ours) == words(theirs)
    assert "ferry left" in ours.get_text()
    for name in ("script", "style", "pre", "title"):
        assert [tag.get_text() for tag in ours.find_all(name)] == [tag.get_text() for tag in theirs.find_all(name)]
    assert '<br/>Two stayed.</p><pre>a\n\n b <span> </span></pre><img src="a.png"/> <p' in str(ours)
    assert elements(build_soup(str(ours))) == elements(theirs)


def test_elements_can_be_moved() -> None:
    root = build_soup("<div><p>a</p><template id=x></template></div><section>b</section>")
    place, part = root.find("template"), root.find("section")
    assert isinstance(place, Tag)
    assert isinstance(part, Tag)
    place.replace_with(part.extract())
    assert str(root) == "<html><body><div><p>a</p><section>b</section></div></body></html>"


@pytest.mark.parametrize("depth", [MAX_DEPTH - 10, MAX_DEPTH + 10, 3_000])
def test_nothing_is_lost_in_the_depth(depth: int) -> None:
    root = build_soup("<div>" * depth + "ferry")
    assert len(root.find_all("div")) == depth
    assert words(root) == "ferry"


PIECES = (
    "<p> </p> <div> </div> <table> <tr> <td> </table> <ul> <li> </ul> <a> </a> <b> </b> <br> <h1> </h1> <!-- x --> "
    "<script> </script> <style> </style> <template> </template> <title> </title> <pre> </pre> </html> </body> <html> "
    "&amp; &nbsp; class=share word 가"
).split()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, " ", "\n"]), max_size=40).map("".join))
def test_any_tree_is_the_same(html: str) -> None:
    ours, theirs = build_soup(html), own_tree(html)
    assert elements(ours) == elements(theirs)
    assert words(ours) == words(theirs)
