"""ISO 8601 at every precision, and the span of time that a date stands for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.dates import interval, parse_iso, utc_now


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2019", "2019", "year"),
        (" 2019-06 ", "2019-06", "month"),
        ("2019-06-13", "2019-06-13", "day"),
        ("20190613", "2019-06-13", "day"),
        ("2019-06-13T09:30", "2019-06-13T09:30", "minute"),
        ("2019-06-13 09:30", "2019-06-13T09:30", "minute"),
        ("2019-06-13t09:30z", "2019-06-13T09:30Z", "minute"),
        ("2019-06-13T09:30:05.123Z", "2019-06-13T09:30:05Z", "second"),
        ("2019-06-13T09:30:05,9", "2019-06-13T09:30:05", "second"),
        ("20190613T093005+0900", "2019-06-13T09:30:05+09:00", "second"),
        ("2019-06-13T09:30+09", "2019-06-13T09:30+09:00", "minute"),
        ("2019-06-13 09:30:05 -05:30", "2019-06-13T09:30:05-05:30", "second"),
        ("2020-02-29", "2020-02-29", "day"),
        ("0001-01-01T00:00+09:00", "0001-01-01T00:00+09:00", "minute"),
        ("9999-12-31T23:59:59-09:00", "9999-12-31T23:59:59-09:00", "second"),
    ],
)
def test_parse(text: str, value: str, precision: str) -> None:
    assert parse_iso(text) == (value, precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "201906",
        "19-06-13",
        "2019-6-13",
        "2019-00",
        "2019-06-00",
        "2019-00-05",
        "2019-13",
        "2019-02-29",
        "0000-01-01",
        "2019-06-31",
        "2019-06-13T24:00",
        "2019-06-13T09",
        "2019-06-13T09:60",
        "2019-06-13T09:30+25:00",
        "2019-06-13T09:30:61",
        "2019-06-13 extra",
        "٢٠١٩",
        "1560387600",
        "June 2019",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_iso(text) is None


@given(st.text(alphabet="0123456789-:TZ+. ", max_size=26) | st.text())
def test_parse_never_fails_and_is_stable(text: str) -> None:
    parsed = parse_iso(text)
    if parsed:
        assert parse_iso(parsed[0]) == parsed
        first, last = interval(parsed[0])
        assert first <= last


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_moment_is_where_its_offset_puts_it(moment: datetime, minutes: int) -> None:
    there = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    expected = int((there - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    assert interval(there.isoformat()) == (expected, expected)
    minute = there.replace(second=0)
    start = expected - there.second
    assert interval(minute.isoformat(timespec="minutes")) == (start, start + 59)


@pytest.mark.parametrize(
    ("value", "days"), [("2019", 365), ("2020", 366), ("2020-02", 29), ("2019-12", 31), ("9999", 365)]
)
def test_a_coarse_date_spans_all_of_it(value: str, days: int) -> None:
    first, last = interval(value)
    assert last - first + 1 == days * 86_400
    assert datetime.fromtimestamp(first, UTC).isoformat().startswith(value)


def test_spans_of_neighbours_touch() -> None:
    assert interval("2019-02")[1] + 1 == interval("2019-03")[0]
    assert interval("2019-12-31")[1] + 1 == interval("2020")[0]


def test_now_is_utc_to_the_second() -> None:
    now = utc_now()
    assert parse_iso(now) == (now, "second")
    assert abs(interval(now)[0] - datetime.now(UTC).timestamp()) < 5
