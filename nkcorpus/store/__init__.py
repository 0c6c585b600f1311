"""The truth: articles, versions, cuts and runs, behind a Protocol that every kind of store fulfils."""

from nkcorpus.store.base import (
    Current,
    Finding,
    Known,
    Outcome,
    Recleaned,
    Recleaner,
    Store,
    StoredPayload,
    StoredText,
    StoreWriter,
)
from nkcorpus.store.desk import Desk, SavedSearch, StoredRule, joined
from nkcorpus.store.journal import Followed, Journal, JournalWriter
from nkcorpus.store.text import storable

__all__ = [
    "Current",
    "Desk",
    "Finding",
    "Followed",
    "Journal",
    "JournalWriter",
    "Known",
    "Outcome",
    "Recleaned",
    "Recleaner",
    "SavedSearch",
    "Store",
    "StoreWriter",
    "StoredPayload",
    "StoredRule",
    "StoredText",
    "joined",
    "storable",
]
