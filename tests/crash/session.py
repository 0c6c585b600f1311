"""A session of commands on a small corpus, what it holds after each, and what must hold after it was broken off.

The commands are the real ones, run in this process, which is a child for each trial.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.cli import run as command
from nkcorpus.cli.app import COMMANDS
from nkcorpus.identity import url_id
from nkcorpus.index.engines import EngineName
from tests.crash.generate import WORDS

KNOWN_WORD = "quicksilver"
"""In every article."""
PAGES = 24
CHANGED_PAGES = 8
TEXTS = 12
RECORDS = 44
_SITE = "https://news.example.org/story"
_TAIL = "Told to us by a reader of this paper."
_RULE = f"""[[rule]]
id = "own.tail"
kind = "notice"
zone = "line"
contains = ["reader"]
pattern = '{_TAIL.replace(".", "[.]")}'
note = "A line of this made-up paper."
cut = ["{_TAIL}"]
keep = ["He was told to us."]
"""
_QUERIES = (KNOWN_WORD, "trader", "market -rice", "lecture tag:kept")
State = Mapping[str, str]
"""Digests of all versions by article and number, and what users and `remove` said, each by a name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial's corpus and cache are."""

    home: Path
    engine: EngineName = "whoosh"

    @property
    def corpus(self) -> Path:
        """The corpus file."""
        return self.home / "corpus" / "c.db"

    @property
    def cache(self) -> Path:
        """The folder of the index cache."""
        return self.home / "cache"

    @property
    def folders(self) -> list[Path]:
        """All that a trial writes to."""
        return [self.home / "corpus", self.home / "cache"]

    def make(self) -> None:
        """Make the folders."""
        for folder in self.folders:
            folder.mkdir(parents=True)

    def side_files(self) -> list[str]:
        """Return what lies beside the corpus file."""
        return sorted(path.name for path in self.corpus.parent.iterdir() if path != self.corpus)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The sources, and what a session that nobody disturbed left after each step, and in the end."""

    sources: Path
    states: tuple[State, ...]
    export_hash: str
    found: Mapping[str, list[str]] = field(default_factory=dict)


def write_sources(folder: Path) -> None:
    """Write pages, later versions of some, records, texts, and a rule file; the same ones each time."""
    rng = random.Random(20260707)

    def story(number: int) -> list[str]:
        return [f"The {KNOWN_WORD} {' '.join(rng.choices(WORDS, k=40))} of {number}." for _ in range(3)]

    for part in ("pages", "changed", "texts"):
        (folder / part).mkdir(parents=True)
    for number in range(PAGES):
        before = story(number)
        _write_page(folder / "pages", number, before)
        if number < CHANGED_PAGES:
            _write_page(folder / "changed", number, [*before, f"An update of {number} came in the evening, he said."])
    for number in range(TEXTS):
        (folder / "texts" / f"{number}.txt").write_text("\n\n".join([f"Text {number}", *story(number)]), "utf-8")
    records = [
        {"id": f"r{number}", "title": f"Record {number}", "text": "\n\n".join(story(number))}
        for number in range(RECORDS)
    ]
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (folder / "own.toml").write_text(_RULE, "utf-8")


def _write_page(folder: Path, number: int, paragraphs: list[str]) -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in [*paragraphs, _TAIL])
    (folder / f"{number}.html").write_text(
        f'<html><head><title>Story {number}</title><link rel="canonical" href="{_SITE}/{number}"></head>'
        f"<body><article><h1>Story {number}</h1>{body}</article></body></html>",
        "utf-8",
    )


def steps(sources: Path) -> list[list[str]]:
    """Return the commands of a session: an ingest in parts with what users do meanwhile, then the index anew."""
    tagged, removed = (str(url_id(f"{_SITE}/{number}")) for number in (1, 2))
    return [
        ["ingest", "--jobs", "1", str(sources / "pages")],
        ["ingest", "--jobs", "1", str(sources / "records.jsonl")],
        ["tag", tagged, "+kept"],
        ["ingest", "--jobs", "1", str(sources / "changed"), str(sources / "texts")],
        ["rules", "--add", str(sources / "own.toml")],
        ["reclean", "--jobs", "1"],
        ["remove", "--yes", removed],
        ["reindex", "--jobs", "1"],
        ["search", KNOWN_WORD],
    ]


def do(place: Place, arguments: list[str]) -> int:
    """Run one command on a trial's corpus and return its exit code. NKCORPUS_CACHE_DIR must name its cache."""
    engine = ["--engine", place.engine] if arguments[0] == "ingest" else []
    return command(["-C", str(place.corpus), "-q", *arguments, *engine])


def session(place: Place, sources: Path, after: Callable[[int], None] = lambda step: None) -> int:
    """Run all steps up to one that fails, and return the exit code; `after` hears the number of each that is done."""
    for number, arguments in enumerate(steps(sources), 1):
        code = do(place, arguments)
        if code and not (arguments[0] == "remove" and code == 2):  # 2: removed before, by the run that was broken off
            return code
        after(number)
    return 0


