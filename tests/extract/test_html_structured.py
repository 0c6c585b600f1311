"""Texts that only the JSON-LD of a page has."""

import json

import pytest

from nkcorpus.extract.html import read_page

SENTENCES = [f"On day {number} the ferry at Sinpo waited for fuel that never came." for number in range(12)]
TEASER = "<p>The ferry waits. Subscribe to read on, with all that the harbour tells.</p>"


def page(body: object, shown: str) -> str:
    fields = {"@type": "NewsArticle", "headline": "Ferry", "articleBody": body}
    return f'<script type="application/ld+json">{json.dumps(fields)}</script><h1>Ferry</h1><article>{shown}</article>'


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(SENTENCES),
        "".join(f"<p>{sentence}</p>" for sentence in SENTENCES),
        "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES),
        "".join(SENTENCES),
    ],
)
@pytest.mark.parametrize("shown", ["", TEASER])
def test_body_is_taken_where_the_page_shows_less(body: str, shown: str) -> None:
    reading = read_page(page(body, shown), fast=True)
    assert reading.document.raw_text.split("\n\n") == SENTENCES
    assert reading.path == "json-ld"
    assert reading.document.extractor.startswith("html.json-ld/")
    assert reading.trace().candidates[-1].likeness == 1.0


def test_blocks_of_the_page_are_taken_where_it_shows_all() -> None:
    shown = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    assert read_page(page(" ".join(SENTENCES), shown), fast=True).path == "fast"


@pytest.mark.parametrize("body", [" ".join(SENTENCES) + " ...", "Too short.", 3, ["x"], None, "x" * 2_000_000])
def test_what_is_cut_or_no_text_is_not_taken(body: object) -> None:
    assert read_page(page(body, TEASER), fast=True).path == "fast"
