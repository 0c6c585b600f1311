"""Addresses on the web: what is one, and what of it may be shown."""

from __future__ import annotations

from base64 import b64encode

import httpx

from nkcorpus.errors import BadUrl
from nkcorpus.fetch.addresses import authority

PORTS = {"http": 80, "https": 443}


def parse_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address of the web, resolved against `base` if given, without its fragment.

    Raises BadUrl. Its message does not repeat the address, where a password may stand.
    """
    shown = public_form(base) if base else ""
    try:
        url = httpx.URL(text) if base is None else base.join(text)
        url = url.copy_with(fragment=None)
        host = url.raw_host.rstrip(b".")  # not every host that it takes can be sent
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        reason = "percent-encode its user name and password" if "@" in text else " ".join(str(error).split())
        raise BadUrl(f"the address is malformed: {reason}", url=shown) from None
    if url.scheme not in PORTS:
        what = f"begins with '{url.scheme[:20]}:'" if url.scheme else "has no scheme"
        raise BadUrl(f"the address {what}; only http: and https: are fetched", url=shown)
    if not host or (url.port is not None and not 0 < url.port < 65536):
        raise BadUrl("the address names no host, or a port that is none; correct it", url=shown)
    return url


def public_form(url: httpx.URL) -> str:
    """Return the address without user name and password."""
    return str(url.copy_with(username=None, password=None)) if url.userinfo else str(url)


def without_credentials(text: str) -> str:
    """Return an address, as text, without user name and password; for messages and for what is stored.

    Raises BadUrl.
    """
    return public_form(parse_url(text))


def host_of(url: httpx.URL) -> str:
    """Return the host in its ASCII form, which is what names are compared by."""
    return url.raw_host.decode("ascii").rstrip(".").lower()


def port_of(url: httpx.URL) -> int:
    """Return the port, also where it is the scheme's own."""
    return url.port or PORTS[url.scheme]


def server_of(url: httpx.URL) -> str:
    """Return whom to be polite to: the host, whether by http or https; on any other port it is a server of its own."""
    return host_of(url) if port_of(url) in PORTS.values() else authority(host_of(url), port_of(url))


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port: what one robots.txt is for (RFC 9309, section 2.3)."""
    return f"{url.scheme}://{authority(host_of(url), port_of(url))}"


def basic_authorization(url: httpx.URL) -> str | None:
    """Return the value of the Authorization header that the credentials in `url` ask for (RFC 7617)."""
    if not url.userinfo:
        return None
    return "Basic " + b64encode(f"{url.username}:{url.password}".encode()).decode("ascii")


def may_share_credentials(given_for: httpx.URL, url: httpx.URL) -> bool:
    """Tell whether credentials given for one address may go to another: the same origin, or its move to https."""
    if origin_of(given_for) == origin_of(url):
        return True
    ports = (given_for.scheme, port_of(given_for), url.scheme, port_of(url))
    return host_of(given_for) == host_of(url) and ports == ("http", 80, "https", 443)
