from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.render import default_hit_format, render_count, render_hits, render_queries
from nkcorpus.render.fields import HIT_KEYS
from nkcorpus.render.hits import HitFormat, QueriesFormat
from nkcorpus.render.safe import visible
from nkcorpus.results import SearchResult

from .builders import Screen, article, bare_document, document, hit, result

FIRST_ID, SECOND_ID = "0" * 31 + "1", "0" * 31 + "2"
BOTH = result(hit(), hit(2, article(2, bare_document()), score=1 / 3), total=7)


def rendered(found: SearchResult, format: HitFormat, *, null: bool = False) -> str:
    screen = Screen()
    render_hits(found, format, screen.env, null=null)
    assert screen.err == ""
    return screen.out


def asked(format: QueriesFormat) -> tuple[str, int]:
    screen = Screen()
    count = render_queries([("q 1", BOTH), ("q2", result())], format, screen.env)
    return screen.out, count


def test_plain_has_five_columns_and_no_lead_for_a_title() -> None:
    assert rendered(BOTH, "plain") == (
        f"{FIRST_ID}\t3.2500\t2023-06-04T09:30+09:00\tBorder Bulletin\tLecture in Saebom\n{SECOND_ID}\t0.3333\t\t\t\n"
    )


def test_plain_leaves_an_unknown_score_empty_and_breaks_no_columns() -> None:
    found = result(hit(found=article(1, document(title="a\tb\r\nc", source="d\n\ne")), score=None))
    assert rendered(found, "plain") == f"{FIRST_ID}\t\t2023-06-04T09:30+09:00\td e\ta b c\n"


def test_ids_end_with_a_line_feed_or_nul() -> None:
    assert rendered(BOTH, "ids") == f"{FIRST_ID}\n{SECOND_ID}\n"
    assert rendered(BOTH, "ids", null=True) == f"{FIRST_ID}\0{SECOND_ID}\0"


def test_jsonl_is_one_object_a_line() -> None:
    objects = [json.loads(line) for line in rendered(BOTH, "jsonl").splitlines()]
    assert [list(item) for item in objects] == [list(HIT_KEYS)] * 2
    assert [item["rank"] for item in objects] == [1, 2]


def test_json_is_one_object_and_indented_on_a_terminal() -> None:
    whole = json.loads(rendered(BOTH, "json"))
    assert (whole["schema"], whole["total"], len(whole["hits"])) == (1, 7, 2)
    screen = Screen(tty=True)
    render_hits(BOTH, "json", screen.env)
    assert screen.out.startswith('{\n  "schema": 1')
    assert json.loads(screen.out) == whole


def test_csv_reads_back_with_lists_joined() -> None:
    found = result(
        hit(
            found=article(1, document(title='=a, "b"\nc'), near_duplicates=("e" * 32, "f" * 32)),
            matches=((0, 4), (7, 14)),
        )
    )
    text = rendered(found, "csv")
    assert "\r" not in text
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert list(row) == list(HIT_KEYS)
    assert row["title"] == '\'=a, "b"\nc'
    assert row["authors"] == "Han Mi-rae; O Il"
    assert row["matches"] == "0-4; 7-14"
    assert row["near_duplicates"] == f"{'e' * 32}; {'f' * 32}"
    assert (row["rank"], row["score"]) == ("1", "3.25")


@given(st.text(max_size=30), st.text(max_size=30))
def test_csv_round_trip_of_any_title(title: str, source: str) -> None:
    found = result(hit(found=article(1, document(title=title, source=source))))
    (row,) = csv.DictReader(io.StringIO(rendered(found, "csv"), newline=""))
    assert row["title"] in (visible(title, newlines=True), "'" + visible(title, newlines=True))
    assert row["source"].removeprefix("'") == visible(source, newlines=True).removeprefix("'")


def test_tsv_has_no_quoting_and_one_line_a_hit() -> None:
    found = result(hit(found=article(1, document(title='a "b"\tc\nd', source="@SUM(1)"))))
    header, line = rendered(found, "tsv").splitlines()
    assert header.split("\t") == list(HIT_KEYS)
    row = dict(zip(HIT_KEYS, line.split("\t"), strict=True))
    assert row["title"] == 'a "b" c d'
    assert row["source"] == "'@SUM(1)"


@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_delimited_formats_have_a_header_without_hits(format: Literal["csv", "tsv"]) -> None:
    assert len(rendered(result(), format).splitlines()) == 1


@pytest.mark.parametrize("format", ["plain", "jsonl", "ids", "text", "markdown", "trec", "table"])
def test_no_hits_print_nothing(format: HitFormat) -> None:
    assert rendered(result(), format) == ""


