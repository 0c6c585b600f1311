"""`follow` and `fetches`, and what `show` and `history` tell of a page that is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.model import Attempt
from nkcorpus.store.sqlite import SqliteStore
from tests.cli.support import RECORDS, Outcome, Run, one_line, write_records
from tests.sources.warcs import HTML, page, warc

URL = "https://river-post.example/rice"
FEED = "https://river-post.example/feed"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus whose journal has an address in each state."""
    folder = tmp_path_factory.mktemp("fetches")
    path = folder / "c.db"
    with Corpus.open(path, cache_dir=folder / "cache") as corpus:
        corpus.ingest([write_records(folder / "news.jsonl", RECORDS)])
        corpus.follows.add(FEED, "river", {"as": "feed"})
    store = SqliteStore(path, "nkcorpus/test")
    with store.writing([]) as writer:
        journal = writer.journal
        journal.queue(["https://river-post.example/1", "https://river-post.example/2"], "river")
        journal.record(Attempt(FEED, "river", "done", 200, etag='"1"', validated_url=FEED))
        journal.record(Attempt("https://x.example/", "x", "failed", None, "no such host; check the address"))
        later = Attempt("https://y.example/", "x", "pending", 503, "busy", retry_at="2099-06-13T09:30:00Z")
        journal.record(later)
        journal.record(Attempt(URL, "river", "gone", 410, "the page is gone"))
        writer.commit()
    store.close()
    return path


