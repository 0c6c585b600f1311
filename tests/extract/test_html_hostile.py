"""Pages made to break a parser: each gives a document or an ItemError, in time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus.errors import ExtractionFailed, ItemError, ItemTooLarge
from nkcorpus.extract.html import extract_html, html_fragment_text

SENTENCE = "The ferry at Sinpo did not leave for three days."
SECONDS = 10.0

PAGES = {
    "nested blocks": "<div>" * 10_000 + SENTENCE,
    "nested inline": "<p>" + "<b><i>" * 5_000 + SENTENCE,
    "nested furniture": "<h1>Ferry</h1>" + '<div class="share date author">' * 10_000 + SENTENCE,
    "nested tables": "<table><tr><td>x</td><td>" * 5_000 + SENTENCE,
    "nested lists": "<ul><li>" * 10_000 + SENTENCE,
    "siblings": f"<p>{SENTENCE}</p>" * 25_000,
    "unclosed": "<article><p><b><table><div><span>" + SENTENCE,
    "five megabytes of text": "<p>" + "ferry " * 850_000,
    "blank lines": "<p>a" + "<br>&nbsp;" * 30_000 + SENTENCE,
    "spaces": "<pre>" + " " * 500_000 + SENTENCE,
    "white space": "<pre>" + " \n\t" * 300_000 + SENTENCE,
    "huge attribute": f'<p class="{"share " * 500_000}" id="{"x" * 500_000}">{SENTENCE}',
    "NUL": f"<p>{SENTENCE}\x00{SENTENCE}\x00</p>",
    "attribute with control characters": f'<p \x1b[5m="x" a\x07b>{SENTENCE} <a \x01=y>{SENTENCE}</a></p>',
    "lone surrogate": f"<p>{SENTENCE} \ud83d </p>",
    "XML declaration": f'<?xml version="1.0" encoding="EUC-KR"?><html><body><p>{SENTENCE}</p></body></html>',
    "like a file name": "ferry.html",
    "like an address": "https://sea.example/ferry.",
    "separators": "<title>" + " - " * 100_000 + "</title><p>" + SENTENCE,
    "metas": '<meta name="author" content="Kang Yun Ah, Tomas Brenn">' * 20_000 + SENTENCE,
    "angle brackets": "<" * 500_000 + SENTENCE,
    "comments": "<!--" * 200_000 + SENTENCE,
}


@pytest.mark.parametrize("name", PAGES)
def test_hostile_page(name: str) -> None:
    started = time.process_time()
    for run in (extract_html, html_fragment_text):
        try:
            run(PAGES[name])
        except ItemError as error:
            assert "\n" not in str(error)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("name", ["nested blocks", "unclosed", "XML declaration", "NUL", "lone surrogate"])
def test_text_survives(name: str) -> None:
    assert extract_html(PAGES[name]).raw_text.count(SENTENCE) >= 1


def test_unparsable_characters_become_the_replacement_character() -> None:
    assert extract_html("<p>One ferry\x00 left.\ud800</p>").raw_text == "One ferry\ufffd left.\ufffd"


def test_korean_page_that_declares_another_charset() -> None:
    page = '<meta charset="euc-kr"><p>배는 사흘 동안 떠나지 못했다고 사람들이 말했다.</p>'
    assert extract_html(page).raw_text == "배는 사흘 동안 떠나지 못했다고 사람들이 말했다."


def test_too_many_tags() -> None:
    with pytest.raises(ItemTooLarge, match="400,000 tags"):
        extract_html("<b>" * 400_000)


@pytest.mark.parametrize(
    "feed", ["<rss version='2.0'><channel/></rss>", "<?xml version='1.0'?>\n<!-- x -->\n<feed xmlns='a'></feed>"]
)
def test_feed_is_no_page(feed: str) -> None:
    with pytest.raises(ExtractionFailed, match="XML document"):
        extract_html(feed)


TAGS = (
    "<p> </p> <div> </div> <table> <tr> <td> </table> <ul> <li> </ul> <a> </a> <b> </b> <br> <h1> </h1> <!-- --> "
    "<script> </script> <title> </title> <article> <time> <meta <link < > & &nbsp; &#0; &#x110000; class=share = ' \""
).split()
TEXTS = [" ", "word", "Sentence.", "가", "\x00", "<time datetime=2019-06-13>", '<meta name=author content="A B">']
PIECES = st.sampled_from(TAGS + TEXTS)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(alphabet=st.characters(), max_size=80), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_gives_a_document_or_an_item_error(text: str) -> None:
    html_fragment_text(text)
    try:
        document = extract_html(text)
    except ItemError:
        return
    assert document.raw_text or document.title
    document.raw_text.encode("utf-8")
