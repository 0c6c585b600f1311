"""Looking whether a corpus file is as it must be. Nothing here writes to it."""

from nkcorpus.store.sqlite.checks.inspection import inspect

__all__ = ["inspect"]
