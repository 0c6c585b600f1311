"""Parallel work: order, equal results for any number of processes, and bounds that cost one item only."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator

import pytest

from nkcorpus.errors import ItemOutOfBounds, WorkersFailed
from nkcorpus.workers import Bounds, map_ordered


def square(number: int) -> int:
    return number * number


def process_of(_: int) -> int:
    return os.getpid()


def behave(task: str) -> str:
    match task:
        case "sleep":
            time.sleep(60)
        case "eat":
            return str(len(bytes(1 << 32)))
        case "exit":
            os._exit(3)
    return task.upper()


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    results = list(map_ordered(square, range(500), jobs=jobs, chunk_cost=7))
    assert results == [(number, number * number) for number in range(500)]


def test_an_item_out_of_bounds_costs_itself_alone() -> None:
    tasks = ["a", "exit", "b", "c", "eat", "sleep", "d", "e"]
    results = list(map_ordered(behave, tasks, jobs=2, chunk_cost=4, bounds=Bounds(seconds=1.0, memory=1 << 28)))
    assert [task for task, _ in results] == tasks
    outcomes = dict(results)
    for task in ("a", "b", "c", "d", "e"):
        assert outcomes[task] == task.upper()
    for task, told in (
        ("exit", "ended the process"),
        ("eat", "more than 256 MB of memory"),
        ("sleep", "longer than 1 s"),
    ):
        outcome = outcomes[task]
        assert isinstance(outcome, ItemOutOfBounds)
        assert told in str(outcome)


def test_a_pool_starts_only_when_it_is_worth_it() -> None:
    few = map_ordered(process_of, range(9), jobs=2, worth_a_pool=10)
    assert {process for _, process in few} == {os.getpid()}
    weighty = map_ordered(process_of, range(9), jobs=2, worth_a_pool=10, cost=lambda item: 5)
    assert os.getpid() not in {process for _, process in weighty}


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    results = map_ordered(square, items(), jobs=2)
    assert next(results) == (0, 0)
    assert len(taken) < 100
    results.close()


def test_one_process_takes_one_item_at_a_time() -> None:
    source = iter(range(3))
    results = map_ordered(square, source)
    assert next(results) == (0, 0)
    assert next(source) == 1


def test_no_items_no_results() -> None:
    assert list(map_ordered(square, [], jobs=2)) == []


def test_a_worker_that_dies_in_the_middle_of_a_message_costs_its_item_at_most() -> None:
    items = [bytes([number]) * 40_000_000 for number in range(10)]
    results = map_ordered(len, items, jobs=2)
    found = [next(results)]
    for _ in range(3):  # large messages: most of the time a worker receives one
        worker = next(iter(multiprocessing.active_children()))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        found.append(next(results))
    found.extend(results)
    assert [item for item, _ in found] == items
    lost = [outcome for _, outcome in found if isinstance(outcome, ItemOutOfBounds)]
    assert len(lost) <= 3
    assert [outcome for _, outcome in found if outcome not in lost] == [40_000_000] * (10 - len(lost))


class Deadly:
    """A function that ends the worker which merely reads it."""

    def __call__(self, item: int) -> int:
        return item

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_workers_that_cannot_be_kept_alive_are_an_error() -> None:
    with pytest.raises(WorkersFailed, match="--jobs 1"):
        list(map_ordered(Deadly(), range(8), jobs=2))
