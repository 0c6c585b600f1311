"""Text from strangers in every place, through every command in every format: nothing acts, hides or breaks out."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.hostile.commands import READING, filled, formats, lines
from tests.hostile.inside import Ended, run_inside
from tests.hostile.sequences import EVERYTHING, NAMED, raw_in
from tests.hostile.table import Shelf, hostile_copy, make_shelf, stored_texts, typed_texts

FORMULAS = [
    "=1+1",
    "+cmd",
    "\t=1",
    "\r=1",
    '"=1',
    "＝1",
    "－1",
    "\u3000=1",
]
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "article",
    "h1",
    "dl",
    "dt",
    "dd",
    "a",
    "p",
    "br",
    "ul",
    "li",
    "code",
}
_ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "dir", "href", "rel"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return make_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.mark.parametrize("terminal", [False, True])
def test_no_sequence_comes_out_raw_from_a_corpus(shelf: Shelf, terminal: bool) -> None:
    tried = list(stored_texts(shelf, EVERYTHING, (terminal,)))
    assert [(line, found) for line, found in tried if found] == []
    assert len(tried) > 200


def test_no_sequence_comes_out_raw_from_a_command_line(shelf: Shelf) -> None:
    tried = list(typed_texts(shelf, EVERYTHING))
    assert [(line, found) for line, found in tried if found] == []
    assert len(tried) > 250


def outputs(shelf: Shelf, text: str, *wanted: str) -> Iterator[tuple[list[str], str]]:
    """Yield the command lines that write one of these formats, with what they wrote about a corpus full of `text`."""
    path = hostile_copy(shelf, text)
    env = {"NKCORPUS_CACHE_DIR": str(shelf.home / "hostile-cache")}
    for line in lines(READING):
        if len(line) > 2 and line[1] in ("--format", "--style") and line[2] in wanted and line[0] != "export":
            ended = run_inside(shelf.home, "-C", path, *filled(line, shelf.values), env=env)
            if ended.code != 2:  # such as a format that does not go with another option
                yield line, ended.out.decode()


def cells(content: str, format: str) -> Iterator[str]:
    rows = csv.reader(io.StringIO(content)) if format == "csv" else (line.split("\t") for line in content.splitlines())
    for row in rows:
        yield from row


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_run_by_a_spreadsheet(shelf: Shelf, formula: str) -> None:
    """OWASP, CSV Injection: what begins with = + - @ tab or CR, in full width and after blanks and quotes too."""
    found = 0
    for line, content in outputs(shelf, formula, "csv", "tsv"):
        for cell in cells(content, line[2]):
            found += formula.strip() in cell
            running = cell.strip("\u3000 \"'")[:1] in tuple("=+-@＝＋－＠") or cell[:1] in ("\t", "\r", "\n")
            assert not running or cell.startswith("'") or _NUMBER.fullmatch(cell), (line, cell)
    assert found > 10


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.strange += [tag] if tag not in _ELEMENTS else []
        self.strange += [name for name, _ in attrs if name not in _ATTRIBUTES]
        self.strange += [
            value or "" for name, value in attrs if name == "href" and not (value or "").startswith("https://evil")
        ]


@pytest.mark.parametrize("text", [EVERYTHING, "javascript:alert(1)", "</style><script>x</script>", "\"'><a href=x>"])
def test_html_has_only_our_own_elements(shelf: Shelf, text: str) -> None:
    pages = 0
    for line, content in outputs(shelf, text, "html"):
        page = _Page()
        page.feed(content)
        page.close()
        assert page.strange == [], line
        pages += 1
    assert pages == 4


@pytest.mark.parametrize(
    "text",
    [
        NAMED["Markdown"],
        NAMED["HTML"],
        "<http://evil.example>",
        "www.evil.example",
        "\n# x\n\n---\n- y\n1. z\n> q\n    code\n~~~\nx",
    ],
)
def test_markdown_has_only_our_own_structure(shelf: Shelf, text: str) -> None:
    for line, content in outputs(shelf, text, "markdown"):
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(content):
            assert token.type not in ("html_block", "fence", "code_block", "hr", "table_open"), (line, token.content)
            for inner in token.children or ():
                assert inner.type not in ("html_inline", "image"), (line, inner.content)
                if inner.type == "link_open":
                    assert str(inner.attrs["href"]).startswith("https://evil.example/"), line


@pytest.mark.parametrize("text", [EVERYTHING, NAMED["BibTeX"], "x\nER  - \nTY  - NEWS", "a} @misc{b, c = {d"])
def test_a_reference_is_one_reference(shelf: Shelf, text: str) -> None:
    for line, content in outputs(shelf, text, "bibtex", "ris"):
        if line[2] == "ris":
            assert all(re.match(r"[A-Z][A-Z0-9]  - ", row) for row in content.splitlines() if row)
            assert content.count("\nER  - ") == content.count("TY  - NEWS\n") == 2
        else:
            assert len(re.findall(r"^@", content, re.MULTILINE)) == 2
            depth = 0
            for character in content:
                depth += {"{": 1, "}": -1}.get(character, 0)
                assert depth >= 0
            assert depth == 0
            assert {row.split(" = ")[0].strip() for row in content.splitlines() if row.startswith("  ")} <= set(
                "author title howpublished year month day translator url urldate language".split()
            )


@pytest.mark.parametrize("text", [text for text in NAMED.values() if "\ud800" not in text and "\udcff" not in text])
def test_json_gives_back_what_is_stored(shelf: Shelf, text: str) -> None:
    path = hostile_copy(shelf, text)
    env = {"NKCORPUS_CACHE_DIR": str(shelf.home / "hostile-cache")}
    ended = run_inside(shelf.home, "-C", path, "show", "--format", "json", shelf.values["id"], env=env)
    article = json.loads(ended.out)
    with closing(sqlite3.connect(path)) as connection:
        (title, raw_text), *_ = connection.execute(
            "SELECT title, raw_text FROM version WHERE article = ? ORDER BY number DESC", (shelf.values["id"],)
        )
    assert (article["title"], article["raw_text"]) == (title, raw_text)
    assert title == text and text in raw_text and article["user_tags"] == [text]


def test_a_traceback_that_was_asked_for_is_as_safe_as_any_message(shelf: Shelf) -> None:
    import subprocess

    from tests.cli.support import PROGRAM, environment

    ended = subprocess.run(
        [*PROGRAM, "-vv", "-C", shelf.made, "show", f"abcd{NAMED['OSC 52']}"],
        capture_output=True, env=environment(shelf.home), timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert b"Traceback" in ended.stderr and b"ArticleNotFound" in ended.stderr
    assert raw_in(ended.stderr, terminal=False) == []


def test_headers_of_an_answer_cannot_break_out_of_a_web_archive(shelf: Shelf, tmp_path: Path) -> None:
    """Names and values are those that a stranger's server, or a stranger's corpus, gave."""
    path = hostile_copy(shelf, "é\r\n\r\nWARC/1.1\r\nx: \u2028\x9b")
    env = {"NKCORPUS_CACHE_DIR": str(shelf.home / "hostile-cache")}
    ended = run_inside(shelf.home, "-C", path, "export", tmp_path / "out.warc", env=env)
    assert (ended.code, ended.err.count(b"\n")) == (0, 1), ended.err
    content = (tmp_path / "out.warc").read_bytes()
    heads = re.findall(rb"^WARC/1\.1\r$", content, re.MULTILINE)
    from warcio.archiveiterator import ArchiveIterator

    with (tmp_path / "out.warc").open("rb") as file:
        records = [record.rec_type for record in ArchiveIterator(file)]
    assert len(records) == len(heads) and records.count("warcinfo") == 1


def test_every_command_is_walked() -> None:
    assert {name for name in READING if formats(name)} >= {"search", "show", "cite", "history", "fetches", "dupes"}
    assert next(iter(lines(READING)))


def _ended(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.err.decode()


def test_a_stray_byte_in_the_name_of_a_source_finds_nothing(shelf: Shelf) -> None:
    assert _ended(run_inside(shelf.home, "-C", shelf.made, "fetches", "--source", "a\udcff"))[0] == 0


def test_a_name_that_no_file_can_have_is_told(shelf: Shelf) -> None:
    name = "\u0301" * 300
    for arguments in (
        ["export", name],
        ["rules", "--check", name],
        ["rules", "--add", name],
        ["ingest", name],
        ["clean", name],
        ["backup", name],
        ["import", name],
        ["restore", name, "--yes"],
        ["merge", name],
    ):
        code, message = _ended(run_inside(shelf.home, "-C", shelf.made, *arguments))
        assert (code, message.count("\n")) in ((2, 1), (1, 1), (1, 2), (3, 1)) and "internal" not in message, (
            arguments,
            message,
        )
    code, message = _ended(run_inside(shelf.home, "list", env={"NKCORPUS_CONFIG": name}))
    assert (code, message.count("\n")) == (2, 1) and "internal" not in message


def test_a_stray_byte_in_the_name_of_an_archive_does_no_harm(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("a\udcffb.warc", "a\nb.warc"):
        assert _ended(run_inside(shelf.home, "-C", shelf.made, "export", tmp_path / name))[0] == 0


def test_sequences_reach_the_store_as_they_are(shelf: Shelf) -> None:
    path = hostile_copy(shelf, NAMED["OSC 8"])
    with closing(sqlite3.connect(path)) as connection:
        assert {title for (title,) in connection.execute("SELECT title FROM version")} >= {NAMED["OSC 8"]}
    shutil.rmtree(shelf.home / "hostile-cache", ignore_errors=True)
