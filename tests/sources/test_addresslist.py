"""Lists of addresses as people and programs write them."""

from __future__ import annotations

import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.sources.addresslist import read_addresses

ADDRESS = "https://news.example/rice"


def read(data: bytes) -> list[str]:
    return list(read_addresses(io.BytesIO(data)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_an_address_and_what_is_passed_over(encoding: str, end: str) -> None:
    lines = ["# mine", "", "  ", f"  {ADDRESS}\t", "#x", f"{ADDRESS}/혜산", "not one"]
    for text in (end.join(lines), end + end.join(lines) + end + end):
        assert read(text.encode(encoding)) == [ADDRESS, f"{ADDRESS}/혜산", "not one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_without_end_fails_as_what_it_is(encoding: str) -> None:
    lines = ["first", "x" * 50_000, ADDRESS, "y" * 20_000]
    too_long = "an address of more than 8 KiB"
    assert read("\n".join(lines).encode(encoding)) == ["first", too_long, ADDRESS, too_long]


@given(st.binary(max_size=100))
def test_any_bytes_are_a_list(data: bytes) -> None:
    for address in read(data):
        assert address
        assert address == address.strip()


def test_an_address_is_read_as_soon_as_its_line_has_come() -> None:
    source, sink = os.pipe()
    release = threading.Event()

    def write() -> None:
        with os.fdopen(sink, "wb", buffering=0) as pipe:
            pipe.write(f"{ADDRESS}\n".encode())
            release.wait(20)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(source, "rb") as stream:
        addresses = read_addresses(stream)
        assert next(addresses) == ADDRESS
        release.set()
        assert list(addresses) == []
    thread.join()
