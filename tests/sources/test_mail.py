"""Mailboxes, messages, and pages saved by browsers: as items, as articles, broken."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import ItemError
from nkcorpus.extract import extract
from nkcorpus.model import ArticleDate, Retrieval, SourceFailure, SourceItem
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.mailfile import read_mbox
from nkcorpus.sources.singlefile import saved_page, without_resources
from nkcorpus.sources.stream import Input, Outcome
from tests.cli.support import Run

from .mails import MHTML, PAGE, PICTURE, SINGLEFILE, mailbox, newsletter

SAVED_FROM = "https://river-post.example/2019/06/13/squid"


def outcomes(tmp_path: Path, name: str, content: bytes, reading: Reading | None = None) -> list[Outcome]:
    (tmp_path / name).write_bytes(content)
    return list(iter_items([tmp_path / name], reading=reading or Reading()))


def item_of(payload: bytes) -> SourceItem:
    return SourceItem("a.eml", "a.eml", "mail", payload)


@pytest.mark.parametrize("name", ["a.eml", "a.dat"])
def test_a_newsletter(tmp_path: Path, name: str) -> None:
    (item,) = outcomes(tmp_path, name, newsletter())
    assert isinstance(item, SourceItem)
    document = extract(item)
    assert (document.title, document.source, document.url) == ("Rice rises", "River Post 쌀", None)
    assert document.raw_text == "Rice\n\nRice rose in Hyesan, a trader said on Monday.\n\n쌀값이 올랐다."
    assert document.date == ArticleDate("2019-06-13T09:30:00+09:00", "second", "meta")
    assert document.external_id == "1@river-post.example"
    assert dict(document.evidence)["date"] == "field:Date"


def test_parts_and_charsets() -> None:
    assert extract(item_of(newsletter(html=None))).raw_text == "Corn fell in Sinuiju.\n\nFrom now on it is cheap.\n"
    assert extract(item_of(newsletter(text=None))).raw_text.endswith("쌀값이 올랐다.")
    assert extract(item_of(newsletter(From="desk@river-post.example"))).source == "desk@river-post.example"
    assert extract(item_of(newsletter(html=None, text=None))).raw_text == ""


@pytest.mark.parametrize("html", ["", " \n", "<html><body><img src='cid:1' alt=''></body></html>"])
def test_plain_text_counts_where_the_page_has_none(html: str) -> None:
    assert extract(item_of(newsletter(html=html))).raw_text == "Corn fell in Sinuiju.\n\nFrom now on it is cheap.\n"


@pytest.mark.parametrize(
    "message",
    [
        b"From: \xff\xfe <x\r\nSubject: =?x?q?=\r\nDate: never\r\n\r\nRice",
        b"From: a\nSubject: x\nContent-Type: text/html; charset=nosuch\n\n<p>Rice",
        b"From: a\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
        b"From: a\nSubject: x\nContent-Transfer-Encoding: base64\n\n!!!",
        b"Subject: " + b"x" * 100_000 + b"\nFrom: a\n\nRice",
        b"From: a\nSubject: x\n"
        + b"\n".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d" % (n, n) for n in range(3000)),
    ],
)
def test_broken_messages(message: bytes) -> None:
    try:
        extract(item_of(message))
    except ItemError as error:
        assert "\n" not in str(error)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(data: bytes) -> None:
    for head in (b"", b"Subject: ", b"From: a\nContent-Type: multipart/related; boundary=b\n\n--b\n"):
        try:
            extract(item_of(head + data))
        except ItemError:
            continue


@pytest.mark.parametrize("name", ["a.mbox", "mail"])
def test_a_mailbox(tmp_path: Path, name: str) -> None:
    messages = [newsletter(html=None, Message_ID=f"<{number}@x.example>") for number in range(3)]
    found = outcomes(tmp_path, name, mailbox(*messages))
    items = [outcome for outcome in found if isinstance(outcome, SourceItem)]
    assert [item.record for item in items] == [1, 2, 3]
    assert [extract(item).external_id for item in items] == ["0@x.example", "1@x.example", "2@x.example"]
    assert {extract(item).raw_text.strip() for item in items} == {"Corn fell in Sinuiju.\n\nFrom now on it is cheap."}


def test_a_message_that_is_too_long_fails_alone() -> None:
    content = mailbox(newsletter(), newsletter(text="Rice. " * 3000), newsletter())
    found = list(read_mbox(Input("a", "a", io.BytesIO(content)), limit=5_000))
    assert [type(outcome) for outcome in found] == [SourceItem, SourceFailure, SourceItem]


@pytest.mark.parametrize("content", [b"", b"Rice", b"\n\nRice\n" * 10])
def test_no_mailbox(tmp_path: Path, content: bytes) -> None:
    (failure,) = outcomes(tmp_path, "a.txt", content, Reading("mbox"))
    assert isinstance(failure, SourceFailure)
    assert "no mailbox" in failure.error


@pytest.mark.parametrize("name", ["a.mhtml", "a.dat"])
def test_a_page_saved_as_a_message(tmp_path: Path, name: str) -> None:
    (item,) = outcomes(tmp_path, name, MHTML)
    url = "https://river-post.example/2019/06/squid?utm_source=x"
    assert item == SourceItem(
        str(tmp_path / name),
        name,
        "html",
        PAGE.encode(),
        charset="utf-8",
        url=url,
        retrieval=Retrieval(url, url, None, "2019-06-13T16:02:03Z"),
    )


def test_names_do_not_make_a_message(tmp_path: Path) -> None:
    (item,) = outcomes(tmp_path, "a.mht", PAGE.encode())
    assert isinstance(item, SourceItem)
    assert item.kind == "html"
    (failure,) = outcomes(tmp_path, "b.mht", MHTML.replace(b"text/html", b"text/css"))
    assert isinstance(failure, SourceFailure)
    assert failure.error == "no page in the MHTML file"


def test_a_page_saved_with_singlefile(tmp_path: Path) -> None:
    (item,) = outcomes(tmp_path, "a.html", SINGLEFILE.encode())
    assert isinstance(item, SourceItem)
    assert item.url == "https://river-post.example/2019/06/squid"
    assert item.retrieval == Retrieval(item.url, item.url, None, "2019-06-13T16:02:03Z")
    assert PICTURE.encode() not in item.payload
    document = extract(item)
    assert (document.title, document.url) == ("Squid on the quay", item.url)
    assert document.raw_text.endswith("Nobody bought it.")


@pytest.mark.parametrize(
    ("mark", "url"),
    [
        (f"<!-- saved from url=(0043){SAVED_FROM} -->", SAVED_FROM),
        ("<!-- saved from url=(0014)about:internet -->", None),
        ("<!-- saved from url=(0022)file:///C:/squid.html -->", None),
        ("<!-- saved from url=(0042) -->", None),
    ],
)
def test_a_page_tells_where_a_browser_saved_it_from(tmp_path: Path, mark: str, url: str | None) -> None:
    (item,) = outcomes(tmp_path, "a.html", PAGE.replace("<html", f"{mark}\n<html").encode())
    assert isinstance(item, SourceItem)
    assert (item.url, item.retrieval) == (url, None)
    document = extract(item)
    assert document.url == url
    assert document.date == (ArticleDate("2019-06-13", "day", "url") if url else None)


def test_other_pages_that_speak_of_singlefile() -> None:
    assert saved_page(b"<p>Page saved with SingleFile") is None
    assert saved_page(SINGLEFILE.encode().replace(b"https://river", b"file:///river").replace(b"2019 01", b"x")) == (
        None,
        None,
    )
    assert without_resources(b'<img src="data:image/png;base64,AAAA"> data: base64') == (
        b'<img src="data:image/png;base64,AAAA"> data: base64'
    )


def test_through_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mbox").write_bytes(
        mailbox(newsletter(), newsletter(Message_ID="<2@x.example>", Subject="Two"))
    )
    (tmp_path / "in" / "b.mhtml").write_bytes(MHTML)
    (tmp_path / "in" / "c.html").write_text(SINGLEFILE)
    report = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (report["new"], report["updated"], report["failed"]) == (3, 1, 0)
    again = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 4)
    (squid,) = run("-C", "c.db", "search", "squid", "--format", "jsonl").objects
    shown = run("-C", "c.db", "show", squid["id"], "--format", "json").json
    assert shown["retrieval"]["status"] is None
    assert shown["retrieved_at"] == "2019-06-13T16:02:03Z"
