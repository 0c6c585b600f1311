"""What is taken in from strangers: names of files and members, headers, fields and answers that want to be seen."""

from __future__ import annotations

import base64
import gzip
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from tests.hostile.inside import Ended, run_inside
from tests.hostile.sequences import ESC, EVERYTHING, NAMED, SEQUENCES, raw_in
from tests.web.server import Reply, Server

SHORT = [text for text in SEQUENCES.values() if not set(text) & set("/\0") and "\ud800" not in text]
FIELDS = "title author authors translator editor source section lang url id tags date".split()
PAGE = """<html lang="{0}"><head><title>{0}</title><meta name="author" content="{0}">
<meta property="og:site_name" content="{0}"><link rel="canonical" href="https://evil.example/{0}">
<script type="application/ld+json">{1}</script></head>
<body><article><h1>{0}</h1><p>{2}</p><p>By {0}</p></article></body></html>"""
SENTENCE = "The price of rice rose in Hyesan in June, a trader at the market said on Monday. "


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of files may hold any bytes")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder in which everything that can have a name or a field has a hostile one."""
    folder = tmp_path_factory.mktemp("home") / "inputs"
    folder.mkdir()
    for number, text in enumerate(SHORT):
        name = os.fsencode(f"{number}{text}")[:120]
        (folder / os.fsdecode(name + b".txt")).write_text(f"{SENTENCE}{text}", "utf-8", "surrogateescape")
        (folder / os.fsdecode(name + b".bin")).write_bytes(b"\0\1\2" + os.fsencode(text))
    text = EVERYTHING.replace("\ud800", "").replace("\udcff", "")
    record = dict.fromkeys(FIELDS, text) | {"text": SENTENCE + text}
    (folder / "records.jsonl").write_text(f"{json.dumps(record)}\n{{{text.splitlines()[0]}\n", "utf-8")
    (folder / "rows.csv").write_text(
        "title,text,author\n" + ",".join(json.dumps(text)[:300] for _ in range(3)) + "\n", "utf-8"
    )
    (folder / "page.html").write_text(PAGE.format(text, json.dumps({"headline": text}), SENTENCE * 9), "utf-8")
    with zipfile.ZipFile(folder / "pack.zip", "w") as archive:
        for number, each in enumerate(SHORT):
            member = f"{number}{each}".encode("utf-8", "replace").decode()
            archive.writestr(zipfile.ZipInfo(f"{member}.txt"), SENTENCE + each.encode("utf-8", "replace").decode())
            archive.writestr(zipfile.ZipInfo(f"{member}.pdf"), b"%PDF-1.4 " + member.encode())
    word = f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="
    plain = " ".join(text.split())
    heads = "".join(f"{name}: {value}\r\n" for name in ("Subject", "From", "List-Id") for value in (word, plain))
    (folder / "mail.eml").write_bytes(f"{heads}Message-ID: <{plain}>\r\n\r\n{SENTENCE}{text}".encode())
    head = "".join(
        f"{line}\r\n"
        for line in (
            "WARC/1.0",
            "WARC-Type: response",
            f"WARC-Target-URI: http://evil.example/{ESC}]0;x\x07",
            f"WARC-Date: {ESC}[5;35m",
        )
    )
    answer = (
        f"HTTP/1.1 200 {ESC}]0;x\x07\r\nContent-Type: text/html; charset={ESC}[5m\r\n\r\n<p>{SENTENCE * 9}</p>".encode()
    )
    (folder / "web.warc.gz").write_bytes(
        gzip.compress(
            f"{head}Content-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
            + answer
            + b"\r\n\r\n"
        )
    )
    return folder


def raw_of(ended: Ended, terminal: bool) -> list[str]:
    assert b"internal error" not in ended.err, ended.err[-500:]
    return raw_in(ended.out, terminal=terminal) + raw_in(ended.err, terminal=terminal)


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_raw_is_said_about_what_is_taken_in(inputs: Path, terminal: bool) -> None:
    home = inputs.parent
    corpus = home / f"{terminal}.db"
    first = run_inside(home, "-C", corpus, "-v", "ingest", inputs, "--jobs", "1", "--format", "json", terminal=terminal)
    assert raw_of(first, terminal) == []
    report = json.loads(first.out)
    assert report["new"] > 100 and report["failed"] > 50
    for arguments in (
        ["list", "-n", "0"],
        ["list", "-n", "0", "--format", "jsonl"],
        ["search", "rice", "-n", "0"],
        ["stats"],
    ):
        shown = run_inside(home, "-C", corpus, *arguments, terminal=terminal)
        assert shown.code == 0
        assert raw_of(shown, terminal) == []
    again = run_inside(home, "-C", corpus, "-q", "ingest", inputs, "--jobs", "1", terminal=terminal)
    assert raw_of(again, terminal) == []


