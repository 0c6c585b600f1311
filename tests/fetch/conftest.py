"""A server, and fetchers that may reach it and do not dawdle."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any, Protocol

import httpx
import pytest

from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.network import Resolver
from nkcorpus.fetch.policy import FetchPolicy
from tests.web.server import Server

HASTY: Mapping[str, Any] = {"delay": 0.0, "backoff": 0.01, "allow_hosts": frozenset({"127.0.0.1", "127.0.0.2"})}


@cache
def usual_trust() -> ssl.SSLContext:
    """Return what a fetcher makes for itself, once for all: to read the authorities takes 50 ms."""
    return httpx.create_ssl_context(trust_env=False)


class MakeFetcher(Protocol):
    def __call__(
        self, *, resolver: Resolver = ..., ssl_context: ssl.SSLContext | None = ..., **policy: Any
    ) -> Fetcher: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def other() -> Iterator[Server]:
    """Another host."""
    with Server("127.0.0.2") as server:
        yield server


@pytest.fixture
def make_fetcher() -> Iterator[MakeFetcher]:
    with ExitStack() as stack:

        def make(
            *, resolver: Resolver = socket.getaddrinfo, ssl_context: ssl.SSLContext | None = None, **policy: Any
        ) -> Fetcher:
            policy = {**HASTY, **policy}
            context = ssl_context or usual_trust()
            return stack.enter_context(Fetcher(FetchPolicy(**policy), resolver=resolver, ssl_context=context))

        yield make


@pytest.fixture
def fetcher(make_fetcher: MakeFetcher) -> Fetcher:
    """A fetcher with no delay."""
    return make_fetcher()


def names(table: Mapping[str, str]) -> Resolver:
    """Return a resolver that knows the hosts of `table`, by their address, and no others."""

    def resolve(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return list(socket.getaddrinfo(table[host], port, **keywords))

    return resolve
