"""`backup`, `restore`, `export --format jsonl`, `import` and `merge` as a user runs them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from nkcorpus.checking import check
from nkcorpus.store import storable
from nkcorpus.undump import Dump
from tests.cli.support import PROGRAM, Run, environment, one_line
from tests.sources.warcs import page
from tests.web.server import Reply, Server
from tests.web.sites import QUICK
from tests.wholes import NASTY, captures, open_store

REPORT_KEYS = (
    "schema new joined unchanged skipped failed versions added followed rules conflicts failures export_hash"
).split()


@pytest.fixture
def corpus(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "c.db"))


def export_hash(path: Path) -> str:
    with open_store(path) as store:
        report = check(store)
        assert not report.problems
        return store.export_hash()


def is_at_rest(path: Path) -> bool:
    """Tell whether a corpus is one file, in journal mode DELETE (SQLite file format, 1.3)."""
    sides = [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    return path.read_bytes()[18:20] == b"\1\1" and not any(side.exists() for side in sides)


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()} - {".cache", ".config", ".local"}


def test_backup_and_restore(inside: Run, corpus: Path, tmp_path: Path) -> None:
    before = export_hash(corpus)
    done = inside("-C", corpus, "backup", "b.db")
    assert (done.code, done.out, one_line(done)) == (0, "", "b.db: written and checked")
    assert is_at_rest(tmp_path / "b.db")
    assert is_at_rest(corpus)
    assert export_hash(tmp_path / "b.db") == before
    inside("-C", corpus, "remove", "--yes", inside("-C", corpus, "list", "-n", "1", "--format", "ids").out.strip())
    after = export_hash(corpus)
    declined = inside("-C", corpus, "restore", "b.db", stdin="n\n")
    assert (declined.code, export_hash(corpus)) == (1, after)
    restored = inside("-C", corpus, "restore", "b.db", "--yes")
    assert restored.code == 0
    assert f"{corpus}: what was there is now {corpus}.before-restore-1" in restored.err
    assert export_hash(corpus) == before
    assert export_hash(tmp_path / "c.db.before-restore-1") == after
    assert is_at_rest(corpus)
    assert inside("-C", corpus, "search", "rice", "--count").code == 0
    assert inside("-C", corpus, "restore", "b.db", "--yes").err.count("before-restore-2") == 1
    assert inside("-C", "new.db", "restore", "b.db").code == 0
    assert export_hash(tmp_path / "new.db") == before
    assert names_in(tmp_path) == {
        "b.db", "c.db", "new.db", "c.db.before-restore-1", "c.db.before-restore-2"
    }  # fmt: skip


def test_a_backup_replaces_nothing_unasked_and_is_whole_or_not_there(inside: Run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")
    refused = inside("-C", corpus, "backup", "mine.db")
    assert (refused.code, "--force" in one_line(refused)) == (2, True)
    assert (tmp_path / "mine.db").read_text() == "mine"
    for name, said in (
        (".", "folder"),
        ("none/x.db", "none/x.db"),
        ("c.db", "the corpus itself"),
        (os.devnull, "no file"),
    ):
        outcome = inside("-C", corpus, "backup", name, "--force")
        assert (outcome.code, said in one_line(outcome)) == (2, True)
    (tmp_path / "link.db").symlink_to(corpus)
    assert inside("-C", corpus, "backup", "link.db", "--force").code == 2
    assert inside("-C", corpus, "backup", "mine.db", "--force").code == 0
    assert export_hash(tmp_path / "mine.db") == export_hash(corpus)
    with contextlib.closing(sqlite3.connect(corpus)) as connection, connection:
        connection.execute("UPDATE version SET title = 'forged' WHERE id = 3")
    damaged = inside("-C", corpus, "backup", "damaged.db")
    assert (damaged.code, "would not be whole" in one_line(damaged)) == (3, True)
    assert inside("-C", "none.db", "backup", "x.db").code == 3
    assert names_in(tmp_path) == {"c.db", "mine.db", "link.db"}


def test_what_is_damaged_or_no_corpus_is_not_restored(inside: Run, corpus: Path, filled: Path, tmp_path: Path) -> None:
    before = export_hash(corpus)
    bad = Path(shutil.copy(filled, tmp_path / "bad.db"))
    with contextlib.closing(sqlite3.connect(bad)) as connection, connection:
        connection.execute("UPDATE version SET raw_text = 'forged' WHERE id = 3")
    (tmp_path / "text.db").write_text("no corpus")
    (tmp_path / "short.db").write_bytes(filled.read_bytes()[:9000])
    for name in ("bad.db", "text.db", "short.db", "none.db", "."):
        outcome = inside("-C", corpus, "restore", name, "--yes")
        assert (outcome.code, name == "." or name in one_line(outcome)) == (3, True)
        assert export_hash(corpus) == before
    assert "'nkcorpus repair'" in one_line(inside("-C", corpus, "restore", "bad.db", "--yes"))
    assert inside("-C", corpus, "restore", "c.db", "--yes").code == 2
    assert names_in(tmp_path) == {"c.db", "bad.db", "text.db", "short.db"}


@pytest.mark.parametrize("content", [b"no corpus at all" * 500, b"SQLite format 3\0" + b"\xff" * 4096, b""], ids=len)
def test_what_cannot_be_read_gives_way_and_is_kept(inside: Run, filled: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.db").write_bytes(content)
    (tmp_path / "c.db-wal").write_bytes(b"stale")
    outcome = inside("-C", "c.db", "restore", filled, "--yes")
    assert outcome.code == 0
    assert export_hash(tmp_path / "c.db") == export_hash(filled)
    assert is_at_rest(tmp_path / "c.db")
    if content:
        assert (tmp_path / "c.db.before-restore-1").read_bytes() == content


def test_an_older_backup_is_restored_and_stays_as_it_is(inside: Run, filled: Path, tmp_path: Path) -> None:
    old = Path(shutil.copy(filled, tmp_path / "old.db"))
    with contextlib.closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("DROP INDEX article_removed")
        connection.execute("DROP TABLE article_count")
        connection.execute("DROP TABLE cut_count")
        connection.execute("DROP TABLE quarantine_value")
        connection.execute("DROP TABLE quarantine")
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%, seal INTEGER%'"
        ).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP COLUMN seal")
        connection.execute("ALTER TABLE version DROP COLUMN row_sha256")
        connection.execute("CREATE INDEX version_counts ON version (article, number, words, source, date)")
        connection.execute("PRAGMA user_version = 12")
    before = old.read_bytes()
    assert inside("-C", "c.db", "restore", "old.db").code == 0
    assert (
        inside("-C", "m.db", "import", "-", stdin=inside("-C", "c.db", "export", "-", "--format", "jsonl").out).code
        == 0
    )
    assert inside("-C", "m.db", "merge", "old.db").code == 0
    assert old.read_bytes() == before
    assert export_hash(tmp_path / "c.db") == export_hash(tmp_path / "m.db") == export_hash(filled)


def test_a_corpus_on_read_only_media_is_backed_up_and_exported(inside: Run, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "medium"
    folder.mkdir()
    there = Path(shutil.move(corpus, folder / "c.db"))
    there.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert inside("-C", there, "backup", "b.db").code == 0
        assert inside("-C", there, "export", "all.jsonl").code == 0
    finally:
        folder.chmod(0o700)
    assert export_hash(tmp_path / "b.db") == export_hash(there)


def test_there_and_back_it_is_the_same_corpus(inside: Run, corpus: Path, tmp_path: Path) -> None:
    before = export_hash(corpus)
    written = inside("-C", corpus, "export", "all.jsonl")
    assert (written.code, before in one_line(written)) == (0, True)
    for name in ("all.jsonl.gz", "all.jsonl.zst"):
        assert inside("-C", corpus, "export", name).code == 0
    assert inside("-C", corpus, "export", "x.txt", "--format", "jsonl").code == 0
    to_stdout = inside("-C", corpus, "export", "-", "--format", "jsonl")
    assert to_stdout.out == (tmp_path / "all.jsonl").read_text() == (tmp_path / "x.txt").read_text()
    assert to_stdout.out.isascii()
    assert "\x7f" not in to_stdout.out
    notes = [json.loads(line)["note"]["text"] for line in to_stdout.lines if '"type":"note"' in line]
    assert f"A note.\n{storable(NASTY)}" in notes
    assert (tmp_path / "all.jsonl.gz").stat().st_size < len(to_stdout.out) / 2
    for name in ("all.jsonl.gz", "all.jsonl.zst"):
        with (tmp_path / name).open("rb") as file:
            assert Dump(file, name).header.is_whole
    taken = inside("-C", "0.db", "import", "-", "--format", "json", stdin=to_stdout.out)
    assert taken.code == 0
    assert list(taken.json) == REPORT_KEYS
    assert taken.json["export_hash"] == before == export_hash(tmp_path / "0.db")
    assert (taken.json["new"], taken.json["unchanged"]) == (json.loads(to_stdout.lines[-1])["articles"], 0)
    again = inside("-C", "0.db", "import", "all.jsonl", "all.jsonl.gz", "all.jsonl.zst", "--format", "json").json
    assert (again["new"], again["added"], again["export_hash"]) == (0, {}, before)
    assert "asks https://river.example/feed from now on" in taken.err
    hits = [inside("-C", name, "list", "-n", "0", "--format", "jsonl").objects for name in (corpus, "0.db")]
    ranked = [sorted((hit | {"rank": 0} for hit in each), key=lambda hit: str(hit["id"])) for each in hits]
    assert ranked[0] == ranked[1]  # those without a date are in the order in which they were stored
    ids = inside("-C", corpus, "list", "-n", "0", "--format", "ids").lines
    first, second = (inside("-C", name, "show", *ids, "--format", "json").out for name in (corpus, "0.db"))
    assert first == second
    assert (
        inside("-C", "0.db", "fetches", "--format", "json").out
        == inside("-C", corpus, "fetches", "--format", "json").out
    )


def test_an_import_names_what_it_leaves_out(inside: Run, corpus: Path, tmp_path: Path) -> None:
    inside("-C", corpus, "export", "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if '"type":"version"' in line)
    forged = json.loads(lines[place])
    forged["document"]["title"] = "Forged"
    lines[place] = json.dumps(forged)
    (tmp_path / "forged.jsonl").write_text("\n".join([*lines[:-1], "\x1b]52;c;AAAA\x07", lines[-1]]))
    outcome = inside("-C", "n.db", "import", "forged.jsonl", "--format", "json")
    assert (outcome.code, outcome.json["failed"]) == (1, 2)
    assert f"forged.jsonl: version 1 of {forged['article_id']}: 'content_sha256' is not the digest" in outcome.err
    assert f"forged.jsonl: line {len(lines)}: is no JSON" in outcome.err
    assert "\x1b" not in outcome.err
    assert outcome.json["new"] == json.loads(lines[-1])["articles"] - 1
    rest = inside("-C", "n.db", "import", "all.jsonl", "--format", "json")
    assert (rest.code, rest.json["new"], rest.json["export_hash"]) == (0, 1, export_hash(corpus))


def test_what_is_no_export_is_refused_before_anything_is_taken(inside: Run, corpus: Path, tmp_path: Path) -> None:
    inside("-C", corpus, "export", "all.jsonl")
    (tmp_path / "news.jsonl").write_text('{"title": "x", "text": "y"}\n')
    for name, said in (
        ("news.jsonl", "is no export"),
        ("none.jsonl", "no such file"),
        (".", "is no file"),
        (corpus, "is no export"),
    ):
        outcome = inside("-C", "n.db", "import", "all.jsonl", name)
        assert (outcome.code, said in one_line(outcome)) == (2, True)
    assert not (tmp_path / "n.db").exists()
    later = (tmp_path / "all.jsonl").read_text().replace('"format_version":1', '"format_version":9', 1)
    assert inside("-C", "n.db", "import", "-", stdin=later).code == 3


def test_merging_both_ways_gives_the_same(inside: Run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "captures.warc").write_bytes(captures("river", 4))
    (tmp_path / "more" / "salt.md").write_text("# Salt\n\nSalt was dear in Wonsan.\n")
    inside("-C", "o.db", "ingest", "more")
    other = tmp_path / "o.db"
    other_bytes = other.read_bytes()
    both = Path(shutil.copy(other, tmp_path / "o2.db"))
    report = inside("-C", corpus, "merge", other, "--format", "json")
    assert (report.code, list(report.json)) == (0, REPORT_KEYS)
    assert report.json["new"] == 3
    assert other.read_bytes() == other_bytes
    assert inside("-C", both, "merge", tmp_path / "c.db").code == 0
    again = inside("-C", corpus, "merge", other, both, "--format", "json").json
    assert (again["new"], again["joined"], again["versions"], again["added"]) == (0, 0, 0, {})
    assert export_hash(corpus) == again["export_hash"]
    assert (
        inside("-C", corpus, "search", "salt", "wonsan", "--count").out
        == inside("-C", both, "search", "salt", "wonsan", "--count").out
    )
    itself = inside("-C", corpus, "merge", corpus)
    assert (itself.code, "the corpus itself" in one_line(itself)) == (2, True)
    for bad in ("none.db", tmp_path / "more" / "salt.md"):
        before = export_hash(corpus)
        assert inside("-C", corpus, "merge", other, bad).code == 3
        assert export_hash(corpus) == before
    assert inside("-C", "none.db", "merge", corpus).code == 3
    with contextlib.closing(sqlite3.connect(both)) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert inside("-C", corpus, "merge", both).code == 3


def test_the_pipe_may_be_closed(tmp_path: Path, corpus: Path) -> None:
    command = (
        f"{' '.join(PROGRAM)} -C {corpus} export - --format jsonl | head -c 100 > /dev/null; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("0", "")
    assert is_at_rest(corpus)


def test_what_repair_put_into_quarantine_comes_back_from_a_backup(inside: Run, corpus: Path, tmp_path: Path) -> None:
    before = export_hash(corpus)
    inside("-C", corpus, "backup", "b.db")
    with contextlib.closing(sqlite3.connect(corpus)) as connection, connection:
        connection.execute("UPDATE version SET raw_text = 'forged', title = 'forged' WHERE id IN (5, 6)")
        connection.execute(
            "UPDATE payload SET bytes = x'00' WHERE sha256 = (SELECT payload_sha256 FROM version WHERE id = 5)"
        )
    assert inside("-C", corpus, "repair", "--yes").code in (0, 1)
    assert inside("-C", corpus, "merge", "b.db").code == 0
    assert export_hash(corpus) == before


def test_what_came_from_the_web_comes_through(inside: Run, server: Server, tmp_path: Path) -> None:
    server.routes["/robots.txt"] = Reply(404)
    server.routes["/rice"] = Reply(body=page("Rice", "Rice rose in Hyesan last week, a trader said."))
    server.routes["/gone"] = Reply(404)
    assert inside("-C", "c.db", "ingest", server.url("/rice"), server.url("/gone"), env=QUICK).code == 1
    inside("-C", "c.db", "export", "c.jsonl")
    taken = inside("-C", "n.db", "import", "c.jsonl", "--format", "json").json
    assert (taken["new"], taken["added"], taken["failed"]) == (1, {"failure": 1, "fetch": 2}, 0)
    assert taken["export_hash"] == export_hash(tmp_path / "c.db") == export_hash(tmp_path / "n.db")
    fetches = [inside("-C", name, "fetches", "--format", "json").out for name in ("c.db", "n.db")]
    assert fetches[0] == fetches[1]
