"""What every test gets: a fixed hypothesis profile, a cache of its own, and the folder of outside data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("nkcorpus", deadline=None, print_blob=True)
settings.load_profile("nkcorpus")

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def cache_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the indexes of this test, never the user's own."""
    folder = tmp_path / "nkcorpus-cache"
    monkeypatch.setenv("NKCORPUS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the repository; tests that need it are skipped without it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"there is no folder '{folder.name}' beside the repository")
    return folder
