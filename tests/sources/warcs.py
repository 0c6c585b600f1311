"""WARC files, written by warcio."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Iterable

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = "text/html; charset=utf-8"
Response = tuple[str, str, str, list[tuple[str, str]], bytes]
"""Address, WARC-Date, status line, headers, body as it was sent."""


def page(title: str, text: str, date: str = "2019-06-13T09:30:00+09:00") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{date}"><meta property="og:site_name" content="River Post">'
        f"</head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    ).encode()


def warc(responses: Iterable[Response], *, packed: bool = True, others: bool = False) -> bytes:
    """Return a WARC file with these answers; with `others`, also with all other types of records."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # warcio leaves its temporary files open
        content = _written(responses, packed, others)
        gc.collect()
    return content


def _written(responses: Iterable[Response], packed: bool, others: bool) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    if others:
        writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "nkcorpus tests"}))
    for url, date, status, headers, body in responses:
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
        )
        writer.write_record(record)
    if others:
        request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x.example")], is_http_request=True)
        writer.write_record(writer.create_warc_record("https://x.example/", "request", http_headers=request))
        writer.write_record(
            writer.create_revisit_record("https://x.example/a", "sha1:X", "https://x.example/a", "2019-06-13T00:00:00Z")
        )
        for kind in ("metadata", "resource", "conversion"):
            record = writer.create_warc_record("urn:x", kind, payload=io.BytesIO(b"x"), warc_content_type="text/plain")
            writer.write_record(record)
    return file.getvalue()
