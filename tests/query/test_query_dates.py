"""The bounds of `--since` and `--until`."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nkcorpus.dates import interval
from nkcorpus.errors import UsageError
from nkcorpus.query.dates import parse_span, since, until


def moment(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", moment(2019, 1, 1), moment(2019, 12, 31, 23, 59, 59)),
        ("2020-02", moment(2020, 2, 1), moment(2020, 2, 29, 23, 59, 59)),
        ("2019-06-13", moment(2019, 6, 13), moment(2019, 6, 13, 23, 59, 59)),
        ("20190613", moment(2019, 6, 13), moment(2019, 6, 13, 23, 59, 59)),
        ("2019-06-13T09:30", moment(2019, 6, 13, 9, 30), moment(2019, 6, 13, 9, 30, 59)),
        ("2019-06-13T09:30+09:00", moment(2019, 6, 13, 0, 30), moment(2019, 6, 13, 0, 30, 59)),
        ("2019-06-13 00:10:05 -0500", moment(2019, 6, 13, 5, 10, 5), moment(2019, 6, 13, 5, 10, 5)),
    ],
)
def test_bounds_are_inclusive_and_utc(text: str, first: int, last: int) -> None:
    assert (since(text), until(text)) == (first, last)


@pytest.mark.parametrize("text", ["", "some day", "2019-13", "2019-02-29", "13/06/2019", "2019-06-13T25:00", "0000"])
def test_what_is_no_date_is_a_usage_error(text: str) -> None:
    for bound, option in ((since, "--since"), (until, "--until")):
        with pytest.raises(UsageError, match=option) as caught:
            bound(text)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "today", "span"),
    [
        ("today", "2024-02-29", ("2024-02-29", "2024-02-29")),
        ("Yesterday", "2024-03-01", ("2024-02-29", "2024-02-29")),
        ("this week", "2024-03-03", ("2024-02-26", "2024-03-03")),
        ("last week", "2024-03-04", ("2024-02-26", "2024-03-03")),
        ("this month", "2024-03-31", ("2024-03", "2024-03")),
        ("last month", "2024-03-31", ("2024-02", "2024-02")),
        ("last month", "2024-01-31", ("2023-12", "2023-12")),
        ("previous  year", "2024-02-29", ("2023", "2023")),
        ("this year", "2024-02-29", ("2024", "2024")),
        ("last day", "2024-03-01", ("2024-02-29", "2024-02-29")),
        ("1 day ago", "2024-03-01", ("2024-02-29", "2024-02-29")),
        ("a week ago", "2024-03-07", ("2024-02-29", "2024-02-29")),
        ("3 weeks ago", "2024-03-21", ("2024-02-29", "2024-02-29")),
        ("1 month ago", "2024-03-31", ("2024-02-29", "2024-02-29")),
        ("14 months ago", "2024-02-15", ("2022-12-15", "2022-12-15")),
        ("one year ago", "2024-02-29", ("2023-02-28", "2023-02-28")),
        ("last 7 days", "2024-03-07", ("2024-02-29", "2024-03-07")),
        ("the past 2 months", "2024-04-30", ("2024-02-29", "2024-04-30")),
        ("2019-06", "2024-03-07", ("2019-06", "2019-06")),
        ("3000 years ago", "2024-03-07", None),
        ("99999 days ago", "0002-03-07", None),
        ("next month", "2024-03-07", None),
        ("last", "2024-03-07", None),
    ],
)
def test_relative_dates(text: str, today: str, span: tuple[str, str] | None) -> None:
    assert parse_span(text, date.fromisoformat(today)) == span


def test_options_take_relative_dates_by_the_clock_in_utc() -> None:
    before = datetime.now(UTC).date()
    found = since("today"), until("today")
    assert found in [interval(str(day)) for day in (before, datetime.now(UTC).date())]
