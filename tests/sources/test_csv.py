"""Tables: header, rows as they stand, damage."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.extract import EmptyRecord, extract
from nkcorpus.model import SourceFailure, SourceItem
from nkcorpus.sources import Reading, iter_items
from nkcorpus.sources.csvfile import read_table
from nkcorpus.sources.stream import Input, Outcome


def of_file(
    tmp_path: Path, content: str | bytes, name: str = "a.csv", mapping: dict[str, str] | None = None
) -> list[Outcome]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(iter_items([str(path)], reading=Reading(mapping=mapping or {})))


def texts(outcomes: list[Outcome]) -> list[str]:
    assert all(isinstance(outcome, SourceItem) for outcome in outcomes), outcomes
    return [extract(outcome).raw_text for outcome in outcomes if isinstance(outcome, SourceItem)]


def test_a_row_is_handed_over_with_the_header_as_it_stands(tmp_path: Path) -> None:
    outcomes = of_file(tmp_path, b'Title, text\r\nRice,"Prices\r\nrose, ""they"" said"\r\n\r\nOil,fell\r\n')
    assert [outcome.payload for outcome in outcomes if isinstance(outcome, SourceItem)] == [
        b'Title, text\r\nRice,"Prices\r\nrose, ""they"" said"\r\n',
        b"Title, text\r\nOil,fell\r\n",
    ]
    assert [outcome.record for outcome in outcomes if isinstance(outcome, SourceItem)] == [1, 2]
    assert texts(outcomes) == ['Prices\nrose, "they" said', "fell"]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("|", "a.csv"), ("\t", "a.tsv")]
)
def test_delimiters(tmp_path: Path, delimiter: str, name: str) -> None:
    content = f"date{delimiter}body\n2019-06-13{delimiter}Prices rose.\n"
    assert texts(of_file(tmp_path, content, name)) == ["Prices rose."]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "euc_kr", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    row = "장마당에서 쌀값이 올랐다고 소식통이 전했다. 주민들은 걱정하고 있다."
    assert texts(of_file(tmp_path, f'title,text\n쌀,"{row}"\n기름,{row}\n'.encode(encoding))) == [row, row]


def test_broken_bytes_stay_in_the_payload(tmp_path: Path) -> None:
    (item,) = of_file(tmp_path, "text\n“Prices” ".encode() + b"\xff rose\n")
    assert isinstance(item, SourceItem)
    assert item.payload.endswith(b"\xff rose\n")
    document = extract(item)
    assert document.raw_text == "“Prices” \ufffd rose"
    assert [repair.start for repair in document.repairs] == [9]


def test_nul_bytes_are_replaced(tmp_path: Path) -> None:
    assert texts(of_file(tmp_path, b"title,text\nRice,Prices\0 rose" + b" again" * 40 + b"\n"))[0].startswith(
        "Prices\ufffd rose"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "no text column; columns are a, b; name one with --map text=COLUMN"),
        ("Prices rose.\n", "no text column; columns are Prices rose."),
        ("", "empty"),
        ("\n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary content"),
        (b"text\n" + b"\0" * 100, "binary content"),
    ],
)
def test_what_is_no_table_of_texts_is_one_failure(tmp_path: Path, content: str | bytes, message: str) -> None:
    (failure,) = of_file(tmp_path, content)
    assert isinstance(failure, SourceFailure)
    assert message in failure.error


def test_columns_by_mapping(tmp_path: Path) -> None:
    content = "Inhalt,x\nPrices rose.,1\n"
    (item,) = of_file(tmp_path, content, mapping={"text": "inhalt"})
    assert isinstance(item, SourceItem)
    assert extract(item, {"text": "inhalt"}).raw_text == "Prices rose."
    (failure,) = of_file(tmp_path, "title,x\nRice,1\n", mapping={"text": "Inhalt"})
    assert isinstance(failure, SourceFailure)
    assert "no column 'Inhalt' for the text; columns are title, x" in failure.error


def test_ragged_rows(tmp_path: Path) -> None:
    outcomes = of_file(tmp_path, "title,text\nA,a,b\nB\nC,c,,\nD,d\n")
    assert [type(outcome) for outcome in outcomes] == [SourceFailure, SourceItem, SourceItem, SourceItem]
    first = outcomes[0]
    assert isinstance(first, SourceFailure)
    assert (first.record, first.error) == (1, "row 1: 3 cells where the header has 2; quote cells that hold ','")
    assert texts(outcomes[1:]) == ["", "c", "d"]


def test_a_quote_left_open_is_told(tmp_path: Path) -> None:
    outcomes = of_file(tmp_path, 'title,text\nA,a\nB,"left open\nC,c\n')
    assert [type(outcome) for outcome in outcomes] == [SourceItem, SourceFailure]
    assert "a quote is left open" in str(outcomes[1])


def test_a_row_beyond_the_limit_fails_alone() -> None:
    content = "title,text\nA,a\nB," + "x" * 500 + "\nC,c\n"
    outcomes = list(read_table(Input("a.csv", "a.csv", io.BytesIO(content.encode())), limit=100))
    assert [type(outcome) for outcome in outcomes] == [SourceItem, SourceFailure, SourceItem]


def test_a_long_cell_is_taken(tmp_path: Path) -> None:
    assert [len(text) for text in texts(of_file(tmp_path, "text\n" + "x" * 300_000 + "\n" + "y" * 200_000))] == [
        300_000,
        200_000,
    ]


def test_a_line_that_names_the_separator_and_quoted_headers(tmp_path: Path) -> None:
    assert texts(of_file(tmp_path, 'sep=;\n"Long\nname";text\n1;Prices\n')) == ["Prices"]


def test_a_header_alone_gives_nothing(tmp_path: Path) -> None:
    assert of_file(tmp_path, "title,text\n") == []


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",;'), max_size=20)


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_rows_come_through(rows: list[tuple[str, str]], delimiter: str, line_end: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "text"), *rows])
    outcomes = list(read_table(Input("a.csv", "a.csv", io.BytesIO(file.getvalue().encode(encoding)))))
    assert len(outcomes) == len(rows)
    for outcome, (title, text) in zip(outcomes, rows, strict=True):
        assert isinstance(outcome, SourceItem)
        try:
            document = extract(outcome)
        except EmptyRecord:
            assert not text.strip()
            continue
        assert document.raw_text == (text if text.strip() else "") or "<" in text or "&" in text
        assert (document.title or "").split() == title.split() or "&" in title or "\ufeff" in title


@given(st.text('",;\n\r a1', max_size=60))
def test_no_table_crashes_the_reader(content: str) -> None:
    for outcome in read_table(Input("a.csv", "a.csv", io.BytesIO(b"text,title\n" + content.encode()))):
        assert isinstance(outcome, (SourceItem, SourceFailure))
