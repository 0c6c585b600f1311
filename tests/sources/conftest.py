"""The command line, for what only shows when an input has gone all the way."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests.cli.support import Run, run_program


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command as a user whose home is `tmp_path`."""
    return functools.partial(run_program, tmp_path)
