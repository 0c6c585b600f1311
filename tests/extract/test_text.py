"""Plain text, Markdown and language by script; nothing invented."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nkcorpus.errors import EmptyItem, NotText
from nkcorpus.extract import extract
from nkcorpus.extract.language import script_language
from nkcorpus.model import Kind, SourceItem


def item(text: str | bytes, kind: Kind = "text", name: str = "market.txt") -> SourceItem:
    return SourceItem("in/" + name, name, kind, text if isinstance(text, bytes) else text.encode())


def test_plain_text_invents_nothing() -> None:
    document = extract(item("Rice prices rose\n\nBy Ghost Writer\nJune 13, 2019\nhttps://news.example/2019/06/13/x"))
    assert (document.title, document.date, document.url, document.lang, document.source) == (None,) * 5
    assert document.authors == ()
    assert document.extractor == "text/2"


def test_the_file_name_tells_the_date() -> None:
    date = extract(item("Prices rose.", name="2019-06-13-prices.txt")).date
    assert date is not None
    assert (date.value, date.source) == ("2019-06-13", "file")


def test_damage_is_listed_in_raw_text() -> None:
    document = extract(item("“Prices”\r\n".encode() + b"\xff rose"))
    assert document.raw_text == "“Prices”\n\ufffd rose"
    assert [(repair.start, repair.end) for repair in document.repairs] == [(9, 10)]


@pytest.mark.parametrize(("payload", "error"), [(b" \n", EmptyItem), (b"\x7fELF\0\0", NotText)])
def test_bad_text_is_a_typed_error(payload: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        extract(item(payload))


def test_front_matter_becomes_fields_and_a_cut() -> None:
    text = (
        "---\nTitle: Yes\ndate: 2019-06\nauthor: By Kang Mi Rae and Jo Hye Won\ntags: [markets, rice]\n"
        "permalink: https://news.example/rice\nlanguage: en-US\nlayout: post\n---\n \n\nPrices rose.\n"
    )
    document = extract(item(text, "markdown", "rice.md"))
    assert document.title == "Yes"
    assert document.date is not None
    assert (document.date.value, document.date.precision) == ("2019-06", "month")
    assert document.authors == ("Kang Mi Rae", "Jo Hye Won")
    assert document.tags == ("markets", "rice")
    assert (document.url, document.lang) == ("https://news.example/rice", "en")
    assert document.raw_text == text
    assert document.text == "Prices rose.\n"
    (span,) = document.removed
    assert (span.kind, span.rule) == ("front-matter", "markdown.front-matter")


def test_a_first_heading_is_the_title() -> None:
    document = extract(item("\n# Rice prices rise #\n\n\nPrices rose.\n# Not this\n", "markdown"))
    assert document.title == "Rice prices rise"
    assert document.text == "\nPrices rose.\n# Not this\n"
    assert [span.kind for span in document.removed] == ["title"]


def test_front_matter_and_heading_together() -> None:
    same = extract(item("---\ntitle: Rice\n---\n# Rice\n\nBody.\n", "markdown"))
    assert (same.title, same.text) == ("Rice", "Body.\n")
    other = extract(item("---\ntitle: Rice\n---\n\n# Prices\n\nBody.\n", "markdown"))
    assert (other.title, other.text) == ("Rice", "# Prices\n\nBody.\n")


@pytest.mark.parametrize(
    "text",
    [
        "---\n- a\n- b\n---\nBody.\n",
        "---\ntitle: [broken\n---\nBody.\n",
        "---\nnever closed: yes\n",
        "---\n\n---\nA rule, and text.\n",
        "---\n" + "[" * 5000 + "\n---\nBody.\n",
        "---\n" + "k: v\n" * 5000 + "---\nBody.\n",
        "#hashtag first\n",
        "## Second level\n\nBody.\n",
    ],
)
def test_what_is_no_front_matter_or_title_stays_text(text: str) -> None:
    document = extract(item(text, "markdown"))
    assert (document.text, document.title, document.removed) == (text, None, ())


def test_a_hostile_heading_takes_linear_time() -> None:
    document = extract(item("# " + "# " * 200_000 + "x\nBody.\n", "markdown"))
    assert document.text == "Body.\n"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("장마당에서 쌀값이 올랐다고 MSS 소식통이 전했다.", "ko"),
        ("朝鮮 관련 소식을 전한다", "ko"),
        ("市場でコメの価格が上がった。", "ja"),
        ("市场的大米价格上涨。", "zh"),
        ("Prices rose.", None),
        ("Prices rose (쌀값), a source in the market of the city said.", None),
        ("Цены выросли.", None),
        ("1234 ...", None),
        ("", None),
    ],
)
def test_script_tells_language(text: str, language: str | None) -> None:
    assert script_language(text) == language


def test_extract_adds_the_language_of_the_script() -> None:
    assert extract(item("장마당에서 쌀값이 올랐다.".encode("cp949"))).lang == "ko"


def test_plain_text_needs_no_html_library() -> None:
    program = (
        "import sys; from nkcorpus.extract import extract; from nkcorpus.sources import iter_items;"
        "from nkcorpus.model import SourceItem; extract(SourceItem('a', 'a', 'text', b'Prices rose.'));"
        "extract(SourceItem('a', 'a', 'record', b'{\"text\": \"Prices rose.\"}'));"
        "print(sorted({'bs4', 'lxml', 'yaml', 'charset_normalizer'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
