"""The reader of each format, and the limits and errors that all readers share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nkcorpus.errors import ItemError, ItemTooLarge, UnreadableItem, UnsafeArchive
from nkcorpus.model import Format, Kind, SourceItem, SourceSkip
from nkcorpus.sources.limits import ARCHIVE_DEPTH, HEAD_BYTES, SIGNATURE_BYTES, WHOLE_FILE_BYTES, megabytes
from nkcorpus.sources.names import unknown_kind
from nkcorpus.sources.savedpage import address_saved_from
from nkcorpus.sources.sniff import format_of_mark, format_of_name, is_certain, sniff
from nkcorpus.sources.stream import COMPRESSED, PACKED, Input, Outcome, Reading, peek

_MARKED: frozenset[Format | None] = PACKED | {"warc", "epub", "docx", "parquet"}
"""Formats that always have their mark: without it the name is wrong."""

_ZIPPED: frozenset[Format] = frozenset(("epub", "docx"))
"""Formats that are ZIP archives inside."""

_LOOKED_AT: frozenset[Format | None] = frozenset(("feed", "mbox", "eml", "mhtml"))
"""Formats whose name other files have as well: pages saved as .mht, XHTML named .xml."""


def read(source: Input, reading: Reading) -> Iterator[Outcome]:
    """Yield the items of an open input, whose format its content tells; its name is a hint.

    Whatever is wrong with the input as a whole becomes one SourceFailure; a bomb within archives is one of the
    outermost of them.
    """
    try:
        head, stream = peek(source.stream, SIGNATURE_BYTES)
        if stream is not source.stream:
            source = replace(source, stream=stream)
        format_ = _told(source, head, reading)
        if _is_unknown(source, format_, head, reading):
            if not reading.names.include:
                yield SourceSkip(source.origin, unknown_kind(source.name))
        elif format_ in PACKED:
            if not reading.names.forbids(source.origin):
                yield from _unpacked(source, format_, _entered(format_, reading))
        elif reading.names.wants(source.origin):
            if format_ in (None, "json", "jsonl"):
                format_, source = _sniffed(source, format_)
            _check_size(format_, source.size)
            yield from _read_as(format_, source, reading)
    except OSError as error:
        yield source.failure(f"cannot be read: {error.strerror or error}")
    except UnicodeError as error:
        yield source.failure(f"cannot be decoded: {error}")
    except UnsafeArchive as error:
        if reading.depth:
            raise
        yield source.failure(error)
    except ItemError as error:
        yield source.failure(error)


def _told(source: Input, head: bytes, reading: Reading) -> Format | None:
    """Return the format that the user says or the first bytes or the name tell, None where more of it has to."""
    marked, named = format_of_mark(head), format_of_name(source.name)
    if reading.format and not (marked in PACKED and reading.format not in PACKED | _ZIPPED):
        return reading.format
    if marked is None and named in _LOOKED_AT and (told := sniff(head, complete=False)) != "text":
        return told
    if marked == "zip" and named in _ZIPPED:
        return named  # whose mark may stand too far behind
    if marked or named not in _MARKED:
        return marked or named
    return None


def _is_unknown(source: Input, format_: Format | None, head: bytes, reading: Reading) -> bool:
    """Tell whether an input is left out that nobody named: neither its name nor its content tells what it is.

    Archives go by other names if they are something else, such as a spreadsheet or a program.
    """
    if not reading.skips_unknown(source.origin, source.name):
        return False
    if format_ in PACKED:
        return reading.inside not in COMPRESSED
    return format_ is None and not is_certain(head)


def _sniffed(source: Input, named: Format | None) -> tuple[Format, Input]:
    """Return the format that the content tells, and the input to go on with."""
    head, stream = peek(source.stream, HEAD_BYTES)
    told = sniff(head, complete=len(head) < HEAD_BYTES)
    # The extensions .json and .jsonl are mixed up often.
    if named is not None and told not in ("json", "jsonl"):
        told = named
    elif named == "jsonl" and head.lstrip()[:1] == b"{":
        told = "jsonl"
    return told, replace(source, stream=stream)


def _check_size(format_: Format, size: int | None) -> None:
    """Raise ItemTooLarge when a file of `size` bytes is beyond the limit of its format, if that is known."""
    limit = WHOLE_FILE_BYTES.get(format_)
    if limit is not None and size is not None and size > limit:
        what = "JSON file" if format_ == "json" else f"{format_} file"
        raise ItemTooLarge(f"{megabytes(size)}, more than the limit of {megabytes(limit)} for one {what}; split it")


def _entered(format_: Format, reading: Reading) -> Reading:
    """Return how to read what is in an archive. Raises UnreadableItem for one within too many others."""
    depth = reading.depth + (not (format_ == "tar" and reading.inside in COMPRESSED))
    if depth > ARCHIVE_DEPTH:
        raise UnreadableItem(f"archives nested more than {ARCHIVE_DEPTH} deep; unpack them and name the folder")
    format_within = None if reading.format in PACKED else reading.format
    return replace(reading, format=format_within, inside=format_, depth=depth)


def _unpacked(source: Input, format_: Format, reading: Reading) -> Iterator[Outcome]:
    from nkcorpus.sources.archives import read_compressed, read_tar, read_zip

    if format_ == "zip":
        return read_zip(source, reading, read)
    if format_ == "tar":
        return read_tar(source, reading, read)
    return read_compressed(source, format_, reading, read)


def _read_as(format_: Format, source: Input, reading: Reading) -> Iterator[Outcome]:
    match format_:
        case "json":
            from nkcorpus.sources.jsonfile import read_json

            return read_json(source, mapping=reading.mapping)
        case "jsonl":
            from nkcorpus.sources.jsonlines import read_json_lines

            return read_json_lines(source)
        case "csv":
            from nkcorpus.sources.csvfile import read_table

            return read_table(source, mapping=reading.mapping)
        case "feed":
            from nkcorpus.sources.feedfile import read_feed

            return read_feed(source)
        case "sitemap":
            from nkcorpus.sources.feedfile import skip_sitemap

            return skip_sitemap(source)
        case "mbox":
            from nkcorpus.sources.mailfile import read_mbox

            return read_mbox(source)
        case "mhtml":
            from nkcorpus.sources.mailfile import read_saved_page

            return read_saved_page(source, whole(source, format_))
        case "epub":
            from nkcorpus.sources.epub import read_epub

            return read_epub(source, reading)
        case "parquet":
            from nkcorpus.sources.parquetfile import read_parquet

            return read_parquet(source, reading)
        case "warc":
            from nkcorpus.sources.warc import read_warc

            return read_warc(source)
        case "html":
            return _read_page(source)
        case "text" | "markdown":
            return _read_whole(source, format_, format_)
        case "eml":
            return _read_whole(source, format_, "mail")
        case "docx" | "pdf":
            return _read_whole(source, format_, format_)
    raise AssertionError(format_)


def _read_whole(source: Input, format_: Format, kind: Kind) -> Iterator[Outcome]:
    yield SourceItem(source.origin, source.name, kind, whole(source, format_))


def _read_page(source: Input) -> Iterator[Outcome]:
    payload = whole(source, "html")
    item = SourceItem(source.origin, source.name, "html", payload, url=address_saved_from(payload))
    if b"SingleFile" in item.payload[:SIGNATURE_BYTES]:
        from nkcorpus.sources.mailfile import saved_at
        from nkcorpus.sources.singlefile import saved_page, without_resources

        if saved := saved_page(item.payload):
            item = replace(item, payload=without_resources(item.payload), url=saved[0], retrieval=saved_at(*saved))
    yield item


def whole(source: Input, format_: Format) -> bytes:
    """Return all bytes of an input. Raises ItemTooLarge."""
    limit = WHOLE_FILE_BYTES[format_]
    # Room for all that may be is made at each read: no more than is told, and what there is more comes after.
    payload = source.stream.read(min(limit, source.size or 0) + 1)
    if len(payload) > (source.size or 0):
        payload += source.stream.read(limit + 1 - len(payload))
    if len(payload) > limit:
        raise ItemTooLarge(f"more than the limit of {megabytes(limit)} for one {format_} file; split it")
    return payload
