"""Datelines: what they tell, what is cut, and where they are looked for."""

from __future__ import annotations

import pytest

from nkcorpus.clean import clean_document
from nkcorpus.clean.engine import PREFIX_LINES
from nkcorpus.model import ArticleDate, Document, Span

REPORT = "A patrol boat ran aground off Paengnyong."
DATELINE = "SEOUL, South Korea, Jan. 3 (UPI) --"
BODY = ["Nobody was hurt.", "The tide was low.", "A tug came at noon.", "It left at two."]


def cleaned(text: str, *, keep: tuple[str, ...] = (), **fields: object) -> Document:
    return clean_document(Document(raw_text=text, extractor="text/1", **fields), keep=keep)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "prefix",
    [
        f"{DATELINE} ",
        f"{DATELINE}\u00a0 ",
        f"  {DATELINE} ",
        "SEOUL,\u00a0South Korea, Jan.\u00a03 (UPI) — ",
        "SEOUL, South Korea, Jan. 3 (UPI) – \u200b",
        "\ufeffSEOUL, South Korea, Jan. 3 (UPI) ---",
        "**SEOUL, South Korea, Jan. 3 (UPI)** -- ",
    ],
)
def test_a_prefix_goes_with_the_spaces_after_it(prefix: str) -> None:
    document = cleaned(f"{prefix}{REPORT}\n\n{BODY[0]}")
    assert document.text == f"{REPORT}\n\n{BODY[0]}"
    assert document.removed == (Span(0, len(prefix), "dateline", "wire.dateline"),)
    assert (document.place, document.source) == ("SEOUL, South Korea", "UPI")


def test_a_kept_dateline_stays_and_gives_its_facts() -> None:
    text = f"{DATELINE} {REPORT}"
    document = cleaned(text, keep=("dateline",))
    assert (document.text, document.removed) == (text, ())
    assert (document.place, document.source) == ("SEOUL, South Korea", "UPI")


def test_a_date_needs_a_year_on_the_line() -> None:
    assert cleaned(f"SEOUL, Jan. 3 (UPI) -- {REPORT}").date is None
    dated = cleaned(f"SEOUL, Jan. 3, 2030 (UPI) -- {REPORT}")
    assert dated.date == ArticleDate("2030-01-03", "day", "text")
    assert cleaned(f"SEOUL, Feb. 30, 2030 (UPI) -- {REPORT}").date is None


def test_what_the_source_gives_is_not_replaced() -> None:
    given = ArticleDate("2029", "year", "meta")
    document = cleaned(
        f"(서울=연합뉴스) 나도현 기자 = {REPORT}\n\n2030/01/09 07:00 송고",
        date=given, source="Border Post", authors=("Ida Stern",), place="Paju",
    )  # fmt: skip
    assert (document.date, document.source, document.authors) == (given, "Border Post", ("Ida Stern",))
    assert (document.place, document.text) == ("Paju", f"{REPORT}\n\n")


def test_a_prefix_alone_on_its_line_goes_with_the_line() -> None:
    for lines in ([DATELINE, REPORT], ["A Title", DATELINE, REPORT], ["(LEAD) " + DATELINE, REPORT]):
        document = cleaned("\n\n".join([*lines, *BODY]))
        assert DATELINE not in document.text
        assert document.text.count("\n\n") == document.raw_text.count("\n\n") - 1
        assert not document.text.startswith(("\n", " ", "("))


def test_several_prefixes_of_one_line() -> None:
    document = cleaned(f"(2nd LD) SEOUL (AP) — {REPORT}")
    assert document.text == REPORT
    assert [span.kind for span in document.removed] == ["chrome", "dateline"]
    assert document.place == "SEOUL"


def test_only_the_first_lines_are_read() -> None:
    within = [*BODY[: PREFIX_LINES - 1], f"{DATELINE} {REPORT}"]
    assert cleaned("\n".join(within)).text == "\n".join([*BODY[: PREFIX_LINES - 1], REPORT])
    beyond = "\n".join([*BODY[:PREFIX_LINES], f"{DATELINE} {REPORT}"])
    assert cleaned(beyond).text == beyond


def test_a_line_that_an_earlier_span_cuts_in_part_is_left() -> None:
    text = f"{DATELINE} {REPORT}"
    assert cleaned(text, removed=(Span(0, 3, "chrome", "extract.mark"),)).text == text[3:]


def test_reporters_of_a_korean_dateline() -> None:
    document = cleaned(f"(서울·단둥=연합뉴스) 나도현·한보라 기자 = {REPORT}")
    assert (document.place, document.source, document.authors) == ("서울·단둥", "연합뉴스", ("나도현", "한보라"))
