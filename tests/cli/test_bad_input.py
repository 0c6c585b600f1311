"""Inputs that cannot be taken: one line each, the rest ingested, nothing lost."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, Outcome, Run, environment, one_line

GOOD = "A trader in Wonsan keeps squid tables on the quay."


def _binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200_000_000)


def _socket(path: Path) -> None:
    # The name of a socket may be some 100 bytes long at most, so it is bound from within its folder.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


def _loop(path: Path) -> None:
    other = path.with_name(f"other-{path.name}")
    path.symlink_to(other)
    other.symlink_to(path)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "binary.txt": (_binary, "binary"),
    "image.html": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(4000)), "binary"),
    "empty.txt": (lambda path: path.touch(), "empty"),
    "blank.md": (lambda path: path.write_text("\n \n"), "empty"),
    "cut.json": (lambda path: path.write_text('{"title": "Rice", "text": "A trader'), "cut off"),
    "cut.jsonl": (lambda path: path.write_text('{"text": "One trader came."}\n{"text": "Two'), "record 2"),
    "columns.csv": (lambda path: path.write_text("colour,size\nred,5\n"), "colour, size"),
    "huge.txt": (_huge, "limit"),
    "socket.txt": (_socket, "socket"),
    "pipe.txt": (os.mkfifo, "pipe"),
    "loop.txt": (_loop, "loop"),
    "gone.txt": (lambda path: path.symlink_to("nowhere.txt"), "broken link"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_input_is_one_line(inside: Run, tmp_path: Path, name: str) -> None:
    make, reason = BAD[name]
    make(tmp_path / name)
    outcome = inside("clean", name, "--jobs", "1")
    assert outcome.code == 1
    assert one_line(outcome).startswith(f"{name}: ")
    assert reason in outcome.err
    assert "Traceback" not in outcome.err


def test_a_folder_of_good_and_bad(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "deep" / "down").mkdir(parents=True)
    for name, (make, _) in BAD.items():
        make(folder / "deep" / name)
    (folder / "deep" / "down" / "up").symlink_to("../..")
    (folder / "a.txt").write_text(GOOD)
    (folder / "zz.txt").write_text("The last file of the folder is about coal.")
    (folder / ".hidden.txt").write_text("Nobody sees this.")
    (folder / "notes.jpg").write_bytes(b"\xff\xd8\xff")
    before = sorted(path.name for path in folder.rglob("*"))

    outcome = run("-C", "c.db", "ingest", "mixed", "--format", "json")
    report = outcome.json
    assert outcome.code == 1
    # Two good files and the first record of cut.jsonl.
    assert (report["new"], report["skipped"]) == (3, 1)
    failed = {Path(failure["origin"]).name: failure["error"] for failure in report["failures"]}
    # A loop has two ends, and `up` is a link to a folder that it lies in.
    assert set(failed) == {*BAD, "other-loop.txt", "up"}
    assert report["failed"] == len(report["failures"]) == len(failed)
    for name, (_, reason) in BAD.items():
        assert reason in failed[name], name
        assert "\n" not in failed[name]
    for line in outcome.err.splitlines():
        assert line.startswith("nkcorpus: ")
    assert len(outcome.err.splitlines()) == len(failed) + 2, "each failure, the reason of the skip, the summary"

    assert run("-C", "c.db", "search", "squid coal", "--count").out == "2\n"
    assert sorted(path.name for path in folder.rglob("*")) == before
    again = run("-C", "c.db", "ingest", "mixed", "--format", "json").json
    assert (again["new"], again["unchanged"], again["failed"]) == (0, 3, report["failed"])
    failed_inputs = dict(line.split("\t") for line in run("-C", "c.db", "stats").lines)["failed inputs"]
    assert int(failed_inputs) == report["failed"]


def test_a_repaired_input_is_no_failure_any_more(run: Run, tmp_path: Path) -> None:
    (tmp_path / "late.txt").touch()
    assert run("-C", "c.db", "ingest", "late.txt").code == 1
    (tmp_path / "late.txt").write_text(GOOD)
    assert run("-C", "c.db", "ingest", "late.txt").code == 0
    assert run("-C", "c.db", "stats", "--format", "json").json["failures"] == 0


def test_one_missing_path_of_several(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD)
    outcome = run("-C", "c.db", "ingest", "nowhere.txt", "a.txt", "--format", "json")
    assert outcome.code == 1
    assert outcome.json["new"] == 1
    assert outcome.json["failures"] == [{"origin": "nowhere.txt", "error": "no such file or folder"}]


def test_an_address_without_its_scheme(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD)
    hint = "an address of the web begins with https://"
    for address in ("www.news.example", "news.example/feed", "news.example/*"):
        assert hint in one_line(inside("-C", "c.db", "ingest", address))
        assert hint in inside("-C", "c.db", "ingest", address, "a.txt").err
    assert hint not in inside("-C", "c.db", "ingest", "news.txt").err


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-16", "utf-8-sig"])
def test_encodings_come_out_right(inside: Run, tmp_path: Path, encoding: str) -> None:
    text = "혜산 장마당에서 쌀값이 올랐다고 소식통이 전했다. 상인들은 강연회가 끝난 뒤에 돌아왔다."
    (tmp_path / "korean.txt").write_bytes(text.encode(encoding))
    outcome = inside("clean", "korean.txt", "--format", "json", "--jobs", "1")
    assert outcome.code == 0
    assert outcome.json[0]["text"] == text
    assert outcome.json[0]["lang"] == "ko"


def test_bytes_that_are_no_text_in_the_encoding_become_replacement_characters(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_bytes(b'{"text": "A caf\xe9 \\ud800 in Wonsan sells squid."}\n')
    article = inside("clean", "odd.jsonl", "--format", "jsonl", "--jobs", "1").objects[0]
    assert article["error"] is None
    assert "\ufffd in Wonsan sells squid." in article["text"]


def test_a_file_name_that_is_no_utf8(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(GOOD)
    (folder / "line\nbreak \x1b[31m.txt").write_text("Coal is dear this winter in Chongjin.")
    outcome = run("-C", "c.db", "ingest", "names", "--format", "json")
    assert (outcome.code, outcome.json["new"]) == (0, 2)
    listed = run("-C", "c.db", "list", "--format", "text")
    assert listed.code == 0
    assert "\x1b" not in listed.out


# Numbers of linux/prctl.h and linux/capability.h.
_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def _obey_permissions() -> None:
    """Make root an ordinary owner of its files, so that permissions hold for it too."""
    libc = ctypes.CDLL(None)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _obeying(home: Path, *args: str) -> Outcome:
    """Run a command for which the permissions of files hold, whoever runs the tests."""
    is_root = os.geteuid() == 0
    if is_root and not sys.platform.startswith("linux"):
        pytest.skip("root may read and write everything")
    finished = subprocess.run(
        [*PROGRAM, *args],
        capture_output=True, text=True, cwd=home, timeout=60, env=environment(home),
        preexec_fn=_obey_permissions if is_root else None,
    )  # fmt: skip
    return Outcome(finished.returncode, finished.stdout, finished.stderr)


@pytest.fixture
def locked(run: Run, tmp_path: Path) -> Iterator[Path]:
    """A folder, `locked`, that cannot be written, with a corpus `c.db` in it, and an article outside, `b.txt`."""
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "b.txt").write_text("Coal is dear this winter.")
    folder = tmp_path / "locked"
    folder.mkdir()
    assert run("-C", "locked/c.db", "ingest", "a.txt").code == 0
    folder.chmod(0o555)
    (folder / "c.db").chmod(0o444)
    yield folder
    folder.chmod(0o755)


def test_a_folder_that_cannot_be_written(locked: Path, tmp_path: Path) -> None:
    before = (locked / "c.db").read_bytes()
    found = _obeying(tmp_path, "-C", "locked/c.db", "search", "squid", "--count")
    assert (found.code, found.out, found.err) == (0, "1\n", "")
    for corpus in ("locked/c.db", "locked/new.db"):
        refused = _obeying(tmp_path, "-C", corpus, "ingest", "b.txt")
        assert (refused.code, refused.out) == (3, ""), refused
        assert corpus in one_line(refused)
    assert (locked / "c.db").read_bytes() == before
    assert [path.name for path in locked.iterdir()] == ["c.db"]


def test_a_cache_that_cannot_be_written(locked: Path, tmp_path: Path) -> None:
    cache = tmp_path / ".cache"
    shutil.rmtree(cache)
    cache.mkdir(mode=0o555)
    outcome = _obeying(tmp_path, "-C", "locked/c.db", "search", "squid")
    assert (outcome.code, outcome.out) == (3, "")
    assert str(cache) in one_line(outcome)
    assert _obeying(tmp_path, "-C", "locked/c.db", "stats").code == 0


def test_unreadable_files_and_folders(locked: Path, tmp_path: Path) -> None:
    (tmp_path / "b.txt").chmod(0o000)
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o000)
    outcome = _obeying(tmp_path, "clean", "b.txt", "secret", "a.txt", "--jobs", "1")
    assert (outcome.code, outcome.out) == (1, f"{GOOD}\n")
    assert outcome.err.splitlines() == [
        "nkcorpus: b.txt: cannot be read: Permission denied",
        "nkcorpus: secret: cannot be read: Permission denied",
    ]


def test_an_unreadable_corpus_and_settings_file(locked: Path, tmp_path: Path) -> None:
    locked.chmod(0o755)
    (locked / "c.db").chmod(0o000)
    outcome = _obeying(tmp_path, "-C", "locked/c.db", "stats")
    assert outcome.code == 3
    assert "locked/c.db" in one_line(outcome)
    settings = tmp_path / ".config" / "nkcorpus" / "nkcorpus.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("quiet = true")
    settings.chmod(0o000)
    outcome = _obeying(tmp_path, "where")
    assert outcome.code == 2
    assert "nkcorpus.toml" in one_line(outcome)


@pytest.mark.parametrize(
    "command",
    [
        "search x -n",
        "search x --offset",
        "kwic x -n",
        "list -n",
        "fetches -n",
        "dupes -n",
        "show ab --version",
        "diff ab",
    ],
)
def test_a_number_that_nothing_can_count_to(inside: Run, command: str) -> None:
    outcome = inside(*command.split(), "99999999999999999999")
    assert (outcome.code, outcome.out) == (2, "")
    assert "more than 1,000,000,000" in one_line(outcome)
