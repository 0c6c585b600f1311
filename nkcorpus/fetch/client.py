"""The client that all fetching goes through."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx

from nkcorpus.errors import (
    AddressRefused,
    BadUrl,
    DisallowedByRobots,
    FetchError,
    HostDeferred,
    HttpStatus,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from nkcorpus.fetch.answer import Fetched, Validators, kept_headers
from nkcorpus.fetch.exchange import CONTENT, Answer, Exchange
from nkcorpus.fetch.hosts import HostFiles
from nkcorpus.fetch.network import Budget, Resolver
from nkcorpus.fetch.pace import Pace, backoff, parse_retry_after
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.fetch.remote import RemoteExchange
from nkcorpus.fetch.robots import DEFER, MOST_BYTES, RobotsCache, Rules, deferred
from nkcorpus.fetch.urls import basic_authorization, host_of, may_share_credentials, parse_url, public_form, server_of
from nkcorpus.workers import Elsewhere

T = TypeVar("T")

MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_SLOW_DOWN = (429, 503)
_TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
"""The statuses after which the same request may succeed (RFC 9110, section 15; RFC 6585, section 4)."""


@dataclass(slots=True)
class _Errand:
    """One call: what was asked, and how long it may go on. Polite waits move `until`."""

    url: httpx.URL
    max_bytes: int
    until: float
    validators: Validators | None = None
    truncate: bool = False
    cookies: dict[str, httpx.Cookies] = field(default_factory=dict)
    """By host, and for this call only: some sites set one and redirect to the same page."""
    has_moved: bool = False
    """Whether there were redirects, and all of them for good."""


class Fetcher:
    """Fetches addresses politely and safely: one request at a time per host, at the pace that the host bears.

    Threads may share one. It keeps what it learns of hosts (pace, robots.txt, connections) for as long as it lives,
    and nothing beyond, but for what `hosts` keeps for other processes. `elsewhere` sends the requests, in place of this
    process. `resolver` stands in for `socket.getaddrinfo`, `ssl_context` for the usual trust.
    """

    def __init__(
        self,
        policy: FetchPolicy | None = None,
        *,
        resolver: Resolver = socket.getaddrinfo,
        ssl_context: ssl.SSLContext | None = None,
        hosts: HostFiles | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.policy = policy or FetchPolicy()
        self._hosts = hosts
        self._exchange = (
            RemoteExchange(self.policy, elsewhere) if elsewhere else Exchange(self.policy, resolver, ssl_context)
        )
        self._robots = RobotsCache(self._ask_robots, files=hosts)
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def get(self, url: str, *, validators: Validators | None = None, max_bytes: int | None = None) -> Fetched:
        """Return the answer to a GET of `url`, after redirects and retries; waits until the host may be asked.

        With `validators`, content that has not changed comes back as `not_modified`. `max_bytes` is the limit for
        this call instead of the policy's.

        Raises the children of FetchError: `is_final` tells whether to try again at all, `retry_after` when, and `url`
        which address failed. A host that must be waited for longer than the policy's `max_wait` is not
        waited for, but HostDeferred.
        """
        asked = parse_url(url)
        errand = self._errand(asked, max_bytes if max_bytes is not None else self.policy.max_bytes)
        errand.validators = validators
        answer = self._with_retries(errand, lambda: self._follow(errand, self._check_robots))
        return Fetched(
            url_asked=public_form(asked),
            url=public_form(answer.url),
            status=answer.status,
            headers=kept_headers(answer.headers),
            body=answer.body,
            retrieved_at=datetime.now(UTC).isoformat(timespec="seconds"),
            has_moved=errand.has_moved,
        )

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the addresses of sitemaps that the robots.txt of the site of `url` names, as it writes them.

        Raises the children of FetchError.
        """
        return self._rules(parse_url(url)).sitemaps

    def seconds_to_wait(self, url: str) -> float:
        """Return how long a `get` of `url` would wait for the host, 0 for not at all. Raises BadUrl."""
        return self._pace(parse_url(url)).seconds_to_wait()

    def hold(self, url: str, seconds: float) -> None:
        """Leave the host of `url` alone for so long at least: what an earlier Fetcher was told holds for this one.

        Raises BadUrl.
        """
        self._pace(parse_url(url)).hold(seconds)

    def _errand(self, url: httpx.URL, max_bytes: int) -> _Errand:
        return _Errand(url, max_bytes, time.monotonic() + self.policy.total_timeout)

    def _pace(self, url: httpx.URL) -> Pace:
        host = server_of(url)
        with self._lock:
            return self._paces.setdefault(host, Pace(host, self.policy, self._hosts))

    def _with_retries(self, errand: _Errand, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, called again after failures that may pass."""
        count = 0
        while True:
            try:
                return attempt()
            except FetchError as error:
                if error.is_final or isinstance(error, HostDeferred | TimedOut):
                    raise
                pause = max(error.retry_after or 0.0, backoff(count, self.policy))
                too_long = pause > min(self.policy.max_wait, errand.until - time.monotonic())
                if error.retry_after is not None or not too_long:
                    self._pace(parse_url(error.url)).hold(pause)
                if count >= self.policy.retries or too_long:
                    raise
                count += 1

    def _follow(self, errand: _Errand, check: Callable[[httpx.URL], None]) -> Answer:
        """Return the answer that the address of the errand leads to; each address on the way passes `check`."""
        url = errand.url
        statuses = []
        for _ in range(MOST_REDIRECTS + 1):
            check(url)
            answer = self._ask(errand, url)
            location = answer.headers.get("location")
            if answer.status in _REDIRECTS and location:
                url = _redirected(url, location)
                statuses.append(answer.status)
            elif answer.status in CONTENT or (answer.status == 304 and _validates(errand, url)):
                errand.has_moved = bool(statuses) and all(status in _FOR_GOOD for status in statuses)
                return answer
            else:
                raise _status_error(answer)
        shown = public_form(errand.url)
        raise TooManyRedirects(f"more than {MOST_REDIRECTS} redirects, the last to {public_form(url)}", url=shown)

    def _ask(self, errand: _Errand, url: httpx.URL) -> Answer:
        """Send one request when it is the host's turn, and take note of how the host bears it."""
        headers = {}
        authorization = basic_authorization(errand.url)
        if authorization and may_share_credentials(errand.url, url):
            headers["Authorization"] = authorization
        if errand.validators and _validates(errand, url):
            headers |= errand.validators.headers
        cookies = errand.cookies.setdefault(host_of(url), httpx.Cookies())
        pace = self._pace(url)
        with pace.turn(public_form(url)) as waited:
            errand.until += waited
            budget = Budget(
                timeout=self.policy.request_timeout,
                total=errand.until - time.monotonic(),
                max_bytes=errand.max_bytes,
            )
            try:
                answer = self._exchange.send(url, headers, cookies, budget, errand.max_bytes, truncate=errand.truncate)
            except TimedOut:
                pace.overloaded()
                raise
            pace.answered(answer.seconds, well=answer.status < 400)
            if answer.status in _SLOW_DOWN:
                pace.overloaded()
            if wait := _retry_after(answer):
                pace.told(wait)
        return answer

    def _check_robots(self, url: httpx.URL) -> None:
        """Raise DisallowedByRobots or HostDeferred when `url` must not be asked for."""
        if not self.policy.obey_robots:
            return
        rules = self._rules(url)
        self._pace(url).crawl_delay = rules.delay
        if rules.is_kept and not rules.allows(url):
            self._robots.forget(url)  # a publisher who has given leave since is not kept waiting for a day
            rules = self._rules(url)
        if not rules.allows(url):
            raise DisallowedByRobots(
                f"the robots.txt of {host_of(url)} disallows it to programs; ask the publisher for leave",
                url=public_form(url),
            )

    def _rules(self, url: httpx.URL) -> Rules:
        """Return the rules of the site of `url`. Raises FetchError; where the host itself is the fault, of `url`."""
        try:
            return self._robots.rules(url)
        except (AddressRefused, Unreachable) as error:
            error.url = public_form(url)
            raise

    def _ask_robots(self, url: httpx.URL) -> Rules:
        """Get a robots.txt. No such file: all is allowed. Raises HostDeferred where it cannot be had (RFC 9309, section
        2.3.1), and AddressRefused and Unreachable where the page itself would end in the same.
        """
        errand = self._errand(url, MOST_BYTES)
        errand.truncate = True
        try:
            return Rules.parse(self._with_retries(errand, lambda: self._follow(errand, lambda _: None)).body)
        except HttpStatus as error:
            if error.status == httpx.codes.TOO_MANY_REQUESTS or error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                raise deferred(url, error, error.retry_after or DEFER) from None
            return Rules.parse(b"")
        except TooManyRedirects:
            return Rules.parse(b"")
        except (AddressRefused, Unreachable) as error:
            if error.is_final and host_of(parse_url(error.url)) == host_of(url):
                raise
            raise deferred(url, error) from None
        except HostDeferred:
            raise
        except FetchError as error:
            raise deferred(url, error, error.retry_after or DEFER) from None


def _validates(errand: _Errand, url: httpx.URL) -> bool:
    """Tell whether the validators of an errand are for `url`."""
    return errand.validators is not None and errand.validators.url == public_form(url)


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads. Credentials that it brings are dropped: they are not the user's. Raises BadUrl."""
    try:
        return parse_url(location, base=url).copy_with(username=None, password=None)
    except BadUrl as error:
        raise BadUrl(f"the host redirects, but {error}", url=public_form(url)) from None


def _status_error(answer: Answer) -> HttpStatus:
    status = answer.status
    try:
        phrase = f"{status} {httpx.codes(status).name.replace('_', ' ').title()}"
    except ValueError:
        phrase = str(status)
    temporary = status in _TEMPORARY
    return HttpStatus(
        f"the host answers {phrase}" + ("; try again later" if temporary else ""),
        status,
        url=public_form(answer.url),
        is_final=not temporary,
        retry_after=_retry_after(answer),
    )


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds that the host wants to be left alone for, None where it does not say."""
    return parse_retry_after(answer.headers.get("retry-after")) if answer.status in _TEMPORARY else None
