"""`ingest --executor dask://...`: hosts are asked at the same time, each as politely as from here."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import Run
from tests.dask_cluster import DaskCluster
from tests.web.server import Reply, Request, Server
from tests.web.sites import articles, ingest, page

pytest.importorskip("distributed", reason="the extra 'dask' is not installed")


class Hosts:
    """Sites on hosts of their own, and the most that were asked at the same time."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    def sites(self, pages: int, wait: float = 0.0) -> list[str]:
        for server in self.servers:
            for number in range(pages):
                reply = page(f"Rice on {server.host} ({number})")
                server.routes[f"/news/{number}"] = Reply(body=reply.body, headers=reply.headers, wait=wait)
        return [server.url(f"/news/{number}") for number in range(pages) for server in self.servers]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Three of them."""
    with contextlib.ExitStack() as stack:
        yield Hosts([stack.enter_context(Server(f"127.0.0.{number}")) for number in (1, 2, 3)])


def test_hosts_are_asked_at_the_same_time_and_each_politely(run: Run, dask_cluster: DaskCluster, hosts: Hosts) -> None:
    urls = hosts.sites(4, wait=0.1)
    hosts.servers[1].robots("User-agent: *", "Crawl-delay: 0.5")
    hosts.servers[2].routes["/news/1"] = [Reply(429, headers={"Retry-After": "1"}), page("Rice again")]
    done = ingest(run, *urls, "--executor", dask_cluster.name, NKCORPUS_FETCH_DELAY="0.25")
    assert (done.code, done.json["new"]) == (0, 12), done.err
    assert len(articles(run)) == 12
    for server, least in zip(hosts.servers, (0.35, 0.6, 0.25), strict=True):
        assert server.most_at_once == 1
        assert min(server.gaps[1:]) >= least * 0.95
    slow_down = [request.at for request in hosts.servers[2].requests if request.path == "/news/1"]
    assert slow_down[1] - slow_down[0] >= 1.0
    spans = [(server.requests[0].at, server.requests[-1].at) for server in hosts.servers]
    assert all(one[0] < other[1] and other[0] < one[1] for one, other in itertools.combinations(spans, 2))


def test_the_guard_holds_on_workers(run: Run, dask_cluster: DaskCluster, hosts: Hosts, tmp_path: Path) -> None:
    urls = hosts.sites(1)
    (tmp_path / "list.txt").write_text("\n".join(urls))
    done = ingest(run, "--urls", "list.txt", "--executor", dask_cluster.name)
    assert (done.code, done.json["failed"]) == (1, 3)
    assert all("is not on the public internet" in failure["error"] for failure in done.json["failures"])
    assert not any(server.requests for server in hosts.servers)


def test_a_worker_that_dies_while_it_asks_a_host_is_replaced_politely(
    run: Run, dask_cluster: DaskCluster, server: Server
) -> None:
    def killing(request: Request) -> Reply:
        if server.paths.count(request.path) == 1:
            for worker in list(dask_cluster.workers):
                dask_cluster.kill(worker)
            dask_cluster.add_worker()
            dask_cluster.add_worker(nanny=True)
        return page("Rice in Hyesan")

    server.routes["/news/rice"] = killing
    done = ingest(run, server.url("/news/rice"), "--executor", dask_cluster.name, NKCORPUS_FETCH_DELAY="0.5")
    assert (done.code, done.json["new"]) == (0, 1), done.err
    assert server.paths == ["/robots.txt", "/news/rice", "/news/rice"]
    assert server.gaps[-1] >= 0.5


def test_no_scheduler_is_told_in_a_line_and_no_corpus_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rice rose in Hyesan.")
    quick = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "0.3s"}
    done = run("-C", "c.db", "ingest", "a.txt", "--executor", "dask://127.0.0.1:9", env=quick)
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    assert "tcp://127.0.0.1:9: no Dask scheduler that can be worked with" in done.err
    assert not (tmp_path / "c.db").exists()


def test_with_tls_both_sides_show_certificates(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rice rose in Hyesan.")
    (tmp_path / "dask").mkdir()
    with DaskCluster(tmp_path / "dask", tls=True) as cluster:
        cluster.add_worker()
        done = run(
            "-C", "c.db", "ingest", "a.txt", "--executor", cluster.name, "--format", "json", env=cluster.settings
        )
        assert (done.code, done.json["new"]) == (0, 1)
        refused = run("-C", "d.db", "ingest", "a.txt", "--executor", cluster.name)
        assert refused.code == 3
        assert len(refused.err.splitlines()) == 1
        assert "no Dask scheduler that can be worked with" in refused.err