def test_text_is_a_block_a_hit_with_a_marked_lead() -> None:
    assert rendered(BOTH, "text") == (
        "1. Lecture in Saebom\n"
        f"   2023-06-04T09:30+09:00 · Border Bulletin · {FIRST_ID}\n"
        "   gave a lecture on vigilance\n"
        "\n"
        "2. (lead) Officers of the local branch gave a lecture on vigilance in Saebom County.\n"
        f"   {SECOND_ID}\n"
        "   gave a lecture on vigilance\n"
    )


def test_a_long_lead_is_cut_at_a_word_and_shows_it() -> None:
    found = result(hit(found=article(1, bare_document("word " * 60))))
    first_line = rendered(found, "text").splitlines()[0]
    assert first_line.endswith("word…")
    assert len(first_line) < 115


def test_markdown_links_only_web_addresses() -> None:
    good = hit(found=article(1, document(url="https://b.example/a (1)>x")))
    bad = hit(2, article(2, document(title="x](y) *z*", url="javascript:alert(1)")))
    text = rendered(result(good, bad), "markdown")
    assert "1. [Lecture in Saebom](<https://b.example/a%20%281%29%3Ex>) — " in text
    assert "2. x\\](y) \\*z\\* — " in text
    assert "javascript" not in text


def test_trec_has_six_columns_and_prefers_the_external_id() -> None:
    spaced = hit(3, article(3, document(external_id="a b\u00a0c\n")))
    lines = rendered(result(hit(), hit(2, article(2, bare_document())), spaced), "trec").splitlines()
    assert lines == [
        "1 Q0 post-7 1 3.250000 nkcorpus",
        f"1 Q0 {SECOND_ID} 2 3.250000 nkcorpus",
        "1 Q0 a_b_c_ 3 3.250000 nkcorpus",
    ]


@given(st.text(), st.text(), st.none() | st.floats(0, 1e6))
def test_trec_always_has_six_columns(query_id: str, external_id: str, score: float | None) -> None:
    found = result(hit(found=article(1, document(external_id=external_id)), score=score))
    screen = Screen()
    render_queries([(query_id, found)], "trec", screen.env)
    assert len(screen.out.splitlines()) == 1
    assert len(screen.out.split()) == 6


def test_trec_scores_of_an_unscored_list_keep_its_order() -> None:
    found = result(*(hit(rank, score=None) for rank in (1, 2, 3)))
    scores = [float(line.split()[4]) for line in rendered(found, "trec").splitlines()]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_queries_put_the_query_id_first() -> None:
    for format in ("plain", "ids"):
        out, count = asked(format)
        assert [line.split("\t")[:2] for line in out.splitlines()] == [["q 1", FIRST_ID], ["q 1", SECOND_ID]]
        assert count == 2
    objects = [json.loads(line) for line in asked("jsonl")[0].splitlines()]
    assert [list(item) for item in objects] == [["query_id", *HIT_KEYS]] * 2
    assert [line.split()[0] for line in asked("trec")[0].splitlines()] == ["q_1", "q_1"]


def test_queries_as_json_are_a_list_with_every_query() -> None:
    out, count = asked("json")
    whole = json.loads(out)
    assert [(next(iter(item)), item["query_id"], len(item["hits"])) for item in whole] == [
        ("query_id", "q 1", 2),
        ("query_id", "q2", 0),
    ]
    assert count == 2
    screen = Screen()
    assert render_queries([], "json", screen.env) == 0
    assert json.loads(screen.out) == []


@pytest.mark.parametrize(("format", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_queries_as_records_have_one_header(format: Literal["csv", "tsv"], delimiter: str) -> None:
    out, _ = asked(format)
    rows = list(csv.DictReader(io.StringIO(out, newline=""), delimiter=delimiter))
    assert [next(iter(row)) for row in rows] == ["query_id"] * 2
    assert [row["query_id"] for row in rows] == ["q 1", "q 1"]
    assert [row["id"] for row in rows] == [FIRST_ID, SECOND_ID]


def test_count_is_a_number_on_a_line() -> None:
    screen = Screen()
    render_count(12, screen.env)
    assert screen.out == "12\n"


def test_the_default_format_is_a_table_only_on_a_terminal() -> None:
    assert default_hit_format(Screen(tty=True).env) == "table"
    assert default_hit_format(Screen().env) == "plain"


def test_lines_come_while_later_queries_are_still_asked() -> None:
    screen = Screen()
    seen: list[str] = []

    def one_by_one() -> Iterator[tuple[str, SearchResult]]:
        for query in (("1", result(hit())), ("2", result(hit(2)))):
            yield query
            seen.append(screen.out)

    render_queries(one_by_one(), "jsonl", screen.env)
    assert len(seen[0].splitlines()) == 1
