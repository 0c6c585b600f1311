"""How the user wants hosts to be treated: contact, delays, deadlines, limits, hosts that are allowed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from nkcorpus.errors import SettingsError
from nkcorpus.fetch.addresses import authority
from nkcorpus.version import __version__

PRODUCT = "nkcorpus"
"""The product token that rules in robots.txt name us by (RFC 9309, section 2.2.1)."""
ENVIRONMENT = "NKCORPUS_FETCH_"
_DAY = 86_400  # seconds
_MOST_RETRIES = 20
_MOST_BYTES = 1_000_000_000
_TRUTH = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What a Fetcher keeps to. Times are seconds, sizes bytes.

    `contact` (an e-mail or web address) is told to hosts. `delay` is the least pause between an answer and the next
    request to the same host; `max_wait` is the most that one call waits for a host. `backoff` is the base of the
    exponential pause before a retry. `allow_hosts` are hosts, as `HOST` or `HOST:PORT`, that may have addresses
    that are not public. `request_timeout` is what one request may take beyond the time that its bytes need at the
    least rate; `total_timeout` is for one call with its redirects and retries, polite waits aside. `max_bytes`
    holds for an answer as it comes and decompressed.
    Raises SettingsError for a value that cannot be.
    """

    contact: str | None = None
    delay: float = 1.0
    max_wait: float = 60.0
    backoff: float = 1.0
    retries: int = 2
    allow_hosts: frozenset[str] = frozenset()
    obey_robots: bool = True
    connect_timeout: float = 10.0
    request_timeout: float = 20.0
    total_timeout: float = 120.0
    max_bytes: int = 32_000_000

    def __post_init__(self) -> None:
        for name in ("delay", "max_wait", "backoff", "connect_timeout", "request_timeout", "total_timeout"):
            self._check_number(name, int | float, _DAY)
        self._check_number("retries", int, _MOST_RETRIES)
        self._check_number("max_bytes", int, _MOST_BYTES)
        if not isinstance(self.obey_robots, bool):
            raise SettingsError(f"fetch: obey_robots must be true or false, not {self.obey_robots!r}")
        contact = self.contact
        if contact is not None and not (isinstance(contact, str) and contact.isascii() and contact.isprintable()):
            raise SettingsError("fetch: contact must be an e-mail or web address in ASCII")
        object.__setattr__(self, "allow_hosts", frozenset(_normalised(host) for host in self.allow_hosts))

    @property
    def user_agent(self) -> str:
        """What hosts are told of who asks."""
        return f"{PRODUCT}/{__version__}" + (f" (+{self.contact})" if self.contact else "")

    def allows(self, host: str, port: int) -> bool:
        """Tell whether `host` (in ASCII) may have an address that is not public."""
        host = _normalised(host)
        return host in self.allow_hosts or authority(host, port) in self.allow_hosts

    def naming(self, urls: Iterable[str]) -> FetchPolicy:
        """Return this policy with the hosts and ports of `urls` allowed: those that the user named.

        Who names one of the usual ports, by http or https, names both.

        Raises BadUrl.
        """
        from nkcorpus.fetch.urls import PORTS, host_of, parse_url, port_of  # settings alone need no HTTP library

        usual = tuple(PORTS.values())
        named = {
            authority(host_of(url), port)
            for url in map(parse_url, urls)
            for port in (usual if port_of(url) in usual else (port_of(url),))
        }
        return replace(self, allow_hosts=self.allow_hosts | named)

    def _check_number(self, name: str, kind: Any, most: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, kind) or not 0 <= value <= most:
            what = "a whole number" if kind is int else "a number of seconds"
            raise SettingsError(f"fetch: {name} must be {what} from 0 to {most:,}, not {value!r}")


def policy_from_settings(table: object, environ: Mapping[str, str] = os.environ) -> FetchPolicy:
    """Return the policy that the table `[fetch]` of the settings file and `NKCORPUS_FETCH_NAME` in `environ` give.

    The environment wins; what neither gives has its default. Raises SettingsError.
    """
    known = {field.name for field in fields(FetchPolicy)}
    if not isinstance(table, Mapping):
        raise SettingsError("'fetch' must be a table of settings")
    for name in table:
        if name not in known:
            raise SettingsError(f"there is no setting '{name}' in [fetch]; settings are {', '.join(sorted(known))}")
    values = dict(table)
    for name in known:
        text = environ.get(ENVIRONMENT + name.upper())
        if text:
            values[name] = _parsed(name, text)
    hosts = values.get("allow_hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise SettingsError("fetch: allow_hosts must be a list of hosts, such as ['intranet.example']")
    values["allow_hosts"] = frozenset(hosts)
    return FetchPolicy(**values)


def _parsed(name: str, text: str) -> object:
    """Return the value of a setting that stands as text in the environment."""
    if name == "contact":
        return text
    if name == "allow_hosts":
        return text.replace(",", " ").split()
    if name == "obey_robots":
        return _TRUTH.get(text.strip().lower(), text)
    try:
        return int(text) if name in ("retries", "max_bytes") else float(text)
    except ValueError:
        return text  # which the policy refuses with its name


def _normalised(host: str) -> str:
    """Return a host, with or without a port, as hosts are compared: ASCII in lower case, without a final dot."""
    host = host.strip().lower().rstrip(".")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise SettingsError(f"fetch: allow_hosts names {host!r}, which is no host") from None
