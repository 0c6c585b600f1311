"""Where the corpus, the index cache and the settings file are.

One rule of precedence: option, environment, settings file, default. The command line hands options and
environment over as arguments; this module knows the file and the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from nkcorpus.errors import SettingsError

APP = "nkcorpus"
COLLECT_EVERY = 100_000
"""Allocations between garbage collections in processes of our own. Python's default of some hundreds costs about
15% of the time that HTML takes, for little memory: our data has few cycles but for the trees of pages."""
INDEX_MEMORY = 48
"""MB (2^20 bytes) of postings that are gathered in memory before they spill to disk, where nothing else is set."""
_MOST_MEMORY = 1 << 20


def default_corpus() -> Path:
    """Return the user's own corpus file: in the data directory of the XDG Base Directory Specification."""
    return _user_dir("data") / "corpus.db"


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that holds the indexes: `NKCORPUS_CACHE_DIR`, else the user's cache directory."""
    moved = environ.get("NKCORPUS_CACHE_DIR")
    return Path(moved) if moved else _user_dir("cache")


def index_memory(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many MB of postings may be in memory while articles are indexed: `NKCORPUS_INDEX_MEMORY`, else 48.

    Raises SettingsError when it is no whole number of 1 to 1,048,576.
    """
    text = environ.get("NKCORPUS_INDEX_MEMORY") or str(INDEX_MEMORY)
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and 1 <= int(text) <= _MOST_MEMORY):
        raise SettingsError(f"NKCORPUS_INDEX_MEMORY: '{text[:20]}' is no number of MB; give a whole one, such as 48")
    return int(text)


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the settings file: `NKCORPUS_CONFIG`, else `nkcorpus.toml` in the user's config directory."""
    named = environ.get("NKCORPUS_CONFIG")
    return Path(named) if named else _user_dir("config") / "nkcorpus.toml"


def load_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the settings file as nested dicts, empty when there is none.

    Top-level keys are global options, tables are commands: `[search]` with `format = "plain"`.
    Raises SettingsError when a named file is missing or the file is not TOML.
    """
    path = settings_path(environ)
    if not environ.get("NKCORPUS_CONFIG") and not path.exists():
        return {}
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such settings file; NKCORPUS_CONFIG names it") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the settings: {error.strerror}") from None
    if not content:
        return {}
    import tomllib  # rarely needed

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from None


def _user_dir(kind: Literal["data", "cache", "config"]) -> Path:
    from platformdirs import PlatformDirs  # not needed where options and environment name all places

    return Path(getattr(PlatformDirs(APP, appauthor=False), f"user_{kind}_dir"))
