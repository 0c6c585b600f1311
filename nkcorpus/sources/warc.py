"""Web archives (WARC, ISO 28500): the pages that a crawler or a recorder kept."""

from __future__ import annotations

import io
import itertools
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from nkcorpus.dates import interval, parse_iso
from nkcorpus.errors import ItemError, ItemTooLarge, UnreadableItem
from nkcorpus.extract.fields import web_address
from nkcorpus.model import Retrieval, SourceItem, SourceSkip
from nkcorpus.sources.httpbody import declared_charset, decoded_body, kept_headers
from nkcorpus.sources.limits import HTML_BYTES, RECORD_BYTES, WARC_HEADER_BYTES, WHOLE_FILE_BYTES, megabytes
from nkcorpus.sources.mediatypes import charset_of, file_name, kind_of
from nkcorpus.sources.savedpage import address_saved_from
from nkcorpus.sources.sniff import SNIFFED_BYTES, sniff
from nkcorpus.sources.stream import Input, Outcome

logging.getLogger("warcio").setLevel(logging.CRITICAL)  # it would write addresses on stderr as they are

_ABOUT_OTHERS = frozenset({"warcinfo", "request", "metadata"})
"""Records that hold no content of their own."""

_FIELDS_BYTES = 16_384
"""What is read of a record of fields (application/warc-fields)."""
_SOFTWARE = re.compile(rb"^software: nkcorpus/", re.MULTILINE)
_VIA = re.compile(rb"^via: ([^\r\n]+)", re.MULTILINE)
"""In other archives it is the page with the link, not what was asked."""

_LONGEST_REASON = 100  # characters of what warcio says, which quotes whole lines
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def read_warc(source: Input) -> Iterator[Outcome]:
    """Yield an item for each response that is an HTML page, and for each resource that has an address of the web or is
    a file, as `nkcorpus export` writes them; a skip for other content. Records count from 1.

    In an archive that nkcorpus wrote, the address that was asked is that of the metadata record after the item.
    Raises UnreadableItem where the file is damaged, after the records before.
    """
    held: Outcome | None = None
    try:
        for found in _read_records(source):
            if isinstance(found, _Asked):
                held = found.told_of(held)
                continue
            if held is not None:
                yield held
            held = found
    except UnreadableItem:
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held


@dataclass(frozen=True, slots=True)
class _Asked:
    """That another address was asked for the record with an id."""

    record_id: str | None
    url: str

    def told_of(self, outcome: Outcome | None) -> Outcome | None:
        """Return an outcome with that address, if it came from that record."""
        if not isinstance(outcome, SourceItem) or outcome.retrieval is None or outcome.external_id != self.record_id:
            return outcome
        return replace(outcome, retrieval=replace(outcome.retrieval, url=self.url))


def _read_records(source: Input) -> Iterator[Outcome | _Asked]:
    stream = _HeaderBound(source.stream)
    records = iter(WARCIterator(stream))
    number = 0
    is_own = False
    while True:
        stream.end = stream.count + WARC_HEADER_BYTES
        try:
            record = next(records, None)
            stream.end = None
            if record is None:
                return
            number += 1
            if record.rec_type not in _ABOUT_OTHERS:
                yield _outcome(source, record, number)
            elif record.rec_type == "warcinfo":
                is_own = _SOFTWARE.search(record.raw_stream.read(_FIELDS_BYTES)) is not None
            elif is_own and record.rec_type == "metadata" and (asked := _asked(record)):
                yield asked
            while record.raw_stream.read(65_536):  # else the next header would be looked for with a bound
                pass
        except (ArchiveLoadFailed, EOFError, ValueError, AttributeError) as error:
            reason = " ".join(str(error).split())[:_LONGEST_REASON]
            raise UnreadableItem(f"damaged after record {number}: {reason or 'cut off'}") from None


def _asked(metadata: ArcWarcRecord) -> _Asked | None:
    found = _VIA.search(metadata.raw_stream.read(_FIELDS_BYTES))
    url = web_address(found[1].decode("utf-8", "replace")) if found else None
    about = (metadata.rec_headers.get_header("WARC-Concurrent-To") or "").strip("<> ")
    return _Asked(about or None, url) if url else None


