"""Running the real command line in a process of its own, as a user of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PROGRAM = (sys.executable, "-m", "nkcorpus")
TIMEOUT = 60.0

HIT_KEYS = (
    "rank id external_id score title date date_precision date_source authors translator source lang url origin words"
    " snippet matches near_duplicates snippets user_tags notes"
).split()

RECORDS: list[dict[str, Any]] = [
    {
        "_id": "lecture-1",
        "title": "MSS lecture warns [bold]market[/bold] women \x1b[31min Hoeryong",
        "text": "An MSS lecture in Hoeryong warned market women about phones.\n\nThe lecture took two hours.",
        "date": "2019-06-13",
        "author": "Noh Invented",
        "source": "Border Gazette",
        "url": "https://gazette.example/2019/lecture",
    },
    {
        "_id": "rice-1",
        "title": "Rice prices rise in Sinuiju",
        "text": "Rice prices rose in Sinuiju last week. A trader spoke of a lecture on hoarding.",
        "date": "2020-01-05T09:00:00+09:00",
        "authors": ["Ryu Madeup", "Noh Invented"],
        "source": "River Post",
        "lang": "en",
        "url": "https://river-post.example/rice",
    },
    {
        "_id": "rice-2",
        "title": "Rice prices rise, again",
        "text": "Rice prices rose in Sinuiju last week. A trader spoke of a lecture on hoarding.",
        "date": "2020-01-07",
        "source": "Copy Herald",
    },
    {
        "_id": "korean-1",
        "title": "혜산 장마당 쌀값 상승",
        "text": "혜산 장마당에서 쌀값이 올랐다고 소식통이 전했다. 보위부는 강연을 열었다.",
        "date": "2021-03",
        "source": "강변일보",
        "lang": "ko",
    },
    {"_id": "formula-1", "title": "=SUM(A1)\tand a tab", "text": "A trader in Wonsan keeps squid tables."},
]
LECTURE_FILE = "lecture.txt"
LECTURE_BODY = "The MSS held a lecture in Musan on Monday.\n\nA resident said that the lecture was long."
LECTURE_TEXT = f"{LECTURE_BODY}\n\n*Translated by Una Fictional\n\nRead in Korean\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished command left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Run(Protocol):
    """Runs `nkcorpus ARGS`."""

    def __call__(
        self,
        *args: str | Path,
        stdin: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Outcome: ...


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a user whose home is `home` and who has set nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NKCORPUS", "_NKCORPUS", "XDG_"))}
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "BROWSER", "PYTHONWARNINGS"):
        kept.pop(name, None)
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    return kept | {"HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color", "PYTHONWARNINGS": "error"}


def run_program(
    home: Path,
    *args: str | Path,
    stdin: str | bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Outcome:
    """Run one command to its end. No command of ours may end in a traceback, so none does here."""
    finished = subprocess.run(
        [*PROGRAM, *map(str, args)],
        input=stdin.encode() if isinstance(stdin, str) else (stdin or b""),
        capture_output=True,
        env=environment(home) | dict(env or {}),
        cwd=cwd or home,
        timeout=TIMEOUT,
    )
    outcome = Outcome(finished.returncode, finished.stdout.decode(), finished.stderr.decode())
    assert "Traceback" not in outcome.err, outcome.err
    assert "internal error" not in outcome.err, outcome.err
    return outcome


def one_line(outcome: Outcome) -> str:
    """Return the one line on stderr, without the program's name; fail if it is not one."""
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("nkcorpus: ")
    return lines[0].removeprefix("nkcorpus: ")


def write_records(path: Path, records: list[dict[str, Any]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path
