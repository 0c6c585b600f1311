"""Pages through `extract`: encoding, repairs, dates from the address and the file name."""

from __future__ import annotations

import contextlib
import json

import pytest

from nkcorpus.errors import ItemError, ItemTooLarge
from nkcorpus.extract import EXTRACTORS, LONGEST_TEXT, extract
from nkcorpus.model import Kind, SourceItem

SENTENCE = "장마당에서 쌀값이 올랐다고 소식통이 전했다. 주민들은 걱정하고 있다."


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><article><h1>쌀값 상승</h1>{body}</article></body></html>"


def item(payload: bytes, name: str = "page.html", url: str | None = None) -> SourceItem:
    return SourceItem(f"in/{name}", name, "html", payload, url=url)


@pytest.mark.parametrize("head", ['<meta charset="euc-kr">', ""])
def test_a_korean_page_is_decoded(head: str) -> None:
    document = extract(item(page(f"<p>{SENTENCE}</p>" * 5, head).encode("cp949")))
    assert document.title == "쌀값 상승"
    assert SENTENCE in document.raw_text
    assert document.lang == "ko"
    assert document.repairs == ()


def test_damage_is_listed_where_it_stands_in_the_body() -> None:
    payload = page(f"<p>{SENTENCE}</p>" * 5 + "<p>쌀@값이 내렸다고 한다.</p>").encode().replace(b"@", b"\xff")
    document = extract(item(payload))
    (repair,) = document.repairs
    assert document.raw_text[repair.start - 1 : repair.end + 1] == "쌀\ufffd값"
    assert repair.rule == "decode.undecodable"


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("page.html", "https://news.example/2019/06/13/rice", ("2019-06-13", "url")),
        ("2019-06-12-rice.html", "https://news.example/2019/06/13/rice", ("2019-06-13", "url")),
        ("2019-06-12-rice.html", None, ("2019-06-12", "file")),
        ("page.html", None, None),
    ],
)
def test_address_and_name_tell_the_date_of_a_page_without_one(
    name: str, url: str | None, expected: tuple[str, str] | None
) -> None:
    date = extract(item(page(f"<p>{SENTENCE}</p>" * 5).encode(), name, url)).date
    assert (date and (date.value, date.source)) == expected


@pytest.mark.parametrize("kind", EXTRACTORS)
@pytest.mark.parametrize("payload", [b"", b" \n", b"\x89PNG\r\n\x1a\n\0\0", b"\0" * 50])
def test_every_kind_refuses_what_is_no_text(kind: str, payload: bytes) -> None:
    (matching,) = [known for known in EXTRACTORS if known == kind]
    with pytest.raises(ItemError):
        extract(SourceItem("a", "a", matching, payload))


@pytest.mark.parametrize("kind", ["text", "record"])
def test_no_text_is_longer_than_any_book(kind: Kind) -> None:
    text = "쌀 " * (LONGEST_TEXT // 2)
    for given in (text, text + "!"):
        payload = given if kind == "text" else json.dumps({"text": given})
        is_refused = len(given) > LONGEST_TEXT
        with pytest.raises(ItemTooLarge) if is_refused else contextlib.nullcontext():
            extract(SourceItem("a", "a", kind, payload.encode()))
