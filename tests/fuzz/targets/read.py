"""Every reader of sources: bytes become items, failures and skips, within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Iterable

import zstandard

from nkcorpus.extract import extract
from nkcorpus.model import Format
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.addresslist import read_addresses
from nkcorpus.sources.names import Names, is_hidden, is_unsafe, member_name
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import check_document, check_outcomes
from tests.fuzz.target import target, told
from tests.sources.books import MEMBERS, epub
from tests.sources.examples import examples
from tests.sources.mails import MHTML, mailbox, newsletter
from tests.sources.packing import tarred, zipped
from tests.sources.warcs import HTML, page, warc

_WARC_URL = "https://river-post.example/dam"


def _read(data: bytes, format_: Format | None = None, *, most: int = 3) -> None:
    """Read bytes from standard input, and extract the first few items."""
    items = check_outcomes(iter_items(["-"], stdin=io.BytesIO(data), reading=Reading(format=format_)))
    for item in items[:most]:
        with told():
            check_document(extract(item, fast=True))


def _named(*names: str) -> list[bytes]:
    return [content for name, content in examples().items() if name.endswith(names)]


@target(
    lambda: list(examples().values()),
    weight=8,
    longest=8000,
    words="PK\x03\x04¦\x1f\x8b¦BZh¦ý7zXZ¦From a\n¦{¦<rss>",
)
def any_bytes(data: bytes) -> None:
    """Whatever comes, of any kind."""
    _read(data)


@target(
    lambda: [*_named(".json"), b'[{"a":{"text":"x"}},{"text":"y"}]', b'{"items":[{"text":"x"}]}'],
    weight=25,
    words=('{"text":"', '"},', "[", "]", "[[", "\\u", "\\ud83d", "1e5", "null", "\ufeff", "\0", "{" * 50, "NaN", "//"),
)
def json_file(data: bytes) -> None:
    """JSON, read as it comes."""
    _read(data, "json")


@target(
    lambda: [*_named(".jsonl"), b'{"text":"x"}\r\n\n{"text":"y"}'],
    weight=25,
    words='{"text":"¦"}\n{¦\r¦\x00¦\ufeff',
)
def json_lines(data: bytes) -> None:
    """JSON lines."""
    _read(data, "jsonl")


@target(
    lambda: [*_named(".csv"), "title\ttext\na\tb\n".encode("utf-16"), b'text;title\n"a;""b\n";c\n'],
    weight=25,
    words='"¦""¦,¦;¦\t¦|¦\r\n¦\n¦text,¦title¦\x00¦\ufeff',
)
def table(data: bytes) -> None:
    """Tables."""
    _read(data, "csv")


@target(
    lambda: _named(".rss", ".rdf", ".atom", ".xml"),
    weight=12,
    longest=6000,
    words="<item>¦</item>¦<![CDATA[¦]]>¦<!DOCTYPE¦<!ENTITY a '¦&a;¦&#x0;¦<entry>¦</channel>",
)
def feed(data: bytes) -> None:
    """Feeds and sitemaps from files."""
    _read(data, "feed")
    _read(data, "sitemap")


@target(
    lambda: [mailbox(newsletter(), newsletter(Subject="b")), newsletter(), MHTML],
    weight=10,
    longest=6000,
    words=(
        "\n\nFrom a@b.example Thu Jun 13 09:30:00 2019\n¦>From ¦Content-Type: multipart/related; boundary=¦"
        "--b\n¦Snapshot-Content-Location: http://x/¦Content-Transfer-Encoding: base64\n\n¦Date: ¦\n\n"
    ),
)
def mail(data: bytes) -> None:
    """Mailboxes, messages and pages saved as messages."""
    _read(data, "mbox")
    _read(data, "mhtml")
    _read(data, "eml")


def _records() -> list[bytes]:
    headers = [("Content-Type", HTML), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    one = [(_WARC_URL, "2019-06-14T01:02:03Z", "200 OK", [("Content-Type", HTML)], page("Dam", "Closed. " * 9))]
    odd = [(_WARC_URL, "2019", "200 OK", headers, b"5\r\nabcde\r\n0\r\n\r\n")]
    return [warc(one, packed=False, others=True), warc(odd, packed=False), warc(one)]


@target(
    _records,
    weight=12,
    longest=6000,
    words=(
        "WARC/1.0\r\n¦WARC-Type: response\r\n¦resource¦Content-Length: ¦\r\n\r\n¦HTTP/1.1 200 OK\r\n¦"
        "Transfer-Encoding: chunked\r\n¦Content-Encoding: br\r\n¦WARC-Target-URI: <urn:x>¦99999999999¦-1"
    ),
)
def web_archive(data: bytes) -> None:
    """WARC files, packed or not."""
    _read(data, "warc")
    _read(gzip.compress(data, 1), "warc")


def _folder(data: bytes) -> dict[str, bytes]:
    """Return files in a folder: their names are drawn, and their content is what is left, in parts."""
    draw = Draw(data)
    names = [draw.text(16) for _ in range(draw.number(1, 4))]
    endings = [draw.pick((".txt", ".json", ".html", ".zip", ".gz", "", ".csv")) for _ in names]
    rest = draw.rest()
    size = len(rest) // len(names) + 1
    return {
        (name + end).encode("utf-8", "replace").decode().replace("\0", "") or "x": rest[n * size : (n + 1) * size]
        for n, (name, end) in enumerate(zip(names, endings, strict=True))
    }


def _archives() -> list[bytes]:
    return [
        *_named(".zip"),
        *(gzip.decompress(content) for content in _named(".tar.gz")),
        *_named(".gz", ".bz2", ".xz", ".zst"),
        epub(),
    ]


@target(
    lambda: [b"\2\1ab\1\2../../x\0" + content for content in _named(".json", ".md", ".csv", ".zip")],
    weight=8,
    longest=6000,
)
def archive(data: bytes) -> None:
    """Archives of files with awkward names, one within the other; nothing is told that would lead out of a folder."""
    members = _folder(data)
    packed = zipped(members, 0)
    _read(packed)
    _read(tarred({"a.zip": packed, **{name[:90]: content for name, content in members.items()}}))
    for name in members:
        is_hidden(name)
        is_unsafe(name)
        Names(include=(name[:20],), exclude=("*.x",)).wants(name)
    member_name(data[:40])


@target(
    _archives,
    weight=20,
    longest=6000,
    words="PK\x03\x04¦PK\x01\x02¦PK\x05\x06¦PK\x06\x07¦\x1f\x8b\x08¦ustar\x0000¦BZh9¦ý7zXZ\x00",
)
def archive_bytes(data: bytes) -> None:
    """Archives whose own bytes were tampered with, read as what they say and as each other kind."""
    formats: tuple[Format, ...] = ("zip", "tar", "gz", "bz2", "xz", "zst", "epub", "docx")
    _read(data)
    _read(data, formats[len(data) % len(formats)])


@target(lambda: _named(".json", ".csv"), weight=10)
def compressed(data: bytes) -> None:
    """Compressed files, whole and cut off."""
    packers = (gzip.compress, bz2.compress, lzma.compress, zstandard.compress)
    packed = packers[len(data) % 4](data)
    _read(packed)
    _read(packed[: len(packed) - len(data) % 7 - 1] + data[:3])


def _chapters() -> list[bytes]:
    return [content for name, content in MEMBERS.items() if name.endswith((".opf", ".xml", ".xhtml", ".ncx"))]


@target(
    _chapters,
    weight=12,
    words=(
        "<itemref idref='c1'/>¦<item id='c1' href='../../x'¦<dc:title>¦<dc:date>¦<navPoint>¦full-path='¦"
        "%00¦#¦<!DOCTYPE¦&a;"
    ),
)
def book(data: bytes) -> None:
    """Books of which one part was tampered with."""
    names = sorted(MEMBERS)
    changed = {names[len(data) % len(names)]: data}
    _read(epub(**{name: content.decode("utf-8", "replace") for name, content in changed.items()}), "epub")


def _parquet() -> list[bytes]:
    return _named(".parquet")


@target(_parquet, weight=15, longest=8000, examples=8, words="PAR1¦text¦title¦\x15\x04¦\x00\x00\x00@")
def parquet(data: bytes) -> None:
    """Parquet files whose own bytes were tampered with."""
    _read(data, "parquet")


def _lists() -> Iterable[bytes]:
    return [
        b"https://a.example/b\n# no\n\nhttp://x.example/\thttps://y.example\n",
        "https://a.example/한\n".encode("utf-16"),
    ]


@target(_lists, weight=40, longest=500, words="http://¦https://¦\n¦\r¦#¦ ¦\ufeff¦\x00")
def address_list(data: bytes) -> None:
    """Lists of addresses."""
    for address in read_addresses(io.BytesIO(data)):
        assert address.strip() == address and "\n" not in address
