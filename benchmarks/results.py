"""The measured figures, kept in one JSON file: a block for each part and size, replaced as a whole."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().with_name("results.json")
"""The figures that docs/performance.md is made of."""

Row = Mapping[str, Any]
"""One tool's figures in a block: `tool` is its key; the names of the others end in their unit, where they have one."""

_PACKAGES = ("nkcorpus", "whoosh3", "tantivy", "opensearch-py", "click", "zstandard", "lxml", "trafilatura")
_DIGITS = 4  # that are kept of a figure; more is noise


class OtherMachine(Exception):
    """The figures in the file are of another machine or of other versions."""


@dataclass(slots=True)
class Results:
    """All figures of one machine. The blocks' keys are `part/size`, in the order of these."""

    machine: Mapping[str, str]
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Results:
        """Return what the file at `path` holds."""
        value = json.loads(path.read_text(encoding="utf-8"))
        return cls(value["machine"], value["blocks"])

    @classmethod
    def here(cls, path: Path, fresh: bool = False) -> Results:
        """Return what the file holds to be gone on with, empty when there is none or with `fresh`.

        Raises OtherMachine: figures of two machines side by side would tell nothing.
        """
        about = machine()
        if fresh or not path.exists():
            return cls(about)
        results = cls.read(path)
        differing = [name for name in about if results.machine.get(name, about[name]) != about[name]]
        if differing:
            raise OtherMachine(f"{path} has figures of another {', '.join(differing)}; --fresh drops them")
        return cls(about, results.blocks)

    def put(self, part: str, size: int, runs: int, seconds: float, rows: Sequence[Row]) -> None:
        """Replace the block of a part and size. `seconds` is what it took to measure it."""
        block = {"runs": runs, "seconds": round(seconds), "rows": [_rounded(row) for row in rows]}
        self.blocks = dict(sorted((self.blocks | {f"{part}/{size}": block}).items(), key=_order))

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        text = json.dumps({"machine": self.machine, "blocks": self.blocks}, indent=1)
        part = path.with_suffix(".part")
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)

    def sizes(self, part: str) -> list[int]:
        """Return the sizes that a part was measured at, smallest first."""
        keys = (key.split("/") for key in self.blocks)
        return sorted(int(size) for name, size in keys if name == part)

    def rows(self, part: str, size: int, **having: object) -> list[Row]:
        """Return the rows of a block that have these values, none when it was not measured."""
        rows: list[Row] = self.blocks.get(f"{part}/{size}", {}).get("rows", [])
        return [row for row in rows if all(row.get(name) == value for name, value in having.items())]

    def value(self, part: str, size: int, name: str, **having: object) -> float | None:
        """Return one figure, None when it was not measured."""
        for row in self.rows(part, size, **having):
            found = row.get(name)
            return None if found is None else float(found)
        return None


def machine() -> dict[str, str]:
    """Return what the figures depend on: processors, memory, system, versions; nothing that tells whose it is."""
    return {
        "processor": _processor(),
        "processors": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
        **dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str]]:
    for package in _PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue


def _processor() -> str:
    """Return the processor's model by /proc/cpuinfo, elsewhere what Python knows of it."""
    path = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", path.read_text(), re.MULTILINE) if path.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _rounded(row: Row) -> dict[str, Any]:
    return {
        name: float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
        for name, value in row.items()
        if value is not None
    }


def _order(block: tuple[str, object]) -> tuple[str, int]:
    part, _, size = block[0].partition("/")
    return part, int(size)
