"""robots.txt (RFC 9309): what a site allows us, and how fast."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from nkcorpus.errors import HostDeferred
from nkcorpus.fetch.hosts import ROBOTS_TTL, HostFiles
from nkcorpus.fetch.policy import PRODUCT
from nkcorpus.fetch.urls import host_of, origin_of, public_form

MOST_BYTES = 500 * 1024
"""What is read of a robots.txt; parsers must take at least as much (RFC 9309, section 2.5)."""
DEFER = 600.0
"""Seconds that a host whose robots.txt cannot be had is left alone, if it does not say itself."""
_LONGEST_LINE = 8_192  # characters; no address that we ask for is longer
_MOST_CACHED = 4_000_000  # characters of rules
_OVERHEAD = 2_000  # characters that an origin counts beside its rules
_AGENT = re.compile(r"\s*user[-\s]*agents?\s*[:\s]\s*(?P<name>[^#]*)", re.IGNORECASE)
_SITEMAP = re.compile(r"\s*site-?maps?\s*[:\s]", re.IGNORECASE)
_DIRECTIVE = re.compile(r"[^#]*:|\s*(?:allow|dis|crawl|request|visit|host)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us: the part of its `text` that counts. `delay` is the pause that it asks for, seconds,
    0 for none. Those that are `is_kept` come from another run.
    """

    parser: Protego
    delay: float
    sitemaps: tuple[str, ...]
    text: str
    is_kept: bool = False

    @classmethod
    def parse(cls, body: bytes) -> Rules:
        """Parse a robots.txt. Whatever it holds, there are rules; what is cut off in mid-line is left out."""
        if len(body) >= MOST_BYTES:
            body = body[: body.rfind(b"\n", 0, MOST_BYTES) + 1]
        return cls.of(_ours(body.decode("utf-8-sig", "replace")))

    @classmethod
    def of(cls, text: str, *, is_kept: bool = False) -> Rules:
        """Return the rules in the `text` of others."""
        parser = Protego.parse(text)
        rate = parser.request_rate(PRODUCT)
        delay = max(parser.crawl_delay(PRODUCT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
        return cls(parser, delay, tuple(parser.sitemaps), text, is_kept)

    def allows(self, url: httpx.URL) -> bool:
        """Tell whether an address of the site may be asked for."""
        return self.parser.can_fetch(str(url), PRODUCT)


def _ours(text: str) -> str:
    """Return the groups that are for us or for everybody, and the sitemaps.

    The parser gives each agent of a group rules of its own, so that 500 KB of agents and rules would cost
    gigabytes; and it takes an agent `nk` for us.
    """
    kept: list[str] = []
    agents: list[str] = []
    in_agents = False
    for line in text.splitlines():
        if len(line) > _LONGEST_LINE:
            continue
        if match := _AGENT.match(line):
            agents = agents if in_agents else []
            in_agents = True
            agent = _agent(match["name"].strip())
            if agent is not None and agent not in agents:
                agents.append(agent)
                kept.append(f"User-agent: {agent}")
        elif _SITEMAP.match(line):
            kept.append(line)
        elif _DIRECTIVE.match(line):
            in_agents = False
            if agents:
                kept.append(line)
    return "\n".join(kept)


def _agent(name: str) -> str | None:
    """Return the agent that a line names if it is us or everybody: the product token, case aside (section 2.2.1)."""
    token = _TOKEN.match(name)
    if name == "*":
        return name
    return PRODUCT if token and token[0].lower() == PRODUCT else None


class RobotsCache:
    """The rules of the sites that were asked, and the sites whose rules cannot be had for now. Threads may share it."""

    def __init__(
        self, ask: Callable[[httpx.URL], Rules], *, ttl: float = ROBOTS_TTL, files: HostFiles | None = None
    ) -> None:
        """`ask` gets a robots.txt, or raises HostDeferred where its site is to be left alone. `files` keep rules."""
        self._ask = ask
        self._files = files
        self._ttl = ttl
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._forgotten: set[str] = set()
        self._size = 0

    def rules(self, url: httpx.URL) -> Rules:
        """Return the rules of the site of `url`, asking for them when they are unknown or old.

        Raises HostDeferred, and what `ask` raises.
        """
        origin = origin_of(url)
        with self._lock:
            asking = self._asking.setdefault(origin, threading.Lock())
        with asking:
            known = self._find(origin) or self._kept(origin) or self._learn(origin, url)
        if isinstance(known.outcome, Rules):
            return known.outcome
        raise HostDeferred(
            str(known.outcome),
            url=known.outcome.url,
            is_final=False,
            retry_after=max(0.0, known.until - time.monotonic()),
        )

    def forget(self, url: httpx.URL) -> None:
        """Ask for the rules of the site of `url` when they are wanted next, whatever was kept."""
        origin = origin_of(url)
        with self._lock:
            self._forget(origin)
            self._forgotten.add(origin)

    def _find(self, origin: str) -> _Known | None:
        with self._lock:
            known = self._known.get(origin)
            if known is None or known.until < time.monotonic():
                return None
            self._known.move_to_end(origin)
            return known

    def _kept(self, origin: str) -> _Known | None:
        """Return the rules that another run left, None where there are none, or they were forgotten here."""
        if self._files is None or origin in self._forgotten or (kept := self._files.robots(origin)) is None:
            return None
        text, seconds = kept
        return self._know(origin, seconds, Rules.of(text, is_kept=True))

    def _learn(self, origin: str, url: httpx.URL) -> _Known:
        outcome: Rules | HostDeferred
        try:
            outcome = self._ask(url.copy_with(username=None, password=None).join("/robots.txt"))
            seconds = self._ttl
            if self._files:
                self._files.keep_robots(origin, outcome.text)
        except HostDeferred as error:
            outcome = error
            seconds = error.retry_after or DEFER
        return self._know(origin, seconds, outcome)

    def _know(self, origin: str, seconds: float, outcome: Rules | HostDeferred) -> _Known:
        known = _Known(time.monotonic() + seconds, outcome)
        with self._lock:
            self._forget(origin)
            self._known[origin] = known
            self._size += known.size
            while self._size > _MOST_CACHED and len(self._known) > 1:
                self._forget(next(iter(self._known)))
        return known

    def _forget(self, origin: str) -> None:
        known = self._known.pop(origin, None)
        if known is not None:
            self._size -= known.size


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a site, `until` when on the monotonic clock."""

    until: float
    outcome: Rules | HostDeferred

    @property
    def size(self) -> int:
        return _OVERHEAD + (len(self.outcome.text) if isinstance(self.outcome, Rules) else 0)


def deferred(url: httpx.URL, reason: object, seconds: float = DEFER) -> HostDeferred:
    """Return the error for a site whose robots.txt at `url` cannot be had."""
    return HostDeferred(
        f"the robots.txt of {host_of(url)} cannot be had, so the host is left alone for {seconds:,.0f} s: {reason}",
        url=public_form(url),
        is_final=False,
        retry_after=seconds,
    )
