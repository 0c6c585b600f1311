"""Pages that would hang or crash a naive reader, given to the command line within bounds of time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, environment

SECONDS = 10.0  # of the processor: other work on the machine must not fail the test
MEMORY = 500 * 10**6
SENTENCE = "The ferry at Sinpo did not leave for three days, and nobody in the harbour said why. "
STORY = f"<p>{SENTENCE * 4}</p>"

PAGES: dict[str, bytes] = {
    "nested 10,000 deep": ("<div>" * 10_000 + STORY).encode(),
    "20 MB": ("<body>" + f"<p>{SENTENCE * 40}</p>" * (20_000_000 // (40 * len(SENTENCE) + 7))).encode(),
    "no body": f"<title>Ferry</title><main>{STORY * 5}</main>".encode(),
    "frames": b"<title>Ferry</title><frameset><frame src=a.html><noframes><p>No frames.</p></noframes></frameset>",
    "NUL bytes": f"<title>Ferry</title><p>{SENTENCE}\0{SENTENCE}</p>".encode(),
    "lying charset": "<meta charset=utf-8><title>Ferry</title><p>신포항 배는 사흘 동안 떠나지 못했다.</p>".encode(
        "cp949"
    ),
    "lone surrogates": b"<meta charset=utf-8><title>Ferry</title><p>\xed\xa0\xbd " + SENTENCE.encode() + b"</p>",
    "feed": b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>Ferry</title></item></channel></rss>",
    "PDF": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 40,
    "endless paragraph": b"<title>Ferry</title><p>" + SENTENCE.encode() * 60_000,
    "many tags": b"<b>" * 400_000,
}
REFUSED = {"PDF": "PDF", "many tags": "400,000 tags"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read as Linux counts it")
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_result_within_bounds(tmp_path: Path, name: str, fast: bool) -> None:
    (tmp_path / "page.html").write_bytes(PAGES[name])
    command = [*PROGRAM, "clean", "--format", "jsonl", *(["--fast"] if fast else []), "page.html"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    (item,) = map(json.loads, (tmp_path / "out").read_text("utf-8").splitlines())
    errors = (tmp_path / "err").read_text("utf-8")
    assert "Traceback" not in errors
    if name in REFUSED:
        assert process.returncode == 1
        assert REFUSED[name] in item["error"]
        assert len(errors.splitlines()) == 1
    else:
        assert process.returncode == 0
        assert item["text"] or item["title"] == "Ferry"
    assert usage.ru_maxrss * 1024 < MEMORY
    assert usage.ru_utime + usage.ru_stime < SECONDS
