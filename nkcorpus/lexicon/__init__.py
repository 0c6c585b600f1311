"""What the field's words are: organisations, people, places and terms as TOML data; how Korean names are spelled."""

from __future__ import annotations

from nkcorpus.lexicon.names import Names, load_names

__all__ = ["Names", "load_names"]
