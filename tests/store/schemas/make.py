"""`python tests/store/schemas/make.py FILE`: a corpus by the nkcorpus that is imported, of any version, compressed.

It holds what that version can keep: texts, a page, records, a second version, duplicates, a removed article, a failure,
and where there are any, own tags, notes, aliases, rules, saved searches, followed sources and what came from the web.
"""

from __future__ import annotations

import http.server
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import zstandard

from nkcorpus import Corpus

PAGE = """<html lang="en"><head><title>{title} - Invented Post</title>
<meta property="article:published_time" content="2021-03-04T05:06:07+09:00">
<link rel="canonical" href="https://news.example/{title}">
<meta property="og:site_name" content="Invented Post"><meta name="author" content="Ara Fictional"></head>
<body><nav><a href="/">Home</a></nav><article><h1>{title}</h1>
<p>HYESAN, North Korea. {text} The price is what people speak of in the market, a trader there said on Monday.</p>
<p>Nobody in the province expects that it falls before the harvest, and so families sell what they can do without.</p>
<p>*Translated by Ben Invented</p><p>Please direct any comments or questions about this article to
desk@example.org.</p></article><footer>Copyright Invented Post</footer></body></html>"""

WORDS = "coal left the port at night and ships took it over sea to buyers who paid less than a year ago in yuan".split()
COAL = " ".join(WORDS[(n * n + 3 * n + n // 5) % len(WORDS)] for n in range(160))


class Site(http.server.BaseHTTPRequestHandler):
    """A page, and nothing else."""

    def do_GET(self) -> None:
        is_page = self.path == "/2021/03/salt"
        body = PAGE.format(title="Salt", text="Salt costs more than last year.").encode() if is_page else b"none"
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def write_sources() -> None:
    """Write the files that are taken in."""
    text = "A lecture was held in Musan.\n\nIt was about corn and 보위성.\n\n*Edited by Cee Fictional\n"
    Path("lecture.txt").write_text(text, "utf-8")
    Path("copy.txt").write_text(text, "utf-8")
    Path("gone.txt").write_text("An article that is removed again.\n", "utf-8")
    Path("rice.html").write_text(PAGE.format(title="Rice", text="Rice rose to 5,500 won."), "utf-8")
    records = [
        {
            "id": f"r{n}",
            "title": f"Record {n}",
            "text": f"{COAL} So {('they', 'they', 'we', 'sailors')[n - 1]} say.",
            "date": f"2020-0{n}-01",
        }
        for n in range(1, 5)
    ]
    Path("records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    Path("broken.json").write_text('{"text": ', "utf-8")


def fill(corpus: Any, address: str) -> None:
    """Take in all that this version takes."""
    corpus.ingest(["lecture.txt", "copy.txt", "gone.txt", "rice.html", "records.jsonl", "broken.json"])
    Path("rice.html").write_text(PAGE.format(title="Rice", text="Rice rose to 6,500 won."), "utf-8")
    corpus.ingest(["rice.html"])
    corpus.remove([hit.id for hit in corpus.search("removed again", match="all")])
    first = corpus.search("lecture").hits[0].id
    attempts: list[Callable[[], object]] = [
        lambda: corpus.cleaning.uncut(first, "1"),
        lambda: corpus.annotations.tag([first], add=["seen"]),
        lambda: corpus.annotations.add_note(first, "Ask about the 보위성."),
        lambda: corpus.wording.add_aliases(["coal", "black gold"]),
        lambda: corpus.searches.save("rice", "rice market", {}),
        lambda: corpus.follows.add(address),
        lambda: corpus.ingest([f"{address}/2021/03/salt", f"{address}/2021/03/none"]),
    ]
    for attempt in attempts:
        with suppress(Exception):  # what this version has not
            attempt()


def main(target: str) -> None:
    """Make the corpus, and write it compressed."""
    file = Path(target).absolute()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as home:
        os.chdir(home)
        write_sources()
        with Corpus.open("c.db", cache_dir="cache") as corpus:
            fill(corpus, f"http://127.0.0.1:{server.server_port}")
        file.write_bytes(zstandard.compress(Path("c.db").read_bytes(), 19))
        os.chdir("/")
    server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
