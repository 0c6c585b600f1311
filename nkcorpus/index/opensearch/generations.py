"""The indices that a corpus' index has had in a cluster: the one that is searched, and those that are being made.

Each generation is an index of articles and one of words, with the same version and token in their names. The one that
is searched has the aliases `search` and `words`; a draft has `search-draft`. Writers write to both, so that a draft
lacks nothing when it takes the place of the other, which is kept for a while: searches may be at work on it.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import NamedTuple

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.errors import CorpusTooNew
from nkcorpus.index.opensearch.mapping import INDEX_VERSION, LIVE, POSITION, articles_body, words_body
from nkcorpus.query.analysis import ANALYSIS_VERSION

VERSION = (INDEX_VERSION, ANALYSIS_VERSION)
LEASE_SECONDS = 120.0
"""So long a draft is one that somebody is at work on, unless that is said again, and one that was replaced is kept."""

SEARCH, WORDS, DRAFT = "search", "words", "search-draft"
"""The aliases."""
_LEASE = "_lease"
"""The id of the document that tells until when a generation that is not searched is to be kept."""
_NAME = re.compile(r"(?:search|words)-(\d+)\.(\d+)-([0-9a-f]{16})")


class Generation(NamedTuple):
    """A pair of indices. `token` is 16 hex digits, of which 8 tell when it was begun, in Unix seconds."""

    version: tuple[int, int]
    token: str

    @property
    def search(self) -> str:
        """The index of articles, as a part of the corpus."""
        return self._part(SEARCH)

    @property
    def words(self) -> str:
        """The index of words, as a part of the corpus."""
        return self._part(WORDS)

    @property
    def began(self) -> int:
        """When it was begun, in Unix seconds."""
        return int(self.token[:8], 16)

    def _part(self, alias: str) -> str:
        index, analysis = self.version
        return f"{alias}-{index}.{analysis}-{self.token}"


class Generations:
    """The generations of one corpus."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def current(self) -> Generation | None:
        """Return the one that is searched, if it is of this version. Raises CorpusTooNew."""
        return next((found for found, aliases in self._all().items() if SEARCH in aliases and _is_ours(found)), None)

    def open(self) -> set[Generation]:
        """Return those of this version that take what is written: the one that is searched and the drafts."""
        return {
            found
            for found, aliases in self._all().items()
            if found.version == VERSION and not aliases.isdisjoint((SEARCH, DRAFT))
        }

    def new(self) -> Generation:
        """Make an empty draft, with a lease on it."""
        made = Generation(VERSION, f"{int(time.time()):08x}{secrets.token_hex(4)}")
        drafted = {**articles_body(), "aliases": {self._cluster.index_of(DRAFT): {}}}
        self._cluster.create(made.words, words_body(), template=False)
        self._cluster.create(made.search, drafted, template=False)
        return made

    def keep(self, found: Generation, seconds: float = LEASE_SECONDS) -> None:
        """Have a generation that is not searched kept for so long from now on."""
        until = {"until": time.time() + seconds}
        self._cluster.write(found.search, [Write.put(_LEASE, {LIVE: False, POSITION: until})])

    def is_being_made(self) -> bool:
        """Tell whether somebody is at work on a draft of this version."""
        return any(
            found.version == VERSION and DRAFT in aliases and self._is_kept(found)
            for found, aliases in self._all().items()
        )

    def switch(self, draft: Generation) -> None:
        """Have a draft searched from now on."""
        for found, aliases in self._all().items():
            if SEARCH in aliases:
                self.keep(found)
        index_of = self._cluster.index_of
        actions: list[dict[str, object]] = []
        for alias, part in ((SEARCH, draft.search), (WORDS, draft.words)):
            others = {"index": f"{index_of(alias)}-*", "alias": index_of(alias), "must_exist": False}
            actions += [{"remove": others}, {"add": {"index": index_of(part), "alias": index_of(alias)}}]
        actions.append({"remove": {"index": index_of(draft.search), "alias": index_of(DRAFT)}})
        with self._cluster.errors():
            self._cluster.raw().indices.update_aliases(body={"actions": actions})

    def clear(self, *, at_once: bool = False) -> None:
        """Delete those that are not searched and not to be kept; `at_once` all but drafts that are being made."""
        for found, aliases in self._all().items():
            if SEARCH not in aliases and not (self._is_kept(found) and not (at_once and DRAFT not in aliases)):
                self.drop(found)

    def size(self) -> int:
        """Return the bytes that all of them take, copies of shards included."""
        with self._cluster.errors():
            found = self._cluster.raw().indices.stats(index=self._everything, metric="store")
        return int(found["_all"]["total"].get("store", {}).get("size_in_bytes", 0))

    def drop(self, found: Generation) -> None:
        """Delete one; no error where it is gone."""
        names = ",".join(map(self._cluster.index_of, (found.search, found.words)))
        with self._cluster.errors():
            self._cluster.raw().indices.delete(index=names, params={"ignore_unavailable": "true"})

    def _is_kept(self, found: Generation) -> bool:
        lease = self._cluster.get(found.search, _LEASE) if self._cluster.exists(found.search) else None
        until: float = lease.source[POSITION]["until"] if lease else found.began + LEASE_SECONDS
        return until > time.time()

    @property
    def _everything(self) -> str:
        return ",".join(f"{self._cluster.index_of(alias)}-*" for alias in (SEARCH, WORDS))

    def _all(self) -> dict[Generation, set[str]]:
        """Return all generations with their aliases."""
        index_of = self._cluster.index_of
        with self._cluster.errors():
            names = self._cluster.raw().indices.get_alias(index=self._everything)
        found: dict[Generation, set[str]] = {}
        for name, known in names.items():
            if matched := _NAME.fullmatch(name.removeprefix(index_of(""))):
                one = Generation((int(matched[1]), int(matched[2])), matched[3])
                found.setdefault(one, set()).update(alias.removeprefix(index_of("")) for alias in known["aliases"])
        return found


def _is_ours(found: Generation) -> bool:
    if found.version > VERSION:
        raise CorpusTooNew("the search index of the corpus is of a newer version of nkcorpus; install that")
    return found.version == VERSION
