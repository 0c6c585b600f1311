"""A real HTTP/1.1 server on loopback that tests script, and that logs each request with its time.

with Server() as server:
    server.routes["/feed"] = content(b"<rss/>", etag='"1"')
    server.routes["/busy"] = [Reply(503, headers={"Retry-After": "1"}), Reply(body=b"at last")]
    ...
    assert server.paths == ["/robots.txt", "/feed"]

Other loopback addresses (127.0.0.2, ...) stand for other hosts.
"""

from __future__ import annotations

import contextlib
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nkcorpus.fetch.addresses import authority


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: `path` with its query, headers by lower-case name, seconds on the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    at: float
    connection: int
    """The client's port, by which requests on one connection are told."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered.

    `length` is declared in place of the body's; -1 declares none, and the end of the connection ends the body.
    `cut` closes the connection after so many bytes of the body. `drip` sends the body `step` bytes at a time, so many
    seconds apart; `wait` seconds pass before anything is sent. `raw` is sent as it is, in place of all else.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    cut: int | None = None
    drip: float | None = None
    step: int = 1
    wait: float = 0.0
    raw: bytes | None = None


Route = Reply | Sequence[Reply] | Callable[[Request], Reply]
"""One reply for all requests, one after the other with the last repeated, or what a function returns."""


TLS = Path(__file__).parent / "tls"


def server_context(*protocols: str) -> ssl.SSLContext:
    """Return the TLS of a server for news.example, with the ALPN protocols that it offers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.pem")
    context.set_alpn_protocols([*protocols, "http/1.1"])
    return context


def client_context() -> ssl.SSLContext:
    """Return the TLS of a client that trusts the test servers, and nothing else."""
    return ssl.create_default_context(cafile=str(TLS / "ca.pem"))


def redirect(location: str, status: int = 302) -> Reply:
    """Return a redirect."""
    return Reply(status, headers={"Location": location})


def content(
    body: bytes, *, type_: str = "text/html", etag: str | None = None, last_modified: str | None = None
) -> Callable[[Request], Reply]:
    """Return a route that answers 304 to a request whose validators are those of the content."""
    headers = {"Content-Type": type_}
    if etag:
        headers["ETag"] = etag
    if last_modified:
        headers["Last-Modified"] = last_modified

    def answer(request: Request) -> Reply:
        asked = request.headers.get("if-none-match")
        since = request.headers.get("if-modified-since")
        unchanged = etag in [part.strip() for part in asked.split(",")] if asked else since and since == last_modified
        return Reply(304, headers=headers) if unchanged else Reply(200, body, headers)

    return answer


class Server:
    """The server, as a context manager. `routes` may change while it runs; what has no route is 404.

    They are by path, with the query or without it.
    """

    def __init__(self, host: str = "127.0.0.1", *, tls: bool = False) -> None:
        """With `tls` it speaks HTTPS, as `news.example`, which clients trust by `client_context`."""
        self.host = host
        self.scheme = "https" if tls else "http"
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.most_at_once = 0
        """The most requests that were under way at the same time."""
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._served: dict[str, int] = {}
        self._now = 0
        self._http = _Http((host, 0), _handler(self))
        self._http.daemon_threads = True
        self._http.block_on_close = False
        if tls:
            self._http.socket = server_context().wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def authority(self) -> str:
        return authority(self.host, self.port)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    @property
    def gaps(self) -> list[float]:
        """Seconds between each request and the one before it."""
        times = [request.at for request in self.requests]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """Return the address of a path, with another name of the host if given."""
        return f"{self.scheme}://{authority(host or self.host, self.port)}{path}"

    def robots(self, *lines: str) -> None:
        """Serve a robots.txt."""
        self.routes["/robots.txt"] = Reply(body="\n".join(lines).encode(), headers={"Content-Type": "text/plain"})

    def reply(self, request: Request) -> Reply:
        """Log a request and return what to answer."""
        with self._lock:
            self.requests.append(request)
            route = self.routes.get(request.path) or self.routes.get(request.path.partition("?")[0])
            turn = self._served[request.path] = self._served.get(request.path, -1) + 1
        if route is None:
            return Reply(404, b"no such page")
        if isinstance(route, Reply):
            return route
        return route(request) if callable(route) else route[min(turn, len(route) - 1)]

    @contextlib.contextmanager
    def serving(self) -> Any:
        """Count the requests that are under way."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1


class _Http(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what some tests are about."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, time.monotonic(), self.client_address[1])
            with server.serving():
                self.answer(server.reply(request))

        def answer(self, reply: Reply) -> None:
            server.stopping.wait(reply.wait)
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.length is None else reply.length
            if length < 0:
                self.send_header("Connection", "close")
            elif reply.status != 304:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.send_body(reply)
            if length != len(reply.body) or reply.cut is not None:
                self.close_connection = True

        def send_body(self, reply: Reply) -> None:
            body = reply.body if reply.status != 304 else b""
            if reply.drip is None:
                self.wfile.write(body[: reply.cut])
                return
            whole = len(body[: reply.cut])
            for start in range(0, whole, reply.step):
                self.wfile.write(body[start : min(start + reply.step, whole)])
                if server.stopping.wait(reply.drip):
                    return

        def log_message(self, format: str, *args: Any) -> None:
            """The log is `Server.requests`."""

    return Handler
