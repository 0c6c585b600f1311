"""`list`, `show`, `remove`, `open`: articles one by one."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import (
    HIT_KEYS,
    LECTURE_BODY,
    LECTURE_FILE,
    LECTURE_TEXT,
    RECORDS,
    Outcome,
    Run,
    one_line,
    write_records,
)

OF_THE_SEARCH = ("rank", "score", "snippet", "matches", "snippets")
OF_THE_USER = ("user_tags", "notes")
ADDED_LAST = (*OF_THE_USER, "retrieval", "gone")
"""The last keys of an article."""
SHOW_KEYS = [key for key in HIT_KEYS if key not in OF_THE_SEARCH + OF_THE_USER] + (
    "text raw_text removed repairs versions retrieved_at ingested_at sha256"
).split()


@pytest.fixture
def on(inside: Run, library: Library) -> Run:
    """Run a command on the shared corpus, in this process."""

    def run_on(*args: str | Path, stdin: str | bytes | None = None) -> Outcome:
        return inside("-C", library.corpus, *args, stdin=stdin)

    return run_on  # type: ignore[return-value]


@pytest.mark.everywhere
def test_list(on: Run, library: Library) -> None:
    names = {article: name for name, article in library.ids.items()}
    newest = [names[line] for line in on("list", "--format", "ids").lines]
    assert newest[:4] == ["korean-1", "rice-2", "rice-1", "lecture-1"]
    assert set(newest[4:]) == {"formula-1", LECTURE_FILE}
    oldest = [names[line] for line in on("list", "--sort", "oldest", "--format", "ids", "-n", "4").lines]
    assert oldest == newest[:4][::-1]
    assert on("list", "--count").out == "6\n"
    assert on("list", "--count", "--source", "river post").out == "1\n"
    assert len(on("list", "-n", "2", "--offset", "5").lines) == 1
    for narrowing, count in ((("--since", "2020"), 3), (("--author", "invented"), 2), (("--lang", "ko"), 1)):
        assert len(on("list", *narrowing).lines) == count
    hit = on("list", "-n", "1", "--format", "jsonl").objects[0]
    assert list(hit) == HIT_KEYS
    assert (hit["rank"], hit["score"], hit["matches"]) == (1, None, [])
    assert on("list", "-0", "--format", "ids", "-n", "1").out.endswith("\0")
    assert [line.split("\t")[1] for line in on("list").lines] == [""] * 6


@pytest.mark.everywhere
def test_show_text_raw_and_removed(on: Run, library: Library) -> None:
    article = library.ids[LECTURE_FILE]
    shown = on("show", article)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.rstrip("\n") == LECTURE_BODY
    assert on("show", article, "--raw").out == LECTURE_TEXT
    cuts = [line.split("\t") for line in on("show", article, "--removed").lines]
    assert [cut[3].strip() for cut in cuts] == ["*Translated by Una Fictional", "Read in Korean"]
    for rule, kind, place, text in cuts:
        start, end = map(int, place.split("-"))
        assert text.strip() in LECTURE_TEXT[start:end]
        assert "." in rule
        assert kind
    explained = on("show", article, "--removed", "--format", "json").json
    assert [set(cut) >= {"start", "end", "text", "kind", "rule"} for cut in explained] == [True, True]


@pytest.mark.everywhere
def test_show_json_has_the_promised_keys_first_and_in_order(on: Run, library: Library) -> None:
    article = on("show", library.ids[LECTURE_FILE], "--format", "json").json
    assert list(article)[: len(SHOW_KEYS)] == SHOW_KEYS
    assert tuple(article)[-len(ADDED_LAST) :] == ADDED_LAST
    assert article["raw_text"] == LECTURE_TEXT
    assert article["translator"] == "Una Fictional"
    assert [list(cut) for cut in article["removed"]] == [["start", "end", "text", "kind", "rule"]] * 2
    for cut in article["removed"]:
        assert LECTURE_TEXT[cut["start"] : cut["end"]] == cut["text"]
    kept = list(LECTURE_TEXT)
    for cut in article["removed"]:
        kept[cut["start"] : cut["end"]] = [""] * (cut["end"] - cut["start"])
    assert "".join(kept) == article["text"]
    assert len(article["versions"]) == 1
    assert len(article["sha256"]) == 64


@pytest.mark.everywhere
def test_show_several_by_prefix_and_from_stdin(on: Run, library: Library) -> None:
    first, second = library.ids["rice-1"], library.ids["korean-1"]
    both = on("show", first[:12], second.upper(), "--format", "json")
    assert [article["id"] for article in both.objects] == [first, second]
    for separator in ("\n", "\0"):
        listed = separator.join([first, second]) + separator
        assert on("show", "-", "--format", "json", stdin=listed).out == both.out
    assert "장마당에서" in on("show", first, second).out
    markdown = on("show", first, "--format", "markdown").out
    assert markdown.startswith("# Rice prices rise in Sinuiju\n")
    page = on("show", library.ids["lecture-1"], "--format", "html").out
    assert "<" in page
    assert "\x1b" not in page
    nothing = on("show", "-", stdin="\n")
    assert nothing.code == 2
    one_line(nothing)


def test_ambiguous_and_unknown_ids(run: Run, inside: Run, tmp_path: Path) -> None:
    # Among 300 articles with 1,300 a digit pair apart there is no telling; a prefix of 4 digits repeats in 2,000.
    write_records(tmp_path / "many.jsonl", [{"id": f"m{n}", "text": f"Trader {n} spoke."} for n in range(1500)])
    assert run("-C", "m.db", "ingest", "many.jsonl").code == 0
    ids = inside("-C", "m.db", "list", "-n", "0", "--format", "ids").lines
    prefixes = [article[:4] for article in ids]
    repeated = next(prefix for prefix in prefixes if prefixes.count(prefix) > 1)
    single = next(article for article in ids if prefixes.count(article[:4]) == 1)
    ambiguous = inside("-C", "m.db", "show", repeated)
    assert (ambiguous.code, ambiguous.out) == (2, "")
    assert "several" in one_line(ambiguous)
    assert inside("-C", "m.db", "show", single[:4], "--format", "json").json["id"] == single
    for unknown in (single[:31] + ("0" if single[31] != "0" else "1"), single[:3], single + "0", "lecture", ""):
        refused = inside("-C", "m.db", "show", unknown)
        assert (refused.code, refused.out) == (2, "")
        one_line(refused)


def test_remove_and_force(inside: Run, copy: Path, library: Library) -> None:
    article = library.ids["rice-1"]
    removed = inside("-C", copy, "remove", article[:10], "--yes")
    assert (removed.code, removed.out, removed.err) == (0, "", "nkcorpus: removed 1\n")
    assert inside("-C", copy, "show", article).code == 2
    assert inside("-C", copy, "search", "sinuiju", "--format", "ids").lines == [library.ids["rice-2"]]
    assert inside("-C", copy, "list", "--count").out == "5\n"
    records = library.inputs / "news.jsonl"
    again = inside("-C", copy, "ingest", records, "--format", "json").json
    assert (again["new"], again["skipped"], again["unchanged"]) == (0, 1, 4)
    forced = inside("-C", copy, "ingest", records, "--force", "--format", "json").json
    assert (forced["new"], forced["skipped"], forced["unchanged"]) == (1, 0, 4)
    assert inside("-C", copy, "show", article).code == 0


def test_remove_asks(inside: Run, copy: Path, library: Library) -> None:
    article = library.ids["lecture-1"]
    declined = inside("-C", copy, "remove", article, stdin="n\n")
    assert (declined.code, declined.out) == (1, "")
    assert article[:12] in declined.err
    assert "\x1b" not in declined.err
    assert inside("-C", copy, "remove", article, stdin="").code == 1
    unasked = inside("-C", copy, "remove", "-", stdin=f"{article}\n")
    assert unasked.code == 2
    assert "--yes" in one_line(unasked)
    assert inside("-C", copy, "show", article).code == 0
    agreed = inside("-C", copy, "remove", article, library.ids["rice-2"], stdin="y\n")
    assert (agreed.code, agreed.out) == (0, "")
    assert "these 2 articles" in agreed.err
    assert inside("-C", copy, "list", "--count").out == "4\n"
    piped = inside(
        "-C", copy, "remove", "-", "--yes", stdin="\0".join([library.ids["rice-1"], library.ids["korean-1"]])
    )
    assert piped.err == "nkcorpus: removed 2\n"


def test_one_unknown_id_removes_nothing(inside: Run, copy: Path, library: Library) -> None:
    assert inside("-C", copy, "remove", library.ids["rice-1"], "0000", "--yes").code == 2
    assert inside("-C", copy, "list", "--count").out == "6\n"


def test_open_hands_the_address_or_the_file_to_the_browser(run: Run, library: Library, tmp_path: Path) -> None:
    browser, log = tmp_path / "browser", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{log}"\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    for name in ("rice-1", LECTURE_FILE):
        opened = run("-C", library.corpus, "open", library.ids[name], env={"BROWSER": str(browser)})
        assert (opened.code, opened.out) == (0, ""), opened
    assert log.read_text().splitlines() == [
        "https://river-post.example/rice",
        (library.inputs / LECTURE_FILE).resolve().as_uri(),
    ]


def test_open_without_a_browser_or_a_file(run: Run, tmp_path: Path) -> None:
    write_records(tmp_path / "a.jsonl", [{"id": "a", "text": "A story.", "url": "javascript:alert(1)"}])
    assert run("-C", "c.db", "ingest", "a.jsonl").code == 0
    (tmp_path / "a.jsonl").unlink()
    article = run("-C", "c.db", "list", "--format", "ids").lines[0]
    outcome = run("-C", "c.db", "open", article, env={"BROWSER": "true"})
    assert (outcome.code, outcome.out) == (2, "")
    assert "a.jsonl" in one_line(outcome)


def test_a_new_text_under_a_known_address_is_a_new_version(
    inside: Run, copy: Path, library: Library, tmp_path: Path
) -> None:
    changed = dict(RECORDS[1], text="Rice prices fell in Sinuiju this week.")
    write_records(tmp_path / "later.jsonl", [changed])
    report = inside("-C", copy, "ingest", "later.jsonl", "--format", "json").json
    assert (report["new"], report["updated"]) == (0, 1)
    shown = inside("-C", copy, "show", library.ids["rice-1"], "--format", "json").json
    assert shown["text"] == changed["text"]
    assert [version["number"] for version in shown["versions"]] == [1, 2]
    assert json.dumps(shown)


def test_a_dateline_gives_place_and_source_and_can_be_kept(inside: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("SEOUL, Jan. 3 (UPI) -- A patrol boat ran aground.\n", "utf-8")
    cut = json.loads(inside("clean", report, "--format", "jsonl").out)
    assert (cut["text"], cut["place"], cut["source"], cut["date"]) == (
        "A patrol boat ran aground.\n",
        "SEOUL",
        "UPI",
        None,
    )
    kept = inside("clean", report, "--keep", "dateline")
    assert kept.out == report.read_text("utf-8")
    corpus = tmp_path / "dated.db"
    assert inside("-C", corpus, "ingest", report).code == 0
    (article,) = inside("-C", corpus, "list", "--format", "ids").out.split()
    assert json.loads(inside("-C", corpus, "show", article, "--format", "json").out)["place"] == "SEOUL"
