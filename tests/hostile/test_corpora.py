"""A corpus from a stranger: it runs nothing, touches nothing outside, and ends every command in good time."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import struct
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.hostile.commands import CHANGING, READING, filled, lines
from tests.hostile.inside import Ended, run_inside
from tests.hostile.mutations import Template, make_template, problems, rewrite
from tests.hostile.table import Shelf, make_shelf

BOUND = 10.0


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return make_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def path(shelf: Shelf, tmp_path: Path) -> Path:
    (tmp_path / "theirs").mkdir()
    return Path(shutil.copy(shelf.made, tmp_path / "theirs" / "corpus.db"))


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql, values)
        connection.commit()


def run(path: Path, *arguments: str | Path) -> Ended:
    env = {"NKCORPUS_CACHE_DIR": str(path.parent.parent / "cache")}
    began = time.monotonic()
    ended = run_inside(path.parent.parent, "-C", path, *arguments, env=env)
    assert time.monotonic() - began < BOUND
    assert b"internal error" not in ended.err
    return ended


def refused(ended: Ended, *words: str) -> bool:
    """Tell whether a command ended with one line that says so."""
    message = ended.err.decode()
    return ended.code == 3 and message.count("\n") == 1 and all(word in message for word in words)


@pytest.mark.parametrize("seed", range(4))
def test_random_values_in_any_column_end_in_an_answer_or_a_typed_error(template: Template, seed: int) -> None:
    """`python -m tests.hostile.mutations` tries as many as one likes."""
    tried = list(problems(template, random.Random(seed)))
    assert [problem for problem in tried if problem] == []
    assert len(tried) > 30


def test_a_journal_that_names_another_file_does_not_delete_it(path: Path, tmp_path: Path) -> None:
    """SQLite rolls such a journal back and then deletes the file that it names."""
    victim = tmp_path / "victim.txt"
    victim.write_text("precious\0")
    magic, name = bytes.fromhex("d9d505f920a163d7"), os.fsencode(victim)
    size = int.from_bytes(path.read_bytes()[16:18], "big")
    head = magic + struct.pack(">IIIII", 0, 12345, path.stat().st_size // size, 512, size)
    checksum = sum(byte - 256 if byte > 127 else byte for byte in name) & 0xFFFFFFFF
    tail = struct.pack(">I", 0x40000000 // size + 1) + name + struct.pack(">II", len(name), checksum) + magic
    for arguments in (["stats"], ["note", "abcd", "x"], ["ingest", str(victim)]):
        path.with_name("corpus.db-journal").write_bytes(head.ljust(512, b"\0") + tail)
        assert refused(run(path, *arguments), "-journal", "another copy")
        assert victim.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
def test_a_pipe_does_not_keep_anybody_waiting(path: Path, suffix: str) -> None:
    place = path.with_name(f"corpus.db{suffix}")
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    for arguments in (["stats"], ["ingest", "--jobs", "1", str(path.parent)]):
        assert refused(run(path, *arguments), "is not a file")


def test_a_device_is_no_corpus() -> None:
    assert refused(run(Path(os.devnull), "stats"), "is not a file")


def test_a_link_to_a_corpus_is_one(path: Path, shelf: Shelf) -> None:
    link = path.parent / "link.db"
    link.symlink_to(path)
    assert run(link, "stats").code == 0


def test_the_id_of_a_corpus_is_no_path(path: Path, tmp_path: Path) -> None:
    """It is part of the name of a lock."""
    for corpus_id in ("../../../evil", "/tmp/evil", "", "x" * 32, "a" * 5_000):
        change(path, "UPDATE corpus SET value = ? WHERE key = 'id'", corpus_id)
        for arguments in (["update"], ["search", "rice"], ["where"]):
            assert refused(run(path, *arguments), "id")
    assert {entry.name for entry in tmp_path.iterdir()} <= {"theirs", "cache"}


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "secret.txt", "file:///etc/passwd", "-", "ftp://x/", "javascript:x", ""]
)
def test_a_followed_source_is_never_a_file(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    (tmp_path / "secret.txt").write_text("The secret of this machine.")
    monkeypatch.chdir(tmp_path)
    change(path, "UPDATE followed SET url = ?", address)
    ended = run(path, "update")
    assert (ended.code, ended.err.count(b"\n")) == (2, 1) and b"no address of the web" in ended.err
    assert b"secret" not in run(path, "list", "-n", "0", "--format", "jsonl").out


def test_nothing_is_written_but_the_corpus_and_the_cache(path: Path, shelf: Shelf, tmp_path: Path) -> None:
    evil = "../../evil"
    for table, column in (
        *(("version", name) for name in ("file_name", "origin", "external_id", "charset", "extractor", "cleaner")),
        ("rule", "origin"), ("followed", "name"), ("fetch", "source"), ("walk", "name"),
    ):  # fmt: skip
        change(path, f"UPDATE OR IGNORE {table} SET {column} = ?", evil)
    for commands in (READING, CHANGING):
        for line in lines(commands, all_formats=False):
            if line[0] not in ("open", "update", "export", "repair", "restore"):
                values = shelf.values | {"file": tmp_path / "theirs" / "text.txt"}
                run(path, *filled(line, values))
    run(path, "export", tmp_path / "cache" / "out.warc")
    assert {entry.name for entry in tmp_path.iterdir()} == {"theirs", "cache"}
    assert {entry.name for entry in path.parent.iterdir()} == {"corpus.db"}


def test_what_is_packed_may_not_unpack_to_more_than_it_says(path: Path, tmp_path: Path) -> None:
    import zstandard

    bomb = zstandard.ZstdCompressor().compress(bytes(400_000_000))
    for size in (10, 400_000_000, 2**62, -1):
        change(path, "UPDATE payload SET bytes = ?, size = ?", bomb, size)
        assert refused(run(path, "export", tmp_path / "out.warc"), "payload")
        assert not (tmp_path / "out.warc").exists()


def test_spans_cannot_make_a_text_longer_than_it_is(path: Path, shelf: Shelf) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("SELECT max(id) FROM version").fetchone()
        connection.execute("UPDATE version SET raw_text = raw_text || ? WHERE id = ?", ("x" * 200_000, version))
        rows = ((version, number, 0, "x", "x") for number in range(10, 20_000))
        connection.executemany(
            "INSERT OR IGNORE INTO cut (version, start, end, kind, rule) VALUES (?, ?, ?, ?, ?)", rows
        )
        connection.commit()
    for arguments in (["show", "--raw"], ["show", "--removed"], ["diff"], ["history"]):
        assert refused(run(path, *arguments, str(shelf.values["id"])), "span")
    assert refused(run(path, "search", "rice"), "span")
    assert refused(run(path, "reclean", "--jobs", "1"), "span")


@pytest.mark.parametrize("value", [1.5, 7, b"x", "x", "A" * 32])
def test_an_article_has_an_id(template: Template, tmp_path: Path, value: object) -> None:
    (tmp_path / "theirs").mkdir()
    path = Path(shutil.copy(template.loose, tmp_path / "theirs" / "corpus.db"))
    change(path, "UPDATE OR IGNORE article SET id = ? WHERE id = ?", value, template.values["id"])
    with closing(sqlite3.connect(path)) as connection:
        rewrite(connection, template.schema)
    assert refused(run(path, "search", "rice"), "damaged")


SLOW = """[[rule]]
id = "own.tail"
kind = "notice"
zone = "line"
contains = ["rice"]
pattern = '{pattern}'
cut = ["{cut}"]
keep = ["{keep}"]
"""


def test_the_rules_of_a_corpus_cannot_keep_anybody_waiting(path: Path, shelf: Shelf) -> None:
    optional = SLOW.format(pattern="rice(?:a?){40}a{40}", cut=f"rice{'a' * 40}", keep="x")
    slow = SLOW.format(pattern=f"rice{'.*' * 12}x", cut="ricex", keep=f"rice{'a' * 3_000}")
    deep = f"x = {'[' * 5_000}"
    for toml, code in ((optional, 2), (slow, 0), (deep, 2), ("x" * 2_000_000, 2)):
        change(path, "UPDATE rule SET toml = ?", toml)
        for arguments in (["rules"], ["rules", "--export"]):
            ended = run(path, *arguments)
            assert ended.code == code
            assert code == 0 or ended.err.count(b"\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        {"limit": -5},
        {"match": "no"},
        {"sort": ["x"]},
        {"since": 7},
        {"exact": "no"},
        {"unknown": 1},
        {"ids": []},
        {"source": {}},
    ],
)
def test_a_saved_search_has_the_options_that_searches_have(path: Path, options: dict[str, object]) -> None:
    change(path, "UPDATE saved_search SET options = ?", json.dumps(options))
    ended = run(path, "new", "rice")
    assert (ended.code, ended.err.count(b"\n")) == (2, 1)
    assert run(path, "searches").code == 0


def test_statistics_that_lie_do_not_make_a_search_hang(path: Path) -> None:
    """The planner takes them for true."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
        connection.execute("UPDATE sqlite_stat1 SET stat = '9223372036854775807 1 1 1' WHERE idx LIKE 'version%'")
        connection.execute("UPDATE sqlite_stat1 SET stat = 'unordered noskipscan sz=0 x' WHERE idx NOT LIKE 'version%'")
        connection.execute("INSERT INTO sqlite_stat1 VALUES (x'ff', x'00', 7)")
        connection.commit()
    assert run(path, "search", "rice").code == 0
    assert run(path, "stats").code == 0


