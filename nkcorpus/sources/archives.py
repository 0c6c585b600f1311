"""Archives and compressed files, read as streams. Nothing is ever written under a member's name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import BinaryIO, cast

import zstandard

from nkcorpus.errors import BadRecord, UnreadableItem, UnsafeArchive
from nkcorpus.model import Format, SourceSkip
from nkcorpus.sources.bounds import Counted, Readable, Unpacked, buffered, seekable
from nkcorpus.sources.limits import (
    ARCHIVE_MEMBERS,
    DIRECTORY_BYTES,
    TAR_HEADER_BYTES,
    WINDOW_BYTES,
    XZ_MEMORY,
    megabytes,
)
from nkcorpus.sources.names import PageFolders, is_hidden, is_unsafe, member_name, unknown_kind
from nkcorpus.sources.sniff import format_of_name
from nkcorpus.sources.stream import Input, Outcome, Reading

Read = Callable[[Input, Reading], Iterator[Outcome]]

_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, zstandard.ZstdError),
    *(OSError, EOFError, ValueError, NotImplementedError, MemoryError),
)
_ENCRYPTED = 0x1
_UTF8_NAMES = 0x800
# Zip file format (APPNOTE.TXT 6.3.10), 4.3.12, 4.3.14 and 4.3.16: the entries of the directory, and its two ends.
_DIRECTORY_ENTRY = struct.Struct("<4s24xHHH12x")
_DIRECTORY_END = struct.Struct("<4s4xHHLLH")
_DIRECTORY_END_64 = struct.Struct("<4s28xQQQ")
_LONGEST_END = 65_535 + _DIRECTORY_END.size


def read_zip(source: Input, reading: Reading, read: Read) -> Iterator[Outcome]:
    """Yield what `read` makes of each member of a ZIP archive, by the directory's order.

    Raises UnreadableItem when it is damaged, UnsafeArchive when it is a bomb.
    """
    with open_zip(source.stream) as archive:
        members = archive.infolist()
        if any(info.filename == "[Content_Types].xml" for info in members):
            raise BadRecord("an Office file that is no Word document; save it as CSV or .docx")
        pages = PageFolders(map(_zip_name, members))
        for info in members:
            name = _zip_name(info)
            reading.budget.member()
            if name.endswith("/") or is_hidden(name) or pages.hold(name):
                continue
            origin = f"{source.origin}!/{name}"
            if (info.external_attr >> 28) == 0o12:  # Unix keeps the mode in the upper half: a symbolic link
                yield SourceSkip(origin, "a link in an archive; not followed")
            elif info.flag_bits & _ENCRYPTED:
                yield Input(origin, "", source.stream).failure("encrypted; unpack the archive with its password")
            else:
                yield from _read_member(
                    source, name, _zip_opener(archive, info, reading), info.file_size, reading, read
                )


@contextmanager
def open_zip(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive whose directory is of bearable size and whose members do not overlap.

    Raises UnreadableItem, UnsafeArchive.
    """
    with seekable(stream) as whole:
        try:
            _check_directory(whole)
            archive = zipfile.ZipFile(whole)
        except _DAMAGE as error:
            raise UnreadableItem(f"a damaged ZIP archive: {error}") from None
        with archive:
            by_place = sorted(archive.infolist(), key=lambda info: info.header_offset)
            for one, other in pairwise(by_place):
                if one.header_offset + one.compress_size > other.header_offset:
                    raise UnsafeArchive("members of the archive overlap, as in a bomb; it was left")
            yield archive


def zip_stream(archive: zipfile.ZipFile, info: zipfile.ZipInfo, reading: Reading) -> BinaryIO:
    """Open a member within the bounds of `reading`. Raises UnreadableItem."""
    try:
        member = archive.open(info)
    except (*_DAMAGE, RuntimeError) as error:
        raise UnreadableItem(f"cannot be unpacked: {error}") from None
    return buffered(Unpacked(member, _DAMAGE, reading.budget, lambda: info.compress_size))


def read_tar(source: Input, reading: Reading, read: Read) -> Iterator[Outcome]:
    """Yield what `read` makes of each regular file in a tar archive, as they come.

    Raises UnreadableItem when it is damaged, UnsafeArchive when a header is monstrous.
    """
    stream = _HeaderBound(source.stream)
    pages = PageFolders()
    try:
        archive = tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|")  # noqa: SIM115 - it holds nothing that must be closed
    except _DAMAGE as error:
        raise UnreadableItem(f"a damaged tar archive: {error}") from None
    while (info := _next_in_tar(archive, stream)) is not None:
        reading.budget.member()
        name = member_name(info.name.encode("utf-8", "surrogateescape")).removeprefix("./")
        pages.add(name)
        if info.isdir() or is_hidden(name) or pages.hold(name):
            continue
        origin = f"{source.origin}!/{name}"
        if info.issym() or info.islnk():
            yield SourceSkip(origin, "a link in an archive; not followed")
        elif not info.isreg() or info.issparse():
            yield SourceSkip(origin, "no regular file; left out")
        else:
            opener = _tar_opener(archive, info)
            yield from _read_member(source, name, opener, info.size, reading, read)


def read_compressed(source: Input, format_: Format, reading: Reading, read: Read) -> Iterator[Outcome]:
    """Yield what `read` makes of a compressed file, which keeps its origin; its name loses the last extension."""
    packed = Counted(source.stream)
    stream = _DECOMPRESSORS[format_](buffered(packed))
    unpacked = buffered(Unpacked(stream, _DAMAGE, reading.budget, lambda: packed.count))
    yield from read(Input(source.origin, _without_extension(source.name), unpacked), reading)


