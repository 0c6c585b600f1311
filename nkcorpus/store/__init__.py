"""The truth: articles, versions, cuts and runs, behind a Protocol that every kind of store fulfils."""

from nkcorpus.store.base import Known, Store, StoreWriter

__all__ = ["Known", "Store", "StoreWriter"]
