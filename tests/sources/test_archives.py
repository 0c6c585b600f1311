"""Archives and compressed files: what is found in them, what is left out, what is wrong."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.model import SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources import Names, Reading, iter_items
from nkcorpus.sources.names import PageFolders

from .packing import COMPRESSORS, tarred, zipped

MEMBERS = {
    "rice.txt": b"Rice rose in Hyesan.",
    "b/corn.html": b"<!DOCTYPE html><p>Corn fell.",
    "b/news.jsonl": b'{"text": "One."}\n{"text": "Two."}\n',
    "b/photo.jpg": b"\xff\xd8\xff",
    ".hidden.txt": b"x",
    "__MACOSX/b/._corn.html": b"x",
}
FOUND = [
    ("!/rice.txt", "rice.txt", "text"),
    ("!/b/corn.html", "corn.html", "html"),
    ("!/b/news.jsonl", "news.jsonl", "record"),
    ("!/b/news.jsonl", "news.jsonl", "record"),
    ("!/b/photo.jpg", "", "skip: unknown kind of file (.jpg); name the file itself to take it"),
]


def outcomes(path: Path, reading: Reading | None = None) -> list[tuple[str, str, str]]:
    """Origin without the path, name, and kind of outcome of each, with the reason of failures and skips."""
    shown = []
    for outcome in iter_items([path], reading=reading or Reading()):
        name, what = "", ""
        match outcome:
            case SourceItem():
                name, what = outcome.name, outcome.kind
            case SourceFailure():
                what = f"failure: {outcome.error}"
            case SourceSkip():
                what = f"skip: {outcome.reason}"
        shown.append((outcome.origin.removeprefix(str(path)), name, what))
    return shown


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


@pytest.mark.parametrize("name", ["a.zip", "a.dat"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_archive(tmp_path: Path, name: str, compression: int) -> None:
    assert outcomes(put(tmp_path, name, zipped(MEMBERS, compression))) == FOUND


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("packing", ["", *COMPRESSORS])
def test_a_tar_archive(tmp_path: Path, format_: int, packing: str) -> None:
    content = tarred(MEMBERS, format_)
    if packing:
        content = COMPRESSORS[packing](content)
    for name in (f"a.tar.{packing}".rstrip("."), "a"):
        assert outcomes(put(tmp_path, name, content)) == FOUND


@pytest.mark.parametrize("word", ["ustar", "ustarolt", "ustar  of"])
def test_a_text_with_the_letters_of_a_tar_archive_is_a_text(tmp_path: Path, word: str) -> None:
    text = f"{'rice ' * 51}sh{word} and more".encode()
    assert text.index(b"ustar") == 257
    assert [kind for *_, kind in outcomes(put(tmp_path, "a.txt", text))] == ["text"]


@pytest.mark.parametrize("packing", COMPRESSORS)
def test_a_compressed_file_is_known_by_its_name_without_the_packing(tmp_path: Path, packing: str) -> None:
    lines = COMPRESSORS[packing](MEMBERS["b/news.jsonl"])
    path = put(tmp_path, f"news.jsonl.{packing}", lines + (lines if packing != "zst" else b""))
    kinds = ["record"] * (4 if packing != "zst" else 2)
    assert outcomes(path) == [("", "news.jsonl", kind) for kind in kinds]
    markdown = put(tmp_path, f"a.md.{packing}", COMPRESSORS[packing](b"# Rice"))
    assert outcomes(markdown) == [("", "a.md", "markdown")]
    items = [item for item in iter_items([markdown]) if isinstance(item, SourceItem)]
    assert [item.payload for item in items] == [b"# Rice"]


def test_old_lzma_needs_its_name_no_mark(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", lzma.compress(b"Rice rose.", format=lzma.FORMAT_ALONE))
    assert outcomes(path, Reading("xz")) == [("", "a.txt", "text")]


def test_in_a_folder_a_compressed_file_of_unknown_kind_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, "in/access.log.gz", gzip.compress(b"GET /"))
    put(tmp_path, "in/a.txt.gz", gzip.compress(b"Rice rose."))
    assert [what[:22] for _, _, what in outcomes(tmp_path / "in")] == ["text", "skip: unknown kind of "]
    assert outcomes(tmp_path / "in" / "access.log.gz") == [("", "access.log", "text")]


def test_archives_within_archives(tmp_path: Path) -> None:
    inner = zipped({"rice.txt": b"Rice rose."})
    for _ in range(2):
        path = put(tmp_path, "a.zip", zipped({"x/in.zip": inner, "y.txt": b"y"}))
        inner = path.read_bytes()
    assert outcomes(path) == [
        ("!/x/in.zip!/x/in.zip!/rice.txt", "rice.txt", "text"),
        ("!/x/in.zip!/y.txt", "y.txt", "text"),
        ("!/y.txt", "y.txt", "text"),
    ]
    tar = put(tmp_path, "b.tar.gz", gzip.compress(tarred({"in.tgz": gzip.compress(tarred({"a.zip": inner}))})))
    assert [what for _, _, what in outcomes(tar)] == [
        "failure: archives nested more than 3 deep; unpack them and name the folder",
        "text",
    ]


def test_kind_by_content_whatever_the_name_says(tmp_path: Path) -> None:
    assert outcomes(put(tmp_path, "a.html", zipped({"a.txt": b"Rice"})))[0][2] == "text"
    assert outcomes(put(tmp_path, "b.zip", b"<!DOCTYPE html><p>404")) == [("", "b.zip", "html")]
    assert outcomes(put(tmp_path, "c.zip", b"")) == [("", "c.zip", "text")]


def test_what_the_user_says_holds_for_members(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zipped({"a": b"Rice", "b.dat": b"Corn"}))
    assert [what for _, _, what in outcomes(path, Reading("markdown"))] == ["markdown", "markdown"]
    assert [what[:14] for _, _, what in outcomes(path, Reading("zip"))] == ["skip: a file w", "skip: unknown "]
    assert "damaged" in outcomes(put(tmp_path, "a.txt", b"Rice"), Reading("zip"))[0][2]
    assert "damaged" in outcomes(put(tmp_path, "b.txt", b"Rice"), Reading("tar"))[0][2]


def test_names_that_lead_out_links_and_devices(tmp_path: Path) -> None:
    names = ["../up.txt", "a/../../up.txt", "/etc/abs.txt", "C:\\win.txt", "..\\up.txt"]
    bad = "failure: a name that leads out of the archive; left out"
    assert [what for _, _, what in outcomes(put(tmp_path, "a.tar", tarred(dict.fromkeys(names, b"x"))))] == [bad] * 5
    assert {what for _, _, what in outcomes(put(tmp_path, "a.zip", zipped(dict.fromkeys(names, b"x"))))} == {bad}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("a.txt")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert [what for _, _, what in outcomes(put(tmp_path, "b.tar", file.getvalue()))] == [
        "skip: a link in an archive; not followed",
        "skip: a link in an archive; not followed",
        "skip: no regular file; left out",
        "skip: no regular file; left out",
    ]
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zip_archive:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = 0o120777 << 16
        zip_archive.writestr(link, "/etc/passwd")
    assert outcomes(tmp_path / "b.zip") == [("!/a.txt", "", "skip: a link in an archive; not followed")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "a.zip", "b.tar", "b.zip"]


def test_korean_names_of_archives_made_on_windows(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("XXXX.txt", "x")
    content = (tmp_path / "a.zip").read_bytes().replace(b"XXXX", "쌀값".encode("cp949"))
    assert outcomes(put(tmp_path, "a.zip", content)) == [("!/쌀값.txt", "쌀값.txt", "text")]
    raw = tarred({"XXXX.txt": b"x"}, tarfile.USTAR_FORMAT)
    header = raw[:512].replace(b"XXXX", "쌀값".encode("cp949"))
    total = sum(header[:148]) + sum(header[156:]) + 8 * 32
    header = header[:148] + f"{total:06o}\0 ".encode() + header[156:]
    assert outcomes(put(tmp_path, "a.tar", header + raw[512:])) == [("!/쌀값.txt", "쌀값.txt", "text")]


def test_encrypted_members_fail_alone(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": b"Rice", "b.txt": b"Corn"}))
    content[content.index(b"PK\1\2") + 8] |= 1
    found = outcomes(put(tmp_path, "a.zip", bytes(content)))
    assert found[0] == ("!/a.txt", "", "failure: encrypted; unpack the archive with its password")
    assert found[1][2] == "text"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", *(f"a.tar.{packing}" for packing in COMPRESSORS)])
def test_damage_is_told_and_what_came_before_is_kept(tmp_path: Path, name: str) -> None:
    lines = {f"{number}.txt": bytes(range(256)).hex().encode() * 40 for number in range(8)}
    content = zipped(lines) if name == "a.zip" else tarred(lines)
    if name.count(".") == 2:
        content = COMPRESSORS[name.rpartition(".")[2]](content)
    for cut in (len(content) * 2 // 3, 600, 20, 5):
        path = put(tmp_path, name, content[:cut])
        assert all(len(what.splitlines()) == 1 for _, _, what in outcomes(path, Reading(None)))
    garbled = bytearray(content)
    garbled[len(content) // 2 : len(content) // 2 + 40] = b"\xaa" * 40
    found = outcomes(put(tmp_path, name, bytes(garbled)))
    assert found[0][2] == "text" or found[0][2].startswith("failure: ")


def test_which_members_are_wanted(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zipped({**MEMBERS, "in.zip": zipped({"deep.txt": b"x"})}))
    text = [("!/rice.txt", "rice.txt", "text"), ("!/in.zip!/deep.txt", "deep.txt", "text")]
    assert outcomes(path, Reading(names=Names(include=("*.txt",)))) == text
    assert outcomes(path, Reading(names=Names(include=("*.txt",), exclude=("in.zip",)))) == text[:1]
    assert outcomes(path, Reading(names=Names(include=("b/*.html",)))) == FOUND[1:2]
    assert outcomes(path, Reading(names=Names(exclude=("b/*", "*.zip")))) == []
    assert outcomes(path, Reading(names=Names(exclude=("b/*", "in.zip")))) == FOUND[:1]
    asked = outcomes(path, Reading(names=Names(include=("*.jpg",))))
    assert asked == [("!/b/photo.jpg", "photo.jpg", "text")], "named by the user, so its content tells"


def test_folders_beside_saved_pages_are_passed_over(tmp_path: Path) -> None:
    members = {
        "Rice.html": b"<p>Rice",
        "Rice_files/frame.html": b"<p>ad",
        "Rice_files/deep/x.txt": b"x",
        "kcna_files/a.txt": b"Corn",
    }
    wanted = ["Rice.html", "a.txt"]
    assert [name for _, name, _ in outcomes(put(tmp_path, "a.zip", zipped(members)))] == wanted
    assert [name for _, name, _ in outcomes(put(tmp_path, "a.tar", tarred(members)))] == wanted
    for name, content in members.items():
        put(tmp_path, f"in/{name}", content)
    assert [name for _, name, _ in outcomes(tmp_path / "in")] == wanted


@given(st.text("ab_/.files", max_size=30))
def test_any_name_is_either_beside_a_page_or_not(name: str) -> None:
    assert PageFolders([]).hold(name) is False
    assert PageFolders([f"{name}.html"]).hold(f"{name}_files/x") is True
    assert PageFolders([f"{name}.html"]).hold(f"{name}_files") is True
