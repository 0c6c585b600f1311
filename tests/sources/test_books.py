"""Books (EPUB) and Word documents: as articles, damaged, hostile."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from nkcorpus.errors import BadRecord, EmptyItem, ItemError, ItemTooLarge, UnreadableItem
from nkcorpus.extract import extract
from nkcorpus.model import ArticleDate, Document, SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.stream import Outcome
from tests.cli.support import Run

from .books import BODY, PACKAGE, W, docx, epub
from .packing import zipped


def outcomes(tmp_path: Path, name: str, content: bytes) -> list[Outcome]:
    (tmp_path / name).write_bytes(content)
    return list(iter_items([tmp_path / name]))


def word(content: bytes, name: str = "a.docx") -> Document:
    return extract(SourceItem(name, name, "docx", content))


@pytest.mark.parametrize("name", ["a.epub", "a.dat", "a.zip"])
def test_the_chapters_of_a_book(tmp_path: Path, name: str) -> None:
    cover, nav, one, two, gone = outcomes(tmp_path, name, epub())
    assert isinstance(cover, SourceSkip)
    assert isinstance(nav, SourceSkip)
    assert isinstance(gone, SourceFailure)
    assert gone.error == "no book: it has no OEBPS/text/gone.xhtml"
    assert isinstance(one, SourceItem)
    assert isinstance(two, SourceItem)
    assert one.origin == f"{tmp_path / name}!/OEBPS/text/one .xhtml"
    first, second = extract(one), extract(two)
    assert (first.title, first.raw_text) == ("One: the river", "1\n\nThe river froze in December.")
    assert (second.title, second.raw_text) == ("Two: the bridge", "Two: the bridge\n\nGuards were changed.")
    assert first.authors == ("Noh Invented",)
    assert first.date == ArticleDate("2016-05", "month", "meta")
    assert (first.source, first.section, first.lang) == ("Border Gazette Books", "Letters from Musan", "en")
    assert first.external_id == "urn:isbn:000#OEBPS/text/one .xhtml"


def test_titles_of_older_books(tmp_path: Path) -> None:
    book = epub(**{"OEBPS/book.opf": PACKAGE.replace(' properties="nav"', "").replace("nav.xhtml", "cover.xhtml")})
    items = [outcome for outcome in outcomes(tmp_path, "a.epub", book) if isinstance(outcome, SourceItem)]
    assert extract(items[0]).title == "Eins"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"META-INF/container.xml": "<x/>"}, "names no package"),
        ({"META-INF/container.xml": ""}, "broken XML"),
        ({"OEBPS/book.opf": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "entities of its own"),
        (
            {"META-INF/encryption.xml": "<e><CipherReference URI='OEBPS/text/one%20.xhtml'/></e>"},
            "copy-protected",
        ),
    ],
)
def test_books_that_cannot_be_read(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    *_, last = outcomes(tmp_path, "a.epub", epub(**changed))
    assert isinstance(last, SourceFailure)
    assert said in last.error


def test_a_word_document(tmp_path: Path) -> None:
    (item,) = outcomes(tmp_path, "a.docx", docx())
    assert isinstance(item, SourceItem)
    document = extract(item)
    assert (document.title, document.raw_text) == ("Salt in Wonsan", "Salt was dear\nin Wonsan.\n\n쌀\t5,000")
    assert document.authors == ("Ara Fictional",)
    assert document.date == ArticleDate("2017-03-04T05:06:07Z", "second", "file")
    assert dict(document.evidence)["date"] == "field:created"
    plain = word(docx(BODY.replace("Title", "Normal"), creator="python-docx"), "2018-01-02 salt.docx")
    assert (plain.title, plain.authors) == ("Document1", ())
    assert plain.date is not None
    assert plain.date.value == "2018-01-02"


def test_the_date_of_a_template_is_none() -> None:
    assert word(docx(created="2013-12-23T23:15:00Z")).date is None


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\3\4 no", UnreadableItem),
        (docx()[:300], UnreadableItem),
        (zipped({"a.txt": b"x"}), BadRecord),
        (docx(f"<w:document {W}><w:body/></w:document>").replace(b"Document1", b"         "), EmptyItem),
        (docx('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), BadRecord),
        (docx(f"<w:document {W}><w:p><w:t>" + "x" * 30_000_000 + "</w:t></w:p></w:document>"), ItemTooLarge),
        (docx(f"<w:document {W}>" + "<w:p><w:r/></w:p>" * 60_000), BadRecord),
        (docx(f"<w:document {W}><w:p>" + "<w:r/>" * 300_000), ItemTooLarge),
    ],
)
def test_documents_that_cannot_be_read(content: bytes, error: type[ItemError]) -> None:
    if error is EmptyItem:
        content = zipped({"word/document.xml": f"<w:document {W}><w:body/></w:document>".encode()})
    with pytest.raises(error) as caught:
        word(content)
    assert "\n" not in str(caught.value)


def test_what_the_user_says_about_a_zip_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.txt": b"x"}))
    (item,) = iter_items([tmp_path / "a.zip"], reading=Reading("docx"))
    assert isinstance(item, SourceItem)
    (failure,) = iter_items(["-"], stdin=io.BytesIO(zipped({"a.txt": b"x"})), reading=Reading("epub"))
    assert isinstance(failure, SourceFailure)
    assert failure.error == "no book: it has no META-INF/container.xml"


def test_other_office_files(tmp_path: Path) -> None:
    sheet = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"})
    (failure,) = outcomes(tmp_path, "a.xlsx", sheet)
    assert isinstance(failure, SourceFailure)
    assert failure.error == "an Office file that is no Word document; save it as CSV or .docx"


def test_a_document_whose_text_comes_late_is_known_by_its_name(tmp_path: Path) -> None:
    late = zipped(
        {"media/a.png": bytes(range(256)) * 100, "[Content_Types].xml": b"x", "word/document.xml": BODY.encode()}
    )
    (item,) = outcomes(tmp_path, "a.docx", late)
    assert isinstance(item, SourceItem)
    assert item.kind == "docx"


def test_through_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.epub").write_bytes(epub())
    (tmp_path / "in" / "b.zip").write_bytes(zipped({"deep/c.docx": docx()}))
    report = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (report["new"], report["failed"], report["skipped"]) == (3, 1, 2)
    again = run("-C", "c.db", "ingest", "in", "--format", "json", "--jobs", "1").json
    assert (again["new"], again["unchanged"]) == (0, 3)
    (salt,) = run("-C", "c.db", "search", "salt", "--format", "jsonl").objects
    assert (salt["origin"], salt["date"]) == ("in/b.zip!/deep/c.docx", "2017-03-04T05:06:07Z")
