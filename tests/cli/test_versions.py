"""`history` and `diff`."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest

from nkcorpus import Corpus
from tests.cli.support import Outcome, Run, one_line, run_program, write_records
from tests.sources.warcs import HTML, page, warc

URL = "https://gazette.example/rice"
TEXTS = (
    "Rice rose in Hyesan.\n\nA kilogram cost KPW 5,150 on Monday.\n\nThe end.\n\n*Translated by Una Fictional\n",
    "Rice rose in Hyesan.\n\nA kilogram cost KPW 5,600 on Monday.\n\nThe end.\n\n*Translated by Una Fictional\n",
    "Rice rose in Hyesan.\n\nA kilogram cost KPW 5,600 on Monday.\n\nThe very end.\n\n*Translated by Ada Fictional\n",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a user whose corpus has an article in three versions, and one in one."""
    home = tmp_path_factory.mktemp("versions")
    for number, text in enumerate(TEXTS, 1):
        record = {"_id": "rice", "url": URL, "text": text, "title": f"Rice {number // 3}"}
        assert run_program(home, "-C", "c.db", "ingest", write_records(home / f"{number}.jsonl", [record])).code == 0
    single = {"_id": "corn", "title": "Corn", "text": "Corn fell."}
    assert run_program(home, "-C", "c.db", "ingest", write_records(home / "corn.jsonl", [single])).code == 0
    return home


@pytest.fixture
def ask(inside: Run, home: Path) -> Run:
    return functools.partial(inside, "-C", home / "c.db")


@pytest.fixture
def rice(home: Path) -> str:
    with Corpus.open(home / "c.db") as corpus:
        return next(hit.id for hit in corpus.newest() if hit.article.document.url)


@pytest.mark.everywhere
def test_the_history_in_every_format(ask: Run, rice: str) -> None:
    listed = ask("history", rice[:8], "--format", "json").json
    assert listed["id"] == rice
    versions = listed["versions"]
    assert [version["number"] for version in versions] == [1, 2, 3]
    assert [(version["words_added"], version["words_removed"]) for version in versions] == [
        (None, None),
        (1, 1),
        (1, 0),
    ]
    assert [Path(version["origin"]).name for version in versions] == ["1.jsonl", "2.jsonl", "3.jsonl"]
    assert [version["title"] for version in versions] == ["Rice 0", "Rice 0", "Rice 1"]
    shown = ask("show", rice, "--format", "json").json["versions"]
    assert [version["sha256"] for version in versions] == [version["sha256"] for version in shown]
    lines = [line.split("\t") for line in ask("history", rice).lines]
    assert [(line[0], line[4], line[5]) for line in lines] == [("1", "13", ""), ("2", "13", "1"), ("3", "14", "1")]
    assert [line["words"] for line in ask("history", rice, "--format", "jsonl").objects] == [13, 13, 14]
    header, *rows = ask("history", rice, "--format", "csv").lines
    assert (header.split(",")[0], len(rows)) == ("number", 3)
    assert ask("history", rice, "--format", "tsv").lines[0].split("\t") == header.split(",")
    assert "+1 -1" in ask("history", rice, "--format", "table").out


def test_the_last_change_as_a_unified_diff(ask: Run, rice: str) -> None:
    outcome = ask("diff", rice)
    title, translator, old, new, place, *lines = outcome.lines
    assert [title, translator] == ["title: Rice 0 -> Rice 1", "translator: Una Fictional -> Ada Fictional"]
    assert old.startswith(f"--- {rice[:12]} version 2 ")
    assert new.startswith(f"+++ {rice[:12]} version 3 ")
    assert place.startswith("@@ -")
    assert [line for line in lines if line[0] in "+-"] == ["-The end.", "+The very end."]
    assert one_line(outcome) == "1 word added, 0 removed"


@pytest.mark.everywhere
def test_versions_are_chosen_by_number(ask: Run, rice: str) -> None:
    since = ask("diff", rice, "1", "--format", "json").json
    assert (since["from"]["number"], since["to"]["number"], since["words_added"]) == (1, 3, 2)
    assert [change["text"] for change in since["changes"] if change["op"] == "added"] == ["5,600 ", "very "]
    back = ask("diff", rice, "3", "1", "--format", "json").json
    assert [change["text"] for change in back["changes"] if change["op"] == "removed"] == ["5,600 ", "very "]
    assert since["fields"] == [
        {"field": "title", "before": "Rice 0", "after": "Rice 1"},
        {"field": "translator", "before": "Una Fictional", "after": "Ada Fictional"},
    ] == [{**field, "before": field["after"], "after": field["before"]} for field in back["fields"]]  # fmt: skip
    same = ask("diff", rice, "2", "2")
    assert (same.code, same.out, one_line(same)) == (0, "", "no difference in the text")


def test_the_raw_text_is_compared_on_request(ask: Run, rice: str) -> None:
    assert "Fictional" not in ask("diff", rice, "2", "3", "--format", "unified").out.partition("---")[2]
    raw = ask("diff", rice, "2", "3", "--raw").lines
    assert "-*Translated by Una Fictional" in raw
    assert "+*Translated by Ada Fictional" in raw


def test_words_are_marked_where_there_is_no_colour(ask: Run, rice: str) -> None:
    plain = ask("diff", rice, "1", "2", "--format", "words").out
    assert "A kilogram cost KPW [-5,150-] {+5,600+} on Monday." in plain
    coloured = ask("--color", "always", "diff", rice, "1", "2", "--format", "words").out
    assert "\x1b[9;31m5,150\x1b[0m" in coloured
    assert "[-" not in coloured


