"""A corpus in an OpenSearch cluster. The package `nkcorpus.cluster` speaks with it; its layout is in `mappings`."""