@pytest.mark.parametrize("format", ["text", "json", "jsonl", "markdown", "diff"])
def test_nothing_raw_comes_out_of_the_filter(inputs: Path, format: str) -> None:
    for terminal in (False, True):
        cleaned = run_inside(inputs.parent, "clean", inputs, "--jobs", "1", "--format", format, terminal=terminal)
        assert raw_of(cleaned, terminal) == []


@pytest.mark.parametrize(
    "toml",
    [
        "x = 1",
        "[[rule]]\nid = {0}",
        "[[rule]]\n{0} = 1",
        "{0}",
        "[[rule]]\nid = 'a.b'\nkind = {0}\nzone = {0}\npattern = {0}\ncut = [{0}]\nkeep = [{0}]",
    ],
)
def test_nothing_raw_is_said_about_a_rule_file(inputs: Path, toml: str) -> None:
    text = EVERYTHING.replace("\ud800", "").replace("\udcff", "")
    path = inputs.parent / f"rules{ESC}]0;x\x07.toml"
    for quoted in (json.dumps(text), "'" + NAMED["bold"] + "'"):
        path.write_text(toml.format(quoted), "utf-8")
        for arguments in (["rules", "--check"], ["rules", "--add"]):
            assert raw_of(run_inside(inputs.parent, *arguments, path), False) == []


def test_nothing_raw_is_said_about_what_a_server_answers(tmp_path: Path) -> None:
    reason = f"{ESC}]52;c;cm0gLXJm\x07 \x9b5;35m \x08"
    latin = reason.encode("latin-1")
    page = f"<html><head><title>{NAMED['OSC 8']}</title></head><body><p>{SENTENCE * 9}</p></body></html>"
    with Server() as server:
        server.routes["/status"] = Reply(raw=b"HTTP/1.1 500 " + latin + b"\r\nContent-Length: 0\r\n\r\n")
        server.routes["/gone"] = Reply(
            raw=b"HTTP/1.1 404 " + latin + b"\r\nX: " + latin + b"\r\nContent-Length: 0\r\n\r\n"
        )
        server.routes["/garbage"] = Reply(raw=latin * 20)
        server.routes["/away"] = Reply(
            raw=b"HTTP/1.1 302 Found\r\nLocation: " + latin + b"\r\nContent-Length: 0\r\n\r\n"
        )
        server.routes["/far"] = Reply(
            raw=b"HTTP/1.1 302 Found\r\nLocation: http://x" + latin + b"/\r\nContent-Length: 0\r\n\r\n"
        )
        server.routes["/coded"] = Reply(
            raw=b"HTTP/1.1 200 OK\r\nContent-Encoding: " + latin + b"\r\nContent-Length: 1\r\n\r\nx"
        )
        server.routes["/typed"] = Reply(body=page.encode(), headers={"Content-Type": f"text/html; charset={reason}"})
        server.routes["/later"] = Reply(
            raw=b"HTTP/1.1 429 x\r\nRetry-After: " + latin + b"\r\nContent-Length: 0\r\n\r\n"
        )
        addresses = [server.url(path) for path in server.routes]
        settings = tmp_path / "nkcorpus.toml"
        settings.write_text("[fetch]\ndelay = 0\nretries = 0\n")
        env = {"NKCORPUS_CONFIG": str(settings)}
        for terminal in (False, True):
            corpus = tmp_path / f"{terminal}.db"
            for arguments in (["-v", "ingest", *addresses, server.url(f"/{ESC}[5m")], ["fetches", "-n", "0"], ["list"]):
                ended = run_inside(tmp_path, "-C", corpus, *arguments, terminal=terminal, env=env)
                assert raw_of(ended, terminal) == [], arguments
                assert ended.code in (0, 1), ended.err
