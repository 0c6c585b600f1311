"""The default engine: Whoosh, embedded and in pure Python. Nothing outside this package imports it to search."""

from nkcorpus.index.whoosh.engine import WhooshIndex

__all__ = ["WhooshIndex"]
