"""Web archives: which pages are taken, as what, and from damaged files."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard
from warcio.warcwriter import WARCWriter

from nkcorpus.model import Retrieval, SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.httpbody import declared_charset, decoded_body
from nkcorpus.sources.stream import Outcome
from tests.cli.support import Run
from tests.hostile.bounds import run_bounded

from .feeds import RSS
from .warcs import HTML, Response, page, warc

RICE = page("Rice rises", "Rice rose in Hyesan last week, a trader said on Monday. Corn did not.")
URL = "https://river-post.example/rice"
DATE = "2019-06-14T01:02:03Z"


def response(body: bytes = RICE, url: str = URL, status: str = "200 OK", **headers: str) -> Response:
    pairs = [("Content-Type", HTML), ("ETag", '"1"'), ("Server", "x")]
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = [(name, value) for name, value in pairs if name.lower() not in given]
    return url, DATE, status, [*pairs, *given.items()], body


def outcomes(tmp_path: Path, content: bytes, name: str = "a.warc.gz") -> list[Outcome]:
    (tmp_path / name).write_bytes(content)
    return list(iter_items([tmp_path / name]))


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.dat"])
def test_a_page_comes_with_how_it_was_retrieved(tmp_path: Path, name: str) -> None:
    (item,) = outcomes(tmp_path, warc([response()], packed=name != "a.warc"), name)
    assert isinstance(item, SourceItem)
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", item.external_id or "")
    headers = (("content-type", HTML), ("etag", '"1"'))
    assert item == SourceItem(
        str(tmp_path / name),
        name.removesuffix(".gz"),
        "html",
        RICE,
        record=1,
        charset="utf-8",
        url=URL,
        retrieval=Retrieval(URL, URL, 200, DATE, headers),
        external_id=item.external_id,
    )


def test_other_records_are_passed_over_and_counted(tmp_path: Path) -> None:
    responses = [
        response(b"\xff\xd8", content_type="image/jpeg"),
        response(status="404 Not Found"),
        response(b"", status="301 Moved", location="/x"),
        response(url="dns:river-post.example"),
        response(b"plain", content_type=""),
        response(content_type=""),
    ]
    found = outcomes(tmp_path, warc(responses, others=True))
    reasons = [outcome.reason for outcome in found if isinstance(outcome, SourceSkip)]
    assert reasons == [
        "an answer in a WARC file that is no HTML page",
        "an answer with status 404 in a WARC file",
        "an answer with status 301 in a WARC file",
        "a record of a WARC file that is not of the web",
        "an answer in a WARC file that is no HTML page",
        "a revisit record of a WARC file",
        "a resource record of a WARC file",
        "a conversion record of a WARC file",
    ]
    assert [outcome.record for outcome in found if isinstance(outcome, SourceItem)] == [7]


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 50] for start in range(0, len(body), 50)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(RICE), {"transfer_encoding": "chunked"}),
        (RICE, {"transfer_encoding": "chunked"}),
        (gzip.compress(RICE[:80], mtime=0) + gzip.compress(RICE[80:], mtime=0), {"content_encoding": "gzip"}),
        (RICE, {"content_encoding": "gzip"}),
        (chunked(gzip.compress(RICE, mtime=0)), {"content_encoding": "x-gzip", "transfer_encoding": "chunked"}),
        (zlib.compress(RICE), {"content_encoding": "deflate"}),
        (zlib.compress(RICE)[2:-4], {"content_encoding": "deflate"}),
        (brotli.compress(RICE), {"content_encoding": "br"}),
        (RICE, {"content_encoding": "br"}),
        (zstandard.compress(RICE), {"content_encoding": "zstd"}),
        (brotli.compress(gzip.compress(RICE, mtime=0)), {"content_encoding": "gzip, br"}),
        (RICE, {"content_encoding": "deflate"}),
        (RICE, {"content_encoding": "none"}),
    ],
)
def test_encodings_are_undone(tmp_path: Path, body: bytes, headers: dict[str, str]) -> None:
    (item,) = outcomes(tmp_path, warc([response(body, **headers)]))
    assert isinstance(item, SourceItem)
    assert item.payload == RICE


HUGE = b"<p>Rice rose." * 4_000_000


@pytest.mark.parametrize(
    ("body", "encoding", "said"),
    [
        (gzip.compress(HUGE, mtime=0), "gzip", "more than the limit of 32 MB"),
        (zlib.compress(HUGE), "deflate", "more than the limit of 32 MB"),
        (brotli.compress(HUGE, quality=1), "br", "more than the limit of 32 MB"),
        (zstandard.compress(HUGE), "zstd", "more than the limit of 32 MB"),
        (gzip.compress(RICE, mtime=0)[:12] + b"\xff" * 9, "gzip", "its gzip encoding is damaged"),
        (b"\xff" * 50, "br", "its br encoding is damaged"),
        (b"\xff" * 50, "deflate", "its deflate encoding is damaged"),
        (b"\x28\xb5\x2f\xfd\x00\x88" + b"\0" * 40, "zstd", "its zstd encoding is damaged"),
        (RICE, "rot13", "its content encoding 'rot13' is not known"),
    ],
)
def test_a_body_that_cannot_be_decoded_fails_alone(tmp_path: Path, body: bytes, encoding: str, said: str) -> None:
    failure, item = outcomes(tmp_path, warc([response(body, content_encoding=encoding), response()]))
    assert isinstance(failure, SourceFailure)
    assert isinstance(item, SourceItem)
    assert said in failure.error
    assert failure.error.startswith(f"record 1 ({URL}): ")
    assert failure.record == 1


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, brotli.compress, zstandard.compress])
def test_of_a_body_that_was_cut_off_what_came_is_taken(pack: Callable[[bytes], bytes]) -> None:
    page = "".join(f"<p>{number * number}</p>" for number in range(20_000)).encode()
    name = {gzip.compress: "gzip", zlib.compress: "deflate", brotli.compress: "br"}.get(pack, "zstd")
    body = decoded_body(pack(page)[:-9], {"content-encoding": name}, 10**7)
    assert page.startswith(body)
    assert len(body) > len(page) // 4


def test_chunks_that_claim_too_much() -> None:
    headers = {"transfer-encoding": "chunked"}
    assert decoded_body(b"ffffffff\r\nRice", headers, 100) == b"Rice"
    assert decoded_body(b"4\r\nRice\r\nzz\r\n", headers, 100) == b"4\r\nRice\r\nzz\r\n"
    assert decoded_body(b"4\nRice\n0\n\n", headers, 100) == b"Rice"


def test_which_charset_counts() -> None:
    assert declared_charset("text/html; charset=EUC-KR") == "EUC-KR"
    assert declared_charset("text/html; charset=ISO-8859-1") is None
    assert declared_charset("text/html") is None


@pytest.mark.parametrize("packed", [True, False])
def test_damage_is_told_after_what_came_before(tmp_path: Path, packed: bool) -> None:
    content = warc([response(), response(), response()], packed=packed)
    for cut in (len(content) - 30, len(content) * 2 // 3, 700, 30):
        found = outcomes(tmp_path, content[:cut])
        assert len([outcome for outcome in found if isinstance(outcome, SourceFailure)]) <= 1
    headless = outcomes(tmp_path, content + b"WARC/1.0\r\n" + b"x" * 3_000_000, "b.warc")
    if not packed:
        assert isinstance(headless[-1], SourceFailure)
        assert len(headless) == 4


def test_what_is_no_warc_is_told_in_short(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 5_000 + b"\n")
    (failure,) = iter_items([tmp_path / "a.txt"], reading=Reading("warc"))
    assert isinstance(failure, SourceFailure)
    assert failure.error.startswith("damaged after record 0: ")
    assert len(failure.error) < 200


def test_through_the_command_line(run: Run, tmp_path: Path) -> None:
    later = response(RICE.replace(b"rose", b"fell"))
    captures = [response(), ("https://other.example/x", *response()[1:]), (URL, "2019-06-15T00:00:00Z", *later[2:])]
    (tmp_path / "a.warc.gz").write_bytes(warc(captures, others=True))
    report = run("-C", "c.db", "ingest", "a.warc.gz", "--format", "json").json
    assert (report["new"], report["updated"], report["skipped"], report["failed"]) == (2, 1, 3, 0)
    again = run("-C", "c.db", "ingest", "a.warc.gz", "--format", "json").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 3)
    (article,) = run("-C", "c.db", "search", "fell", "--format", "jsonl").objects
    assert (article["url"], article["date"], article["source"]) == (URL, "2019-06-13T09:30:00+09:00", "River Post")
    assert article["external_id"].startswith("urn:uuid:")
    shown = run("-C", "c.db", "show", article["id"], "--format", "json").json
    assert [version["retrieved_at"] for version in shown["versions"]] == [DATE, "2019-06-15T00:00:00Z"]
    assert shown["retrieval"]["status"] == 200
    assert shown["retrieval"]["url"] == shown["retrieval"]["answered"] == URL
    assert shown["retrieval"]["headers"] == {"content-type": HTML, "etag": '"1"'}


def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    pages = [response(RICE + b" " * 40_000, url=f"{URL}/{number}", x=str(number)) for number in range(2_000)]
    (tmp_path / "a.warc.gz").write_bytes(warc(pages))
    taken = run_bounded(tmp_path, "clean", "a.warc.gz", "--format", "jsonl", "--jobs", "1", "--fast")
    assert len(taken.out.splitlines()) == 2_000
    assert taken.memory < 150 * 10**6


def resource(address: str, media_type: str, body: bytes = RICE, kind: str = "resource", **headers: str) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=False)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {"WARC-Date": DATE, "Content-Type": media_type} | given
    content = io.BytesIO(body)
    record = writer.create_warc_record(address, kind, payload=content, length=len(body), warc_headers_dict=fields)
    writer.write_record(record)
    return file.getvalue()


def test_a_resource_is_a_file_or_what_stands_at_an_address(tmp_path: Path) -> None:
    content = resource("file:///a%20b.csv?record=7", "text/csv; charset=cp949", b"title,text\nRice,Rice rose.\n")
    content += resource(URL, "text/html;charset=utf-8")
    row, found = outcomes(tmp_path, content, "a.warc")
    assert row == SourceItem(
        f"{tmp_path / 'a.warc'}!/a b.csv", "a b.csv", "row", b"title,text\nRice,Rice rose.\n", record=1, charset="cp949"
    )
    assert isinstance(found, SourceItem)
    assert (found.url, found.retrieval) == (URL, Retrieval(URL, URL, None, DATE))
    assert (found.kind, found.charset, found.name) == ("html", "utf-8", "a.warc")


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("https://x.example/sitemap.xml", "application/xml"),
        ("urn:text:https://x.example/a", "text/plain"),
        ("metadata://gnu.org/software/wget/warc/wget.log", "text/plain"),
        ("file:///a.png", "image/png"),
        ("https://x.example/a.png", "image/png"),
        ("file://[", "text/plain"),
    ],
)
def test_other_resources_are_passed_over(tmp_path: Path, address: str, media_type: str) -> None:
    [skip] = outcomes(tmp_path, resource(address, media_type), "a.warc")
    assert skip == SourceSkip(str(tmp_path / "a.warc"), "a resource record of a WARC file")


def test_a_feed_of_several_entries_is_no_entry(tmp_path: Path) -> None:
    [skip] = outcomes(tmp_path, resource(URL, "application/rss+xml", RSS.encode()), "a.warc")
    assert skip == SourceSkip(
        str(tmp_path / "a.warc"), "a whole feed in a WARC file; save it and name the file to take it"
    )
    [failed] = outcomes(tmp_path, resource(URL, "application/atom+xml", b"<feed"), "a.warc")
    assert isinstance(failed, SourceFailure)
    assert failed.record == 1


@pytest.mark.parametrize(("software", "asked"), [("nkcorpus/0.1.0", "https://x.example/old"), ("Heritrix/3.4", URL)])
def test_what_was_asked_is_read_from_own_archives_only(tmp_path: Path, software: str, asked: str) -> None:
    fields = "application/warc-fields"
    content = resource("", fields, f"software: {software}\r\n".encode(), "warcinfo")
    for via in (b"file:///etc/passwd", b"https://x.example/old", b"https://x.example/other"):
        about = "<urn:y>" if via.endswith(b"other") else "<urn:x>"
        content += resource(URL, "text/plain", b"Rice rose.", WARC_Record_ID="<urn:x>")
        content += resource(URL, fields, b"via: " + via + b"\r\n", "metadata", WARC_Concurrent_To=about)
    items = outcomes(tmp_path, content, "a.warc")
    found = [item.retrieval.url for item in items if isinstance(item, SourceItem) and item.retrieval]
    assert found == [URL, asked, URL]


def test_what_comes_before_the_damage_is_taken(tmp_path: Path) -> None:
    too_long = b"WARC/1.1\r\nWARC-Type: metadata\r\nX: " + b"x" * 2_000_000
    item, failed = outcomes(tmp_path, resource(URL, "text/plain", b"Rice rose.") + too_long, "a.warc")
    assert isinstance(item, SourceItem)
    assert isinstance(failed, SourceFailure)


def test_the_name_of_a_resource_leads_nowhere(tmp_path: Path) -> None:
    content = resource("file:///..%2F..%2Fetc%2Fpasswd", "text/plain", b"Rice rose in Hyesan.")
    [item] = outcomes(tmp_path, content, "a.warc")
    assert isinstance(item, SourceItem)
    assert item.name == "passwd"
