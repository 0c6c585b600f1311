"""The bounds of `--since` and `--until`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nkcorpus.errors import UsageError
from nkcorpus.query.dates import since, until


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
