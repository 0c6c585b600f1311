"""Requests to a cluster: each is asked again, of other nodes if there are any, until it is answered or time is up."""

from __future__ import annotations

import itertools
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from opensearchpy import OpenSearch, Urllib3HttpConnection
from opensearchpy.exceptions import (
    ConnectionError,
    ConnectionTimeout,
    OpenSearchException,
    SerializationError,
    SSLError,
    TransportError,
)

from nkcorpus.cluster import settings
from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.faults import BAD_CERTIFICATE, NO_ANSWER, NO_CONNECTION, Fault
from nkcorpus.errors import ClusterUnreachable, CorpusError, NotACorpus

_SECONDS_TO_GREET = 10
"""What the first answer of a node may take; it is a small one."""
_LEAST_VERSION = 2
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_QUIET_SECONDS = 1.0
"""Trouble that is over sooner is not told."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

logging.getLogger("opensearch").addHandler(logging.NullHandler())  # or Python prints its warnings to stderr


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how often it took asking: above 1, an earlier request may have been carried out unheard.

    `fault` is what the asker wanted to deal with itself; then there is no content.
    """

    content: Any
    tries: int
    fault: Fault | None = None


class Wire:
    """The connection to the nodes of one address. Threads may share it."""

    def __init__(self, address: ClusterAddress, notify: Callable[[str], None], environ: Mapping[str, str]) -> None:
        """Prepare a connection; nothing is asked yet. Raises SettingsError."""
        self.address = address
        self.timeout = settings.timeout(environ)
        self._notify = notify
        hosts = [_host(host, port, environ) for host, port in address.hosts]
        if not address.tls and any("headers" in known for known in hosts) and not _is_local(address):
            notify(f"{address}: the password crosses the network unencrypted; opensearchs:// encrypts it")
        self.client = OpenSearch(
            cast("list[Any]", hosts),
            connection_class=_Connection,
            use_ssl=address.tls,
            ssl_context=settings.trust(environ) if address.tls else None,
            timeout=self.timeout,
            max_retries=0,
            retry_on_status=(),
            retry_on_timeout=True,  # marks a node that hangs, so that another is asked
        )

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def greet(self) -> None:
        """See that an OpenSearch answers. Raises ClusterUnreachable, ClusterUnavailable, AccessDenied or NotACorpus."""
        answer, is_slow, nodes = None, False, len(self.address.hosts)
        waited = min(self.timeout, _SECONDS_TO_GREET)
        for tries in itertools.count(1):
            try:
                answer = self.ask("GET", "/", seconds=waited, is_first=True).content
                break
            except ClusterUnreachable as error:
                # Of several nodes, some may be busy with the loss of another: all are asked once more.
                is_slow |= nodes > 1 and isinstance(error, _Silent)
                if tries >= (2 * nodes if is_slow else nodes):
                    raise
            except _NotJson:
                break
            except _Forbidden:  # rights on indices alone do not include this
                return
        version = answer.get("version") if isinstance(answer, dict) else None
        if not isinstance(version, dict) or "number" not in version:
            raise NotACorpus(f"{self.address}: what answers there is no OpenSearch; check host and port")
        product, number = version.get("distribution") or "Elasticsearch", str(version["number"])
        major = number.partition(".")[0]
        if product != "opensearch" or not (major.isdecimal() and int(major) >= _LEAST_VERSION):
            raise NotACorpus(
                f"{self.address}: what answers there is {str(product)[:40]} {number[:20]}; nkcorpus takes OpenSearch "
                f"{_LEAST_VERSION} or later"
            )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        inspect: Callable[[Any], Fault | None] = lambda content: None,
        hand_back: Callable[[Fault], bool] = lambda fault: False,
        seconds: int | None = None,
        is_first: bool = False,
    ) -> Answer:
        """Send a request until it is answered without a fault that passes.

        `inspect` finds faults inside an answer, `hand_back` tells which to return instead of asking again or raising.
        Raises what `Fault.error` gives, after the time limit for faults that pass.
        A request may be carried out twice, so it must be one for which that is the same as once, or can be told.
        """
        started = time.monotonic()
        deadline: float | None = None
        is_told = False
        for tries in itertools.count(1):
            try:
                content = self.client.transport.perform_request(
                    method, path, dict(params or {}), body, timeout=seconds or self.timeout
                )
                fault = inspect(content)
            except OpenSearchException as error:
                fault = fault_of(error)
                if is_first:
                    _see_first(fault)
            if fault is None:
                return Answer(content, tries)
            if hand_back(fault):
                return Answer(None, tries, fault)
            now = time.monotonic()
            deadline = deadline or now + self.timeout
            is_lost = is_first and fault.status in (NO_CONNECTION, NO_ANSWER)
            if is_lost and fault.status == NO_ANSWER:
                raise _Silent(
                    f"{self.address}: what listens there does not answer ({fault.reason}); check host and port"
                )
            if not fault.is_passing or is_lost or now >= deadline:
                raise fault.error(self.address)
            if not is_told and now - started > _QUIET_SECONDS:
                is_told = True
                self._notify(f"{fault.error(self.address)}; asking again for up to {deadline - now:.0f} s")
            wait(tries, deadline)
        raise AssertionError("unreachable")

    @contextmanager
    def errors(self, what: str = "") -> Iterator[None]:
        """Raise what the client raises as errors of nkcorpus."""
        try:
            yield
        except OpenSearchException as error:
            raise self.error(fault_of(error), what) from error

    def error(self, fault: Fault, what: str = "") -> CorpusError:
        """Return the error for a fault."""
        return fault.error(self.address, what)


