"""Text made to take a parser's time, given to the parsers of files: each takes time in proportion to its length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from nkcorpus.errors import ItemError
from nkcorpus.extract import extract
from nkcorpus.extract.feeds import parse_feed
from nkcorpus.extract.feeds.wordpress_export import rendered
from nkcorpus.extract.feeds.xml import parse_xml
from nkcorpus.model import SourceItem
from nkcorpus.sources.httpbody import decoded_body
from nkcorpus.sources.singlefile import saved_page, without_resources
from nkcorpus.sources.sniff import format_of_mark, sniff

SECONDS = 10.0


def mail(payload: bytes) -> object:
    return extract(SourceItem("a", "a", "mail", payload))


CASES: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "comments before a root": (format_of_mark, b"<!-- -->" * 2_000 + b"<"),
    "instructions before a root": (format_of_mark, b"<?x ?>" * 2_500),
    "space before a root": (format_of_mark, b" " * 16_000 + b"<"),
    "heads of mail": (lambda head: sniff(head, complete=True), b"From: a\nDate: b\n" * 60_000),
    "CDATA sections": (parse_xml, b"<a>" + b"<![CDATA[]]>" * 600_000),
    "ampersands": (parse_xml, b"<a>" + b"&" * 1_500_000),
    "captions": (lambda data: rendered(data.decode()), b"[caption]" * 100_000 + b"[/caption]"),
    "comments": (lambda data: rendered(data.decode()), b"<!--" * 1_000_000),
    "blank lines": (lambda data: rendered(data.decode()), b"\n \n" * 1_000_000),
    "entries": (parse_feed, b"<rss><channel>" + b"<item/>" * 50_000 + b"</channel></rss>"),
    "heads of a feed": (parse_feed, b"<rss><channel>" + b"<title/>" * 50_000 + b"<item/></channel></rss>"),
    "subject": (mail, b"From: a\nSubject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nRice"),
    "sender": (mail, b"Subject: x\nFrom: " + b'"' * 9_000 + b"<\n\nRice"),
    "parts": (mail, b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000),
    "chunks": (lambda data: decoded_body(data, {"transfer-encoding": "chunked"}, 10**8), b"1\r\nx\r\n" * 500_000),
    "SingleFile": (saved_page, b"<!-- Page saved with SingleFile\n" * 500),
    "data addresses": (without_resources, b"data:image/png;base64," * 500_000),
}


@pytest.mark.parametrize("name", CASES)
def test_time_is_bounded(name: str) -> None:
    parse, data = CASES[name]
    start = time.process_time()
    try:
        parse(data)
    except ItemError as error:
        assert "\n" not in str(error)
    assert time.process_time() - start < SECONDS