class _HeaderBound:
    """Lets a bounded part be read of a header, which warcio takes whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0
        self.end: int | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes. Raises UnreadableItem beyond `end`."""
        if self.end is not None and self.count > self.end:
            raise UnreadableItem(f"a header of more than {megabytes(WARC_HEADER_BYTES)}; the rest was left")
        part = self._stream.read(size)
        self.count += len(part)
        return part

    def close(self) -> None:
        """Leave the stream open: it belongs to who gave it."""


def _outcome(source: Input, record: ArcWarcRecord, number: int) -> Outcome:
    target = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    if record.rec_type == "resource":
        return _resource(source, record, number, target)
    if record.rec_type != "response":
        return SourceSkip(source.origin, f"a {record.rec_type} record of a WARC file")
    url = web_address(target)
    if url is None or record.http_headers is None:
        return SourceSkip(source.origin, "a record of a WARC file that is not of the web")
    headers = {name.lower(): value for name, value in record.http_headers.headers}
    status = record.http_headers.get_statuscode()
    if not status.startswith("2"):
        return SourceSkip(source.origin, f"an answer with status {status[:3]} in a WARC file")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type and media_type not in _PAGES:
        return SourceSkip(source.origin, "an answer in a WARC file that is no HTML page")
    try:
        payload = decoded_body(_body(record, HTML_BYTES), headers, HTML_BYTES)
    except ItemError as error:
        return source.failure(f"record {number} ({url}): {error}", number)
    if not media_type and sniff(payload[:SNIFFED_BYTES], complete=len(payload) <= SNIFFED_BYTES) != "html":
        return SourceSkip(source.origin, "an answer in a WARC file that is no HTML page")
    return SourceItem(
        origin=source.origin,
        name=source.name,
        kind="html",
        payload=payload,
        record=number,
        charset=declared_charset(headers.get("content-type", "")),
        url=url,
        retrieval=_retrieval(url, status, record, headers),
        external_id=_record_id(record),
    )


def _resource(source: Input, record: ArcWarcRecord, number: int, target: str) -> Outcome:
    """Return the item of bytes that came without an HTTP answer: a file, or what stands at an address."""
    content_type = record.rec_headers.get_header("Content-Type") or ""
    kind, address, name = kind_of(content_type), web_address(target), file_name(target)
    if kind is None or (address is None and name is None):
        return SourceSkip(source.origin, "a resource record of a WARC file")
    try:
        payload = _body(record, WHOLE_FILE_BYTES.get(kind, RECORD_BYTES))
        if kind == "entry" and not _is_one_entry(payload):
            return SourceSkip(source.origin, "a whole feed in a WARC file; save it and name the file to take it")
    except ItemError as error:
        return source.failure(f"record {number} ({target}): {error}", number)
    return SourceItem(
        origin=f"{source.origin}!/{name}" if name else source.origin,
        name=source.name if name is None else name,
        kind=kind,
        payload=payload,
        record=number,
        charset=charset_of(content_type),
        url=address or (address_saved_from(payload) if kind == "html" else None),
        retrieval=_retrieval(address, "", record, {}) if address else None,
        external_id=_record_id(record) if address else None,
    )


def _is_one_entry(feed: bytes) -> bool:
    """Tell whether a feed has the one entry that those have which `nkcorpus export` writes. Raises BadRecord."""
    from nkcorpus.extract.feeds import split_feed

    return sum(1 for _ in itertools.islice(split_feed(io.BytesIO(feed)), 2)) == 1


def _record_id(record: ArcWarcRecord) -> str | None:
    return (record.rec_headers.get_header("WARC-Record-ID") or "").strip("<> ") or None


def _body(record: ArcWarcRecord, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := record.raw_stream.read(65_536):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise ItemTooLarge(f"more than the limit of {megabytes(limit)} for one record")
    return b"".join(parts)


def _retrieval(url: str, status: str, record: ArcWarcRecord, headers: Mapping[str, str]) -> Retrieval | None:
    """Return when the page was recorded (WARC-Date), None where the record does not tell it."""
    date = parse_iso(record.rec_headers.get_header("WARC-Date") or "")
    if date is None:
        return None
    time = datetime.fromtimestamp(interval(date[0])[0], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Retrieval(url, url, int(status) if status.isdigit() else None, time, kept_headers(headers.items()))
