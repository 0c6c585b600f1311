"""Addresses of corpora in a cluster: `opensearch://HOST:PORT/NAME`, with TLS `opensearchs://`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nkcorpus.errors import UsageError

DEFAULT_PORT = 9200
"""Where OpenSearch answers HTTP, if nothing else is set."""
_SCHEME = re.compile(r"(opensearchs?)://", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?")
_FORM = "opensearch://HOST:PORT/NAME"
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A corpus in a cluster: `hosts` are nodes as (host, port), asked in turn; `tls`; and the `name` of the corpus."""

    hosts: tuple[tuple[str, int], ...]
    tls: bool
    name: str

    @classmethod
    def parse(cls, text: str) -> ClusterAddress:
        """Read `opensearch://HOST[:PORT][,HOST[:PORT]...]/NAME`; an IPv6 address stands in brackets.

        Raises UsageError when it is malformed, or carries a user or password, which the message does not repeat.
        """
        scheme = _SCHEME.match(text)
        if not scheme:
            raise UsageError(f"{_shown(text)}: is no address of a cluster; write {_FORM}")
        rest = text[scheme.end() :]
        if "@" in rest:
            raise UsageError(
                f"{scheme[0]}...@{_shown(rest.rpartition('@')[2])}: user and password do not belong in an address, "
                "which others can see; set NKCORPUS_OPENSEARCH_USER and NKCORPUS_OPENSEARCH_PASSWORD, or write them to "
                "~/.netrc"
            )
        nodes, slash, name = rest.partition("/")
        name = name.removesuffix("/")
        if not slash or not name:
            raise UsageError(f"{_shown(text)}: names no corpus; write {_FORM}")
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{_shown(text)}: '{_shown(name)}' cannot name a corpus in a cluster; take up to 64 of a-z, 0-9, "
                "- and _, the first a letter or digit"
            )
        hosts = tuple(dict.fromkeys(_host(node, text) for node in nodes.split(",")))
        return cls(hosts, scheme[1].lower() == "opensearchs", name)

    def __str__(self) -> str:
        """Return the canonical form: scheme and hosts in small letters, each with its port."""
        nodes = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"opensearch{'s' if self.tls else ''}://{nodes}/{self.name}"


def is_cluster_address(text: str) -> bool:
    """Tell whether a corpus is named by its address in a cluster, not by a path."""
    return _SCHEME.match(text) is not None


def _host(node: str, text: str) -> tuple[str, int]:
    if node.startswith("["):
        host, bracket, port = node[1:].partition("]")
        try:
            host = str(ipaddress.IPv6Address(host))
        except ValueError:
            bracket = ""
        if not bracket or (port and not port.startswith(":")):
            raise UsageError(f"{_shown(text)}: '{_shown(node)}' is no IPv6 address in brackets; write [::1]:9200")
        port = port[1:] if port else str(DEFAULT_PORT)
    else:
        host, colon, port = node.partition(":")
        host, port = host.lower(), port if colon else str(DEFAULT_PORT)
        if not _HOST.fullmatch(host):
            raise UsageError(f"{_shown(text)}: '{_shown(node)}' is no host; write {_FORM}")
    if not (port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536):
        raise UsageError(f"{_shown(text)}: '{_shown(port)}' is no port; give a number of 1 to 65535")
    return host, int(port)


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
