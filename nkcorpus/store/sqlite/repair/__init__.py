"""Making a whole corpus file of a damaged one. The damaged file is read only."""

from nkcorpus.store.sqlite.repair.exchange import exchanging
from nkcorpus.store.sqlite.repair.salvage import salvage

__all__ = ["exchanging", "salvage"]
