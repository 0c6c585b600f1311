"""Mailboxes (mbox, RFC 4155), single messages, and pages that browsers saved as messages (MHTML, RFC 2557)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from nkcorpus.dates import interval
from nkcorpus.errors import BadRecord
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.fields import web_address
from nkcorpus.extract.mail import header, leaves, part_bytes, read_message
from nkcorpus.model import Retrieval, SourceItem
from nkcorpus.sources.limits import HTML_BYTES, MESSAGE_BYTES, megabytes
from nkcorpus.sources.stream import Input, Outcome

_BEGIN = re.compile(rb"From .{0,1000}\d{4}\s*$")
_QUOTED_BEGIN = re.compile(rb"(?m)^>(>*From )")
_LINE = 65_536


def read_mbox(source: Input, *, limit: int = MESSAGE_BYTES) -> Iterator[Outcome]:
    """Yield an item for each message of a mailbox, numbered from 1; one longer than `limit` bytes is a failure."""
    message = bytearray()  # a list of lines would take many times as much
    number = size = 0
    is_blank = starts_line = True
    while True:
        line = source.stream.readline(_LINE)
        if not line or (is_blank and starts_line and _BEGIN.match(line)):
            if number:
                if size > limit:
                    yield source.failure(f"message {number} is longer than the limit of {megabytes(limit)}", number)
                else:
                    payload = _QUOTED_BEGIN.sub(rb"\1", bytes(message))
                    yield SourceItem(source.origin, source.name, "mail", payload, record=number)
            elif message or not line:
                raise BadRecord("no mailbox: it does not begin with a line 'From ...'")
            if not line:
                return
            message, number, size = bytearray(), number + 1, 0
        else:
            size += len(line)
            if size <= limit:
                message += line
            else:
                message.clear()
            if not number and line.strip():
                raise BadRecord("no mailbox: it does not begin with a line 'From ...'")
        is_blank = starts_line and not line.strip()
        starts_line = line.endswith(b"\n")


def read_saved_page(source: Input, payload: bytes) -> Iterator[Outcome]:
    """Yield the page of an MHTML file: its HTML, the address, and when it was saved. Pictures and styles are left.

    Raises BadRecord when there is no page in it.
    """
    message = read_message(payload)
    page = next((part for part in leaves(message) if part.get_content_type() in ("text/html", "text/plain")), None)
    html, charset = part_bytes(page) if page is not None else (b"", None)
    if page is None or not html.strip():
        raise BadRecord("no page in the MHTML file")
    if len(html) > HTML_BYTES:
        raise BadRecord(f"a page of more than {megabytes(HTML_BYTES)} in the MHTML file")
    address = header(message, "Snapshot-Content-Location") or header(page, "Content-Location")
    url = web_address(address)
    saved = parse_date(header(message, "Date") or "", "meta")
    yield SourceItem(
        source.origin,
        source.name,
        "html",
        html,
        charset=charset,
        url=url,
        retrieval=saved_at(url, saved.value if saved and saved.precision == "second" else None),
    )


def saved_at(url: str | None, time: str | None) -> Retrieval | None:
    """Return the retrieval of a page that a browser saved, which tells no status; None without address or time."""
    if url is None or time is None:
        return None
    moment = datetime.fromtimestamp(interval(time)[0], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Retrieval(url, url, None, moment)
