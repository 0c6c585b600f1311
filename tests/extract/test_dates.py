"""Dates: exact patterns, no part invented, bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.dates import interval
from nkcorpus.extract.dates import date_from_name, date_from_url, parse_date

SEOUL = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("value", "expected", "precision"),
    [
        ("2019", "2019", "year"),
        (2019, "2019", "year"),
        ("2019-06", "2019-06", "month"),
        ("2019-06-13", "2019-06-13", "day"),
        (" 2019-06-13T09:30+0900 ", "2019-06-13T09:30+09:00", "minute"),
        ("2019-06-13T09:30:01.25Z", "2019-06-13T09:30:01Z", "second"),
        ("20190613", "2019-06-13", "day"),
        (20190613, "2019-06-13", "day"),
        ("20190613093001", "2019-06-13T09:30:01", "second"),
        ("Thu, 13 Jun 2019 09:30:01 +0900", "2019-06-13T09:30:01+09:00", "second"),
        ("Thu, 13 Jun 19 09:30:01 +0900", "2019-06-13T09:30:01+09:00", "second"),
        ("13 Jun 2019 09:30 GMT", "2019-06-13T09:30Z", "minute"),
        ("Thu, 13 Jun 2019 09:30:01 KST", "2019-06-13T09:30:01+09:00", "second"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z", "second"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37", "second"),
        (1560412345, "2019-06-13T07:52:25Z", "second"),
        (1560412345.9, "2019-06-13T07:52:25Z", "second"),
        (1560412345678, "2019-06-13T07:52:25Z", "second"),
        (1560412345678.0, "2019-06-13T07:52:25Z", "second"),
        ("1560412345", "2019-06-13T07:52:25Z", "second"),
        ("1560412345678", "2019-06-13T07:52:25Z", "second"),
        ("946684800", "2000-01-01T00:00:00Z", "second"),
        (date(2019, 6, 13), "2019-06-13", "day"),
        (datetime(2019, 6, 13, 9, 30, 1, 5, SEOUL), "2019-06-13T09:30:01+09:00", "second"),
        (datetime(2019, 6, 13, 9, 30, tzinfo=UTC), "2019-06-13T09:30:00Z", "second"),
        (datetime(2019, 6, 13, 9, 30), "2019-06-13T09:30:00", "second"),  # noqa: DTZ001
        ("2019.6.13", "2019-06-13", "day"),
        ("[2019.6.13.]", "2019-06-13", "day"),
        ("2019/06/13 11:33", "2019-06-13T11:33", "minute"),
        ("2019년 6월 13일", "2019-06-13", "day"),
        ("June 13, 2019", "2019-06-13", "day"),
        ("Jun. 13, 2019", "2019-06-13", "day"),
        ("Sept. 5, 2019", "2019-09-05", "day"),
        ("Thursday, June 13th, 2019 at 9:30 p.m.", "2019-06-13T21:30", "minute"),
        ("June 13, 2019 12:05 AM UTC", "2019-06-13T00:05Z", "minute"),
        ("13 June 2019", "2019-06-13", "day"),
        ("3rd of June", None, None),
        ("June 2019", "2019-06", "month"),
    ],
)
def test_dates_are_read_as_far_as_given(value: object, expected: str | None, precision: str | None) -> None:
    found = parse_date(value, "meta")
    assert (found and found.value, found and found.precision) == (expected, precision)
    assert found is None or found.source == "meta"


@pytest.mark.parametrize(
    "value",
    [
        *("", "yesterday", "13/06/2019", "06-13", "June 31, 2019", "2019-02-29", "2019.6/13", "201906", "12:30"),
        *("Smarch 13, 2019", "published June 13, 2019", "June 13, 2019 13:30 pm", "201906130930", "2019-13"),
        *("1899-12-31", "2999-01-01", "0000", "-1560412345", "x" * 10_000, "1" * 5000),
        *(None, True, [], {}, b"2019", 0, -5, 12345, 10**400, float("nan"), float("inf")),
        "Thu, 32 Jun 2019 09:30:00 +0900",
        "Thu, 13 Jun 2019 25:30:00 +0900",
        "0001-01-01T00:00:00+23:59",
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_what_is_no_date_or_out_of_bounds_is_none(value: object) -> None:
    assert parse_date(value, "meta") is None


def test_the_near_future_is_a_date_and_the_far_one_is_not() -> None:
    now = datetime.now(UTC)
    assert parse_date((now + timedelta(hours=40)).isoformat(), "feed") is not None
    assert parse_date((now + timedelta(hours=60)).isoformat(), "feed") is None


MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2024, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_every_notation_of_a_moment_reads_alike(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    for notation in (moment.isoformat(), moment.strftime("%a, %d %b %Y %H:%M:%S +0000"), moment):
        found = parse_date(notation, "meta")
        assert found is not None
        assert interval(found.value) == interval(expected)
    day = parse_date(f"{moment:%B} {moment.day}, {moment.year}", "text")
    assert day is not None
    assert day.value == expected[:10]


@given(st.text(max_size=40) | st.integers() | st.floats() | st.from_regex(r"\d{1,14}"))
def test_no_value_crashes_and_what_is_read_stands_in_the_calendar(value: object) -> None:
    found = parse_date(value, "meta")
    if found is not None:
        first, last = interval(found.value)
        assert first <= last


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2019-06-13-market.txt", "2019-06-13"),
        ("2019-06-13.txt", "2019-06-13"),
        ("2019-06-13 market.txt", "2019-06-13"),
        ("2019.06.13 market.txt", "2019-06-13"),
        ("2019_06_13_market.txt", "2019-06-13"),
        ("2019.06-13 market.txt", None),
        ("market-2019-06-13.txt", None),
        ("2019-06-131.txt", None),
        ("2019-06-31.txt", None),
        ("2019-06.txt", None),
        ("20190613.txt", None),
        ("", None),
    ],
)
def test_a_name_tells_a_date_only_at_its_start(name: str, expected: str | None) -> None:
    found = date_from_name(name)
    assert (found and found.value) == expected
    assert found is None or (found.source, found.precision) == ("file", "day")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.dailynk.com/20190613-4/", "2019-06-13"),
        ("http://www.kcna.co.jp/item/2019/201906/news13/20190613-03ee.html", "2019-06-13"),
        ("https://kcnawatch.org/newstream/1560412345-123456789/a-title/", "2019-06-13"),
        ("http://rodong.rep.kp/en/index.php?strPageID=SF01_02_01&newsID=2019-06-13-0004", "2019-06-13"),
        ("http://www.rodong.rep.kp/en/index.php?MTJAMjAxOS0wNi0xMy0wMTNAMTVAMQ", "2019-06-13"),
        ("https://en.yna.co.kr/view/AEN20190613000100315", "2019-06-13"),
        ("https://www.rfa.org/english/news/korea/market-06132019093000.html", "2019-06-13"),
        ("http://www.koreaherald.com/view.php?ud=20190613000123", "2019-06-13"),
        ("https://news.example/2019/06/13/market", "2019-06-13"),
        ("https://news.example/2019/06/market/", "2019-06"),
        ("https://news.example/2019/6/3/market", "2019-06-03"),
        ("https://news.example/world/2019/jun/13/market", "2019-06-13"),
        ("https://news.example/2019/0613/market.html", "2019-06-13"),
        ("https://news.example/20190613/market.html", "2019-06-13"),
        ("https://news.example/2019-06-13-market", "2019-06-13"),
        ("https://news.example/posts/market-2019-06-13.html", "2019-06-13"),
        ("https://news.example/2019-06/market", "2019-06"),
        ("https://news.example/2019-06-13-17/market", None),
        ("https://news.example/12019-06-13-market", None),
        ("https://news.example/2019/xyz/13/market", None),
        ("https://news.example/20191313/market", None),
        ("https://news.example/?from=2019-06-13", None),
        ("https://news.example/2019/13/market/", None),
        ("https://news.example/20190613-4/", None),
        ("https://www.dailynk.com/english/market-prices/", None),
        ("https://notdailynk.com/20190613-4/", None),
        ("https://www.dailynk.com/english/read.php?cataId=nk01500&num=12345", None),
        ("https://dailynk.jp/archives/12345/2", None),
        ("http://kcna.kp/en/article/q/0123456789abcdef.kcmsf", None),
        ("https://www.rfa.org/korean/rss2.xml", None),
        ("https://www.yna.co.kr/view/AKR20190613000100315", "2019-06-13"),
        ("http://rodong.rep.kp/?%%%=", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_addresses_tell_dates_by_site(url: str, expected: str | None) -> None:
    found = date_from_url(url)
    assert (found and found.value) == expected
    assert found is None or (found.source, found.precision) == ("url", {7: "month", 10: "day"}[len(found.value)])


def test_a_unix_time_in_an_address_is_told_to_the_day_in_utc() -> None:
    before, after = (date_from_url(f"https://kcnawatch.org/newstream/{time}-1/") for time in (1560470399, 1560470400))
    assert before is not None
    assert after is not None
    assert (before.value, after.value) == ("2019-06-13", "2019-06-14")
