"""How often a host is asked, as the host sees it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import AddressRefused, HostDeferred, HttpStatus, TimedOut
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.pace import LONGEST_HOLD, LONGEST_PAUSE, Pace, backoff, parse_retry_after
from nkcorpus.fetch.policy import FetchPolicy
from tests.fetch.conftest import MakeFetcher
from tests.web.server import Reply, Server, redirect


def pages(server: Server, number: int, reply: Reply | None = None) -> list[str]:
    paths = [f"/{n}" for n in range(number)]
    server.routes.update(dict.fromkeys(paths, reply or Reply(body=b"page")))
    return [server.url(path) for path in paths]


def test_the_delay_is_between_all_requests(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(delay=0.3)
    server.routes["/missing"] = Reply(404)
    server.routes["/moved"] = redirect("/0")
    for url in pages(server, 2):
        fetcher.get(url)
    with pytest.raises(HttpStatus):
        fetcher.get(server.url("/missing"))
    fetcher.get(server.url("/moved"))
    assert server.paths == ["/robots.txt", "/0", "/1", "/missing", "/moved", "/0"]
    assert min(server.gaps) >= 0.3


def test_the_crawl_delay_of_robots_txt(server: Server, make_fetcher: MakeFetcher) -> None:
    server.robots("User-agent: *", "Crawl-delay: 0.5")
    fetcher = make_fetcher(delay=0.1)
    for url in pages(server, 2):
        fetcher.get(url)
    assert min(server.gaps) >= 0.5
    assert fetcher.seconds_to_wait(server.url()) > 0.3


def test_the_request_rate_of_robots_txt(server: Server, fetcher: Fetcher) -> None:
    server.robots("User-agent: *", "Request-rate: 2/1s")
    for url in pages(server, 2):
        fetcher.get(url)
    assert min(server.gaps) >= 0.5


def test_a_crawl_delay_beyond_all_patience(server: Server, make_fetcher: MakeFetcher) -> None:
    server.robots("User-agent: *", "Crawl-delay: 86400")
    with pytest.raises(HostDeferred, match="try again then") as caught:
        make_fetcher(max_wait=0.5).get(pages(server, 1)[0])
    assert caught.value.retry_after == pytest.approx(86_400, abs=60)
    assert server.paths == ["/robots.txt"]


def test_threads_take_turns(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(delay=0.1)
    urls = pages(server, 6, Reply(body=b"page", wait=0.05))
    threads = [threading.Thread(target=fetcher.get, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server.paths) == sorted(["/robots.txt", *(f"/{n}" for n in range(6))])
    assert server.most_at_once == 1
    assert min(server.gaps) >= 0.1


def test_hosts_do_not_wait_for_each_other(server: Server, other: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(delay=5.0, max_wait=9.0, obey_robots=False)
    started = time.monotonic()
    fetcher.get(pages(server, 1)[0])
    fetcher.get(pages(other, 1)[0])
    assert time.monotonic() - started < 3
    assert fetcher.seconds_to_wait(server.url()) > 1
    assert fetcher.seconds_to_wait("http://third.example/") == 0


def test_servers_on_other_ports_do_not_wait_for_each_other(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(obey_robots=False)
    server.routes["/"] = Reply(429, headers={"Retry-After": "3600"})
    with pytest.raises(HttpStatus):
        fetcher.get(server.url())
    with Server() as second:
        assert fetcher.get(pages(second, 1)[0]).body == b"page"


def test_who_is_never_asked_is_not_waited_for(make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(delay=5.0)
    started = time.monotonic()
    for path in ("/1", "/2", "/3"):
        with pytest.raises(AddressRefused):
            fetcher.get(f"http://10.0.0.1{path}")
    assert time.monotonic() - started < 3


def test_a_slow_host_is_asked_as_slowly(server: Server, fetcher: Fetcher) -> None:
    for url in pages(server, 3, Reply(body=b"page", wait=0.4)):
        fetcher.get(url)
    waits = [later - 0.4 for later in server.gaps[1:]]
    assert min(waits) >= 0.4


def test_a_host_that_recovers_is_asked_faster_again() -> None:
    pace = Pace("news.example", FetchPolicy(delay=0.1))
    assert pace.pause == 0.1
    pace.answered(2.0, well=True)
    assert pace.pause == 2.0
    for _ in range(10):
        pace.answered(0.05, well=True)
    assert 0.1 <= pace.pause < 0.11
    pace.answered(500.0, well=True)
    assert pace.pause == LONGEST_PAUSE


def test_errors_do_not_make_us_faster() -> None:
    pace = Pace("news.example", FetchPolicy(delay=0.1))
    pace.answered(2.0, well=True)
    pace.answered(0.01, well=False)
    assert pace.pause == 2.0
    pace.overloaded()
    assert pace.pause == 4.0


def test_a_host_that_times_out_is_asked_more_slowly(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(request_timeout=0.3, backoff=0.5, obey_robots=False)
    with pytest.raises(TimedOut):
        fetcher.get(pages(server, 1, Reply(wait=2.0))[0])
    assert fetcher.seconds_to_wait(server.url()) > 0.2


class TestRetryAfter:
    @pytest.mark.parametrize("status", [429, 503])
    def test_seconds(self, server: Server, fetcher: Fetcher, status: int) -> None:
        server.routes["/"] = [Reply(status, headers={"Retry-After": "1"}), Reply(body=b"at last")]
        assert fetcher.get(server.url()).body == b"at last"
        assert server.gaps[-1] >= 1.0

    def test_date(self, server: Server, fetcher: Fetcher) -> None:
        moment = datetime.now(UTC) + timedelta(seconds=3)
        server.routes["/"] = [
            Reply(503, headers={"Retry-After": format_datetime(moment, usegmt=True)}),
            Reply(body=b"at last"),
        ]
        assert fetcher.get(server.url()).body == b"at last"
        assert datetime.now(UTC) >= moment.replace(microsecond=0)

    def test_beyond_patience_holds_the_host(self, server: Server, other: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(429, headers={"Retry-After": "3600"})
        started = time.monotonic()
        with pytest.raises(HttpStatus, match="429 Too Many Requests") as first:
            fetcher.get(server.url())
        assert first.value.retry_after == 3600
        with pytest.raises(HostDeferred) as second:
            fetcher.get(server.url("/other"))
        assert second.value.retry_after == pytest.approx(3600, abs=60)
        assert time.monotonic() - started < 10
        assert server.paths == ["/robots.txt", "/"]
        assert fetcher.seconds_to_wait(server.url()) == pytest.approx(3600, abs=60)
        assert fetcher.get(pages(other, 1)[0]).body == b"page"

    def test_the_pause_doubles(self, server: Server, make_fetcher: MakeFetcher) -> None:
        fetcher = make_fetcher(delay=0.2, retries=0, obey_robots=False)
        server.routes["/busy"] = Reply(429)
        with pytest.raises(HttpStatus):
            fetcher.get(server.url("/busy"))
        fetcher.get(pages(server, 1)[0])
        assert server.gaps[-1] >= 0.4

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("0", 0),
            (" 120 ", 120),
            ("9" * 5000, LONGEST_HOLD),
            ("Wed, 01 Jul 2020 08:00:00 GMT", 0),
            ("Wed, 01 Jul 9999 08:00:00 GMT", LONGEST_HOLD),
            ("Wed, 01 Jul 2020 08:00:00 -0000", 0),
            ("", None),
            (None, None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("٣", None),
        ],
    )
    def test_values(self, value: str | None, seconds: float | None) -> None:
        assert parse_retry_after(value) == seconds

    @given(st.text())
    def test_any_value(self, value: str) -> None:
        seconds = parse_retry_after(value)
        assert seconds is None or 0 <= seconds <= LONGEST_HOLD


def test_a_host_is_left_alone_as_an_earlier_run_was_told(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(max_wait=5.0)
    url = pages(server, 1)[0]
    held = time.monotonic()
    fetcher.hold(url, 0.5)
    fetcher.get(url)
    assert server.requests[0].at - held >= 0.5
    fetcher.hold(url, 3600)
    with pytest.raises(HostDeferred) as caught:
        fetcher.get(url)
    assert caught.value.url == url


def test_a_caller_that_never_waits(server: Server, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(max_wait=0.0, delay=0.3, obey_robots=False)
    url = pages(server, 1)[0]
    assert fetcher.get(url).body == b"page"
    with pytest.raises(HostDeferred) as caught:
        fetcher.get(url)
    assert caught.value.retry_after
    time.sleep(caught.value.retry_after)
    assert fetcher.get(url).body == b"page"
    assert server.gaps[0] >= 0.3


@given(st.integers(0, 2000), st.floats(0, 10))
def test_backoff_stays_within_its_bounds(attempt: int, base: float) -> None:
    assert 0 <= backoff(attempt, FetchPolicy(backoff=base)) <= min(LONGEST_PAUSE, base * 2 ** min(attempt, 500))


def test_retries_are_spread_and_grow() -> None:
    policy = FetchPolicy(backoff=1.0)
    for attempt in range(4):
        pauses = [backoff(attempt, policy) for _ in range(200)]
        assert max(pauses) - min(pauses) > 0.7 * 2**attempt
