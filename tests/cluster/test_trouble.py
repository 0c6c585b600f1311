"""Clusters in trouble, and what is no cluster: each a typed error of one line, and what was acknowledged stays."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.errors import (
    AccessDenied,
    ClusterRefused,
    ClusterUnavailable,
    ClusterUnreachable,
    CorpusError,
    NotACorpus,
)
from tests.cluster.conftest import BODY, through
from tests.cluster.proxy import Asked, Proxy, Trouble

QUICK = {"NKCORPUS_OPENSEARCH_TIMEOUT": "1"}
PATIENT = {"NKCORPUS_OPENSEARCH_TIMEOUT": "3"}
"""Longer than a node on a busy machine takes for an answer, and yet no long wait for one that does not come."""


def fails(address: str, kind: type[CorpusError], **environ: str) -> str:
    """Ask for a corpus that cannot be had, and return the message."""
    with Cluster(ClusterAddress.parse(address), environ=environ) as cluster, pytest.raises(kind) as caught:
        cluster.exists("t")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    return str(caught.value)


def times(trouble: Trouble, number: int, of: str = "/_bulk") -> Callable[[Asked], Trouble]:
    """Make trouble for the first requests of a kind."""
    left = [number]

    def decide(asked: Asked) -> Trouble:
        if of in asked.path and left[0]:
            left[0] -= 1
            return trouble
        return ""

    return decide


def test_nothing_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        started = time.monotonic()
        assert "no node can be reached" in fails(f"opensearch://127.0.0.1:{port}/c", ClusterUnreachable)
        assert time.monotonic() - started < 30
        fails(f"opensearch://127.0.0.1:{port},127.0.0.1:{port - 1}/c", ClusterUnreachable)


def test_there_is_no_such_host() -> None:
    assert "no node can be reached" in fails("opensearch://no-such-host.invalid/c", ClusterUnreachable)


def test_a_port_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"opensearch://127.0.0.1:{silent.getsockname()[1]}/c"
        assert "does not answer" in fails(address, ClusterUnreachable, **QUICK)


@pytest.mark.parametrize(
    ("status", "kind", "body", "told"),
    [
        (200, "text/html", b"<html>hello</html>", "is no OpenSearch"),
        (200, "application/json", b'{"hello": "world"}', "is no OpenSearch"),
        (200, "application/json", b"[1, 2]", "is no OpenSearch"),
        (200, "application/json", b'{"version": {"number": 7}, "x": NaN', "is no OpenSearch"),
        (200, "application/json", b"\xff\xfe", "is no OpenSearch"),
        (200, "text/plain", b"hello", "is no OpenSearch"),
        (200, "application/json", b"", "is no OpenSearch"),
        (404, "text/html", b"not found", "is no OpenSearch"),
        (301, "text/html", b"", "is no OpenSearch"),
        (
            200,
            "application/json",
            b'{"version": {"number": "8.1.0", "build_flavor": "default"}, "tagline": "You Know, for Search"}',
            "is Elasticsearch 8.1.0",
        ),
        (
            200,
            "application/json",
            b'{"version": {"number": "1.3.2", "distribution": "opensearch"}}',
            "is opensearch 1.3.2",
        ),
    ],
)
def test_another_server_is_no_cluster(status: int, kind: str, body: bytes, told: str) -> None:
    with answering(status, kind, body) as port:
        assert told in fails(f"opensearch://127.0.0.1:{port}/c", NotACorpus)


def test_what_speaks_no_http_is_no_cluster() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=_greet_as_ssh, args=(listener,))
        thread.start()
        fails(f"opensearch://127.0.0.1:{listener.getsockname()[1]}/c", ClusterUnreachable)
        thread.join()


def test_of_several_nodes_one_that_runs_is_enough(cluster: Cluster) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host, port = cluster.address.hosts[0]
        dead = unused.getsockname()[1]
        for hosts in (f"127.0.0.1:{dead},{host}:{port}", f"{host}:{port},127.0.0.1:{dead}"):
            with Cluster(ClusterAddress.parse(f"opensearch://{hosts}/{cluster.address.name}")) as other:
                assert all(other.exists("t") for _ in range(4))


def test_of_several_nodes_one_that_is_slow_at_first_is_asked_again(proxy: Proxy) -> None:
    """As when all are busy with the loss of another: no answer for longer than the first one may take."""
    proxy.trouble = times("hang after", 1, of="/")
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        address = f"opensearch://127.0.0.1:{gone.getsockname()[1]},127.0.0.1:{proxy.port}/c"
        with Cluster(ClusterAddress.parse(address), environ=PATIENT) as cluster:
            assert not cluster.exists("t")


@pytest.mark.parametrize("trouble", ["busy", "too large"])
def test_a_cluster_that_is_busy_is_sent_less_at_once_until_it_takes_all(
    proxy: Proxy, cluster: Cluster, trouble: Trouble
) -> None:
    proxy.trouble = lambda asked: trouble if asked.body.count(b"\n") > 2 * 300 else ""
    with through(proxy, cluster) as other:
        assert other.write("t", (Write.create(str(number), {"n": number}) for number in range(700))) == ["done"] * 700
    taken = [asked.body.count(b"\n") // 2 for asked in proxy.asked if "_bulk" in asked.path]
    assert max(taken) == 700
    assert sum(size for size in taken if size <= 300) == 700
    cluster.refresh("t")
    assert cluster.count("t", {"match_all": {}}) == 700


def test_of_a_bulk_only_what_was_not_taken_is_sent_again(proxy: Proxy, cluster: Cluster) -> None:
    proxy.trouble = times("half busy", 3)
    cluster.write("t", [Write.create("70", {"n": 0})])
    with through(proxy, cluster) as other:
        outcomes = other.write("t", (Write.create(str(number), {"n": number}) for number in range(101)))
    assert [number for number, outcome in enumerate(outcomes) if outcome == "conflict"] == [70]
    assert [asked.body.count(b"\n") // 2 for asked in proxy.asked if "_bulk" in asked.path][:3] == [101, 50, 25]
    found = cluster.get_many("t", [str(number) for number in range(101)])
    assert [document and document.source["n"] for document in found] == [*range(70), 0, *range(71, 101)]


def test_one_document_that_is_too_large_is_named(proxy: Proxy, cluster: Cluster) -> None:
    proxy.trouble = lambda asked: "too large" if b"huge" in asked.body else ""
    with through(proxy, cluster) as other, pytest.raises(ClusterRefused, match="document huge: "):
        other.write("t", [Write.put(name, {"n": 1}) for name in ("a", "b", "huge", "c")])
    assert cluster.get("t", "a")


def test_a_cluster_that_stays_busy_is_given_up_after_the_time_limit(proxy: Proxy, cluster: Cluster) -> None:
    proxy.trouble = times("busy", 10_000)
    with through(proxy, cluster, **QUICK) as other, pytest.raises(ClusterUnavailable, match="overloaded"):
        other.write("t", [Write.create("a", {"n": 1})])
    proxy.trouble = lambda asked: ""
    with through(proxy, cluster) as other:
        assert other.write("t", [Write.create("a", {"n": 1})]) == ["done"]


@pytest.mark.parametrize("trouble", ["unavailable", "cut before", "cut after", "hang after"])
def test_a_lost_answer_neither_doubles_nor_fails_a_write(proxy: Proxy, cluster: Cluster, trouble: Trouble) -> None:
    cluster.write("t", [Write.put("old", {"n": 0}), Write.put("gone", {"n": 0})])
    old, gone = cluster.get_many("t", ["old", "gone"])
    assert old
    assert gone
    proxy.trouble = times(trouble, 1)
    with through(proxy, cluster, **PATIENT) as other:
        writes = [
            *(Write.create("a", {"n": 1}), Write.replace(old, {"n": 2}), Write.delete("gone", gone)),
            *(Write.newer("b", {"n": 3}, 7), Write.create("old", {"n": 9}), Write.put("c", {"n": 4})),
        ]
        assert other.write("t", writes) == [*["done"] * 4, "conflict", "done"]
        proxy.trouble = times("cut after", 1)
        assert other.update("t", "a", lambda source: {"n": 5}) == {"n": 5}
    found = cluster.get_many("t", ["a", "old", "gone", "b", "c"])
    assert [document and document.source for document in found] == [{"n": 5}, {"n": 2}, None, {"n": 3}, {"n": 4}]


def test_reads_are_asked_again(proxy: Proxy, cluster: Cluster) -> None:
    cluster.write("t", (Write.put(str(number), {"n": number}) for number in range(30)))
    cluster.refresh("t")
    with through(proxy, cluster, **PATIENT) as other:
        proxy.trouble = times("hang after", 1, "/_mget")
        assert other.get("t", "3")
        for trouble in ("busy", "unavailable", "cut after"):
            proxy.trouble = times(trouble, 2, "/_mget")
            assert other.get("t", "3")
            proxy.trouble = times(trouble, 1, "/_search")
            pages = other.pages("t", {"match_all": {}}, ["n"], size=10)
            assert [document.source["n"] for document in pages] == list(range(30))


def test_a_point_in_time_that_is_lost_is_opened_anew_where_reading_was(proxy: Proxy, cluster: Cluster) -> None:
    cluster.write("t", (Write.put(str(number), {"n": number}) for number in range(30)))
    cluster.refresh("t")
    pages = cluster.pages("t", {"match_all": {}}, ["n"], size=10)
    read = [next(pages) for _ in range(10)]
    with cluster.errors():
        cluster.raw().delete_all_pits()
    read += pages
    assert [document.source["n"] for document in read] == list(range(30))


def test_a_page_of_another_service_in_between_is_told_after_the_time_limit(proxy: Proxy, cluster: Cluster) -> None:
    with through(proxy, cluster, **QUICK) as other:
        assert other.exists("t")
        proxy.trouble = lambda asked: "html"
        with pytest.raises(ClusterUnavailable, match="no JSON"):
            other.get("t", "a")


def test_waiting_is_told_once(proxy: Proxy, cluster: Cluster) -> None:
    told: list[str] = []
    address = ClusterAddress.parse(proxy.address(cluster.address.name))
    with Cluster(address, told.append, environ={"NKCORPUS_OPENSEARCH_TIMEOUT": "3"}) as other:
        assert other.exists("t")
        proxy.trouble = lambda asked: "unavailable"
        with pytest.raises(ClusterUnavailable):
            other.get("t", "a")
    assert len(told) == 1
    assert "asking again for up to" in told[0]


def test_a_red_index_is_unavailable_and_comes_back(cluster: Cluster) -> None:
    layout = {"number_of_replicas": 0, "index.routing.allocation.require._name": "nobody"}
    with cluster.errors():
        cluster.raw().indices.create(
            index=cluster.index_of("red"),
            body=BODY | {"settings": layout},
            params={"wait_for_active_shards": "0"},
        )
    with Cluster(cluster.address, environ=QUICK) as other:
        for ask in (
            lambda: other.search("red", {}),
            lambda: other.get("red", "a"),
            lambda: other.write("red", [Write.put("a", {"n": 1})]),
            lambda: next(other.pages("red", {"match_all": {}}, ["n"])),
            lambda: other.search_many("red", [{}]),
        ):
            with pytest.raises(ClusterUnavailable):
                ask()
    with cluster.errors():
        settings = {"index.routing.allocation.require._name": None}
        cluster.raw().indices.put_settings(index=cluster.index_of("red"), body=settings)
    assert cluster.write("red", [Write.put("a", {"n": 1})]) == ["done"]


def test_rights_that_are_missing_are_told(proxy: Proxy, cluster: Cluster) -> None:
    proxy.trouble = times("refuse", 1, "/_bulk")
    with through(proxy, cluster) as other, pytest.raises(AccessDenied, match=r"rights on nkcorpus\.\*"):
        other.write("t", [Write.put("a", {"n": 1})])
    proxy.trouble = lambda asked: "refuse" if asked.path == "/" else ""
    with through(proxy, cluster) as other:
        assert other.exists("t")


class answering:  # noqa: N801
    """A server of a few lines that gives everyone the same answer; the port is what `with` yields."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.send_header("location", "/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> int:
        self._thread.start()
        return self._server.server_port

    def __exit__(self, *about: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _greet_as_ssh(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
