"""Archives made to harm, given to the command line: one line each, within bounds, with the rest of the run intact."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.hostile.bounds import Taken, run_bounded
from tests.sources.books import W
from tests.sources.packing import tarred, zipped

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read as Linux counts it")

SECONDS = 30.0
MEMORY = 64 * 10**6
HUGE = 400 * 10**6
CHUNK = b"Rice rose. " * 100_000


def packed(compressor: object, total: int = HUGE) -> bytes:
    parts = [compressor.compress(CHUNK) for _ in range(total // len(CHUNK))]  # type: ignore[attr-defined]
    return b"".join([*parts, compressor.flush()])  # type: ignore[attr-defined]


def gzip_bomb() -> bytes:
    return packed(zlib.compressobj(9, wbits=31))


def zip_bomb() -> bytes:
    """One member that is small in the directory's words, so that nothing is told beforehand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.txt", "w") as member:
        for _ in range(HUGE // len(CHUNK)):
            member.write(CHUNK)
    return file.getvalue()


def record_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.jsonl", "w") as member:
        for _ in range(HUGE // len(CHUNK)):
            member.write(b'{"id": 1}' + b" " * len(CHUNK) + b"\n")
    return file.getvalue()


def many_bombs() -> bytes:
    return zipped({f"{number}.txt": b" " * 20_000_000 for number in range(8)})


def overlapping_zip() -> bytes:
    """Two entries of the directory for one member, as in https://www.bamsoftware.com/hacks/zipbomb/."""
    content = zipped({"a.txt": CHUNK})
    directory = content.index(b"PK\1\2")
    end = content.index(b"PK\5\6")
    entries = content[directory:end] * 2
    record = struct.pack("<4s4HLLH", b"PK\5\6", 0, 0, 2, 2, len(entries), directory, 0)
    return content[:directory] + entries + record


def million_entries() -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = entry * 1_000_000
    end = struct.pack("<4s4HLLH", b"PK\5\6", 0, 0, 7, 7, len(directory), 0, 0)
    return b"PK\3\4" + directory + end


def many_entries_below_the_size() -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    directory = entry * 600_000
    end = struct.pack("<4s4HLLH", b"PK\5\6", 0, 0, 7, 7, len(directory), 0, 0)
    return b"PK\3\4" + directory + end


def million_headers() -> bytes:
    header = tarred({"x": b""})[:512]
    compressor = zlib.compressobj(1, wbits=31)
    return b"".join([*(compressor.compress(header * 1000) for _ in range(1000)), compressor.flush()])


def monstrous_header() -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, HUGE
    compressor = zlib.compressobj(1, wbits=31)
    parts = [compressor.compress(info.tobuf()), *(compressor.compress(bytes(1_000_000)) for _ in range(HUGE // 10**6))]
    return b"".join([*parts, compressor.flush()])


def endless_sparse_file() -> bytes:
    info = tarfile.TarInfo("x.txt")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"00000000000\0" * 2
    header[483:495] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + b"\0" * 1024


def nested_bombs() -> bytes:
    inner = gzip_bomb()
    return zipped({f"{number}.txt.gz": inner for number in range(5)})


def quine_like() -> bytes:
    content = b"Rice rose."
    for _ in range(40):
        content = gzip.compress(content)
    return content


def packed_document(unit: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as member:
            member.write(f"<w:document {W}><w:body>".encode())
            for _ in range(HUGE // 10**6):
                member.write(unit * (10**6 // len(unit)))
    return file.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.txt.gz": (gzip_bomb, "more than 100 times its size"),
    "bomb.jsonl.xz": (lambda: packed(lzma.LZMACompressor(preset=1)), "more than 100 times its size"),
    "bomb.txt.zst": (lambda: packed(zstandard.ZstdCompressor().compressobj()), "more than 100 times its size"),
    "bomb.zip": (zip_bomb, "more than the limit of 24 MB"),
    "records.zip": (record_bomb, "more than 100 times its size"),
    "many.zip": (many_bombs, "more than 100 times its size"),
    "nested.zip": (nested_bombs, "more than 100 times its size"),
    "overlapping.zip": (overlapping_zip, "overlap"),
    "million.zip": (million_entries, "more than 100,000 members"),
    "entries.zip": (many_entries_below_the_size, "more than 100,000 members"),
    "million.tar.gz": (million_headers, "more than 100,000 members"),
    "header.tar.gz": (monstrous_header, "a header of more than 1 MB"),
    "deep.gz": (quine_like, "nested more than 3 deep"),
    "paragraphs.docx": (lambda: packed_document(b"<w:p/>"), "more than 1,000,000 elements"),
    "comments.docx": (lambda: packed_document(b"<!-- -->"), "more than 8 MB"),
    "window.zst": (lambda: b"\x28\xb5\x2f\xfd\x00\xf8" + b"\0" * 40, "damaged"),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """What a run takes that opens an archive of each kind and finds no harm."""
    folder = tmp_path_factory.mktemp("usual")
    (folder / "a.zip").write_bytes(zipped({"a.txt": b"Rice rose in Hyesan."}))
    (folder / "b.tar.gz").write_bytes(gzip.compress(tarred({"b.txt": b"Corn fell in Sinuiju."})))
    return run_bounded(folder, "-C", "c.db", "ingest", "a.zip", "b.tar.gz", "--jobs", "1")


@pytest.mark.parametrize("name", BOMBS)
def test_one_line_and_the_rest_intact(tmp_path: Path, usual: Taken, name: str) -> None:
    make, said = BOMBS[name]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "z.txt").write_text("Wheat came to Wonsan.")
    command = ("-C", "c.db", "ingest", name, "z.txt", "--jobs", "1", "--format", "json")
    taken = run_bounded(tmp_path, *command)
    assert taken.code == 1
    assert (taken.report["new"], taken.report["failed"]) == (1, 1)
    assert said in taken.report["failures"][0]["error"]
    assert taken.report["failures"][0]["origin"].startswith(name)
    assert len([line for line in taken.errors if name in line]) == 1
    assert taken.seconds < SECONDS
    assert taken.memory < usual.memory + MEMORY, f"{(taken.memory - usual.memory) / 1e6:.0f} MB more"
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == sorted(
        ["c.db", "err", "out", "peak", name, "z.txt"]
    )


def test_a_sparse_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(endless_sparse_file())
    taken = run_bounded(tmp_path, "-C", "c.db", "ingest", "a.tar", "--jobs", "1", "--format", "json")
    assert (taken.report["new"], taken.report["skipped"]) == (0, 1)
