"""When a host may be asked again: one request at a time, with a pause that adapts to how the host answers."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from filelock import Timeout

from nkcorpus.errors import AddressRefused, HostDeferred
from nkcorpus.fetch import hosts
from nkcorpus.fetch.hosts import HostFiles, HostState
from nkcorpus.fetch.policy import FetchPolicy

LONGEST_PAUSE = 60.0
"""Seconds: the most that the pause adapts to, and that is waited before a retry. Hosts may ask for more."""
LONGEST_HOLD = 30 * 86_400.0
"""Seconds: what a host asks for beyond that is a mistake or a trap."""


class Pace:
    """The pace of one host. Pauses count from the end of an answer, so that what the host sees is never shorter.

    With `files`, it is shared with other processes.
    """

    def __init__(self, host: str, policy: FetchPolicy, files: HostFiles | None = None) -> None:
        self.host = host
        self.crawl_delay = 0.0
        """The least pause that the host's robots.txt asks for, seconds."""
        self._policy = policy
        self._files = files
        self._turn = threading.Lock()
        self._adapted = 0.0
        self._ended: float | None = None
        self._held_until = 0.0
        self._told_until = 0.0

    @property
    def pause(self) -> float:
        """Seconds between an answer and the next request."""
        return max(self._policy.delay, self._adapted, self.crawl_delay)

    def seconds_to_wait(self) -> float:
        """Return how long it is until the host may be asked, 0 for now."""
        free_at = self._held_until if self._ended is None else max(self._held_until, self._ended + self.pause)
        return max(0.0, free_at - time.monotonic())

    @contextmanager
    def turn(self, url: str) -> Iterator[float]:
        """Wait for the host, then have it alone to ask for `url`; gives the seconds waited.

        Raises HostDeferred at once when the wait would be longer than the policy's `max_wait`.
        """
        started = time.monotonic()
        with self._turn, ExitStack() as stack:
            shared = self._wait_for_turn(url, stack)
            was_asked = True
            try:
                yield time.monotonic() - started
            except AddressRefused:
                was_asked = False
                raise
            finally:
                if was_asked:
                    self._ended = time.monotonic()
                if was_asked and self._files and shared:
                    self._files.keep_state(self.host, self._state(shared))

    def _wait_for_turn(self, url: str, stack: ExitStack) -> HostState | None:
        """Wait until the host may be asked and no other process asks it; `stack` then keeps them off.

        Returns what they left, None where nothing is shared.
        """
        while True:
            self._wait(url)
            if self._files is None:
                return None
            try:
                stack.enter_context(self._files.lock(self.host).acquire(self._policy.max_wait))
            except Timeout:
                raise HostDeferred(
                    f"another nkcorpus has been asking {self.host} for {self._policy.max_wait:,.0f} s; try again later",
                    url=url,
                    is_final=False,
                    retry_after=self.pause,
                ) from None
            except OSError:
                self._files = None
                return None
            shared = self._files.state(self.host)
            self._heed(shared)
            if self.seconds_to_wait() <= 0:
                return shared
            stack.close()

    def _wait(self, url: str) -> None:
        while (wait := self.seconds_to_wait()) > 0:
            if wait > self._policy.max_wait:
                raise HostDeferred(
                    f"{self.host} asks to be left alone for {wait:,.0f} s; try again then",
                    url=url,
                    is_final=False,
                    retry_after=wait,
                )
            time.sleep(wait)

    def _heed(self, shared: HostState) -> None:
        """Keep to what other processes left. A time of the last answer that is yet to come is no time."""
        now = time.time()
        ended = shared.ended if shared.ended <= now else 0.0
        self.hold(max(ended + max(self.pause, shared.pause), shared.held_until) - now)

    def _state(self, shared: HostState) -> HostState:
        """Return what the next process has to know, of which `shared` was known before."""
        now = time.time()
        told = min(self._told_until - time.monotonic(), hosts.LONGEST_HOLD)
        return HostState(now, max(shared.held_until, now + told), max(self._adapted, self.crawl_delay))

    def answered(self, seconds: float, *, well: bool) -> None:
        """Adapt the pause to an answer that took `seconds`: as long as the host needs, and a host that is not `well`
        is never asked faster than before. The rule is that of Scrapy's AutoThrottle.
        """
        adapted = max(seconds, (self._adapted + seconds) / 2)
        if not well:
            adapted = max(adapted, self._adapted)
        self._adapted = min(adapted, LONGEST_PAUSE)

    def overloaded(self) -> None:
        """Double the pause: the host says that we ask too much (429, 503)."""
        self._adapted = min(max(2 * self._adapted, 2 * self._policy.delay, self._policy.backoff), LONGEST_PAUSE)

    def told(self, seconds: float) -> None:
        """Leave the host alone for so long, as it says itself: other processes have to as well."""
        self.hold(seconds)
        self._told_until = max(self._told_until, time.monotonic() + min(seconds, LONGEST_HOLD))

    def hold(self, seconds: float) -> None:
        """Leave the host alone for so long at least."""
        self._held_until = max(self._held_until, time.monotonic() + min(seconds, LONGEST_HOLD))


def backoff(attempt: int, policy: FetchPolicy) -> float:
    """Return the seconds before retry number `attempt` (from 0): exponential, with full jitter."""
    return random.uniform(0, min(policy.backoff * 2 ** min(attempt, 16), LONGEST_PAUSE))  # noqa: S311 - no secret


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for: a number or a date (RFC 9110, section 10.2.3).

    None where it is missing or malformed; 0 for a date that has passed.
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), LONGEST_HOLD)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_HOLD)
