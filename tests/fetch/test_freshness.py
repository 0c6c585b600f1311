from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.fetch.freshness import fresh_seconds

DATE = "Wed, 01 Jul 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'Public, MAX-AGE="600"'}, 600),
        ({"cache-control": "max-age=600, s-maxage=5"}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600, no-cache"}, 0),
        ({"cache-control": "no-store, max-age=600"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age"}, 0),
        ({"cache-control": "max-age=" + "9" * 4000}, 365 * 86_400),
        ({"expires": "Wed, 01 Jul 2026 09:00:00 GMT", "date": DATE}, 3600),
        ({"expires": "Wed, 01 Jul 2026 09:00:00 GMT", "date": DATE, "cache-control": "max-age=1"}, 1),
        ({"expires": "Wed, 01 Jul 2026 07:00:00 GMT", "date": DATE}, 0),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": "Wed, 01 Jul 2026 09:00:00 GMT"}, 0),
        ({"expires": "Wed, 01 Jul 2026 09:00:00 -0000", "date": DATE}, 0),
        ({"last-modified": "Wed, 01 Jul 2020 09:00:00 GMT", "date": DATE}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: int) -> None:
    assert fresh_seconds(headers) == seconds


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("cache-control", "age", "expires", "date"), st.text())))
def test_any_headers(headers: dict[str, str]) -> None:
    assert 0 <= fresh_seconds(headers) <= 365 * 86_400
