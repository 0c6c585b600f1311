"""How markup becomes paragraphs, lines and rows, seen through html_fragment_text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.extract.html import html_fragment_text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("<p>one</p>two<p>three</p>", "one\n\ntwo\n\nthree"),
        ("<div>one<span>two<p>three</p></span>four</div>", "onetwo\n\nthree\n\nfour"),
        ("<b>bold<div>block</div></b>tail", "bold\n\nblock\n\ntail"),
        ("<p>  a \n\t b\xa0\xa0c </p>", "a b\xa0\xa0c"),
        ("<p>a</p><p>&nbsp;</p><p> </p><p>b</p>", "a\n\nb"),
        ("a <br> b<br><br>c<br>\xa0<br><br>d", "a\nb\n\nc\n\nd"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("<ul><li>a<li>b <ul><li>c</ul></ul>", "- a\n- b\n- c"),
        ("<ul><li><p>a</p><p>more</p><li>b</ul>", "- a\n\nmore\n\n- b"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n- b"),
        ("<p>x<ul><li>a</ul>y", "x\n\n- a\n\ny"),
        ("<blockquote>said<p>twice</p></blockquote>", "said\n\ntwice"),
        ("<table><tr><th>city</th><th>price</th></tr><tr><td>Unsan</td><td>4,<b>9</b>00</td></tr></table>",
         "city\tprice\nUnsan\t4,900"),
        ("<table><tr><td></td><td><p>a</p><p>b</p></td><td></td><td>c</td></tr></table>", "a b\t\tc"),
        (f"<table><tr><td>{'long text ' * 40}</td><td>side</td></tr></table>", "long text " * 39 + "long text\n\nside"),
        ("<table><tr><td>one</td></tr><tr><td>two</td></tr></table>", "one\n\ntwo"),
        ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
        ("<p>a<!-- no -->b<script>no</script>c<style>no</style></p>", "abc"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("<p>in a <x-name>custom</x-name> word</p><x-block>own</x-block>", "in a custom word\n\nown"),
        ("a<wbr>b&shy;c", "ab\u00adc"),
    ],
)  # fmt: skip
def test_rules(fragment: str, text: str) -> None:
    if fragment.startswith("<table><tr><td></td>"):
        text = "\t" + text
    assert html_fragment_text(fragment) == text


WORDS = st.text(alphabet="abc가나", min_size=1, max_size=4)
BLOCKS = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=8)


@given(BLOCKS, st.sampled_from(["p", "div", "h2", "section", "blockquote", "article"]))
def test_blocks_come_out_as_paragraphs(blocks: list[list[str]], tag: str) -> None:
    fragment = "".join(f"<{tag}>{' '.join(words)}</{tag}>" for words in blocks)
    assert html_fragment_text(fragment) == "\n\n".join(" ".join(words) for words in blocks)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_inline_tags_change_nothing(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    position = data.draw(st.integers(0, len(text)))
    tag = data.draw(st.sampled_from(["b", "i", "a", "span", "em", "strong", "font", "sup"]))
    assert html_fragment_text(f"<p>{text[:position]}<{tag}>{text[position:]}</{tag}></p>") == text


@given(st.text(alphabet=st.sampled_from("<>/!-&;='\" \n\x00abpdivtrlu가\ud800\xa0"), max_size=200))
def test_output_has_no_markup_white_space(text: str) -> None:
    result = html_fragment_text(text)
    assert not re.search(r"\n\n\n|^\n|\n$| $|\r", result)
    assert "\x00" not in result