def test_an_index_from_elsewhere_is_not_opened(path: Path) -> None:
    """Whoosh unpickles what it opens."""
    run(path, "search", "rice")
    (made,) = (path.parent.parent / "cache" / "index").iterdir()
    for name in ("index", "corpus.db.index", f"index/{made.name}"):
        shutil.copytree(made, path.parent / name, dirs_exist_ok=True)
    before = {entry: entry.stat().st_atime_ns for entry in path.parent.rglob("*.seg")}
    shutil.rmtree(path.parent.parent / "cache")
    assert run(path, "search", "rice").code == 0
    assert {entry: entry.stat().st_atime_ns for entry in path.parent.rglob("*.seg")} == before


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (None, "-x"),
        (None, "x" * 5_000),
        (None, "$(touch evil)"),
        (None, "; touch evil"),
        ("javascript:alert(1)", "x"),
        ("file:///etc/passwd", "x"),
        ("-x", "--help"),
        (None, "program.exe"),
        (None, "script.sh"),
        (None, "starter.desktop"),
    ],
)
def test_open_hands_only_addresses_and_documents_to_a_browser(
    path: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, origin: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("program.exe", "script.sh", "starter.desktop"):
        (tmp_path / name).write_text("#!/bin/sh\ntouch evil\n")
    change(path, "UPDATE version SET url = ?, origin = ?", url, origin)
    monkeypatch.setattr("webbrowser.open", lambda address: pytest.fail(f"opened {address}"))
    ended = run(path, "open", str(shelf.values["id"]))
    assert (ended.code, ended.err.count(b"\n")) == (2, 1), ended.err