@pytest.fixture
def on(inside: Run, filled: Path, tmp_path: Path) -> Run:
    """Run a command on a copy of it, in this process."""
    path = shutil.copy(filled, tmp_path / "c.db")

    def run_on(*args: str | Path, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Outcome:
        return inside("-C", path, *args, stdin=stdin, env=env)

    return run_on  # type: ignore[return-value]


def test_the_journal_in_every_format(on: Run) -> None:
    outcome = on("fetches", "--format", "json")
    assert one_line(outcome) == "1 done, 1 failed, 1 gone, 3 pending"
    assert outcome.json["counts"] == {"done": 1, "failed": 1, "gone": 1, "pending": 3}
    entries = outcome.json["fetches"]
    assert len(entries) == 6
    by_url = {entry["url"]: entry for entry in entries}
    assert (by_url[FEED]["etag"], by_url[FEED]["validated_url"], by_url[FEED]["tries"]) == ('"1"', FEED, 1)
    assert by_url["https://x.example/"]["error"] == "no such host; check the address"
    assert on("fetches", "--format", "jsonl").objects == entries
    lines = [line.split("\t") for line in on("fetches").lines]
    assert [line[:2] for line in lines] == [[entry["state"], entry["url"]] for entry in entries]
    header, *rows = on("fetches", "--format", "tsv").lines
    assert [row.split("\t") for row in rows] == lines
    assert on("fetches", "--format", "csv").lines[0] == header.replace("\t", ",")
    table = on("fetches", "--format", "table", env={"COLUMNS": "200"}).out
    assert "busy; not before 2099-06-13 09:30" in table


def test_only_what_is_asked_for_is_shown(on: Run) -> None:
    failed = on("fetches", "--state", "failed")
    assert [line.split("\t")[1] for line in failed.lines] == ["https://x.example/"]
    river = on("fetches", "--source", "river", "--state", "pending", "--format", "json").json
    assert [entry["url"][-1] for entry in river["fetches"]] == ["2", "1"]
    assert river["counts"] == {"done": 1, "gone": 1, "pending": 2}
    assert len(on("fetches", "-n", "2").lines) == 2
    assert len(on("fetches", "-n", "0").lines) == 6


def test_an_empty_journal_says_so(inside: Run, copy: Path) -> None:
    outcome = inside("-C", copy, "fetches")
    assert (outcome.code, outcome.out) == (0, "")
    assert one_line(outcome).startswith("no fetches")
    assert inside("-C", "none.db", "fetches").code == 3


def test_a_page_that_is_gone_is_told_and_its_article_stays(on: Run, filled: Path) -> None:
    by_url = {article["url"]: article for article in on("list", "--format", "jsonl").objects}
    hit = by_url[URL]
    shown = on("show", hit["id"], "--format", "json").json
    assert shown["gone"]["status"] == 410
    assert shown["text"].startswith("Rice prices rose")
    assert "found gone from its address on" in on("show", hit["id"], "--format", "markdown").out
    history = on("history", hit["id"], "--format", "json")
    assert history.json["gone"] == shown["gone"]
    assert "(410)" in one_line(history)
    assert on("show", by_url["https://gazette.example/2019/lecture"]["id"], "--format", "json").json["gone"] is None


def test_a_page_from_a_web_archive_settles_what_failed(on: Run, tmp_path: Path) -> None:
    captures = [
        (f"https://{host}.example/", "2019-06-13T00:00:00Z", "200 OK", [("Content-Type", HTML)], body)
        for host, body in (("x", page("Salt", "Salt was dear in Wonsan, a trader said.")), ("y", b"<html></html>"))
    ]
    (tmp_path / "x.warc.gz").write_bytes(warc(captures))
    assert on("ingest", tmp_path / "x.warc.gz").code == 1
    by_url = {entry["url"]: entry for entry in on("fetches", "--format", "jsonl").objects}
    done, failed = by_url["https://x.example/"], by_url["https://y.example/"]
    assert (done["state"], done["error"]) == ("done", None)
    assert on("show", done["article_id"], "--format", "json").json["title"] == "Salt"
    assert (failed["state"], failed["article_id"], failed["retry_at"]) == ("failed", None, None)
    assert failed["error"]


def test_sources_in_the_life_of_a_corpus(on: Run) -> None:
    added = on("follow", "add", "https://www.border.example/feed#top")
    assert one_line(added) == "following border.example"
    assert on("follow", "list").lines[0].split("\t") == ["border.example", "https://www.border.example/feed", "", ""]
    sources = on("follow", "list", "--format", "json").json["sources"]
    assert [(each["name"], each["options"]) for each in sources] == [("border.example", {}), ("river", {"as": "feed"})]
    assert on("follow", "list", "--format", "jsonl").objects == sources
    assert FEED in on("follow", "list", "--format", "table", env={"COLUMNS": "120"}).out
    assert on("follow", "remove", "river").code == 0
    assert on("fetches", "--format", "json").json["counts"] == {"done": 1, "failed": 1, "gone": 1, "pending": 1}
    assert on("follow", "remove", "border.example").code == 0
    empty = on("follow", "list")
    assert (empty.code, empty.out) == (0, "")
    assert "follow add" in one_line(empty)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", FEED), "as 'river'"),
        (("add", FEED, "--name", "other"), "as 'river'"),
        (("add", "https://other.example/", "--name", "river"), "another --name"),
        (("add", "ftp://x.example/"), "http://"),
        (("add", "file:///etc/passwd"), "http://"),
        (("add", "x.example"), "http://"),
        (("add", "https://x.example/a b"), "http://"),
        (("add", "https://me:secret@x.example/feed"), "user name"),
        (("add", "https://x.example/", "--name", " "), "empty"),
        (("add", "https://x.example/", "--name", "x" * 101), "101"),
        (("add",), "URL"),
        (("remove",), "NAME"),
        (("remove", "nobody"), "'nobody'"),
        (("list", "x"), "no URL"),
        (("update",), "update"),
    ],
)
def test_what_cannot_be_followed(on: Run, arguments: tuple[str, ...], said: str) -> None:
    outcome = on("follow", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in one_line(outcome)
    assert "secret" not in outcome.err


def test_from_python(filled: Path, tmp_path: Path) -> None:
    with Corpus.open(shutil.copy(filled, tmp_path / "c.db")) as corpus:
        assert corpus.follows.get(" river ").url == FEED
        fetches = corpus.follows.fetches(state="pending", limit=1)
        assert (len(fetches.entries), fetches.total) == (1, 6)
