"""`export`: original bytes as a web archive, and back."""

from __future__ import annotations

import gzip
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import zstandard
from warcio.archiveiterator import ArchiveIterator

from tests.cli.support import RECORDS, Run, one_line, write_records
from tests.sources.examples import EXPECTED, write_examples
from tests.sources.feeds import ATOM
from tests.sources.warcs import HTML, page, warc
from tests.web.server import Reply, Server, redirect
from tests.web.sites import QUICK, feed

URL = "https://river-post.example/2019/rice"
ARTICLE = "text raw_text title date date_source authors translator source lang url retrieved_at".split()
Record = tuple[str, str, str, str | None, str | None, list[tuple[str, str]], bytes]


def web(*texts: str) -> bytes:
    """Return a web archive with captures of one page, a day apart."""
    headers = [("Content-Type", HTML), ("ETag", '"1"'), ("Server", "x"), ("Content-Encoding", "identity")]
    return warc(
        (URL, f"2019-06-1{day}T01:02:03Z", "203 Non-Authoritative Information", headers, page(f"Rice {day}", text))
        for day, text in enumerate(texts)
    )


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: what it writes is the point, not the process."""
    return inside


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """One of each kind that has bytes of its own: two captures, text, Markdown, a page, records, rows in CP949."""
    folder = tmp_path / "secret-folder"
    folder.mkdir()
    captures = web(
        "Rice rose in Hyesan last week, a trader said on Monday.", "Rice fell in Hyesan last week, it was said."
    )
    (folder / "crawl.warc.gz").write_bytes(captures)
    (folder / "2019-06-13 corn.txt").write_text("Corn fell in Musan.\n\n*Translated by Una Fictional\n", "utf-8")
    (folder / "salt.md").write_text("# Salt\n\nSalt was dear in Wonsan.\n", "utf-8")
    (folder / "squid.html").write_bytes(page("Squid", "Squid was dried on the quay of Wonsan, a trader said."))
    write_records(folder / "news.jsonl", RECORDS)
    (folder / "rows.csv").write_text("title,text\n쌀값,혜산 장마당에서 쌀값이 올랐다고 소식통이 전했다.\n", "cp949")
    return folder


def records(path: Path) -> list[Record]:
    """Return type, target, date, record id, content type, HTTP headers and content of each record of an archive."""
    found: list[Record] = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            header = record.rec_headers.get_header
            http = record.http_headers.headers if record.http_headers else []
            found.append(
                (
                    record.rec_type,
                    header("WARC-Target-URI"),
                    header("WARC-Date"),
                    header("WARC-Record-ID"),
                    header("Content-Type"),
                    http,
                    record.content_stream().read(),
                )
            )
    return found


def articles(run: Run, corpus: str) -> dict[str, Any]:
    """Return what the articles of a corpus say, by id."""
    ids = run("-C", corpus, "list", "-n", "0", "--format", "ids").lines
    shown = run("-C", corpus, "show", *ids, "--format", "json").objects
    return {
        each["id"]: {key: each[key] for key in ARTICLE}
        | {"times": [version["retrieved_at"] for version in each["versions"]]}
        | {"digests": [version["payload_sha256"] for version in each["versions"]]}
        for each in shown
    }


def test_there_and_back_every_text_and_time_is_the_same(run: Run, inputs: Path, tmp_path: Path) -> None:
    assert run("-C", "a.db", "ingest", inputs).code == 0
    written = run("-C", "a.db", "export", "all.warc.gz")
    assert one_line(written) == "2 responses, 9 resources written"
    assert run("-C", "b.db", "ingest", "all.warc.gz", "--format", "json").json["failed"] == 0
    before, after = articles(run, "a.db"), articles(run, "b.db")
    assert len(before) == 10
    assert before == after
    assert [each["times"] for each in after.values() if len(each["times"]) > 1] == [
        ["2019-06-10T01:02:03Z", "2019-06-11T01:02:03Z"]
    ]
    again = run("-C", "b.db", "ingest", "all.warc.gz", "--format", "json").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 11)
    assert "secret-folder" not in gzip.decompress((tmp_path / "all.warc.gz").read_bytes()).decode("utf-8", "replace")


def test_the_entries_of_a_feed_that_was_fetched_come_back(run: Run, tmp_path: Path) -> None:
    with Server() as server:
        server.routes["/robots.txt"] = Reply(404)
        whole = ATOM.replace("https://atom.example/", server.url("/")).replace("<summary>", "<content>")
        whole = whole.replace("</summary>", "</content>")
        server.routes["/feed"] = Reply(body=whole.encode(), headers={"Content-Type": "application/atom+xml"})
        assert run("-C", "a.db", "ingest", server.url("/feed")).code == 0
        run("-C", "a.db", "export", "all.warc")
        assert run("-C", "b.db", "ingest", "all.warc").code == 0
        assert articles(run, "a.db") == articles(run, "b.db")
        assert len(articles(run, "b.db")) == 2
        assert server.paths == ["/robots.txt", "/feed"]


def test_every_kind_comes_back_with_its_digest(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="the extra 'pdf' is not installed")
    pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    write_examples(tmp_path / "one")
    run("-C", "a.db", "ingest", "one")
    assert one_line(run("-C", "a.db", "export", "all.warc.gz")) == f"1 response, {len(EXPECTED) - 1} resources written"
    back = run("-C", "b.db", "ingest", "all.warc.gz", "--format", "json").json
    assert (back["new"], back["skipped"], back["failed"]) == (len(EXPECTED), 0, 0)
    before, after = articles(run, "a.db"), articles(run, "b.db")
    assert before == after
    with (tmp_path / "all.warc.gz").open("rb") as file:
        kept = {
            (record.rec_headers.get_header("WARC-Payload-Digest"), record.digest_checker.passed)
            for record in ArchiveIterator(file, check_digests=True)
            if record.content_stream().read() is not None and record.rec_type != "warcinfo"
        }
    assert kept == {(f"sha256:{digest}", True) for each in before.values() for digest in each["digests"]}


def test_what_was_fetched_is_a_response_with_its_headers(run: Run, inputs: Path, tmp_path: Path) -> None:
    run("-C", "a.db", "ingest", inputs / "crawl.warc.gz")
    run("-C", "a.db", "export", "all.warc")
    info, *responses = records(tmp_path / "all.warc")
    assert (info[0], b"software: nkcorpus/" in info[6]) == ("warcinfo", True)
    assert [each[:3] for each in responses] == [
        ("response", URL, "2019-06-10T01:02:03Z"),
        ("response", URL, "2019-06-11T01:02:03Z"),
    ]
    originals = [each for each in records(inputs / "crawl.warc.gz") if each[0] == "response"]
    assert [each[3] for each in responses] == [each[3] for each in originals]
    assert [each[6] for each in responses] == [each[6] for each in originals]
    body = responses[0][6]
    assert responses[0][5] == [("content-type", HTML), ("etag", '"1"'), ("content-length", str(len(body)))]
    assert b"HTTP/1.1 203 Non-Authoritative Information\r\n" in (tmp_path / "all.warc").read_bytes()


def test_the_address_that_led_to_another_is_told(run: Run, tmp_path: Path) -> None:
    with Server() as server:
        server.routes["/old"] = redirect("/rice")
        server.routes["/rice"] = Reply(body=page("Rice", "Rice rose in Hyesan last week, a trader said."))
        server.routes["/feed"] = Reply(body=feed(server, ["/corn"], full=True), headers={"Content-Type": "text/xml"})
        run("-C", "a.db", "ingest", server.url("/old"), server.url("/feed"), env=QUICK)
    run("-C", "a.db", "export", "all.warc")
    told = {each[1]: (each[0], each[6]) for each in records(tmp_path / "all.warc")}
    kinds = [each[0] for each in records(tmp_path / "all.warc")]
    assert sorted(kinds) == ["metadata", "metadata", "resource", "response", "warcinfo"]
    assert told[server.url("/rice")] == ("metadata", f"via: {server.url('/old')}\r\n".encode())
    assert told[server.url("/corn")] == ("metadata", f"via: {server.url('/feed')}\r\n".encode())
    run("-C", "b.db", "ingest", "all.warc")
    for article in run("-C", "a.db", "list", "--format", "ids").lines:
        there, back = (run("-C", name, "show", article, "--format", "json").json for name in ("a.db", "b.db"))
        assert there["retrieval"]["url"] == back["retrieval"]["url"] != back["url"]


def test_only_what_was_asked_for_is_written(run: Run, inputs: Path, tmp_path: Path) -> None:
    run("-C", "a.db", "ingest", inputs)
    corn = run("-C", "a.db", "search", "corn", "--format", "ids").out
    assert run("-C", "a.db", "export", "one.warc", "-", stdin=corn).code == 0
    [(kind, address, _, _, media_type, _, content)] = records(tmp_path / "one.warc")[1:]
    assert (kind, address, media_type) == ("resource", "file:///2019-06-13%20corn.txt", "text/plain")
    assert content == (inputs / "2019-06-13 corn.txt").read_bytes()


def test_what_has_no_bytes_is_counted(run: Run, inputs: Path, tmp_path: Path) -> None:
    run("-C", "a.db", "ingest", inputs / "crawl.warc.gz", "--no-payload")
    run("-C", "a.db", "ingest", inputs / "salt.md")
    outcome = run("-C", "a.db", "export", "all.warc.gz")
    assert outcome.code == 0
    assert one_line(outcome) == ("0 responses, 1 resource written; 2 versions left out: ingested with --no-payload")
    assert [each[0] for each in records(tmp_path / "all.warc.gz")] == ["warcinfo", "resource"]


def test_a_file_is_never_replaced_unasked_nor_left_in_part(run: Run, inputs: Path, tmp_path: Path) -> None:
    run("-C", "a.db", "ingest", inputs / "salt.md", inputs / "news.jsonl")
    (tmp_path / "taken.warc").write_text("mine")
    refused = run("-C", "a.db", "export", "taken.warc")
    assert (refused.code, "--force" in one_line(refused)) == (2, True)
    assert (tmp_path / "taken.warc").read_text() == "mine"
    for name, said in ((".", "folder"), ("none/x.warc", "none/x.warc"), ("-", "no file"), (os.devnull, "no file")):
        outcome = run("-C", "a.db", "export", name, "--force")
        assert (outcome.code, said in one_line(outcome)) == (2, True)
    unknown = run("-C", "a.db", "export", "x.warc", "ffffffff")
    assert (unknown.code, "no article" in one_line(unknown)) == (2, True)
    for payload in (b"\0", zstandard.compress(b"S")):  # no frame; a frame of other bytes
        connection = sqlite3.connect(tmp_path / "a.db")
        with connection:
            connection.execute("UPDATE payload SET bytes = ? WHERE rowid = (SELECT max(rowid) FROM payload)", [payload])
        connection.close()
        damaged = run("-C", "a.db", "export", "taken.warc", "--force")
        assert (damaged.code, "damaged" in one_line(damaged)) == (3, True)
        assert (tmp_path / "taken.warc").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir() if "warc" in path.name) == ["taken.warc"]
