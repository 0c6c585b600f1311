"""What is measured: nkcorpus with each engine, its peers, and the floors. Each gives the commands that it takes."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PEERS = Path(__file__).resolve().parent / "peers"
_CLUSTER_SETTING = "NKCORPUS_TEST_OPENSEARCH"
CLUSTER = os.environ.get(_CLUSTER_SETTING, "")
"""The address of the cluster that is measured."""
_SYSTEM_PYTHON = "/usr/bin/python3"  # whose packages Debian's bindings are
MILLION = 1_000_000

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Tool:
    """Something to measure, by its `key` in the results and its `title` for readers.

    Each method gets the `place` that is the tool's own folder and returns a command, None where the tool has no such
    step. `largest` is the greatest number of articles that it is tried on.
    """

    key: str
    title: str
    largest: int = MILLION

    def missing(self) -> str | None:
        """Say what it takes that is not installed, None when all is there."""
        return None

    def environment(self, place: Path) -> Mapping[str, str]:
        """Return the variables that its commands are run with."""
        return {}

    def index(self, source: Path, place: Path) -> Command | None:
        """Index the articles of `source`, from scratch."""
        return None

    def add(self, source: Path, place: Path) -> Command | None:
        """Index the articles of `source`, too."""
        return None

    def search(self, query: str, place: Path) -> Command | None:
        """Answer one query. Exit code 1: no hit."""
        return None

    def serve(self, place: Path) -> Command | None:
        """Answer queries by the protocol of the peers."""
        return None

    def clear(self, place: Path) -> None:
        """Delete what the tool keeps elsewhere than in its place."""

    def index_bytes(self, place: Path) -> int:
        """Return the size of what is searched."""
        return bytes_in(place)

    def corpus_bytes(self, place: Path) -> int | None:
        """Return the size of what is kept besides, None where it is nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Nkcorpus(Tool):
    """nkcorpus by its command line, with an engine and a number of processes; `as_command` is for `serve` only."""

    engine: str = "whoosh"
    jobs: int = 2
    as_command: bool = False

    def missing(self) -> str | None:
        """Say that the engine is not installed."""
        return None if importlib.util.find_spec(self.engine) else f"pip install 'nkcorpus[{self.engine}]'"

    def environment(self, place: Path) -> Mapping[str, str]:
        """Return where its index is, and that there are no settings."""
        return {"NKCORPUS_CACHE_DIR": str(place / "cache"), "NKCORPUS_CONFIG": os.devnull}

    def index(self, source: Path, place: Path) -> Command:
        """Take in everything into a new corpus."""
        return self.ingest([source], place, "--engine", self.engine)

    def add(self, source: Path, place: Path) -> Command:
        """Take in everything into the corpus."""
        return self.ingest([source], place)

    def ingest(self, sources: Sequence[Path], place: Path, *options: str) -> Command:
        """Return the command that takes in `sources`."""
        return nkcorpus(self.corpus(place), "-q", "ingest", "--jobs", str(self.jobs), *options, *map(str, sources))

    def clean(self, source: Path) -> Command:
        """Return the command that extracts and cleans everything, and keeps nothing."""
        return [*_program(), "clean", "--jobs", str(self.jobs), "--format", "jsonl", str(source)]

    def search(self, query: str, place: Path) -> Command:
        """Search as a script does."""
        return nkcorpus(self.corpus(place), "search", query, "--format", "plain")

    def serve(self, place: Path) -> Command:
        """Keep the corpus open as a library does."""
        options = ["--as-command"] if self.as_command else []
        return [sys.executable, str(_PEERS / "library.py"), *options, "serve", self.corpus(place)]

    def corpus(self, place: Path) -> str:
        """Return what `-C` names."""
        return str(place / "corpus.db")

    def index_bytes(self, place: Path) -> int:
        """Return the size of the cache: the corpus keeps what an index does not need."""
        return bytes_in(place / "cache")

    def corpus_bytes(self, place: Path) -> int | None:
        """Return the size of the corpus file."""
        return bytes_in(Path(self.corpus(place)))


