"""The engine whose index is in an OpenSearch cluster. Nothing outside this package searches there."""

from nkcorpus.index.opensearch.engine import OpenSearchIndex

__all__ = ["OpenSearchIndex"]
