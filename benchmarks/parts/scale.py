"""A large ingest that is killed in the middle and gone on with: none missing, none twice, within bounded memory."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.parts.common import Settings, available, note
from benchmarks.parts.ingest import row_of
from benchmarks.results import Row
from benchmarks.tools import MILLION, SCALE_WHOOSH, TANTIVY, Nkcorpus, nkcorpus
from benchmarks.workspace import Workspace
from nkcorpus.config import index_memory

_EVERY = 0.05  # seconds between looks at what is stored
_PATIENCE = 60.0  # seconds that processes of a killed command may take to notice it


@dataclass(frozen=True, slots=True)
class Killed:
    """What was stored when the command was killed, after how many seconds, and the peak of its memory till then."""

    stored: int
    wall: float
    peak_mb: float


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Check Whoosh with long articles and real news, or from a million on tantivy with short ones."""
    tools = available([TANTIVY if space.size >= MILLION else SCALE_WHOOSH], space, settings)
    return [_checked(tool, space, _sources(space, settings)) for tool in tools]


def _checked(tool: Nkcorpus, space: Workspace, sources: Sequence[Path]) -> Row:
    expected = _expected(sources)
    place = space.fresh_place(tool)
    command = tool.ingest(sources, place, "--engine", tool.engine)
    killed = _killed_at(command, space.environment(tool), Path(tool.corpus(place)), len(expected) // 2)
    note(f"killed with {killed.stored:,} of {len(expected):,} stored; going on")
    usage = space.measure(tool, command)
    space.set_whole(tool)
    ids, external = _contents(tool, space)
    found = int(
        space.output(tool, nkcorpus(tool.corpus(place), "search", "date:1900..2100", "--count", "--no-collapse"))
    )
    return {
        **row_of(tool, usage, space),
        "articles": len(expected),
        "stored_at_kill": killed.stored,
        "wall_s": killed.wall + usage.wall,
        "cpu_s": None,  # that of the killed processes nobody counts
        "resumed_wall_s": usage.wall,
        "peak_mb": max(killed.peak_mb, usage.peak_mb),
        "bound_mb": index_memory() * (1 << 20) / 1e6,
        "missing": len(expected - set(external)),
        "twice": len(ids) - len(set(ids)) + len(external) - len(set(external)),
        "found_by_search": found,
    }


def _sources(space: Workspace, settings: Settings) -> list[Path]:
    if space.size >= MILLION:
        return [space.articles()]
    folder = space.folder / "scale"
    if not folder.exists():
        generate.write(folder, space.size, "jsonl")
    return [folder / "articles.jsonl", *([settings.news] if settings.news else [])]


def _expected(sources: Sequence[Path]) -> set[str]:
    """Return the ids that the records carry."""
    found: set[str] = set()
    for source in sources:
        with gzip.open(source, "rt", encoding="utf-8") if source.suffix == ".gz" else source.open() as lines:
            found.update(json.loads(line)["id"] for line in lines)
    return found


def _contents(tool: Nkcorpus, space: Workspace) -> tuple[list[str], list[str]]:
    """Return the ids of all articles, and the ids that their records carried."""
    csv.field_size_limit(1 << 30)
    text = space.output(tool, nkcorpus(tool.corpus(space.place(tool)), "list", "-n", "0", "--format", "csv"))
    pairs = [(row["id"], row["external_id"]) for row in csv.DictReader(io.StringIO(text))]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _killed_at(command: Sequence[str], environment: dict[str, str], corpus: Path, count: int) -> Killed:
    """Run a command and kill it (SIGKILL, the first process only) once `count` articles are stored.

    Raises RuntimeError when it ends before that, or leaves processes behind.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    stored = 0
    peak = 0.0
    while stored < count:
        if process.poll() is not None:
            raise RuntimeError(f"exit code {process.returncode} with {stored:,} stored, before it could be killed")
        time.sleep(_EVERY)
        stored, peak = _stored(corpus), _peak_mb(process.pid) or peak
    process.kill()
    process.wait()
    wall = time.perf_counter() - started
    _wait_for_group(process.pid)
    return Killed(stored, wall, peak)


def _stored(corpus: Path) -> int:
    """Return how many articles a corpus that is being written has, by the number of its last change."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT max(seq) FROM change").fetchone()[0] or 0)
    except sqlite3.OperationalError:  # not there yet
        return 0


def _peak_mb(process: int) -> float:
    """Return the peak of a process's memory in MB, 0 where the system does not tell."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return 0.0


def _wait_for_group(group: int) -> None:
    """Wait until no process of the group is left."""
    waited_until = time.monotonic() + _PATIENCE
    while time.monotonic() < waited_until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(_EVERY)
    os.killpg(group, signal.SIGKILL)
    raise RuntimeError(f"the killed command left processes behind for more than {_PATIENCE:.0f} s")