class _Connection(Urllib3HttpConnection):
    """Keeps what a server warns of (deprecations) to itself: it is nothing that a user can act on."""

    def _raise_warnings(self, warning_headers: Any) -> None:
        pass


class _Silent(ClusterUnreachable):
    """What listens does not answer."""


class _NotJson(Exception):
    """The first answer is no JSON."""


class _Forbidden(Exception):
    """The user is known but may not ask for the cluster's version."""


_NO_JSON = Fault(502, "", "the answer is no JSON")


def wait(tries: int, deadline: float) -> None:
    """Sleep before the next try: each time longer, by chance, and not beyond the deadline (of `time.monotonic`)."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(tries - 1, 10))
    time.sleep(max(0.0, min(random.uniform(longest / 2, longest), deadline - time.monotonic())))  # noqa: S311


def fault_of(error: OpenSearchException) -> Fault:
    """Return what an exception of the client tells."""
    if isinstance(error, SSLError):
        is_untrusted = "CERTIFICATE" in str(error.error).upper()
        return Fault(BAD_CERTIFICATE if is_untrusted else NO_CONNECTION, "", _cause(error))
    if isinstance(error, ConnectionTimeout):
        return Fault(NO_ANSWER, "", _cause(error))
    if isinstance(error, SerializationError) or isinstance(getattr(error, "info", None), UnicodeError):
        return _NO_JSON
    if isinstance(error, ConnectionError):
        return Fault(NO_CONNECTION, "", _cause(error))
    if isinstance(error, TransportError) and isinstance(error.status_code, int):
        info = error.info
        about = info.get("error") if isinstance(info, Mapping) else None
        return Fault.read(error.status_code, about or error.error)
    return Fault(502, "", str(error))


def _see_first(fault: Fault) -> None:
    if fault is _NO_JSON or 300 <= fault.status < 400 or fault.status in (404, 405, 501):
        raise _NotJson
    if fault.status == 403:
        raise _Forbidden


def _cause(error: TransportError) -> str:
    """Return the innermost reason of a failed connection, without the client's wrapping and object names."""
    text = str(getattr(error.info, "reason", None) or error.error)
    return text.rpartition("object at 0x")[2].partition(">: ")[2] or text


def _host(host: str, port: int, environ: Mapping[str, str]) -> dict[str, Any]:
    known: dict[str, Any] = {"host": host, "port": port}
    authorization = settings.authorization(host, environ)
    return known | {"headers": {"authorization": authorization}} if authorization else known


def _is_local(address: ClusterAddress) -> bool:
    return all(host in _LOOPBACK for host, _ in address.hosts)
