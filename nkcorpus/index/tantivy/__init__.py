"""The native engine (extra `tantivy`). Nothing outside this package imports it to search."""

from nkcorpus.index.tantivy.engine import TantivyIndex

__all__ = ["TantivyIndex"]
