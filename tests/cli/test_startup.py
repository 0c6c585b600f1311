"""What a command imports: nobody waits for a parser that the command does not use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import environment

PARSERS = {
    "bs4",
    "lxml",
    "trafilatura",
    "readability",
    "ftfy",
    "yaml",
    "charset_normalizer",
    "httpx",
    "httpcore",
    "protego",
}
HEAVY = PARSERS | {
    "rich",
    "rapidfuzz",
    "warcio",
    "pebble",
    "pycld2",
    "zstandard",
    "tantivy",
    "opensearchpy",
    "nkcorpus.clean",
    "nkcorpus.cluster",
    "nkcorpus.extract",
    "nkcorpus.lexicon",
}
ALL_USE = {
    "nkcorpus": ["config", "dataclass", "errors", "version"],
    "nkcorpus.cli": ["app", "context"],
    "nkcorpus.render": ["environment", "progress", "safe"],
}
READING = {
    "nkcorpus": ["asking", "corpus", "dates", "model", "newfile", "opened", "results", "searching"],
    "nkcorpus.index": ["base", "engines"],
    "nkcorpus.query": ["analysis", "ast", "dates", "forms", "lexer", "parser", "patterns", "senses"],
    "nkcorpus.opened": ["base", "file"],
    "nkcorpus.render": ["fields", "jsonout", "reports"],
    "nkcorpus.store": ["base", "desk", "journal", "remarks", "seals", "sqlite", "text"],
    "nkcorpus.store.sqlite": [
        "articles",
        "columns",
        "connection",
        "journal",
        "migrating",
        "remarks",
        "rows",
        "seals",
        "store",
        "trust",
        "waiting",
    ],
}
FINDING = {
    "nkcorpus.index": [
        "analysed",
        "directory",
        "embedded",
        "facets",
        "labels",
        "manifest",
        "places",
        "ranking",
        "vocabulary",
        "whoosh",
        "wordfiles",
    ],
    "nkcorpus.index.ranking": ["bm25f", "evaluation", "order", "proximity", "rerank", "snapshot", "synonyms", "terms"],
    "nkcorpus.query": ["nearness", "suggest"],
}
SHOWING_HITS = {
    "nkcorpus": ["model", "results"],
    "nkcorpus.cli": ["matching"],
    "nkcorpus.render": ["fields", "hits", "jsonout", "lines"],
}
WITH_OTHER_NAMES = {
    "nkcorpus": ["wording"],
    "nkcorpus.lexicon": ["entries", "folding", "korean", "lookup", "names", "packed"],
    "nkcorpus.query": ["expansion", "rewrite"],
    "nkcorpus.store.sqlite": ["aliases", "desk", "searches"],
}
USES = {
    ("--help",): [ALL_USE],
    ("search", "--help"): [ALL_USE, SHOWING_HITS],
    ("show", "{lecture}"): [ALL_USE, READING, {"nkcorpus.render": ["articles", "labels", "markup", "prose"]}],
    ("list", "--format", "plain"): [ALL_USE, READING, FINDING, SHOWING_HITS],
    ("search", "lecture", "--format", "plain"): [ALL_USE, READING, FINDING, SHOWING_HITS, WITH_OTHER_NAMES],
}  # fmt: skip
"""All of our modules that these commands may import; what is in `index/whoosh` is the engine's own business."""
LIBRARIES = {"click", "platformdirs", "Stemmer", "whoosh"}
NOT_OF_WHOOSH = {"whoosh.index", "whoosh.fields", "whoosh.analysis", "whoosh.reading", "whoosh.codec"}
"""What takes as long to import as all else that a search has of Whoosh and Click."""
OF_COMPILED_MODULES = re.compile("_?cython")
"""What Cython's modules put beside themselves."""
SCRIPT = (
    "import sys\nfrom nkcorpus.cli import run\ncode = run(sys.argv[1:])\nprint(code, *sys.modules, file=sys.stderr)\n"
)
AT_START = "import sys\nprint(*sys.modules)\n"


def _imported(library: Library, *arguments: str | Path) -> set[str]:
    """Return the modules that a command has imported when it is done."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)],
        env=environment(library.home), cwd=library.home, capture_output=True, text=True,
    )  # fmt: skip
    code, *modules = finished.stderr.splitlines()[-1].split()
    assert code == "0", finished.stderr
    return set(modules)


def _needed(arguments: tuple[str, ...]) -> set[str]:
    """Return what of HEAVY a command is for."""
    other_names = arguments[0] in ("search", "kwic") and arguments[1] == "lecture"
    return {"nkcorpus.lexicon"} if other_names or "place" in arguments else set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("search", "--help"),
        ("search", "lecture", "--format", "plain"),
        ("search", "lecture", "--format", "jsonl"),
        ("search", "lecture", "--count"),
        ("search", "--exact", "lecture"),
        ("search", "lectur*"),
        ("search", "date:2000..2030"),
        ("kwic", "lecture", "--format", "plain"),
        ("kwic", "--exact", "lecture"),
        ("cite", "{lecture}"),
        ("tag", "{lecture}"),
        ("note", "{lecture}"),
        ("searches",),
        ("search", "lecture", "--facet", "place"),
        ("similar", "{lecture}"),
        ("list",),
        ("show", "{lecture}"),
        ("history", "{lecture}"),
        ("fetches",),
        ("follow", "list"),
        ("stats",),
        ("dupes",),
        ("where",),
    ],
    ids=" ".join,
)
def test_reading_commands_import_no_parser(library: Library, arguments: tuple[str, ...]) -> None:
    filled = [argument.replace("{lecture}", library.ids["lecture.txt"]) for argument in arguments]
    modules = _imported(library, "-C", library.corpus, *filled)
    assert "click" in modules
    assert not modules & (HEAVY - _needed(arguments))
    if arguments[-1] == "--help":
        assert not modules & {"sqlite3", "whoosh"}


@pytest.mark.parametrize("arguments", USES, ids=" ".join)
def test_a_command_imports_only_what_it_uses(library: Library, arguments: tuple[str, ...]) -> None:
    filled = [argument.replace("{lecture}", library.ids["lecture.txt"]) for argument in arguments]
    modules = _imported(library, "-C", library.corpus, *filled)
    tables = USES[arguments]
    own = {f"{package}.{name}" for table in tables for package, names in table.items() for name in names}
    own |= {package for table in tables for package in table} | {f"nkcorpus.cli.{arguments[0]}"}
    ours = {name for name in modules if name.split(".")[0] == "nkcorpus"}
    assert {name for name in ours if not name.startswith("nkcorpus.index.whoosh.")} <= own
    at_start = set(subprocess.run([sys.executable, "-c", AT_START], capture_output=True, text=True).stdout.split())
    others = {name.split(".")[0] for name in modules - ours - at_start} - sys.stdlib_module_names
    assert {name for name in others if not OF_COMPILED_MODULES.match(name)} <= LIBRARIES
    assert not modules & NOT_OF_WHOOSH


def test_ingest_of_text_imports_no_html_parser(library: Library, tmp_path: Path) -> None:
    modules = _imported(library, "-C", tmp_path / "c.db", "ingest", library.inputs, "--jobs", "2")
    assert "zstandard" in modules
    assert not modules & (PARSERS | {"rich", "pebble"})