@dataclass(frozen=True, slots=True)
class Clustered(Nkcorpus):
    """nkcorpus with a corpus in the cluster that NKCORPUS_TEST_OPENSEARCH names. Its processes' time is not counted."""

    def missing(self) -> str | None:
        """Say that there is no cluster."""
        if importlib.util.find_spec("opensearchpy") is None:
            return "pip install 'nkcorpus[opensearch]'"
        return None if CLUSTER else f"set {_CLUSTER_SETTING} to the address of a cluster (python -m tests.cluster)"

    def index(self, source: Path, place: Path) -> Command:
        """Take in everything into a new corpus."""
        return self.ingest([source], place)

    def corpus(self, place: Path) -> str:
        """Return what `-C` names."""
        scheme, _, host = CLUSTER.partition("://")
        return f"{'opensearchs' if scheme == 'https' else 'opensearch'}://{host.rstrip('/')}/{self._name(place)}"

    def clear(self, place: Path) -> None:
        """Delete the corpus from the cluster."""
        _ask_cluster("DELETE", f"nkcorpus.{self._name(place)}.*")

    def index_bytes(self, place: Path) -> int:
        """Return the size of what is searched, replicas left out."""
        return sum(size for part, size in self._sizes(place) if part.startswith(("search", "words")))

    def corpus_bytes(self, place: Path) -> int:
        """Return the size of what is kept, replicas left out."""
        return sum(size for part, size in self._sizes(place) if not part.startswith(("search", "words")))

    def _sizes(self, place: Path) -> list[tuple[str, int]]:
        prefix = f"nkcorpus.{self._name(place)}."
        for step in ("_forcemerge?max_num_segments=1", "_refresh", "_flush"):  # what was merged goes with the last
            _ask_cluster("POST", f"{prefix}*/{step}")
        found = _ask_cluster("GET", f"_cat/indices/{prefix}*?format=json&bytes=b&h=index,pri.store.size")
        return [(row["index"].removeprefix(prefix), int(row["pri.store.size"])) for row in found]

    def _name(self, place: Path) -> str:
        return f"bench-{place.parent.parent.name}-{place.name}"


@dataclass(frozen=True, slots=True)
class Peer(Tool):
    """A script of `benchmarks/peers`, and the module that it takes, run by the system's Python with `system`."""

    script: str = ""
    module: str | None = None
    system: bool = False

    def missing(self) -> str | None:
        """Say that the module is not installed."""
        if self.module is None or (_system_has(self.module) if self.system else importlib.util.find_spec(self.module)):
            return None
        return f"apt-get install python3-{self.module}" if self.system else f"pip install {self.module}"

    def index(self, source: Path, place: Path) -> Command:
        """Run the script."""
        return self._command("index", str(source), str(place / "index"))

    def add(self, source: Path, place: Path) -> Command:
        """Run the script."""
        return self._command("add", str(source), str(place / "index"))

    def search(self, query: str, place: Path) -> Command:
        """Run the script."""
        return self._command("search", str(place / "index"), query)

    def serve(self, place: Path) -> Command:
        """Run the script."""
        return self._command("serve", str(place / "index"))

    def _command(self, *arguments: str) -> Command:
        return [_SYSTEM_PYTHON if self.system else sys.executable, str(_PEERS / self.script), *arguments]


@dataclass(frozen=True, slots=True)
class Recoll(Tool):
    """recoll's own indexer and its query tool, with its usual settings."""

    def missing(self) -> str | None:
        """Say that it is not installed."""
        return None if shutil.which("recollindex") else "apt-get install recollcmd"

    def environment(self, place: Path) -> Mapping[str, str]:
        """Return a home in which no settings of the user's are."""
        return {"HOME": str(place), "RECOLL_CONFDIR": str(place / "recoll")}

    def index(self, source: Path, place: Path) -> Command:
        """Index all files of `source`: settings name them, which are written here."""
        settings = place / "recoll"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "recoll.conf").write_text(f"topdirs = {source}\n", encoding="utf-8")
        return [_found("recollindex"), "-z"]

    def search(self, query: str, place: Path) -> Command:
        """Search by its own query language, where OR joins words."""
        words = query if query.startswith('"') else " OR ".join(query.split())
        return [_found("recollq"), "-n", "10", "-q", words]


@dataclass(frozen=True, slots=True)
class Ripgrep(Tool):
    """`rg -l`: the names of all files with one of the words, or with the phrase."""

    def missing(self) -> str | None:
        """Say that it is not installed."""
        return None if shutil.which("rg") else "apt-get install ripgrep"

    def search(self, query: str, place: Path) -> Command:
        """Look through the articles' files."""
        words = [query.strip('"')] if query.startswith('"') else query.split()
        patterns = [option for word in words for option in ("-e", word)]
        return [_found("rg"), "-l", "-i", "-w", "-F", *patterns, str(place.parent.parent / "articles")]


@dataclass(frozen=True, slots=True)
class Floor(Tool):
    """A Python that does nothing but run `code`, whatever is asked."""

    code: str = field(default="pass")

    def search(self, query: str, place: Path) -> Command:
        """Run the code."""
        return [sys.executable, "-c", self.code]


