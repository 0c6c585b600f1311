"""Work on a Dask cluster, which is as with processes of this machine: same results, same bounds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra 'dask' is not installed")

import dask.config

from nkcorpus import Corpus
from nkcorpus.errors import ItemOutOfBounds, UsageError, WorkersFailed
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.workers import Bounds, executor_named
from nkcorpus.workers.dask import DaskExecutor
from nkcorpus.workers.executors import scheduler_address
from tests.conftest import REPOSITORY
from tests.dask_cluster import DaskCluster
from tests.news import record
from tests.test_workers import behave, square
from tests.web.server import Reply, Request, Server
from tests.web.sites import page

SAMPLE = REPOSITORY / "data" / "sample"


def slow(number: int) -> int:
    time.sleep(0.05)
    return number


def fail(number: int) -> int:
    raise ZeroDivisionError(number)


def test_results_come_in_order_and_an_item_out_of_bounds_costs_itself_alone(dask_cluster: DaskCluster) -> None:
    bounds = Bounds(seconds=0.5, memory=1 << 28)
    with DaskExecutor(dask_cluster.address) as workers:
        squares = list(workers.map_ordered(square, range(500), chunk_cost=7))
        outcomes = dict(
            workers.map_ordered(behave, ["a", "exit", "eat", "sleep"], cost=len, chunk_cost=5, bounds=bounds)
        )
        with pytest.raises(ZeroDivisionError):
            list(workers.map_ordered(fail, range(3)))
    assert squares == [(number, number * number) for number in range(500)]
    assert outcomes.pop("a") == "A"
    assert all(isinstance(outcome, ItemOutOfBounds) for outcome in outcomes.values())
    told = {"exit": "ended the process", "eat": "more than 256 MB of memory", "sleep": "longer than 0.5 s"}
    assert all(why in str(outcomes[task]) for task, why in told.items())


def test_items_are_taken_as_they_are_needed(dask_cluster: DaskCluster) -> None:
    taken: list[int] = []

    def items() -> Iterator[bytes]:
        for number in range(1_000):
            taken.append(number)
            yield bytes(1_000_000)

    with (
        DaskExecutor(dask_cluster.address) as workers,
        contextlib.closing(workers.map_ordered(len, items())) as results,
    ):
        assert next(results)[1] == 1_000_000
    assert len(taken) < 100


def test_a_worker_that_dies_loses_nothing(dask_cluster: DaskCluster) -> None:
    worker = dask_cluster.add_worker()
    with DaskExecutor(dask_cluster.address) as workers:
        while len(workers.look()) < 3:
            time.sleep(0.1)
        results = workers.map_ordered(slow, range(60), chunk_cost=2)
        found = [next(results)]
        dask_cluster.kill(worker)
        found.extend(results)
    assert found == [(number, number) for number in range(60)]


def test_without_workers_or_scheduler_there_is_one_line(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text("".join(record(f"r{number}", f"Rice rose {number} times in Hyesan.") for number in range(1_100)))
    notes: list[str] = []
    with DaskCluster(tmp_path) as cluster, Corpus.open(tmp_path / "c.db") as corpus:
        with (
            pytest.raises(WorkersFailed, match=r"no Dask worker for 1 s; start one with 'dask worker tcp://"),
            DaskExecutor(cluster.address, notes.append, patience=1.0) as workers,
        ):
            list(workers.map_ordered(square, range(8)))
        assert [note.split(": ")[1] for note in notes] == ["no Dask worker there; waiting 1 s for one"]
        cluster.add_worker()
        with pytest.raises(WorkersFailed, match="the Dask scheduler is gone; what was stored stays stored"):
            corpus.ingest([news], executor=cluster.name, on_stored=lambda done, origin: cluster.scheduler.kill())
        stored = corpus.stats().articles
        assert 0 < stored < 1_100
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "0.3s"}),
            pytest.raises(WorkersFailed, match=r"no Dask scheduler that can be worked with \(.*; start one with"),
        ):
            corpus.ingest([news], executor=cluster.name)
        report = corpus.ingest([news])
        assert (report.new, report.unchanged) == (1_100 - stored, stored)


def test_another_version_on_the_workers_is_an_error(dask_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nkcorpus.workers.dask.__version__", "99.0")
    with (
        pytest.raises(WorkersFailed, match=r"a Dask worker has nkcorpus .*, not 99\.0; install the same everywhere"),
        DaskExecutor(dask_cluster.address) as workers,
    ):
        list(workers.map_ordered(square, range(8)))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("dask://head:8786", "tcp://head:8786"),
        ("DASK://head", "tcp://head:8786"),
        ("dasks://10.0.0.1:9", "tls://10.0.0.1:9"),
        ("dask://[::1]:9", "tcp://[::1]:9"),
    ],
)
def test_names_of_executors(name: str, address: str) -> None:
    assert scheduler_address(name) == address


@pytest.mark.parametrize("name", ["spark://head:1", "dask://", "dask:head", "dask://head:x", "head:8786", "dask://h/x"])
def test_what_is_no_executor(name: str) -> None:
    with pytest.raises(UsageError, match="give local, dask://HOST:PORT or dasks://HOST:PORT"):
        executor_named(name)


def test_secrets_in_the_name_are_refused_and_not_told() -> None:
    with pytest.raises(UsageError, match="more than a host and a port") as refused:
        executor_named("dask://me:secret@head:8786")
    assert "secret" not in str(refused.value)


def test_a_corpus_is_the_same_whoever_works(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    hashes = []
    for name, executor in (("here.db", "local"), ("there.db", dask_cluster.name)):
        with Corpus.open(tmp_path / name) as corpus:
            report = corpus.ingest([SAMPLE], executor=executor)
            assert report.new > 10
            hashes.append((report, corpus.export_hash()))
            assert corpus.cleaning.reclean(executor=executor).changed == 0
    assert hashes[0] == hashes[1]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def test_what_is_asked_for_is_what_the_policy_says(dask_cluster: DaskCluster, server: Server) -> None:
    # Cookies and credentials go along, as they do from here.
    asked: list[Request] = []

    def door(request: Request) -> Reply:
        asked.append(request)
        if "cookie" in request.headers:
            return page("Rice")
        return Reply(302, headers={"Location": "/door", "Set-Cookie": "seen=1"})

    server.routes["/door"] = door
    policy = FetchPolicy(delay=0.0, allow_hosts=frozenset({server.authority}), contact="desk@news.example")
    with DaskExecutor(dask_cluster.address) as workers, Fetcher(policy, elsewhere=workers) as fetcher:
        fetched = fetcher.get(server.url("/door").replace("http://", "http://me:secret@"))
    assert (fetched.status, fetched.url) == (200, server.url("/door"))
    assert [request.headers.get("cookie") for request in asked] == [None, "seen=1"]
    assert all(request.headers["authorization"].startswith("Basic ") for request in asked)
    assert "desk@news.example" in asked[0].headers["user-agent"]
    assert asked[0].connection == asked[1].connection
