"""Readers that go on at once: one runs at a time, waits do not hold up the others, whoever stops stops them all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.sources.web import read_web
from nkcorpus.sources.web.byhost import by_host
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.workers.lanes import Lanes
from tests.store.builders import TOOL
from tests.web.server import Server
from tests.web.sites import page


def nothing() -> None:
    pass


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(1, 4))
def test_all_comes_in_the_order_of_each_reader(lengths: list[int], most: int) -> None:
    lanes = Lanes(most)

    def reader(name: int, length: int) -> Generator[tuple[int, int], None, None]:
        for number in range(length):
            with lanes.outside():
                pass
            yield name, number

    found = list(lanes.run((reader(name, length), nothing) for name, length in enumerate(lengths)))
    for name, length in enumerate(lengths):
        assert [number for each, number in found if each == name] == list(range(length))
    assert len(found) == sum(lengths)


def test_one_runs_at_a_time_and_goes_on_when_what_it_gave_was_dealt_with() -> None:
    lanes = Lanes(8)
    running = 0
    events: list[str] = []

    def reader(name: str) -> Generator[str, None, None]:
        nonlocal running
        for _ in range(20):
            running += 1
            assert running == 1
            time.sleep(0.0005)
            running -= 1
            with lanes.outside():
                time.sleep(0.0005)
            events.append(f"{name} gives")
            yield name
            events.append(f"{name} goes on")

    for name in lanes.run((reader(name), lambda name=name: events.append(f"{name} before")) for name in "abc"):  # type: ignore[misc]
        events.append(f"{name} is dealt with")
    for name in "abc":
        own = [event[2:] for event in events if event.startswith(name)]
        assert own == ["gives", "before", "is dealt with", "goes on"] * 20 + ["before"]


def test_readers_wait_outside_at_the_same_time() -> None:
    lanes = Lanes(3)
    together = threading.Barrier(3)

    def reader() -> Generator[int, None, None]:
        with lanes.outside():
            place = together.wait(10)
        yield place

    assert sorted(lanes.run((reader(), nothing) for _ in range(3))) == [0, 1, 2]


def test_an_error_ends_all_and_readers_are_closed() -> None:
    lanes = Lanes(2)
    begun: set[str] = set()
    closed: list[str] = []

    def reader(name: str, error: Exception | None) -> Generator[str, None, None]:
        begun.add(name)
        try:
            yield name
            while len(begun) < 2:  # of a reader that never began there is nothing to close
                with lanes.outside():
                    time.sleep(0.001)
            if error:
                raise error
            with lanes.outside():
                time.sleep(0.01)
            yield from ["more"] * 1_000_000
        finally:
            closed.append(name)

    with pytest.raises(KeyError, match="bad"):
        list(lanes.run([(reader("good", None), nothing), (reader("bad", KeyError("bad")), nothing)]))
    assert sorted(closed) == ["bad", "good"]


def test_who_stops_early_stops_the_readers() -> None:
    lanes = Lanes(4)
    before = threading.active_count()

    def reader() -> Generator[int, None, None]:
        for number in range(1_000_000):
            with lanes.outside():
                time.sleep(0.001)
            yield number

    results = lanes.run((reader(), nothing) for _ in range(4))
    assert next(results) == 0
    results.close()
    assert threading.active_count() == before


def test_what_came_of_a_request_is_written_down_with_what_it_gave(tmp_path: Path) -> None:
    """Or a commit between the two, of another reader's, would leave an address that nobody asks for again."""
    with Server() as server:
        server.routes["/news/rice"] = page("Rice in Hyesan")
        url = server.url("/news/rice")
        store = SqliteStore(tmp_path / "c.db", TOOL, create=True)
        with store.writing([TOOL]) as writer:

            def treat(entries: Iterator[object]) -> Generator[object, None, None]:
                for entry in entries:
                    assert writer.journal.entry(url) is None
                    yield entry

            for _ in read_web([url], (), writer, treat=treat):
                known = writer.journal.entry(url)
                assert known and known.state == "done"
        store.close()


def test_addresses_are_sorted_by_host() -> None:
    read: Callable[..., Iterator[object]] = iter
    urls = ["http://a.example/1", "http://b.example/1", "https://a.example/2", "nonsense", "http://a.example:81/"]
    hosts = [[url for url, _ in errands] for errands in by_host((url, read) for url in urls)]  # type: ignore[misc]
    assert hosts == [[urls[0], urls[2]], [urls[1]], [urls[3]], [urls[4]]]
