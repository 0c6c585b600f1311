"""A reverse proxy before a real node: with TLS and a password, as clusters have them, and with trouble on demand."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal

TLS = Path(__file__).parent.parent / "web" / "tls"
"""A test authority's certificate and a server's, which is for 127.0.0.1 and not for localhost."""

Trouble = Literal[
    "busy", "half busy", "too large", "unavailable", "refuse", "cut before", "cut after", "hang after", "html", ""
]
"""What comes of a request: 429 for all of it or, of a bulk of pairs of lines, for the second half; 413, 503 or 403
instead of passing it on; the connection cut before or after; no answer; a web page."""
_REJECTED = {"type": "rejected_execution_exception", "reason": "rejected execution of coordinating operation"}


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    body: bytes


@dataclass
class Proxy:
    """Passes requests on to `target` (HOST:PORT), but asks `trouble` what is to come of each. Use it in a `with`."""

    target: str
    tls: bool = False
    user: str = ""
    password: str = ""
    token: str = ""
    trouble: Callable[[Asked], Trouble] = lambda asked: ""
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._server = _Server(self)
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "server.pem")
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def address(self, name: str, host: str = "127.0.0.1") -> str:
        return f"opensearch{'s' if self.tls else ''}://{host}:{self.port}/{name}"

    def authorized(self, header: str | None) -> bool:
        if self.token:
            return header == f"Bearer {self.token}"
        expected = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return not self.user or header == f"Basic {expected}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that break off, as those that refuse a certificate do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _pass(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = Asked(self.command, self.path, body)
        proxy.asked.append(asked)
        if not proxy.authorized(self.headers.get("authorization")):
            self._answer(401, b"Unauthorized", "text/plain")
            return
        match proxy.trouble(asked):
            case "busy":
                self._refuse(429, _REJECTED)
            case "half busy":
                self._half(body)
            case "too large":
                self._answer(413, b"Request Entity Too Large", "text/plain")
            case "unavailable":
                self._refuse(503, {"type": "cluster_manager_not_discovered_exception", "reason": ""})
            case "refuse":
                self._refuse(403, {"type": "security_exception", "reason": "no permissions for [indices:data/write]"})
            case "html":
                self._answer(200, b"<html><body>Sign in</body></html>", "text/html")
            case "cut before":
                self._cut()
            case "cut after":
                self._forward(body)
                self._cut()
            case "hang after":
                self._forward(body)
                proxy.released.wait()
                self._cut()
            case _:
                self._answer(*self._forward(body))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815

    def _forward(self, body: bytes) -> tuple[int, bytes, str]:
        host, _, port = self.server.proxy.target.partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        try:
            connection.request(self.command, self.path, body or None, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("content-type", "application/json")
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status: int, error: dict[str, str]) -> None:
        told = {"error": error | {"root_cause": [error]}, "status": status}
        self._answer(status, json.dumps(told).encode(), "application/json")

    def _half(self, body: bytes) -> None:
        lines = body.splitlines(keepends=True)
        first = (len(lines) // 2 + 1) // 2 * 2
        _, answer, kind = self._forward(b"".join(lines[:first]))
        items = json.loads(answer)["items"]
        items += [{"index": {"status": 429, "error": _REJECTED}}] * (len(lines) // 2 - len(items))
        self._answer(200, json.dumps({"items": items}).encode(), kind)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
