"""A folder with one of each kind of file that holds articles. What they tell is fiction."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path
from typing import NamedTuple

import zstandard

from .books import docx, epub
from .feeds import ATOM, RDF, RSS, SITEMAP, WXR
from .mails import MHTML, SINGLEFILE, mailbox, newsletter
from .packing import tarred, zipped
from .pdfs import INFO, PROSE, pdf
from .warcs import HTML, page, warc


class Expected(NamedTuple):
    """An article as it comes in."""

    origin: str
    title: str | None
    date: str | None
    source: str | None


def _record(number: int) -> dict[str, str]:
    return {
        "title": f"Market report {number}",
        "text": f"Report {number}: a kilogram of rice cost KPW 5,{number}00 in Hyesan on Monday, a trader said.",
        "date": f"2020-01-{number:02}",
        "source": "River Post",
    }


def _lines(*numbers: int) -> bytes:
    return "".join(json.dumps(_record(number)) + "\n" for number in numbers).encode()


def _table(number: int) -> bytes:
    return (",".join(_record(number)) + "\n" + ",".join(f'"{v}"' for v in _record(number).values()) + "\n").encode()


def _parquet(*numbers: int) -> bytes:
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([_record(number) for number in numbers]), file)
    return file.getvalue()


def _markdown(subject: str) -> bytes:
    head = f"---\ntitle: {subject}\ndate: 2019-03-04\nsource: Border Gazette\n---\n"
    return f"{head}The talk of Musan was {subject} for a week, a resident said.\n".encode()


_STORY = "The dam at Hochon was closed, an engineer said, and the lamps of Tanchon went out for a night. Nobody came. "
_RESPONSE = [
    ("https://river-post.example/dam", "2019-06-14T01:02:03Z", "200 OK", [("Content-Type", HTML)], page("Dam", _STORY))
]


def examples() -> dict[str, bytes]:
    """Return the files by their names in the folder."""
    return {
        "2018-05-01-ferry.txt": b"The ferry at Sinpo did not leave for three days, and nobody in the harbour said why.",
        "salt.md": _markdown("salt"),
        "dam.html": page("Second dam", _STORY.replace("dam", "second dam"), "2019-06-15T00:00:00Z"),
        "Saved.html": page("Third dam", _STORY.replace("dam", "third dam"), "2019-06-16T00:00:00Z").replace(
            b"<html", b"<!-- saved from url=(0036)https://river-post.example/third-dam -->\n<html"
        ),
        "Saved_files/frame.html": page("An advertisement", _STORY),
        "singlefile.html": SINGLEFILE.replace(
            "<title>", '<meta property="article:published_time" content="2019-06-13"><title>'
        ).encode(),
        "squid.mhtml": MHTML.replace(b"2019/06/squid", b"2019/06/13/squid-mht"),
        "report.json": json.dumps(_record(1)).encode(),
        "reports.jsonl": _lines(2, 3),
        "report.csv": _table(4),
        "feed.rss": RSS.encode(),
        "old.rdf": RDF.encode(),
        "feed.atom": ATOM.encode(),
        "wordpress.xml": WXR.encode(),
        "sitemap.xml": SITEMAP.encode(),
        "pages.warc.gz": warc(_RESPONSE, others=True),
        "letters.mbox": mailbox(newsletter(Message_ID="<2@x.example>", Subject="Second letter")),
        "letter.eml": newsletter(),
        "book.epub": epub(),
        "salt.docx": docx(),
        "ferry.pdf": pdf([PROSE], INFO),
        "reports.parquet": _parquet(5, 6),
        "reports.zip": zipped({"a/report.json": json.dumps(_record(7)).encode(), "a/x.jpg": b"\xff\xd8"}),
        "notes.tar.gz": gzip.compress(tarred({"notes/coal.md": _markdown("coal")})),
        "all.zip": zipped({"b.tar": tarred({"c.zip": zipped({"corn.md": _markdown("corn")})})}),
        "report.csv.gz": gzip.compress(_table(8)),
        "report.jsonl.bz2": bz2.compress(_lines(9)),
        "report.jsonl.xz": lzma.compress(_lines(10)),
        "report.jsonl.zst": zstandard.compress(_lines(11)),
    }


def write_examples(folder: Path) -> None:
    """Write the files into a folder."""
    for name, content in examples().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _report(origin: str, number: int) -> Expected:
    return Expected(origin, f"Market report {number}", f"2020-01-{number:02}", "River Post")


def _note(origin: str, subject: str) -> Expected:
    return Expected(origin, subject, "2019-03-04", "Border Gazette")


_LETTER_DATE = "2019-06-13T09:30:00+09:00"

EXPECTED = [
    Expected("2018-05-01-ferry.txt", None, "2018-05-01", None),
    _note("salt.md", "salt"),
    Expected("dam.html", "Second dam", "2019-06-15T00:00:00Z", "River Post"),
    Expected("Saved.html", "Third dam", "2019-06-16T00:00:00Z", "River Post"),
    Expected("singlefile.html", "Squid on the quay", "2019-06-13", None),
    Expected("squid.mhtml", "Squid on the quay", "2019-06-13", None),
    _report("report.json", 1),
    _report("reports.jsonl", 2),
    _report("reports.jsonl", 3),
    _report("report.csv", 4),
    Expected("feed.rss", "Rice prices rise & fall’s over", "2019-06-13T09:30:00+09:00", "River Post"),
    Expected("feed.rss", "Only a summary", "2019-06-14T00:00:00Z", "River Post"),
    Expected("old.rdf", "장마당 단속", "2004-03-02T10:00:00+09:00", "Old Gazette"),
    Expected("feed.atom", "Lecture in Musan", "2020-02-01T08:00:00+09:00", "Atom Gazette"),
    Expected("feed.atom", "Changed only", None, "Atom Gazette"),
    Expected("wordpress.xml", "Ferry at Sinpo", "2018-05-01T15:00:00Z", "Border Gazette"),
    Expected("wordpress.xml", "About", None, "Border Gazette"),
    Expected("pages.warc.gz", "Dam", "2019-06-13T09:30:00+09:00", "River Post"),
    Expected("letters.mbox", "Second letter", _LETTER_DATE, "River Post 쌀"),
    Expected("letter.eml", "Rice rises", _LETTER_DATE, "River Post 쌀"),
    Expected("book.epub!/OEBPS/text/one .xhtml", "One: the river", "2016-05", "Border Gazette Books"),
    Expected("book.epub!/OEBPS/text/two.xhtml", "Two: the bridge", "2016-05", "Border Gazette Books"),
    Expected("salt.docx", "Salt in Wonsan", "2017-03-04T05:06:07Z", None),
    Expected("ferry.pdf", "Ferry at Sinpo", "2018-05-02T03:04:05+09:00", None),
    _report("reports.parquet", 5),
    _report("reports.parquet", 6),
    _report("reports.zip!/a/report.json", 7),
    _note("notes.tar.gz!/notes/coal.md", "coal"),
    _note("all.zip!/b.tar!/c.zip!/corn.md", "corn"),
    _report("report.csv.gz", 8),
    _report("report.jsonl.bz2", 9),
    _report("report.jsonl.xz", 10),
    _report("report.jsonl.zst", 11),
]
"""What comes in. A plain text, a Word document and a PDF file do not tell their publisher, and nothing is invented."""