def undisturbed(place: Place, sources: Path) -> Undisturbed:
    """Run a session, and return what it left."""
    states: list[State] = [{}]
    code = session(place, sources, lambda step: states.append(state_of(place.corpus)))
    if code:
        raise RuntimeError(f"a session that nobody disturbs ends with {code}")
    return Undisturbed(sources, tuple(states), *_outcome(place))


def _outcome(place: Place) -> tuple[str, dict[str, list[str]]]:
    with Corpus.open(place.corpus, cache_dir=place.cache) as corpus:
        found = {
            query: [hit.id for hit in corpus.search(query, limit=0, collapse=False, snippets=0).hits]
            for query in _QUERIES
        }
        return corpus.export_hash(), found


def state_of(corpus: Path) -> State:
    """Return what a corpus holds, read with nothing but SQLite."""
    with closing(sqlite3.connect(corpus)) as connection:
        return dict(_rows(connection))


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    cursor = connection.execute(
        "SELECT v.*, p.size, p.encoding, p.bytes, (SELECT group_concat(start || end || kind || rule) FROM cut"
        " WHERE version = v.id), (SELECT group_concat(start || end || text || rule) FROM repair WHERE version = v.id)"
        " FROM version v JOIN payload p ON p.sha256 = v.payload_sha256 WHERE true"
    )
    names = [column[0] for column in cursor.description]
    passing = {"id", "run", "ingested_at", "retrieved_at", "row_sha256"}
    for row in cursor:
        values = dict(zip(names, row, strict=True))
        content = [value for name, value in values.items() if name not in passing]
        yield f"version {values['article']} {values['number']}", hashlib.sha256(repr(content).encode()).hexdigest()
    for article, tag in connection.execute("SELECT article, tag FROM user_tag"):
        yield f"tag {article}", tag
    for rule, toml in connection.execute("SELECT id, toml FROM rule"):
        yield f"rule {rule}", toml
    for (article,) in connection.execute("SELECT id FROM article WHERE removed_at IS NOT NULL"):
        yield f"removed {article}", ""


def examine(place: Place, expected: Undisturbed, done: int) -> list[str]:
    """Return what is wrong with a corpus whose session was broken off after `done` steps: lines that begin with `lost`,
    `corrupt` or `different`. Then the session is run again.
    """
    problems: list[str] = []
    if place.corpus.exists() and place.corpus.stat().st_size:
        problems = [*_opened(place, done), *_unfound(place), *damage(place), *lost(place, expected, done)]
    elif done:
        return ["lost: the corpus file"]
    return problems or _rerun(place, expected)


def _opened(place: Place, done: int) -> list[str]:
    """Return whether the next command works, and leaves one file."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = do(place, ["stats"])
    if code:
        if not done and "is an empty file" in said.getvalue():
            return []
        return [f"corrupt: stats ends with {code}: {said.getvalue().strip()}"]
    return [f"different: beside the corpus lie {names}" for names in [place.side_files()] if names]


def damage(place: Place) -> list[str]:
    """Return what SQLite, and `check` where there is one, find wrong with a corpus file."""
    with closing(sqlite3.connect(place.corpus)) as connection:
        found = [
            *(line for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"),
            *map(str, connection.execute("PRAGMA foreign_key_check")),
        ]
        is_made = connection.execute("PRAGMA application_id").fetchone()[0]
    if not found and is_made and "check" in COMMANDS:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = do(place, ["check"])
        if code:
            found.append(f"check ends with {code}: {said.getvalue().strip()}")
    return [f"corrupt: {line}" for line in found]


def lost(place: Place, expected: Undisturbed, done: int) -> list[str]:
    """Return what is neither as before nor as after the step that came after `done` ones."""
    before, after = expected.states[done], expected.states[min(done + 1, len(expected.states) - 1)]
    now = {} if _is_blank(place.corpus) else state_of(place.corpus)
    problems = []
    for key in sorted({*before, *after, *now}):
        if now.get(key) not in (before.get(key), after.get(key)):
            problems.append(f"{'corrupt' if key in now else 'lost'}: {key}")
    return problems


def _is_blank(corpus: Path) -> bool:
    with closing(sqlite3.connect(corpus)) as connection:
        return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _unfound(place: Place) -> list[str]:
    """Return whether a search finds all that is stored and no more."""
    if _is_blank(place.corpus):
        return []
    with Corpus.open(place.corpus, cache_dir=place.cache) as corpus:
        stored, found = corpus.stats().articles, corpus.search(KNOWN_WORD, limit=0, collapse=False, snippets=0).total
    return [] if stored == found else [f"different: {stored} articles are stored, a search finds {found}"]


def _rerun(place: Place, expected: Undisturbed) -> list[str]:
    problems = []
    if code := session(place, expected.sources):
        return [f"different: the rerun ends with {code}"]
    export_hash, found = _outcome(place)
    if export_hash != expected.export_hash:
        problems.append("different: the export hash")
    if state_of(place.corpus) != expected.states[-1]:
        problems.append("different: the final state")
    problems += [f"different: what '{query}' finds" for query in _QUERIES if found[query] != expected.found[query]]
    if place.side_files():
        problems.append(f"different: beside the corpus lie {place.side_files()}")
    return problems
