"""One folder with one of each kind, in one command; and the commands that docs/sources.md shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from nkcorpus.model import Format
from tests.cli.support import Run, environment

from .examples import EXPECTED, Expected, examples, write_examples

pytest.importorskip("pypdf")
pytest.importorskip("pyarrow")

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")


def test_one_folder_with_one_of_each_kind(run: Run, tmp_path: Path) -> None:
    write_examples(tmp_path / "in")
    report = run("-C", "c.db", "ingest", "in", "--format", "json").json
    assert (report["new"], report["updated"]) == (len(EXPECTED), 0)
    assert report["failures"] == [
        {"origin": "in/book.epub!/OEBPS/text/gone.xhtml", "error": "no book: it has no OEBPS/text/gone.xhtml"}
    ]
    hits = run("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
    found = [Expected(hit["origin"], hit["title"], hit["date"], hit["source"]) for hit in hits]
    wanted = [expected._replace(origin=f"in/{expected.origin}") for expected in EXPECTED]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    again = run("-C", "c.db", "ingest", "in", "--format", "json").json
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, len(EXPECTED))


def test_every_kind_is_on_the_page() -> None:
    for format_ in get_args(Format):
        assert f"`{format_}`" in PAGE, format_


def test_every_command_of_the_page_runs(tmp_path: Path) -> None:
    if not shutil.which("bash"):
        pytest.skip("the commands need bash")
    write_examples(tmp_path)
    commands = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(commands) > 5
    script = f"set -euo pipefail\n{''.join(commands)}"
    program = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path) | {"PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    named = {name for name in examples() if "_files" not in name}
    missing = {name for name in named if name not in "".join(commands)}
    assert not missing, "the page shows each of the examples"
