"""Making a whole corpus file of a damaged one. The damaged file is read only."""

from nkcorpus.store.sqlite.repair.exchange import exchanging
from nkcorpus.store.sqlite.repair.salvage import Salvage, salvage

__all__ = ["Salvage", "exchanging", "salvage"]
