"""What the package knows of North Korea's names, read from TOML when first needed."""

from __future__ import annotations

from nkcorpus.lexicon.names import Names, load_names

__all__ = ["Names", "load_names"]
