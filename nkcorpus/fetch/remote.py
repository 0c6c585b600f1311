"""Requests that workers elsewhere send. Whose turn it is, robots.txt, redirects and retries stay with the Fetcher."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import lru_cache
from http.cookiejar import Cookie
from typing import Any

import httpx

from nkcorpus.errors import FetchError, Unreachable
from nkcorpus.fetch.exchange import Answer, Exchange
from nkcorpus.fetch.network import Budget
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.fetch.urls import public_form, server_of
from nkcorpus.workers import Elsewhere, WorkerGone


class RemoteExchange:
    """In place of an Exchange: sends each request from a worker, those to a host from the same one. What a worker may
    connect to is judged there, by the policy that goes along.
    """

    def __init__(self, policy: FetchPolicy, elsewhere: Elsewhere) -> None:
        self._policy = policy
        self._elsewhere = elsewhere

    def close(self) -> None:
        """Do nothing: workers close connections that nobody uses."""

    def send(
        self,
        url: httpx.URL,
        headers: dict[str, str],
        cookies: httpx.Cookies,
        budget: Budget,
        max_bytes: int,
        *,
        truncate: bool = False,
    ) -> Answer:
        """See Exchange. A worker that is lost meanwhile is a failure that may pass: another one asks later."""
        limits = {"timeout": budget.timeout, "total": budget.total, "max_bytes": budget.max_bytes}
        asked = (self._policy, str(url), headers, list(cookies.jar), limits, max_bytes, truncate)
        try:
            answer, taken = self._elsewhere.call(server_of(url), _sent, *asked)
        except WorkerGone:
            told = "the worker that asked for it is gone; try again later"
            raise Unreachable(told, url=public_form(url), is_final=False) from None
        for cookie in taken:
            cookies.jar.set_cookie(cookie)
        if isinstance(answer, FetchError):
            raise answer
        return answer


def _sent(
    policy: FetchPolicy,
    url: str,
    headers: dict[str, str],
    cookies: Sequence[Cookie],
    limits: dict[str, Any],
    max_bytes: int,
    truncate: bool,
) -> tuple[Answer | FetchError, list[Cookie]]:
    """Send a request, on a worker; return what came of it, and the cookies from then on."""
    jar = httpx.Cookies()
    for cookie in cookies:
        jar.jar.set_cookie(cookie)
    try:
        answer: Answer | FetchError = _exchange(policy).send(
            httpx.URL(url), headers, jar, Budget(**limits), max_bytes, truncate=truncate
        )
    except FetchError as error:
        answer = error
    return answer, list(jar.jar)


@lru_cache(maxsize=8)
def _exchange(policy: FetchPolicy) -> Exchange:
    """Return the connections of this worker for all who have the same policy."""
    return Exchange(policy, socket.getaddrinfo, None)
