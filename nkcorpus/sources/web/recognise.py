"""What an address leads to, told by the answer."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from nkcorpus.extract.decode import decode
from nkcorpus.extract.fields import web_address
from nkcorpus.extract.html.links import is_article_url, same_site
from nkcorpus.extract.html.site import FEED_TYPES, WORDPRESS_API, SitePage, read_site
from nkcorpus.fetch.answer import Fetched
from nkcorpus.model import WebKind
from nkcorpus.sources.httpbody import declared_charset
from nkcorpus.sources.limits import SIGNATURE_BYTES
from nkcorpus.sources.sniff import format_of_mark
from nkcorpus.sources.web.pages import is_page
from nkcorpus.sources.web.sitemaps import GZIP

_LINK_HEADER = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?' + re.escape(WORDPRESS_API), re.IGNORECASE)
_SELF = re.compile(r"/wp/v2/(posts|pages|categories|tags|users)/(\d{1,12})\b")
_FILTERS = {"categories": "categories", "tags": "tags", "users": "author"}
_API_PATH = re.compile(r".*?/wp-json(?=/|$)")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an address leads to. `page` is what an HTML page tells of its site. `api` is the WordPress interface, and
    `filters` narrow its posts to those that the page is about. `is_home` tells that the page stands for its site.
    """

    kind: WebKind
    page: SitePage | None = None
    api: str | None = None
    filters: dict[str, str] = field(default_factory=dict)
    is_home: bool = False


def recognise(fetched: Fetched) -> Recognised:
    """Return what the address that answered leads to.

    A page of a WordPress site that lists posts stands for its posts: the home page for all of them, that of a
    category, tag or author for theirs. Raises ItemError for a page that cannot be read.
    """
    format_ = format_of_mark(_head(fetched.body))
    if format_ == "feed":
        return Recognised("feed")
    if format_ == "sitemap":
        return Recognised("sitemap")
    if api := _API_PATH.match(fetched.url):
        return Recognised("wordpress", api=f"{api[0]}/")
    if not is_page(fetched):
        return Recognised("feed" if fetched.media_type in FEED_TYPES else "article")
    text = decode(fetched.body, charset=declared_charset(fetched.headers.get("content-type", "")), html=True).text
    page = read_site(text, fetched.url)
    api_address = _api(fetched, page)
    own = _SELF.search(page.self_api or "")
    is_home = not is_article_url(fetched.url) or fetched.url.rstrip("/") == _home_of(api_address)
    if own and own[1] == "posts":
        return Recognised("article", page, api_address)
    if not (is_home or page.is_listing or (own and own[1] in _FILTERS)):
        return Recognised("article", page, api_address)
    if api_address and own and own[1] in _FILTERS:
        return Recognised("wordpress", page, api_address, {_FILTERS[own[1]]: own[2]})
    if api_address and is_home:
        return Recognised("wordpress", page, api_address, is_home=True)
    return Recognised("listing", page, api_address, is_home=is_home)


def usual_api(url: str) -> str:
    """Return where the interface of a WordPress site is that does not name it."""
    return urljoin(url if url.endswith("/") else f"{url}/", "wp-json/")


def _api(fetched: Fetched, page: SitePage) -> str | None:
    header = _LINK_HEADER.search(fetched.headers.get("link", ""))
    address = web_address(urljoin(fetched.url, header[1])) if header else page.api
    if address is None and page.is_wordpress:
        address = urljoin(fetched.url, "/wp-json/")
    return address if address and same_site(address, fetched.url) else None


def _home_of(api: str | None) -> str | None:
    """Return the home page of the site that an interface is of, without a final slash."""
    match = _API_PATH.match(api or "")
    return match[0].removesuffix("/wp-json") if match and not urlsplit(match[0]).query else None


def _head(body: bytes) -> bytes:
    """Return the beginning of an answer, of a gzip file that of its content."""
    if not body.startswith(GZIP):
        return body[:SIGNATURE_BYTES]
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            return stream.read(SIGNATURE_BYTES)
    except (OSError, EOFError, zlib.error):
        return body[:SIGNATURE_BYTES]
