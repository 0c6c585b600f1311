"""The documents say what the program does: generated pages are current, README's commands run."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import report
from benchmarks.results import RESULTS, Results
from nkcorpus.config import load_settings
from nkcorpus.dataclass import fields
from nkcorpus.dump import TYPES
from nkcorpus.model import FetchEntry, Gone, Note, Retrieval
from nkcorpus.store import StoredRule
from nkcorpus.store.sqlite.trust import DIGEST

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the sample, and the environment of a user who has nkcorpus on the path."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "data", folder / "data")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NKCORPUS_")}
    environ |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "share"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    return folder, environ


def test_cli_page_is_current(generate: ModuleType) -> None:
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == generate.cli_page()


def test_schema_page_is_current(generate: ModuleType) -> None:
    assert (ROOT / "docs" / "schema.md").read_text("utf-8") == generate.schema_page()


def test_digest_of_the_schema_is_current(generate: ModuleType) -> None:
    assert DIGEST.read_text("ascii") == generate.schema_digest()


def test_performance_page_and_the_figures_in_readme_are_those_measured() -> None:
    results = Results.read(RESULTS)
    assert (ROOT / "docs" / "performance.md").read_text("utf-8") == report.page(results)
    assert report.readme_with(README, results) == README
    assert (ROOT / "docs" / "performance.svg").exists()


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for requirement in requirements:
        name = re.split(r"[<>=]", requirement)[0]
        assert name in page, name


def test_the_two_commands_stand_in_readme_and_ci() -> None:
    first, second = blocks("sh")
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/nkcorpus ")
    assert second.strip() == "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest -n auto"


def test_every_command_of_the_readme_runs(playground: tuple[Path, dict[str, str]]) -> None:
    if not (shutil.which("bash") and shutil.which("jq")):
        pytest.skip("README's pipes need bash and jq")
    folder, environ = playground
    commands = "".join(blocks("bash"))
    script = f"set -euo pipefail\n{commands}"
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr

    frame, api = blocks("python")
    pytest.importorskip("pandas", reason="README's data frame needs pandas")
    for code in (frame, api):
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_every_command_of_the_page_about_exports_runs(playground: tuple[Path, dict[str, str]]) -> None:
    if not shutil.which("bash"):
        pytest.skip("the page's pipes need bash")
    folder, environ = playground
    page = (ROOT / "docs" / "export.md").read_text("utf-8")
    (commands,) = re.findall(r"^```bash\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    script = f"set -euo pipefail\nmkdir exports && cd exports\nnkcorpus -C demo.db ingest ../data/sample\n{commands}"
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    hashes = re.findall("export hash ([0-9a-f]{64})", done.stderr)
    assert len(hashes) == 3
    assert hashes[0] == hashes[1] != hashes[2]
    assert "0 new, 0 joined, 61 unchanged" in done.stderr
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder / "exports", env=environ, capture_output=True, text=True
    )
    assert done.stdout.startswith("61 "), done.stderr


def test_the_page_about_exports_names_every_type_and_field() -> None:
    page = (ROOT / "docs" / "export.md").read_text("utf-8")
    named = set(re.findall("`([a-z_0-9]+)`", page))
    assert named >= {*TYPES, "header", "end"}
    for cls in (*TYPES.values(), Retrieval, Gone, Note, StoredRule):
        if cls is not FetchEntry:
            assert {field.name for field in fields(cls)} <= named, cls


def test_the_transcript_is_real(playground: tuple[Path, dict[str, str]]) -> None:
    folder, environ = playground
    (transcript,) = blocks("console")
    commands = re.findall(r"^\$ nkcorpus -C demo.db (.*)$", transcript, re.MULTILINE)
    assert len(commands) == 3
    ids = re.findall(r"\b[0-9a-f]{12}\b", transcript)
    assert ids
    corpus = ["-C", "transcript.db"]

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nkcorpus", *corpus, *arguments],
            cwd=folder, env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout or done.stderr

    assert run("ingest", "data/sample") in transcript
    hits = run("search", "MSS lecture", "-n", "2", "--format", "ids").split()
    assert [hit[:12] for hit in hits] == ids
    assert run("show", "09a7", "--removed") in transcript


def test_the_settings_example_is_valid(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    file = tmp_path / "nkcorpus.toml"
    file.write_text(example, "utf-8")
    settings = load_settings({"NKCORPUS_CONFIG": str(file)})
    done = subprocess.run(
        [sys.executable, "-m", "nkcorpus", "-C", "none.db", "search", "x"],
        env=os.environ | {"NKCORPUS_CONFIG": str(file)}, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert settings["search"]["limit"] == 20
    assert "there is no corpus yet" in done.stderr
