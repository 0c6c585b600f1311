"""Which IP addresses are on the public internet, and how an address is written.

The tables are our own, since `ipaddress.is_global` changed its mind between patch releases of Python. Sources: the IANA
IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) and the IPv4 multicast and reserved blocks.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "127.0.0.0/8",  # loopback, RFC 1122
        "169.254.0.0/16",  # link-local and cloud metadata, RFC 3927
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.88.99.0/24",  # 6to4 relays, deprecated by RFC 7526
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved and broadcast, RFC 1112
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out for the public (RFC 4291). Loopback, mapped IPv4, unique local, link-local and multicast
addresses lie outside."""
_NOT_PUBLIC_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, with Teredo (RFC 4380) and ORCHID
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056: an IPv4 address in disguise
        "3fff::/20",  # documentation, RFC 9637
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""The way to IPv4 from a network that has IPv6 only (RFC 6052); the last 32 bits are the IPv4 address."""


def is_public(address: str) -> bool:
    """Tell whether `address`, an IP address as text, is one on the public internet.

    IPv6 addresses that stand for IPv4 ones (mapped, compatible, 6to4, Teredo) are not, but those of NAT64 are when
    the IPv4 address is. Raises ValueError when it is no IP address.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return _is_public_4(ip)
    if ip in _NAT64:
        return _is_public_4(IPv4Address(int(ip) & 0xFFFF_FFFF))
    return _is_public_6(ip)


def _is_public_4(ip: IPv4Address) -> bool:
    return not any(ip in block for block in _NOT_PUBLIC_4)


def _is_public_6(ip: IPv6Address) -> bool:
    return ip in _GLOBAL_UNICAST and not any(ip in block for block in _NOT_PUBLIC_6)


def authority(host: str, port: int) -> str:
    """Return host and port as a URL writes them: `example.org:80`, `[::1]:80` (RFC 3986, section 3.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
