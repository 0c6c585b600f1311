"""Text that a store can hold."""

from __future__ import annotations


def storable(text: str) -> str:
    """Return `text` with U+FFFD for NUL and for what has no UTF-8 form, such as stray bytes of a command line."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")
