"""Queries to tools that stay open: each is a process of its own, and they are asked in turn."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.parts.common import Settings, available, indexed
from benchmarks.queries import KINDS, queries
from benchmarks.results import Row
from benchmarks.tools import SERVERS, Tool
from benchmarks.workspace import Workspace

_TIMES = 4  # that each query is asked
_PATIENCE = 20.0  # seconds for all queries of a kind, asked once; a tool above it is asked once only


@dataclass(slots=True)
class Timing:
    """What one query took, in milliseconds: wall time when first asked, and the least wall and CPU time."""

    first: float = 0.0
    wall: float = float("inf")
    cpu: float = float("inf")

    def add(self, wall: float, cpu: float) -> None:
        """Take in one answer, in seconds."""
        if self.wall == float("inf"):
            self.first = 1000 * wall
        self.wall, self.cpu = min(self.wall, 1000 * wall), min(self.cpu, 1000 * cpu)


@dataclass(slots=True)
class Server:
    """An open tool, and what it took for each query of each kind that it knows."""

    tool: Tool
    process: subprocess.Popen[str]
    timings: dict[str, list[Timing]] = field(default_factory=dict)

    def ask(self, kind: str, number: int, words: Sequence[str]) -> None:
        """Ask one query and keep its time."""
        answer = self._exchange([kind, words])
        if answer is None:
            return
        wall, cpu, _hits = answer
        timings = self.timings.setdefault(kind, [])
        if number == len(timings):
            timings.append(Timing())
        timings[number].add(wall, cpu)

    def peak_mb(self) -> float:
        """Return the peak of its memory so far in MB, 0 where the system does not tell."""
        return float(self._exchange(None)) / 1e6

    def _exchange(self, message: object) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.tool.title}: ended with exit code {self.process.wait()} at {message}")
        return json.loads(line)


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Ask all tools the benchmark's queries, and return a row for each tool and kind."""
    tools = available(SERVERS, space, settings)
    indexed([SERVERS[tool] for tool in tools], space)
    asked = queries(space.articles())
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(_opened(tool, space)) for tool in tools]
        for kind in KINDS:
            _ask_kind(servers, kind, asked[kind])
        return [row for server in servers for row in _rows(server)]


def _ask_kind(servers: Sequence[Server], kind: str, asked: Sequence[Sequence[str]]) -> None:
    patient = list(servers)
    for _ in range(_TIMES):
        for number, words in enumerate(asked):
            for server in patient:
                server.ask(kind, number, words)
        patient = [server for server in patient if _seconds(server, kind) < _PATIENCE]


def _seconds(server: Server, kind: str) -> float:
    return sum(timing.first for timing in server.timings.get(kind, ())) / 1000


def _rows(server: Server) -> Iterator[Row]:
    peak = server.peak_mb() or None
    for kind, timings in server.timings.items():
        middle = median(timing.wall for timing in timings)
        worst = max(timing.wall for timing in timings)
        yield {
            "tool": server.tool.key,
            "kind": kind,
            "median_ms": middle,
            "cpu_ms": median(timing.cpu for timing in timings),
            "first_ms": median(timing.first for timing in timings),
            "worst_ms": worst,
            "worst_x": worst / middle,
            "peak_mb": peak,
        }


@contextlib.contextmanager
def _opened(tool: Tool, space: Workspace) -> Iterator[Server]:
    """Start a tool on the index that it reads, and end it afterwards."""
    source = SERVERS[tool]
    command = tool.serve(space.place(source))
    assert command is not None, tool.key
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **space.environment(source)},
        text=True,
    )
    try:
        yield Server(tool, process)
    finally:
        assert process.stdin and process.stdout
        process.stdin.close()
        process.wait()
        process.stdout.close()
