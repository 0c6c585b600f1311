"""PDF and Parquet files, which take extras: as articles, damaged, hostile, and without the extra."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nkcorpus.errors import EmptyItem, ItemError, ItemTooLarge, UnreadableItem
from nkcorpus.extract import extract
from nkcorpus.model import ArticleDate, Document, SourceFailure, SourceItem
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.stream import Outcome
from tests.cli.support import Run
from tests.hostile.bounds import run_bounded

from .packing import zipped
from .pdfs import INFO, PROSE, pdf

pypdf = pytest.importorskip("pypdf")
pyarrow = pytest.importorskip("pyarrow")
pyarrow_parquet = pytest.importorskip("pyarrow.parquet")

ROWS = [
    {
        "headline": "Rice",
        "body": "Rice rose in Hyesan.",
        "published": date(2019, 6, 13),
        "price": Decimal("5.5"),
        "x": b"\0",
    },
    {"headline": None, "body": "Corn fell.", "published": None, "price": None, "x": None},
]


def outcomes(tmp_path: Path, name: str, content: bytes, **reading: Any) -> list[Outcome]:
    (tmp_path / name).write_bytes(content)
    return list(iter_items([tmp_path / name], reading=Reading(**reading)))


def read(content: bytes, name: str = "a.pdf") -> Document:
    return extract(SourceItem(name, name, "pdf", content))


def parquet(rows: Sequence[Any], **options: Any) -> bytes:
    sink = pyarrow.BufferOutputStream()
    pyarrow_parquet.write_table(pyarrow.Table.from_pylist(rows), sink, **options)
    content = sink.getvalue().to_pybytes()
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize("name", ["a.pdf", "a.dat", "a.html"])
def test_a_pdf_file(tmp_path: Path, name: str) -> None:
    (item,) = outcomes(tmp_path, name, pdf([PROSE], INFO))
    assert isinstance(item, SourceItem)
    document = extract(item)
    assert document.raw_text == (
        "The ferry at Sinpo did not leave for three days, and nobody in the harbour said why. Salt was dear in Wonsan,"
        " a trader told the Gazette on Monday, and “everyone” knew it, he said; officials informed nobody.\n\n"
        "Rice rose in Hyesan last week."
    )
    assert (document.title, document.authors) == ("Ferry at Sinpo", ("Noh Invented",))
    assert document.date == ArticleDate("2018-05-02T03:04:05+09:00", "second", "file")
    assert dict(document.evidence) == {
        "authors": "field:Author",
        "date": "field:CreationDate",
        "title": "field:Title",
        "lang": "language-model",
    }


@pytest.mark.parametrize("nobody", ["anonymous", "\\(anonymous\\)", "Microsoft Office User"])
def test_what_a_printer_writes_for_nobody_is_no_author(nobody: str) -> None:
    document = read(pdf([PROSE], f"/Title (untitled) /Author ({nobody})"))
    assert (document.title, document.authors) == (None, ())


def test_running_heads_are_left_out_and_paragraphs_go_on_over_pages() -> None:
    words = ["salt", "rice", "corn", "squid"]
    body = [[f"{word} {line}" for line in PROSE[:2]] for word in words]
    pages = [["Border Gazette", *lines, f"Page {number} of 4"] for number, lines in enumerate(body, start=1)]
    text = read(pdf(pages)).raw_text
    assert "Border Gazette" not in text
    assert "Page" not in text
    assert text.count("\n\n") == 0
    assert [text.count(f"{word} ") >= 2 for word in words] == [True] * 4


def test_what_programs_write_for_a_title_is_none() -> None:
    assert read(pdf([PROSE], "/Title (Microsoft Word - ferry.docx)")).title is None
    dated = read(pdf([PROSE], INFO), "2017-01-02_ferry.pdf").date
    assert dated is not None
    assert dated.value == "2017-01-02"


HUGE = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"%PDF-1.4", UnreadableItem),
        (pdf([PROSE])[:300], UnreadableItem),
        (pdf([PROSE]).replace(b"/Pages 2 0 R", b"/Pages 1 0 R"), ItemError),
        (pdf([[]]), EmptyItem),
        (pdf([["x"]] * 2_100), ItemTooLarge),
    ],
)
def test_pdf_files_that_cannot_be_read(content: bytes, error: type[ItemError]) -> None:
    with pytest.raises(error) as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_a_protected_file(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(UnreadableItem, match="password"):
        read((tmp_path / "a.pdf").read_bytes())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read as Linux counts it")
def test_a_bomb_in_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([PROSE]))
    usual = run_bounded(tmp_path, "clean", "a.pdf", "--jobs", "1")
    compressor = zlib.compressobj(9)
    parts = [compressor.compress(b"BT (Rice) Tj ET " * 100_000) for _ in range(250)]
    bomb = b"".join([*parts, compressor.flush()])
    stream = pdf([PROSE])
    begin, end = stream.index(b"stream\n") + 7, stream.index(b"\nendstream")
    (tmp_path / "a.pdf").write_bytes(stream[:begin] + bomb + stream[end:])
    taken = run_bounded(tmp_path, "clean", "a.pdf", "--jobs", "1")
    assert taken.code == 1
    assert len(taken.errors) == 1
    assert taken.seconds < 30
    assert taken.memory < usual.memory + 64 * 10**6


@pytest.mark.parametrize("name", ["a.parquet", "a.dat"])
def test_a_parquet_file(tmp_path: Path, name: str) -> None:
    rice, corn = outcomes(tmp_path, name, parquet(ROWS))
    assert isinstance(rice, SourceItem)
    assert isinstance(corn, SourceItem)
    assert rice.payload == (
        b'{"headline": "Rice", "body": "Rice rose in Hyesan.", "published": "2019-06-13", "price": "5.5"}'
    )
    document = extract(rice)
    assert (document.title, document.raw_text) == ("Rice", "Rice rose in Hyesan.")
    assert document.date == ArticleDate("2019-06-13", "day", "meta")
    assert (corn.record, extract(corn).raw_text) == (2, "Corn fell.")


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
def test_parquet_within_an_archive(tmp_path: Path, compression: str) -> None:
    found = outcomes(tmp_path, "a.zip", zipped({"b.parquet": parquet(ROWS * 100, compression=compression)}))
    assert [type(outcome) for outcome in found] == [SourceItem] * 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1", "damaged"),
        (parquet(ROWS)[:-30], "damaged"),
        (b"PAR1" + b"\xff" * 500 + b"PAR1", "damaged"),
        (parquet([{"words": "Rice"}]), "no text column; columns are words"),
    ],
)
def test_parquet_files_that_cannot_be_read(tmp_path: Path, content: bytes, said: str) -> None:
    (failure,) = outcomes(tmp_path, "a.parquet", content)
    assert isinstance(failure, SourceFailure)
    assert said in failure.error


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read as Linux counts it")
def test_a_value_that_unpacks_to_far_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(parquet(ROWS))
    usual = run_bounded(tmp_path, "clean", "a.parquet", "--jobs", "1")
    (tmp_path / "a.parquet").write_bytes(parquet([{"text": "Rice " * 8_000_000}], compression="zstd"))
    taken = run_bounded(tmp_path, "clean", "a.parquet", "--jobs", "1")
    assert taken.code == 1
    assert "unpacks to more than 100 times its size" in taken.errors[0]
    assert taken.memory < usual.memory + 32 * 10**6


def test_a_value_that_is_shared_by_far_too_many_rows(tmp_path: Path) -> None:
    places = pyarrow.array([0] * 100_000, pyarrow.int32())
    column = pyarrow.DictionaryArray.from_arrays(places, pyarrow.array(["Rice " * 20_000]))
    pyarrow_parquet.write_table(pyarrow.table({"text": column}), tmp_path / "a.parquet")
    rows = [row if isinstance(row, SourceFailure) else None for row in iter_items([tmp_path / "a.parquet"])]
    assert 1_000 < len(rows) < 2_000
    assert rows[-1] is not None
    assert "unpacks to more than 100 times its size" in rows[-1].error


def test_names_of_columns(tmp_path: Path) -> None:
    (item,) = outcomes(tmp_path, "a.parquet", parquet([{"words": "Rice"}]), mapping={"text": "words"})
    assert isinstance(item, SourceItem)
    assert extract(item, {"text": "words"}).raw_text == "Rice"


def test_through_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(pdf([PROSE], INFO))
    (tmp_path / "in" / "b.parquet").write_bytes(parquet(ROWS))
    report = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (report["new"], report["failed"]) == (3, 0)
    again = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (again["new"], again["unchanged"]) == (0, 3)


def test_without_the_extras_the_error_names_them(tmp_path: Path) -> None:
    """Run in a process in which neither package can be imported."""
    (tmp_path / "a.pdf").write_bytes(pdf([PROSE]))
    (tmp_path / "b.parquet").write_bytes(parquet(ROWS))
    script = (
        "import sys\nsys.modules['pypdf'] = sys.modules['pyarrow'] = None\n"
        "from nkcorpus.cli import run\nsys.exit(run(['clean', 'a.pdf', 'b.parquet', '--jobs', '1']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "nkcorpus: a.pdf: reading a PDF file takes pypdf: pip install 'nkcorpus[pdf]'",
        "nkcorpus: b.parquet: reading a Parquet file takes pyarrow: pip install 'nkcorpus[parquet]'",
    ]
