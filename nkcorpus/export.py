"""Original bytes written back as a web archive (WARC 1.1, ISO 28500:2017) that `ingest` and the archives' tools read.

A page that came by HTTP becomes a `response` record with its status and the headers that were kept. What came in
another way becomes a `resource` record: under its address, or where it was a file, under a `file:` address that has its
name alone.
"""

from __future__ import annotations

import io
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from nkcorpus.errors import UsageError
from nkcorpus.model import Retrieval
from nkcorpus.sources.mediatypes import content_type, file_address
from nkcorpus.store import StoredPayload

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

_NOT_AS_SENT = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that are about the bytes on the wire: payloads are kept decoded."""
_RECORD_ID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_URI = re.compile(r"[\x00-\x20\x7f<>]|[^\x00-\x7f]")
_NO_TOKEN = re.compile(r"[^!#-'*+.0-9A-Z^-z|~-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NO_FIELD = re.compile(r"[^\t -~]")


@dataclass(frozen=True, slots=True)
class WarcReport:
    """What was written: versions as responses and as resources, and how many have no bytes that could be written."""

    responses: int = 0
    resources: int = 0
    without_payload: int = 0


def export_warc(
    payloads: Iterable[StoredPayload],
    path: Path,
    tool: str,
    *,
    force: bool = False,
    on_written: Callable[[int], None] = lambda done: None,
) -> WarcReport:
    """Write payloads to a WARC file: each record packed by gzip, unless the name ends with `.warc`.

    The file is there when it is whole, and not before. `force` replaces one that exists.
    Raises UsageError where the file exists or cannot be made, OSError when the disk is full.
    """
    with _new_file(path, force=force) as file:
        from warcio.warcwriter import WARCWriter

        writer = WARCWriter(file, gzip=path.suffix.lower() != ".warc", warc_version="1.1")
        archive = _Archive(writer)
        archive.describe(path.name, tool)
        for done, payload in enumerate(payloads, 1):
            archive.add(payload)
            on_written(done)
    return archive.report()


class _Archive:
    """Writes records and counts them."""

    def __init__(self, writer: WARCWriter) -> None:
        self._writer = writer
        self._used: set[str] = set()
        self._counts = {"responses": 0, "resources": 0, "without_payload": 0}

    def report(self) -> WarcReport:
        """Return the counts so far."""
        return WarcReport(**self._counts)

    def describe(self, name: str, tool: str) -> None:
        """Write the record that tells what wrote the file."""
        info = {"software": tool, "format": "WARC File Format 1.1", "conformsTo": "ISO 28500:2017"}
        self._writer.write_record(self._writer.create_warcinfo_record(_CONTROL.sub("_", name), info))

    def add(self, stored: StoredPayload) -> None:
        """Write the record of one version."""
        retrieval = stored.retrieval
        if stored.payload is None:
            self._counts["without_payload"] += 1
        elif retrieval and retrieval.url and retrieval.status is not None and stored.kind == "html":
            self._counts["responses"] += 1
            self._add_response(stored, retrieval, stored.payload)
        else:
            self._counts["resources"] += 1
            self._add_resource(stored, stored.payload)

    def _add_response(self, stored: StoredPayload, retrieval: Retrieval, payload: bytes) -> None:
        from warcio.statusandheaders import StatusAndHeaders

        headers = [
            (_NO_TOKEN.sub("_", name), _NO_FIELD.sub(_percent, value))
            for name, value in retrieval.headers
            if name not in _NOT_AS_SENT
        ]
        headers.append(("content-length", str(len(payload))))
        http = StatusAndHeaders(_status_line(retrieval.status), headers, protocol="HTTP/1.1")
        answered = retrieval.answered or retrieval.url
        name = self._name(stored)
        fields = {"WARC-Record-ID": name, "WARC-Date": retrieval.retrieved_at, **_digest(stored)}
        self._write("response", answered, payload, fields, http)
        self._tell_asked(name, answered, retrieval)

    def _add_resource(self, stored: StoredPayload, payload: bytes) -> None:
        retrieval = stored.retrieval
        # The address of the article: that of the request may be of a list in which it stood.
        address = (stored.url or retrieval.url) if retrieval else ""
        name = self._name(stored)
        fields = {
            "WARC-Record-ID": name,
            "WARC-Date": retrieval.retrieved_at if retrieval else stored.ingested_at,
            "Content-Type": content_type(stored.kind, stored.charset, payload),
            **_digest(stored),
        }
        self._write("resource", address or file_address(stored.file_name, stored.record), payload, fields)
        if retrieval:
            self._tell_asked(name, address, retrieval)

    def _tell_asked(self, name: str, address: str, retrieval: Retrieval) -> None:
        """Write which address led to that of a record, where it is another: one that redirects, a list, a feed."""
        if retrieval.url and retrieval.url != address:
            told = {"WARC-Concurrent-To": name, "WARC-Date": retrieval.retrieved_at}
            self._write("metadata", address, f"via: {_uri(retrieval.url)}\r\n".encode(), told)

    def _write(
        self, kind: str, address: str, payload: bytes, fields: dict[str, str], http_headers: object | None = None
    ) -> None:
        record = self._writer.create_warc_record(
            _uri(address),
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict={name: _NO_FIELD.sub(_percent, value) for name, value in fields.items()},
            http_headers=http_headers,
        )
        self._writer.write_record(record)

    def _name(self, stored: StoredPayload) -> str:
        """Return the id of the record that a version came from, or one that every export of it has."""
        name = stored.external_id or ""
        if not _RECORD_ID.fullmatch(name) or name in self._used:
            name = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'nkcorpus:{stored.article_id}:{stored.number}')}"
        self._used.add(name)
        return f"<{name}>"


def _digest(stored: StoredPayload) -> dict[str, str]:
    """Return the digest that the corpus has, so that a record can be told to be a version's bytes."""
    return {"WARC-Payload-Digest": f"sha256:{stored.sha256}"}


def _status_line(status: int | None) -> str:
    try:
        return f"{status} {HTTPStatus(status or 0).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _uri(address: str) -> str:
    """Return an address that stays within its header."""
    return _NO_URI.sub(_percent, address)


def _percent(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="replace")


@contextmanager
def _new_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file that takes the name `path` when the block ends well, and is gone when it does not."""
    try:
        is_there, is_folder, is_file = path.exists(), path.is_dir(), path.is_file()
    except OSError as error:  # a name that no file can have
        raise UsageError(f"{path}: cannot be made: {error.strerror}") from None
    if is_folder:
        raise UsageError(f"{path}: is a folder; name a file in it")
    if path.name == "-" or (is_there and not is_file):
        raise UsageError(f"{path}: is no file, to which alone an archive is written; name one")
    if is_there and not force:
        raise UsageError(f"{path}: is there already; give another name, or --force to replace it")
    part = path.with_name(f".{path.name[:50]}.{os.getpid()}.part")
    try:
        file = part.open("wb")
    except OSError as error:
        raise UsageError(f"{path}: cannot be made: {error.strerror}") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            error.filename = os.fspath(path)
        raise