PASS = Floor("pass", "`python -c pass`")
IMPORTS = Floor("imports", "importing Click, Whoosh and sqlite3", code="import click, sqlite3, whoosh.index")
WHOOSH = Nkcorpus("whoosh", "nkcorpus, Whoosh", 100_000)
WHOOSH_ONE = Nkcorpus("whoosh-1", "nkcorpus, Whoosh, `--jobs 1`", 20_000, jobs=1)
TANTIVY = Nkcorpus("tantivy", "nkcorpus, tantivy", engine="tantivy")
TANTIVY_ONE = Nkcorpus("tantivy-1", "nkcorpus, tantivy, `--jobs 1`", 20_000, engine="tantivy", jobs=1)
SCRIPT = Peer("script", "plain Whoosh script", 100_000, script="plain_script.py")
FTS5 = Peer("fts5", "SQLite FTS5", script="fts5.py")
TANTIVY_PY = Peer("tantivy-py", "tantivy-py", script="tantivy_direct.py", module="tantivy")
XAPIAN = Peer("xapian", "Xapian", 100_000, script="xapian_direct.py", module="xapian", system=True)
RECOLL = Recoll("recoll", "recoll", 20_000)
RIPGREP = Ripgrep("rg", "`rg -l`", 100_000)

PAGES_WHOOSH = tuple(Nkcorpus(f"pages-{jobs}", f"nkcorpus, `--jobs {jobs}`", 20_000, jobs=jobs) for jobs in (1, 2))
PAGES_SCRIPT = Peer("pages-script", "plain script, Beautiful Soup", 20_000, script="plain_script.py")
SCALE_WHOOSH = Nkcorpus("scale-whoosh", "nkcorpus, Whoosh", MILLION - 1)

OPENSEARCH = Clustered("opensearch", "nkcorpus, OpenSearch", engine="opensearch")

INDEXERS: Sequence[Tool] = (
    WHOOSH,
    WHOOSH_ONE,
    TANTIVY,
    TANTIVY_ONE,
    OPENSEARCH,
    SCRIPT,
    FTS5,
    TANTIVY_PY,
    XAPIAN,
    RECOLL,
)
"""What makes an index, in the order of the tables."""
SLOW: Sequence[Tool] = (WHOOSH_ONE, TANTIVY_ONE, XAPIAN, RECOLL)
"""What makes an index once only, whatever the number of runs: no target names it."""
SEARCHERS: Sequence[Tool] = (
    PASS,
    IMPORTS,
    WHOOSH,
    TANTIVY,
    OPENSEARCH,
    SCRIPT,
    FTS5,
    TANTIVY_PY,
    XAPIAN,
    RECOLL,
    RIPGREP,
)
"""What is asked in fresh processes."""
WHOOSH_AS_COMMAND = Nkcorpus("whoosh-command", "nkcorpus, Whoosh, as the command asks", 100_000, as_command=True)
TANTIVY_AS_COMMAND = Nkcorpus(
    "tantivy-command", "nkcorpus, tantivy, as the command asks", engine="tantivy", as_command=True
)
OPENSEARCH_AS_COMMAND = Clustered(
    "opensearch-command", "nkcorpus, OpenSearch, as the command asks", engine="opensearch", as_command=True
)
SERVERS: Mapping[Tool, Tool] = {
    WHOOSH: WHOOSH,
    WHOOSH_AS_COMMAND: WHOOSH,
    TANTIVY: TANTIVY,
    TANTIVY_AS_COMMAND: TANTIVY,
    OPENSEARCH: OPENSEARCH,
    OPENSEARCH_AS_COMMAND: OPENSEARCH,
    SCRIPT: SCRIPT,
    FTS5: FTS5,
    TANTIVY_PY: TANTIVY_PY,
    XAPIAN: XAPIAN,
}
"""What is asked while it stays open, each with the tool whose index it reads."""
ADDERS: Sequence[Tool] = (WHOOSH, TANTIVY, OPENSEARCH, SCRIPT, FTS5, TANTIVY_PY, XAPIAN)
"""What takes in more articles."""
WRITERS: Sequence[Nkcorpus] = (
    Nkcorpus("writers-whoosh", "nkcorpus, Whoosh", 20_000, jobs=1),
    Clustered("writers-opensearch", "nkcorpus, OpenSearch", engine="opensearch", jobs=1),
)
"""What several processes take in articles with at once."""
TITLES: Mapping[str, str] = {
    tool.key: tool.title
    for tool in (*INDEXERS, *SEARCHERS, *SERVERS, *PAGES_WHOOSH, PAGES_SCRIPT, SCALE_WHOOSH, *WRITERS)
}


def bytes_in(path: Path) -> int:
    """Return the size of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def nkcorpus(corpus: str, *arguments: str) -> Command:
    """Return a command of nkcorpus on a corpus."""
    return [*_program(), "-C", corpus, *arguments]


def _ask_cluster(method: str, path: str) -> Any:
    request = urllib.request.Request(f"{CLUSTER.rstrip('/')}/{path}", method=method)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def _program() -> Command:
    """Return nkcorpus' console script beside this Python, else its module."""
    script = Path(sys.executable).with_name("nkcorpus")
    return [str(script)] if script.exists() else [sys.executable, "-m", "nkcorpus"]


def _found(program: str) -> str:
    return shutil.which(program) or program


@functools.cache
def _system_has(module: str) -> bool:
    if not Path(_SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([_SYSTEM_PYTHON, "-c", f"import {module}"], capture_output=True).returncode == 0
