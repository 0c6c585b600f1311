"""Files and folders: what is found, what is left out, and what is wrong, with real files."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from nkcorpus.errors import SourceNotFound, UsageError
from nkcorpus.model import Format, SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources import Reading, iter_items


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder `in` in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "in"
    path.mkdir()
    yield path


def outcomes(*sources: str) -> list[tuple[str, str]]:
    """Origin and kind of outcome of each, with the reason of failures and skips."""
    shown: list[tuple[str, str]] = []
    for outcome in iter_items(sources):
        match outcome:
            case SourceItem():
                shown.append((outcome.origin, outcome.kind))
            case SourceFailure():
                shown.append((outcome.origin, f"failure: {outcome.error}"))
            case SourceSkip():
                shown.append((outcome.origin, f"skip: {outcome.reason}"))
    return shown


def test_a_folder_is_read_in_the_order_of_names(folder: Path) -> None:
    for name in ("b.txt", "a.md", "c/z.html", "c/y.HTM", "c/d/x.text", ".hidden.txt", ".git/x.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Prices rose.")
    assert outcomes("in") == [
        ("in/a.md", "markdown"),
        ("in/b.txt", "text"),
        ("in/c/d/x.text", "text"),
        ("in/c/y.HTM", "html"),
        ("in/c/z.html", "html"),
    ]
    assert [origin for origin, _ in outcomes("in/", str(folder))] == [f"in/{x[3:]}" for x, _ in outcomes("in")]
    assert outcomes(".")[0][0] == "./in/a.md"


def test_items_hold_the_bytes_and_the_name(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"\xff\x00 raw")
    (item,) = iter_items(["in"])
    assert item == SourceItem("in/a.txt", "a.txt", "text", b"\xff\x00 raw")


def test_unknown_extensions_are_skipped_in_folders_and_sniffed_when_named(folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "map.svg").write_text("<svg><title>Map</title></svg>")
    (folder / "notes").write_text("Prices rose.")
    (folder / "page").write_text("<!DOCTYPE html><p>x")
    (folder / "notes.log").write_text("[Source: desk] Prices rose.")
    (folder / "dump.dat").write_text('{"text": "a"}\n{"text": "b"}\n')
    assert [what.partition(";")[0] for _, what in outcomes("in")] == [
        "skip: unknown kind of file (.dat)",
        "skip: unknown kind of file (.svg)",
        "skip: a file without an extension",
        "skip: unknown kind of file (.log)",
        "html",
        "skip: unknown kind of file (.jpg)",
    ]
    assert outcomes("in/page", "in/notes.log", "in/dump.dat") == [
        ("in/page", "html"),
        ("in/notes.log", "text"),
        ("in/dump.dat", "record"),
        ("in/dump.dat", "record"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("index.php?p=3", "\n<!-- saved --> <html lang='ko'><p>x", "html"),
        ("rice.aspx", "\ufeff<!DOCTYPE html>\n<title>x</title>", "html"),
        (
            "1560500000.M1P2.desk:2,S",
            "From: desk@post.example\nSubject: Rice\nDate: 1 Jun 2019\n\nRice rose.\n",
            "mail",
        ),
    ],
)
def test_pages_and_mail_tell_themselves_in_folders(folder: Path, name: str, content: str, kind: str) -> None:
    (folder / name).write_text(content, "utf-8")
    assert outcomes("in") == [(f"in/{name}", kind)]


def test_the_same_file_is_read_once(folder: Path) -> None:
    (folder / "a.txt").write_text("x")
    (folder / "link.txt").symlink_to("a.txt")
    (folder / "again").symlink_to(".")
    assert [what for _, what in outcomes("in", "in/a.txt", "in/link.txt", "in")] == [
        "text",
        "failure: a link to a folder that it lies in; not followed",
        "failure: a link to a folder that it lies in; not followed",
    ]


def test_links_to_folders_are_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text("x")
    (folder / "one").symlink_to(tmp_path / "elsewhere")
    (folder / "two").symlink_to(tmp_path / "elsewhere")
    assert outcomes("in") == [("in/one/a.txt", "text")]


def test_broken_and_looping_links_fail_alone(folder: Path) -> None:
    (folder / "broken.txt").symlink_to("nowhere.txt")
    (folder / "loop.txt").symlink_to("pool.txt")
    (folder / "pool.txt").symlink_to("loop.txt")
    (folder / "z.txt").write_text("x")
    found = outcomes("in")
    assert found == [
        ("in/broken.txt", "failure: a broken link: its target does not exist"),
        ("in/loop.txt", "failure: a loop of links"),
        ("in/pool.txt", "failure: a loop of links"),
        ("in/z.txt", "text"),
    ]
    assert outcomes("in/broken.txt") == found[:1]


def test_what_is_no_regular_file_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("in/socket.txt")
        assert outcomes("in", "in/pipe.txt", "/dev/null") == [
            ("in/pipe.txt", "failure: not a regular file but a named pipe; pipe into `-` instead"),
            ("in/socket.txt", "failure: not a regular file but a socket"),
            ("in/pipe.txt", "failure: not a regular file but a named pipe; pipe into `-` instead"),
            ("/dev/null", "failure: not a regular file but a device"),
        ]


def test_a_missing_path_among_others_fails_alone(folder: Path) -> None:
    (folder / "a.txt").write_text("x")
    assert outcomes("gone.txt", "in/a.txt/b", "in", "") == [
        ("gone.txt", "failure: no such file or folder"),
        ("in/a.txt/b", "failure: no such file or folder"),
        ("in/a.txt", "text"),
        ("", "failure: no such file or folder"),
    ]


@pytest.mark.parametrize("sources", [["gone.txt"], ["gone.txt", "a\0b"], [""]])
def test_no_path_at_all_is_told_before_anything_is_read(folder: Path, sources: list[str]) -> None:
    with pytest.raises(SourceNotFound, match="no such file or folder"):
        iter_items(sources)


def test_a_name_too_long_is_a_failure(folder: Path) -> None:
    ((_, what),) = outcomes("x" * 5000)
    assert "too long" in what


def test_web_addresses_are_told_apart(folder: Path) -> None:
    ((origin, what),) = outcomes("https://news.example/rice")
    assert origin == "https://news.example/rice"
    assert "only 'nkcorpus ingest' takes addresses" in what


def test_a_large_file_is_refused_unread(folder: Path) -> None:
    for name in ("large.txt", "large.html", "large.dat"):
        with (folder / name).open("wb") as file:
            file.truncate(200_000_000)
    (folder / "small.txt").write_text("x")
    assert outcomes("in") == [
        ("in/large.dat", "skip: unknown kind of file (.dat); name the file itself to take it"),
        ("in/large.html", "failure: 200 MB, more than the limit of 32 MB for one html file; split it"),
        ("in/large.txt", "failure: 200 MB, more than the limit of 24 MB for one text file; split it"),
        ("in/small.txt", "text"),
    ]


def test_names_that_are_no_utf8_are_shown_with_replacements(folder: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(folder) + b"/\xb1\xe8.txt"))).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = iter_items(["in"])
    assert isinstance(item, SourceItem)
    assert (item.origin, item.name) == ("in/\ufffd\ufffd.txt", "\ufffd\ufffd.txt")


def test_deep_folders_do_not_overflow(folder: Path) -> None:
    folders = [folder]
    for _ in range(1200):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    (folders[-1] / "a.txt").write_text("x")
    assert [what for _, what in outcomes("in")] == ["text"]
    (folders[-1] / "a.txt").unlink()
    for path in reversed(folders):  # pytest's own clean-up would overflow
        path.rmdir()


def test_kind_overrides_the_extension_of_named_files(folder: Path) -> None:
    (folder / "a.txt").write_text('{"text": "x"}')
    (folder / "b.dat").write_text("title\nRice\n")
    formats: list[tuple[str, Format, str]] = [
        ("in/a.txt", "json", "record"),
        ("in/b.dat", "csv", "row"),
        ("in/a.txt", "html", "html"),
    ]
    for path, format_, kind in formats:
        (item,) = iter_items([path], reading=Reading(format_))
        assert isinstance(item, SourceItem)
        assert item.kind == kind
    assert [type(item) for item in iter_items(["in"], reading=Reading("text"))] == [SourceItem] * 2


def test_an_unknown_field_in_the_mapping_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(UsageError, match="no field 'headline'"):
        iter_items(["in"], reading=Reading(mapping={"headline": "x"}))


def test_reading_is_lazy(folder: Path) -> None:
    (folder / "a.txt").write_text("x")
    (folder / "b.txt").write_text("y")
    items = iter_items(["in"])
    first = next(items)
    assert isinstance(first, SourceItem)
    (folder / "b.txt").unlink()
    assert [type(item) for item in items] == [SourceFailure]
