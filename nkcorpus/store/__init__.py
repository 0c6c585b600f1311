"""The truth: articles, versions, cuts and runs, behind a Protocol that every kind of store fulfils."""

from nkcorpus.store.base import (
    Current,
    Known,
    Recleaned,
    Recleaner,
    Store,
    StoredRule,
    StoredText,
    StoreWriter,
    joined,
)

__all__ = [
    "Current",
    "Known",
    "Recleaned",
    "Recleaner",
    "Store",
    "StoreWriter",
    "StoredRule",
    "StoredText",
    "joined",
]
