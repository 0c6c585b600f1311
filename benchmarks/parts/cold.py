"""Commands in fresh processes, with the files in the system's page cache."""

from __future__ import annotations

from benchmarks.measure import Usage, middle
from benchmarks.parts.common import Settings, available, in_turn, indexed
from benchmarks.queries import COLD
from benchmarks.results import Row
from benchmarks.tools import PASS, SEARCHERS, WHOOSH, Command, Tool, nkcorpus
from benchmarks.workspace import Workspace

_ROUNDS = 2  # of all queries in a run: a search is short
_NO_HIT = (0, 1)  # exit codes


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure searches by all tools, then what else a user of nkcorpus waits for."""
    tools = indexed(available(SEARCHERS, space, settings), space)
    return _searches(tools, space, settings.runs) + (_other_commands(space, settings.runs) if WHOOSH in tools else [])


def _searches(tools: list[Tool], space: Workspace, runs: int) -> list[Row]:
    usages: dict[Tool, list[Usage]] = {tool: [] for tool in tools}
    for query in (*COLD, *COLD * (_ROUNDS * runs)):
        for tool in tools:
            command = tool.search(query, space.place(tool))
            assert command is not None, tool.key
            usages[tool].append(space.measure(tool, command, _NO_HIT))
    # The first round fills the page cache and compiles what is not compiled.
    return [_row(tool.key, "search", middle(found[len(COLD) :])) for tool, found in usages.items()]


def _other_commands(space: Workspace, runs: int) -> list[Row]:
    corpus = WHOOSH.corpus(space.place(WHOOSH))
    newest = space.output(WHOOSH, nkcorpus(corpus, "list", "-n", "1", "--format", "ids")).strip()
    commands: dict[str, Command] = {
        "--help": nkcorpus(corpus, "--help"),
        "list": nkcorpus(corpus, "list", "-n", "5", "--format", "plain"),
        "show": nkcorpus(corpus, "show", newest),
        "stats": nkcorpus(corpus, "stats", "--format", "json"),
    }
    rows = []
    for step, command in commands.items():
        space.measure(WHOOSH, command)
        found = in_turn([WHOOSH, PASS], 2 * _ROUNDS * runs, lambda tool: _measure(space, tool, command))  # noqa: B023
        rows += [_row(tool.key, step, usage) for tool, usage in found.items()]
    return rows


def _measure(space: Workspace, tool: Tool, command: Command) -> Usage:
    if tool is PASS:
        return space.measure(tool, PASS.search("", space.place(tool)))
    return space.measure(tool, command)


def _row(tool: str, step: str, usage: Usage) -> Row:
    return {"tool": tool, "step": step, "wall_s": usage.wall, "cpu_s": usage.cpu, "peak_mb": usage.peak_mb}