def _read_member(
    source: Input, name: str, opener: Callable[[], BinaryIO], size: int, reading: Reading, read: Read
) -> Iterator[Outcome]:
    origin = f"{source.origin}!/{name}"
    if is_unsafe(name):
        yield Input(origin, "", source.stream).failure("a name that leads out of the archive; left out")
        return
    if reading.names.forbids(origin):
        return
    reading = replace(reading, is_named=False)
    try:
        stream = opener()
    except UnreadableItem as error:
        if reading.skips_unknown(origin, name):
            yield SourceSkip(origin, unknown_kind(name))
        else:
            yield Input(origin, "", source.stream).failure(error)
        return
    with stream:
        yield from read(Input(origin, name.rpartition("/")[2], stream, size=size), reading)


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, reading: Reading) -> Callable[[], BinaryIO]:
    return lambda: zip_stream(archive, info, reading)


def _tar_opener(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    def opener() -> BinaryIO:
        member = archive.extractfile(info)
        assert member is not None
        return buffered(_TarMember(member))

    return opener


class _TarMember(Counted):
    """A member of a tar archive; what is wrong with the archive comes as UnreadableItem."""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            return super().readinto(buffer)
        except tarfile.TarError as error:
            raise UnreadableItem(f"a damaged tar archive: {error}") from None


class _HeaderBound:
    """Lets a tar archive read on to its next header, and of that a bounded part: tarfile would take all of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0
        self.end: int | None = TAR_HEADER_BYTES

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes. Raises UnsafeArchive beyond `end`."""
        if self.end is not None and self.count > self.end:
            raise UnsafeArchive(f"a header of more than {megabytes(TAR_HEADER_BYTES)} in a tar archive; it was left")
        part = self._stream.read(size)
        self.count += len(part)
        return part


def _next_in_tar(archive: tarfile.TarFile, stream: _HeaderBound) -> tarfile.TarInfo | None:
    stream.end = max(stream.count, archive.offset) + TAR_HEADER_BYTES
    try:
        info = archive.next()
    except _DAMAGE as error:
        raise UnreadableItem(f"a damaged tar archive: {error}") from None
    archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
    stream.end = None
    return info


def _check_directory(stream: BinaryIO) -> None:
    """Raise UnsafeArchive when the directory of an archive is too large to be read, before zipfile reads it.

    Raises BadZipFile when there is no directory.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _LONGEST_END))
    tail = stream.read(_LONGEST_END)
    place = len(tail) - _DIRECTORY_END.size
    if not (tail[place:].startswith(b"PK\5\6") and tail.endswith(b"\0\0")):  # then there is a comment after it
        place = tail.rfind(b"PK\5\6", 0, place + 4)
    if place < 0:
        raise zipfile.BadZipFile("it has no directory; it may be cut off")
    _, _, _, length, _, _ = _DIRECTORY_END.unpack_from(tail, place)
    end = size - len(tail) + place
    if tail[max(0, place - 20) : place].startswith(b"PK\6\7"):
        end -= 76  # the two records of ZIP64 stand before it, 56 and 20 bytes long
        stream.seek(max(0, end))
        record = stream.read(_DIRECTORY_END_64.size)
        if len(record) < _DIRECTORY_END_64.size or not record.startswith(b"PK\6\6"):
            raise zipfile.BadZipFile("its directory is not where it should be")
        _, _, length, _ = _DIRECTORY_END_64.unpack(record)
    too_many = f"holds more than {ARCHIVE_MEMBERS:,} members; unpack it and name the folder"
    if length > DIRECTORY_BYTES:
        raise UnsafeArchive(too_many)
    stream.seek(max(0, end - length))
    directory = stream.read(length)
    entries = position = 0
    while position + _DIRECTORY_ENTRY.size <= len(directory):
        signature, name, extra, comment = _DIRECTORY_ENTRY.unpack_from(directory, position)
        if signature != b"PK\1\2":
            break
        position += 46 + name + extra + comment
        entries += 1
        if entries > ARCHIVE_MEMBERS:
            raise UnsafeArchive(too_many)
    stream.seek(0)


def _zip_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_NAMES:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    return member_name(raw).partition("\0")[0]


def _without_extension(name: str) -> str:
    stem, _, extension = name.rpartition(".")
    if extension.lower() in ("tgz", "tbz2", "txz", "tzst"):
        return f"{stem}.tar"
    return stem if format_of_name(name) in ("gz", "bz2", "xz", "zst") else name


class _XzReader:
    """Reads .xz and .lzma within a bound of memory, which the module's own file object does not offer."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""
        while True:
            if self._decoder.eof:
                rest = (self._decoder.unused_data or self._stream.read(io.DEFAULT_BUFFER_SIZE)).lstrip(b"\0")
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            else:
                rest = self._stream.read(io.DEFAULT_BUFFER_SIZE) if self._decoder.needs_input else b""
                if not rest and self._decoder.needs_input:
                    raise EOFError("it ends too early")
            if part := self._decoder.decompress(rest, size):
                return part


_DECOMPRESSORS: Mapping[Format, Callable[[BinaryIO], Readable]] = MappingProxyType(
    {
        "gz": lambda stream: gzip.GzipFile(fileobj=stream),
        "bz2": bz2.BZ2File,
        "xz": _XzReader,
        "zst": lambda stream: zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).stream_reader(
            stream, read_across_frames=True, closefd=False
        ),
    }
)
