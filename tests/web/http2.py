"""A small HTTP/2 server over TLS on loopback, made of the `h2` library: one reply by path, one stream at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from tests.web.server import server_context


class Http2Server:
    """The server, as a context manager. `bodies` are what it answers by path, `frames` what it sends as it is; all else
    is 404.
    """

    def __init__(self, bodies: Mapping[str, bytes], frames: Mapping[str, Iterable[bytes]] | None = None) -> None:
        self.bodies = bodies
        self.frames = frames or {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._socket = server_context("h2").wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        state = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        with connection, contextlib.suppress(OSError):
            connection.sendall(state.data_to_send())
            while data := connection.recv(65_536):
                for event in state.receive_data(data):
                    if isinstance(event, RequestReceived):
                        self._answer(state, event)
                        for data in self.frames.get(self.requests[-1][0], ()):
                            connection.sendall(data)
                connection.sendall(state.data_to_send())

    def _answer(self, state: H2Connection, event: RequestReceived) -> None:
        headers = {str(name): str(value) for name, value in event.headers or []}
        stream = event.stream_id
        assert stream is not None
        self.requests.append((headers[":path"], headers))
        if headers[":path"] in self.frames:
            return
        body = self.bodies.get(headers[":path"])
        state.send_headers(stream, [(":status", "404" if body is None else "200"), ("content-type", "text/html")])
        state.send_data(stream, body or b"", end_stream=True)
