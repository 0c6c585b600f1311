"""What an index in a cluster holds, as of its last refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from nkcorpus.cluster.client import Cluster
from nkcorpus.index.analysed import META, SEPARATOR
from nkcorpus.index.base import DefinitionCount
from nkcorpus.index.opensearch.generations import Generation
from nkcorpus.index.opensearch.mapping import LIVE, POSITION
from nkcorpus.index.opensearch.reader import Reader
from nkcorpus.index.opensearch.vocabulary import ClusterVocabulary
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.model import Position
from nkcorpus.query.ast import Pattern

ARTICLES: Mapping[str, Any] = {"term": {LIVE: True}}
"""The query that finds all articles."""
_PAGE = 1_000


class View:
    """Fulfils Terms for one generation. What was counted once is not counted again."""

    def __init__(self, cluster: Cluster, generation: Generation) -> None:
        self.cluster = cluster
        self.generation = generation
        self._words = ClusterVocabulary(cluster, generation)

    @property
    def vocabulary(self) -> Vocabulary:
        """See Terms."""
        return self._words

    @cached_property
    def reader(self) -> Reader:
        """The articles, as they are when they are first searched."""
        return Reader(self.cluster, self.generation.search, self)

    def close(self) -> None:
        """Let go of the articles that were searched."""
        if "reader" in self.__dict__:
            self.reader.close()

    @property
    def position(self) -> Position | None:
        """The change up to which the index was filled, now."""
        found = self.cluster.get(self.generation.search, META)
        return Position(**found.source[POSITION]) if found else None

    @property
    def count(self) -> int:
        """The number of articles, now."""
        return self.cluster.count(self.generation.search, ARTICLES)

    def fitting(self, pattern: Pattern) -> Iterator[str]:
        """See Terms."""
        return self._words.names_fitting(pattern)

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """See Terms."""
        return self._words.names_with_prefix(field, prefix)

    def document_frequencies(self, field: str, terms: Sequence[str]) -> Sequence[int]:
        """See Terms."""
        return self.reader.document_frequencies(field, terms)

    def definitions(self) -> Iterator[DefinitionCount]:
        """Yield what texts say that acronyms stand for, with how many articles do."""
        pages: dict[str, Any] = {"size": _PAGE, "sources": [{"definition": {"terms": {"field": "definition"}}}]}
        while True:
            body = {"size": 0, "query": ARTICLES, "aggs": {"definitions": {"composite": pages}}}
            found = self.cluster.search(self.generation.search, body)["aggregations"]["definitions"]
            for bucket in found["buckets"]:
                acronym, _, long_form = bucket["key"]["definition"].replace("\x1f", " ").partition(SEPARATOR)
                yield DefinitionCount(acronym, long_form, int(bucket["doc_count"]))
            if "after_key" not in found:
                return
            pages["after"] = found["after_key"]
