"""The derived index, behind a Protocol that every engine fulfils. It can always be rebuilt from the store."""

from nkcorpus.index.base import DefinitionCount, Index, Matches, MatchMode, SearchOptions, SortOrder

__all__ = ["DefinitionCount", "Index", "MatchMode", "Matches", "SearchOptions", "SortOrder"]
