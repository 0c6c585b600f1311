"""The engine whose index is in an OpenSearch cluster. Nothing outside this package searches there."""
