from __future__ import annotations

import json

import pytest

from nkcorpus.errors import ArticleNotFound, QueryError
from nkcorpus.render import render_error, render_pairs, render_report, report_summary
from nkcorpus.render.fields import report_fields
from nkcorpus.results import Failure, IngestReport

from .builders import Screen

FULL = IngestReport(61, 0, 2, 1, 2, 3, 118, (Failure("a\x1b.bin", "is binary"),))


@pytest.mark.parametrize(
    ("report", "summary"),
    [
        (
            FULL,
            "61 new, 0 updated, 2 unchanged, 1 exact duplicate, 2 near duplicates, 3 skipped, 1 failed; "
            "118 boilerplate lines cut",
        ),
        (IngestReport(new=2), "2 new, 0 updated, 0 unchanged"),
        (IngestReport(exact_duplicates=2, near_duplicates=1, removed_spans=1), "0 new, 0 updated, 0 unchanged, "
         "2 exact duplicates, 1 near duplicate; 1 boilerplate line cut"),
    ],
)  # fmt: skip
def test_the_summary_counts_in_one_line(report: IngestReport, summary: str) -> None:
    assert report_summary(report) == summary


def test_failures_and_summary_go_to_stderr_and_nothing_to_stdout() -> None:
    screen = Screen()
    render_report(FULL, None, screen.env)
    assert screen.out == ""
    lines = screen.err.splitlines()
    assert lines[0] == "nkcorpus: a\\x1b.bin: is binary"
    assert lines[1].startswith("nkcorpus: 61 new")


def test_json_goes_to_stdout_and_quiet_keeps_the_failures() -> None:
    screen = Screen(verbosity=-1)
    render_report(FULL, "json", screen.env)
    assert json.loads(screen.out) == report_fields(FULL)
    assert screen.err == "nkcorpus: a\\x1b.bin: is binary\n"


def test_an_origin_is_not_said_twice() -> None:
    screen = Screen()
    render_report(IngestReport(failures=(Failure("a.txt", "a.txt: is empty"),)), None, screen.env)
    assert screen.err.startswith("nkcorpus: a.txt: is empty\n")


def test_pairs_in_three_formats() -> None:
    pairs = [("articles", "1,234"), ("corpus\x1b", "/home/x\ty")]
    plain, table, default, data = Screen(), Screen(), Screen(), Screen()
    render_pairs(pairs, "plain", plain.env)
    render_pairs(pairs, "table", table.env)
    render_pairs(pairs, "json", default.env)
    render_pairs(pairs, "json", data.env, {"articles": 1234})
    assert plain.out == "articles\t1,234\ncorpus\\x1b\t/home/x y\n"
    assert table.out == "articles    1,234\ncorpus\\x1b  /home/x y\n"
    assert json.loads(default.out) == dict(pairs)
    assert json.loads(data.out) == {"articles": 1234}


def test_a_bad_query_is_shown_with_a_caret_under_the_fault() -> None:
    screen = Screen()
    render_error(QueryError("the quote is never closed; close it", '국가 x "MSS', 5), screen.env)
    assert screen.err == 'nkcorpus: the quote is never closed; close it\n  국가 x "MSS\n         ^\n'


def test_the_caret_stands_right_in_long_and_hostile_queries() -> None:
    query = "\x1b" * 100 + "(" + "b" * 100
    screen = Screen()
    render_error(QueryError("never closed", query, 100), screen.env)
    _, shown, caret = screen.err.splitlines()
    assert "\x1b" not in screen.err
    assert shown[len(caret) - 1] == "("
    assert shown.startswith("  …") and shown.endswith("b…")


def test_other_errors_are_one_line() -> None:
    screen = Screen()
    render_error(ArticleNotFound("no article has the id \x1b[2J; see nkcorpus list"), screen.env)
    assert screen.err == "nkcorpus: no article has the id \\x1b[2J; see nkcorpus list\n"
