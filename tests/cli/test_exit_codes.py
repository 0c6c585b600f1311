"""The table of exit codes, row by row, and that every failure is one line."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from nkcorpus.cli.app import COMMANDS
from tests.cli.conftest import Library
from tests.cli.support import Run, one_line


def test_0_done_and_1_no_hit(ask: Run) -> None:
    assert ask("search", "lecture").code == 0
    nothing = ask("search", "zeppelin")
    assert (nothing.code, nothing.out) == (1, "")
    assert "zeppelin" in one_line(nothing)
    assert ask("search", "zeppelin", "--format", "json").json["total"] == 0
    assert ask("list", "--since", "2099").code == 0


def test_1_when_no_query_of_a_file_has_a_hit(ask: Run) -> None:
    assert ask("search", "--queries", "-", stdin="zeppelin\nsubmarine\n").code == 1
    assert ask("search", "--queries", "-", stdin="zeppelin\nrice\n").code == 0


def test_1_when_some_inputs_failed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A market opened in Wonsan.")
    (tmp_path / "empty.txt").touch()
    ingested = run("-C", "c.db", "ingest", "good.txt", "empty.txt")
    assert ingested.code == 1
    assert "empty.txt: " in ingested.err
    cleaned = run("clean", "good.txt", "empty.txt")
    assert (cleaned.code, cleaned.out) == (1, "A market opened in Wonsan.\n")
    assert "empty.txt" in one_line(cleaned)
    assert run("clean", "good.txt").code == 0


def test_1_when_a_prompt_is_declined(run: Run, copy: Path, library: Library) -> None:
    declined = run("-C", copy, "remove", library.ids["rice-1"], stdin="n\n")
    assert declined.code == 1
    assert declined.out == ""
    assert run("-C", copy, "show", library.ids["rice-1"]).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "a", "--frobnicate"), "--frobnicate"),
        (("search", "a", "--limit", "many"), "--limit"),
        (("search", "a", "--limit", "-1"), "--limit"),
        (("search", "a", "--format", "yaml"), "--format"),
        (("search", "a", "--since", "some day"), "--since"),
        (("search", "a", "--until", "2020-13"), "--until"),
        (("search",), "empty"),
        (("search", "  "), "empty"),
        (("search", "a", "--any", "--all"), "--any"),
        (("search", "a", "--queries", "f"), "--queries"),
        (("search", "--queries", "nowhere.txt"), "nowhere.txt"),
        (("search", "--queries", "-", "--count"), "--count"),
        (("search", "--queries", "-", "--format", "table"), "table"),
        (("frobnicate",), "frobnicate"),
        (("show",), "ID"),
        (("show", "0123"), "0123"),
        (("show", "xyz"), "xyz"),
        (("show", "01"), "01"),
        (("search", "rice", "--explain-query", "--save", "x"), "--save"),
        (("search", "--queries", "-", "--save", "x"), "--save"),
        (("search", "rice", "--save", " "), "name"),
        (("search", "rice", "--save", "x" * 200), "200"),
        (("new", "nothing"), "nothing"),
        (("searches", "--remove", "nothing"), "nothing"),
        (("kwic",), "empty"),
        (("kwic", "rice", "--any", "--all"), "--all"),
        (("cite", "ffff"), "ffff"),
        (("cite", "ffff", "--style", "harvard"), "harvard"),
        (("tag", "ffff", "+x"), "ffff"),
        (("tag", "+x"), "id"),
        (("tag", "ffff", "+"), "tag"),
        (("tag", "ffff", "+x", "-X"), "x"),
        (("tag", "ffff", "+" + "x" * 101), "101"),
        (("tag", "ffff", "--frmat", "json"), "--frmat"),
        (("note", "ffff"), "ffff"),
        (("note", "ffff", "x", "--remove", "1"), "--remove"),
        (("remove", "ffff"), "ffff"),
        (("open", "ffff"), "ffff"),
        (("ingest",), "SOURCE"),
        (("ingest", "nowhere"), "nowhere"),
        (("ingest", "no", "where"), "where"),
        (("ingest", ".", "--map", "text"), "text"),
        (("ingest", ".", "--map", "colour=x"), "colour"),
        (("ingest", ".", "--jobs", "0"), "--jobs"),
        (("clean", "nowhere"), "nowhere"),
        (("clean", ".", "--keep", "everything"), "--keep"),
        (("completion", "tcsh"), "tcsh"),
    ],
)
def test_2_usage(inside: Run, library: Library, arguments: tuple[str, ...], said: str) -> None:
    outcome = inside("-C", library.corpus, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in one_line(outcome)


def test_2_missing_sources_create_no_corpus(run: Run, tmp_path: Path) -> None:
    assert run("-C", "c.db", "ingest", "nowhere").code == 2
    assert not (tmp_path / "c.db").exists()


@pytest.mark.parametrize(
    ("query", "caret"),
    [("rice (wheat", 5), ("rice)", 4), ("rice AND", 5), ("colour:red", 0), ("쌀값 (rice", 5)],
)
def test_2_bad_query_has_a_caret_under_the_fault(inside: Run, library: Library, query: str, caret: int) -> None:
    outcome = inside("-C", library.corpus, "search", query)
    assert (outcome.code, outcome.out) == (2, "")
    message, shown, marker = outcome.err.splitlines()
    assert message.startswith("nkcorpus: ")
    assert shown == f"  {query}"
    assert marker == " " * (2 + caret) + "^"


COMMANDS_ON_A_CORPUS = [
    ("search", "rice"),
    ("search", "--queries", "-"),
    ("kwic", "rice"),
    ("cite", "0123"),
    ("tag", "0123", "+x"),
    ("note", "0123", "x"),
    ("searches",),
    ("new", "x"),
    ("list",),
    ("show", "0123"),
    ("stats",),
    ("dupes",),
    ("open", "0123"),
    ("engine",),
    ("engine", "whoosh"),
    ("reindex",),
    ("remove", "0123", "--yes"),
]


@pytest.mark.parametrize("arguments", COMMANDS_ON_A_CORPUS, ids=" ".join)
def test_3_no_corpus(inside: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outcome = inside("-C", "none.db", *arguments, stdin="rice\n")
    assert (outcome.code, outcome.out) == (3, "")
    assert "none.db" in one_line(outcome)
    assert "ingest" in outcome.err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("kind", ["text", "folder", "sqlite", "newer", "truncated"])
def test_3_not_a_usable_corpus(run: Run, tmp_path: Path, copy: Path, kind: str) -> None:
    corpus = tmp_path / "odd.db"
    match kind:
        case "text":
            corpus.write_text("Dear diary,\n" * 200)
        case "folder":
            corpus.mkdir()
        case "sqlite":
            with sqlite3.connect(corpus) as connection:
                connection.execute("CREATE TABLE diary (entry TEXT)")
            connection.close()
        case "newer":
            corpus.write_bytes(copy.read_bytes())
            with sqlite3.connect(corpus) as connection:
                connection.execute("PRAGMA user_version = 9999")
            connection.close()
        case "truncated":
            corpus.write_bytes(copy.read_bytes()[:9000])
    before = None if corpus.is_dir() else corpus.read_bytes()
    (tmp_path / "a.txt").write_text("A market opened in Wonsan.")
    for arguments in (("search", "rice"), ("stats",), ("ingest", "a.txt")):
        outcome = run("-C", corpus, *arguments)
        assert (outcome.code, outcome.out) == (3, ""), outcome
        assert "odd.db" in one_line(outcome)
    if before is not None:
        assert corpus.read_bytes() == before


ARGUMENTS = {
    "ingest": ("a.txt",),
    "follow": ("add", "https://news.example/"),
    "search": ("rice",),
    "kwic": ("rice",),
    "note": ("abcd", "text"),
    "tag": ("abcd", "+seen"),
    "alias": ("list",),
    "new": ("rice",),
    "remove": ("abcd", "--yes"),
    "export": ("warc.gz",),
    "engine": ("whoosh",),
    "backup": ("backup.db",),
    "import": ("a.jsonl",),
    "merge": ("other.db",),
    "copy": ("copy.db", "d.db"),
}
"""What a command needs; ids by default."""
WITHOUT_CORPUS = {"clean", "completion", "restore", "repair"}
"""`restore` puts another file in its place; `repair` takes a number that is alone in being newer for damage."""


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - WITHOUT_CORPUS))
def test_3_a_newer_schema_is_refused_by_every_command(inside: Run, tmp_path: Path, copy: Path, command: str) -> None:
    assert inside("-C", copy, "export", "a.jsonl").code == 0
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    before = copy.read_bytes()
    (tmp_path / "a.txt").write_text("A market opened in Wonsan.")
    takes_id = command in ("similar", "show", "history", "diff", "open", "cite", "uncut")
    outcome = inside("-C", copy, command, *ARGUMENTS.get(command, ("abcd",) if takes_id else ()))
    assert (outcome.code, outcome.out) == (3, ""), outcome
    assert "update nkcorpus" in one_line(outcome)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob("copy.db*-*"))


def test_3_empty_file_is_told_and_ingest_takes_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "a.txt").write_text("A market opened in Wonsan.")
    outcome = run("-C", "empty.db", "search", "market")
    assert outcome.code == 3
    assert "empty.db" in one_line(outcome)
    assert run("-C", "empty.db", "ingest", "a.txt").code == 0
    assert run("-C", "empty.db", "search", "market").code == 0


def test_3_corpus_in_a_missing_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A market opened in Wonsan.")
    outcome = run("-C", "no/where/c.db", "ingest", "a.txt")
    assert (outcome.code, outcome.out) == (3, "")
    assert "no/where" in one_line(outcome)
    assert not (tmp_path / "no").exists()


def test_bare_program_shows_its_help_on_stderr(run: Run) -> None:
    outcome = run()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Usage: nkcorpus")
    assert len(outcome.err.splitlines()) > 15


def test_tracebacks_need_two_v(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no corpus")
    for flags in ((), ("-v",), ("-q",)):
        assert run(*flags, "-C", "text.db", "stats").code == 3
    with pytest.raises(AssertionError, match="NotACorpus"):
        run("-vv", "-C", "text.db", "stats")
