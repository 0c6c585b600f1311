"""Connections that are checked where they are made, and that end when their time or their bytes are used up.

A name is resolved once, each address is judged, and the connection goes to the very address that was judged: an
answer of the DNS that changes between check and use (rebinding) has nothing to change. TLS still checks the name.
"""

from __future__ import annotations

import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpcore

from nkcorpus.errors import AddressRefused, AnswerTooLarge, TimedOut, Unreachable
from nkcorpus.fetch.addresses import authority, is_public
from nkcorpus.fetch.policy import FetchPolicy

Resolver = Callable[..., list[tuple[Any, ...]]]
"""Anything that is called and answers as `socket.getaddrinfo`: `resolver(host, port, type=socket.SOCK_STREAM)`."""

MIN_RATE = 16_384
"""Bytes a second: each as many earn a request one more second beyond its timeout. A slow line keeps its pages, a
server that drips does not keep us."""
HEADROOM = 262_144
"""Bytes on the wire for headers, which may come in any number (103 Early Hints), and for what frames the body."""
_MOST_ADDRESSES = 4
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NO_SUCH_HOST = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


def unused_proxy(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the name of the variable in `environ` that asks for a proxy, None without one.

    None is used: it would resolve and connect where no address can be judged.
    """
    return next((name for name in environ if name.lower() in _PROXIES and environ[name]), None)


class Budget:
    """What one request may still take: time until it must be through, and bytes on the wire."""

    def __init__(self, *, timeout: float, total: float, max_bytes: int) -> None:
        """Start the clock. `timeout` seconds are given, more as bytes come, and in no case more than `total`."""
        self.timeout = timeout
        self.total = total
        self.max_bytes = max_bytes
        self._started = time.monotonic()
        self._most = HEADROOM
        self._received = 0
        self._content = 0

    def seconds_left(self) -> float:
        """Return the time that is left. Raises TimedOut when there is none."""
        left = min(self.timeout + self._received / MIN_RATE, self.total) - self._spent()
        if left <= 0:
            raise self.overdrawn()
        return left

    def overdrawn(self, shown: str = "") -> TimedOut:
        """Return the error of a request for the address `shown` whose time is up, in a wait or between two."""
        got = f"{self._received:,} bytes in {self._spent():.0f} s"
        return TimedOut(f"the host took too long to answer ({got}); try again later", url=shown, is_final=False)

    def begin_body(self) -> None:
        """Grant the bytes of the body: the headers have come."""
        self._most = HEADROOM + self.max_bytes

    def receive(self, size: int) -> None:
        """Take note of bytes that came. Raises AnswerTooLarge beyond the limit, or when hardly any is content."""
        self._received += size
        if self._received > self._most:
            what = "answer is" if self._most > HEADROOM else "headers of the answer are"
            raise AnswerTooLarge(f"the {what} larger than the limit of {self._most:,} bytes")
        self._check_framing(2 * HEADROOM)

    def take_content(self, size: int) -> None:
        """Take note of how much of what came is content, in all. Raises AnswerTooLarge when it is not even half."""
        self._content = size
        self._check_framing(HEADROOM)

    def _spent(self) -> float:
        return time.monotonic() - self._started

    def _check_framing(self, allowed: int) -> None:
        """Chunks of a byte, and frames of none, cost hours."""
        if self._received > 2 * self._content + allowed:
            raise AnswerTooLarge(f"the answer has {self._content:,} bytes of content in {self._received:,}; not taken")


class GuardedBackend(httpcore.NetworkBackend):
    """Makes the connections of a pool. The budget of a request holds for the thread that makes it."""

    def __init__(self, policy: FetchPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver
        self._connector = httpcore.SyncBackend()
        self._thread = threading.local()

    @property
    def budget(self) -> Budget:
        """What the request of this thread may still take."""
        budget: Budget = self._thread.budget
        return budget

    @budget.setter
    def budget(self, budget: Budget) -> None:
        self._thread.budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that is allowed and answers. Raises AddressRefused, Unreachable,
        TimedOut.
        """
        try:
            return self._connected(host, port, local_address, socket_options)
        except (Unreachable, TimedOut) as error:
            if (proxy := unused_proxy()) is None:
                raise
            told = f"{error} ({proxy} is set, but proxies are not used)"
            raise type(error)(told, is_final=error.is_final) from None

    def _connected(
        self,
        host: str,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        until = time.monotonic() + min(self._policy.connect_timeout, self.budget.seconds_left())
        addresses = self._allowed(host, port, self._resolve(host, port, until))[:_MOST_ADDRESSES]
        failure: Exception | None = None
        for position, address in enumerate(addresses):
            share = max(until - time.monotonic(), 0.01) / (len(addresses) - position)
            try:
                stream = self._connector.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BudgetStream(stream, self)
        if isinstance(failure, httpcore.ConnectTimeout):
            raise TimedOut(f"{host} does not answer; try again later", is_final=False)
        raise Unreachable(f"{host} cannot be connected to: {failure}; try again later", is_final=False)

    def _allowed(self, host: str, port: int, addresses: list[str]) -> list[str]:
        """Return the addresses that may be connected to. Raises AddressRefused when there are none."""
        if self._policy.allows(host, port):
            return addresses
        public = [address for address in addresses if is_public(address)]
        if not public:
            where = host if host == addresses[0] else f"{host} is at {addresses[0]}, which"
            raise AddressRefused(
                f"{where} is not on the public internet; to fetch from it, add '{authority(host, port)}' to "
                f"allow_hosts in [fetch]"
            )
        return public

    def _resolve(self, host: str, port: int, until: float) -> list[str]:
        """Return the addresses of a host, each once. In a thread, since `getaddrinfo` knows no timeout."""
        answers: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolver(host, port, type=socket.SOCK_STREAM))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
        try:
            answer = answers.get(timeout=max(until - time.monotonic(), 0.01))
        except queue.Empty:
            raise TimedOut(f"the address of {host} is not told in time; try again later", is_final=False) from None
        if isinstance(answer, socket.gaierror) and answer.errno in _NO_SUCH_HOST:
            raise Unreachable(f"there is no host {host}; correct the address")
        if isinstance(answer, OSError) or answer == []:
            raise Unreachable(f"the address of {host} cannot be found: {answer}; try again later", is_final=False)
        if isinstance(answer, UnicodeError):
            raise Unreachable(f"{host} is no name of a host; correct the address")
        if isinstance(answer, Exception):
            raise answer
        return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answer))


class _BudgetStream(httpcore.NetworkStream):
    """A connection on which each wait ends with the budget of the request that waits."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        budget = self._backend.budget
        data = self._stream.read(max_bytes, budget.seconds_left())
        budget.receive(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.budget.seconds_left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._backend.budget.seconds_left()
        return _BudgetStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
