from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.fetch.addresses import authority, is_public


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
    172.31.9.9 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
    224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 100::1 2001::1 2001:0:7f00:1::1 2001:10::1 2001:db8::1 2002:7f00:1::
    2002:808:808::1 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1""".split(),
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    """1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.0.1.1
    198.17.255.255 223.255.255.255 175.45.176.1 2001:4860:4860::8888 2606:4700::1111 2400::1
    64:ff9b::808:808""".split(),
)
def test_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_nothing_that_python_knows_as_private_is_public(ip: IPv4Address) -> None:
    if ip.is_private or ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local:
        assert not is_public(str(ip))


@given(st.ip_addresses(v=6))
def test_nothing_that_python_knows_as_private_is_public_6(ip: IPv6Address) -> None:
    if ip.is_private or ip.is_multicast or ip.is_loopback or ip.is_link_local or ip.ipv4_mapped or ip.sixtofour:
        assert not is_public(str(ip))


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_more_public_than_itself(ip: IPv4Address) -> None:
    number = int(ip)
    for prefix in (0, 0xFFFF << 32, 0x2002 << 112, 0x64FF9B << 96):
        low = number << 80 if prefix == 0x2002 << 112 else number
        assert is_public(str(ip)) or not is_public(str(IPv6Address(prefix | low)))


def test_what_is_no_address() -> None:
    with pytest.raises(ValueError, match="not appear to be"):
        is_public("localhost")


def test_the_edges_of_blocks() -> None:
    for block in ("10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "169.254.0.0/16"):
        network = IPv4Network(block)
        assert not is_public(str(network[0]))
        assert not is_public(str(network[-1]))
        assert is_public(str(network[0] - 1))
        assert is_public(str(network[-1] + 1))


def test_how_an_authority_is_written() -> None:
    assert authority("example.org", 80) == "example.org:80"
    assert authority("::1", 8000) == "[::1]:8000"