def test_what_replaces_words_stands_beside_them(inside: Run, tmp_path: Path) -> None:
    texts = (
        "쌀값이 올랐다.\n\n보위부는 강연을 열고 밝혔다.\n\nOne.\n\nTwo.\n\nThe end.",
        "쌀값이 내렸다.\n\n보위부는 강연회를 열어 밝혔다.\n\nOne.\n\nTwo.\n\nThe ministry denied it.\n\nThe end.",
    )
    for number, text in enumerate(texts):
        record = {"url": URL, "title": "쌀값", "text": text}
        inside("-C", "k.db", "ingest", write_records(tmp_path / f"{number}.jsonl", [record]))
    [article] = inside("-C", "k.db", "list", "--format", "ids").lines
    assert inside("-C", "k.db", "diff", article, "--format", "words").lines[1:] == [
        "",
        "쌀값이 [-올랐다.-] {+내렸다.+}",
        "",
        "보위부는 [-강연을 열고-] {+강연회를 열어+} 밝혔다.",
        "",
        "… 2 lines the same …",
        "",
        "{+The ministry denied it.+}",
        "",
        "… 1 line the same …",
    ]


def test_what_replaces_paragraphs_stands_below_them(inside: Run, tmp_path: Path) -> None:
    for number, text in enumerate(("One two.\n\nThree four.", "Five six seven.")):
        inside("-C", "p.db", "ingest", write_records(tmp_path / f"{number}.jsonl", [{"url": URL, "text": text}]))
    [article] = inside("-C", "p.db", "list", "--format", "ids").lines
    shown = inside("-C", "p.db", "diff", article, "--format", "words").lines[1:]
    assert shown == ["", "[-One two.", "", "Three four.-]", "{+Five six seven.+}"]


@pytest.mark.everywhere
def test_an_old_version_is_shown(ask: Run, rice: str) -> None:
    assert ask("show", rice, "--version", "1").out == TEXTS[0].partition("\n\n*Translated")[0] + "\n"
    assert ask("show", rice, "--version", "1", "--raw").out == TEXTS[0]
    assert "Ada" in ask("show", rice, "--removed").out
    assert "Una" in ask("show", rice, "--version", "2", "--removed").out
    shown = ask("show", rice, "--version", "2", "--format", "json").json
    versions = ask("show", rice, "--format", "json").json["versions"]
    assert (shown["title"], shown["translator"], Path(shown["origin"]).name) == ("Rice 0", "Una Fictional", "2.jsonl")
    assert (shown["sha256"], shown["versions"]) == (versions[1]["sha256"], versions[:2])
    refused = ask("show", rice, "--version", "4")
    assert (refused.code, "versions 1 to 3, not 4" in one_line(refused)) == (2, True)
    assert ask("show", rice, env={"NKCORPUS_SHOW_VERSION": "1"}).out == ask("show", rice).out


def test_the_table_gives_its_width_to_titles_and_addresses(inside: Run, tmp_path: Path) -> None:
    captures = [
        (
            URL,
            f"2019-06-1{day}T01:02:03Z",
            "200 OK",
            [("Content-Type", HTML)],
            page(f"Rice {verb} in Hyesan", TEXTS[day]),
        )
        for day, verb in enumerate(("rises again", "falls again"))
    ]
    (tmp_path / "crawl.warc.gz").write_bytes(warc(captures))
    inside("-C", "t.db", "ingest", "crawl.warc.gz")
    [article] = inside("-C", "t.db", "list", "--format", "ids").lines
    table = inside("-C", "t.db", "history", article, "--format", "table", env={"COLUMNS": "80"}).lines
    assert len(table) <= 1 + 2 * 3


@pytest.mark.skipif(not shutil.which("patch"), reason="needs patch")
def test_patch_makes_one_version_of_the_other(ask: Run, rice: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text(TEXTS[0], "utf-8")
    patch = ask("diff", rice, "1", "3", "--raw").out
    subprocess.run(["patch", "text"], input=patch, cwd=tmp_path, text=True, check=True, capture_output=True)
    assert (tmp_path / "text").read_text("utf-8") == TEXTS[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{rice}", "4"), "versions 1 to 3, not 4"),
        (("{rice}", "1", "0"), "0"),
        (("{rice}", "x"), "x"),
        (("ffffffff",), "no article"),
        (("{corn}",), "one version"),
        (("{corn}", "1", "2"), "version 1 only"),
    ],
)
def test_what_cannot_be_compared(ask: Run, rice: str, arguments: tuple[str, ...], said: str) -> None:
    ids = ask("list", "-n", "0", "--format", "ids").lines
    [corn] = [each for each in ids if each != rice]
    outcome: Outcome = ask("diff", *(argument.format(rice=rice, corn=corn) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert said in one_line(outcome)


def test_from_python(home: Path, rice: str) -> None:
    with Corpus.open(home / "c.db") as corpus:
        assert [revision.words_added for revision in corpus.history(rice).revisions] == [None, 1, 1]
        difference = corpus.diff(rice, 1)
        assert (difference.words_added, difference.words_removed) == (2, 1)
        assert [change.field for change in difference.fields] == ["title", "translator"]
