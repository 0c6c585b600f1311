from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import BadUrl
from nkcorpus.fetch.urls import (
    basic_authorization,
    host_of,
    may_share_credentials,
    origin_of,
    parse_url,
    public_form,
    without_credentials,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("http://Gazette.Example", "http://gazette.example"),
        ("https://gazette.example:443/a b?q=1#part", "https://gazette.example/a%20b?q=1"),
        ("http://데일리.example/글", "http://xn--2n1b71jc1m.example/%EA%B8%80"),
        ("http://me:secret@gazette.example/x", "http://gazette.example/x"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
    ],
)
def test_addresses_of_the_web(text: str, form: str) -> None:
    assert without_credentials(text) == form


@pytest.mark.parametrize(
    "text",
    [
        *"file:///etc/passwd ftp://gazette.example/ javascript:alert(1) data:text/html,x gopher://x/ /path".split(),
        *"//host/path gazette.example http: http:// http:///path http://:80/ http://gazette.example:0/".split(),
        *"http://gazette.example:65536/ http://gazette.example:x/ https:/gazette.example http://[::1".split(),
        *"http://0177.0.0.1/ http://①②⑦.⓪.⓪.①/ http://999.1.1.1/".split(),
        *("", " http://gazette.example/", "http://gazette.example/\n", "http://gaz\tette.example/", "http://x/\udc80"),
    ],
)
def test_what_is_no_address_of_the_web(text: str) -> None:
    with pytest.raises(BadUrl) as caught:
        parse_url(text)
    assert caught.value.is_final
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    "http://me:s3cret@gazette.example:x/ http://me:s3/cret@gazette.example/ me:s3cret@gazette.example/x "
    "ftp://me:s3cret@gazette.example/ http://me:s3cret@/".split(),
)
def test_a_password_is_never_in_a_message(text: str) -> None:
    with pytest.raises(BadUrl) as caught:
        parse_url(text)
    assert "s3" not in str(caught.value)
    assert "s3" not in caught.value.url


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://h/", "//", "http://h:"]))
def test_any_text_is_an_address_or_a_bad_one(text: str, start: str) -> None:
    for base in (None, parse_url("https://gazette.example/a/b?c")):
        try:
            url = parse_url(start + text, base)
        except BadUrl:
            continue
        assert url.scheme in ("http", "https")
        assert host_of(url)
        assert host_of(parse_url(public_form(url))) == host_of(url)


def test_origins() -> None:
    assert origin_of(parse_url("http://Gazette.Example/x")) == "http://gazette.example:80"
    assert origin_of(parse_url("https://gazette.example./x")) == "https://gazette.example:443"
    assert origin_of(parse_url("http://[::1]:81/")) == "http://[::1]:81"


def test_credentials() -> None:
    assert basic_authorization(parse_url("http://gazette.example/")) is None
    # The example of RFC 7617, section 2.
    assert basic_authorization(parse_url("http://Aladdin:open%20sesame@h/")) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("to", "may"),
    [
        ("http://gazette.example/y", True),
        ("http://gazette.example:80/", True),
        ("https://gazette.example/x", True),
        ("http://gazette.example:8080/", False),
        ("https://gazette.example:8443/", False),
        ("http://www.gazette.example/", False),
        ("http://example/", False),
    ],
)
def test_who_may_see_credentials(to: str, may: bool) -> None:
    assert may_share_credentials(parse_url("http://gazette.example/x"), parse_url(to)) is may
    assert not may_share_credentials(parse_url("https://gazette.example/x"), parse_url("http://gazette.example/x"))
