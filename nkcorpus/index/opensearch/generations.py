"""The indices that a corpus' index has had in a cluster: the one that is searched, and those that are being made.

Each generation is an index of articles and one of words with the same version and token in their names. The aliases
`search` and `words` are of those that are searched; what has no alias is a draft, or what a killed process left of one.
Whoever writes writes to all generations, so that a draft lacks nothing when the aliases are switched to it.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import NamedTuple

from nkcorpus.cluster import Cluster, Write
from nkcorpus.errors import CorpusTooNew
from nkcorpus.index.opensearch.mapping import INDEX_VERSION, LIVE, POSITION, articles_body, words_body
from nkcorpus.query.analysis import ANALYSIS_VERSION

VERSION = (INDEX_VERSION, ANALYSIS_VERSION)
SEARCH, WORDS = "search", "words"
"""The aliases."""

_LEASE = "_lease"
LEASE_SECONDS = 120.0
"""A draft that nobody has vouched for as long is one that a killed process left."""
_NAME = re.compile(r"(?:search|words)-(\d+)\.(\d+)-([0-9a-f]{16})")


class Generation(NamedTuple):
    """A pair of indices. `token` is 16 hex digits, of which 8 tell when it was begun, in Unix seconds."""

    version: tuple[int, int]
    token: str

    @classmethod
    def begun(cls) -> Generation:
        """Return a new one."""
        return cls(VERSION, f"{int(time.time()):08x}{secrets.token_hex(4)}")

    @property
    def began(self) -> int:
        """When it was begun, in Unix seconds."""
        return int(self.token[:8], 16)

    @property
    def search(self) -> str:
        """The index of articles, as a part of the corpus."""
        return self._part(SEARCH)

    @property
    def words(self) -> str:
        """The index of words, as a part of the corpus."""
        return self._part(WORDS)

    def _part(self, alias: str) -> str:
        index, analysis = self.version
        return f"{alias}-{index}.{analysis}-{self.token}"


class Generations:
    """The generations of one corpus."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def current(self) -> Generation | None:
        """Return the one that is searched, if it is of this version. Raises CorpusTooNew."""
        return next((found for found, is_current in self._all().items() if is_current and _is_ours(found)), None)

    def open(self) -> set[Generation]:
        """Return those of this version, which take what is written: the one that is searched and the drafts."""
        return {found for found, _ in self._all().items() if found.version == VERSION}

    def new(self) -> Generation:
        """Make an empty draft, with a lease on it."""
        made = Generation.begun()
        self._cluster.create(made.words, words_body())
        self._cluster.create(made.search, articles_body())
        self.renew(made)
        return made

    def renew(self, draft: Generation, seconds: float = LEASE_SECONDS) -> None:
        """Vouch for a draft for so long."""
        until = {"until": time.time() + seconds}
        self._cluster.write(draft.search, [Write.put(_LEASE, {LIVE: False, POSITION: until})])

    def is_being_made(self) -> bool:
        """Tell whether a process is at work on a draft of this version."""
        return any(
            found.version == VERSION and not is_current and self._is_vouched_for(found)
            for found, is_current in self._all().items()
        )

    def switch(self, draft: Generation) -> None:
        """Have a draft searched from now on, and clear all others that nobody is at work on."""
        index_of = self._cluster.index_of
        actions: list[dict[str, object]] = []
        for alias, part in ((SEARCH, draft.search), (WORDS, draft.words)):
            actions.append({"remove": {"index": index_of(f"{alias}-*"), "alias": index_of(alias), "must_exist": False}})
            actions.append({"add": {"index": index_of(part), "alias": index_of(alias)}})
        with self._cluster.errors():
            self._cluster.raw().indices.update_aliases(body={"actions": actions})
        self.renew(draft, 0.0)
        self.clear()

    def clear(self) -> None:
        """Delete all but the one that is searched and those that a process is at work on."""
        for found, is_current in self._all().items():
            if not is_current and not self._is_vouched_for(found):
                self.drop(found)

    def drop(self, found: Generation) -> None:
        """Delete one; no error where it is gone."""
        self._cluster.drop(found.search)
        self._cluster.drop(found.words)

    def _is_vouched_for(self, found: Generation) -> bool:
        lease = self._cluster.get(found.search, _LEASE)
        until: float = lease.source[POSITION]["until"] if lease else found.began + LEASE_SECONDS
        return until > time.time()

    def _all(self) -> dict[Generation, bool]:
        """Return all generations, each with whether it is the one that is searched."""
        index_of = self._cluster.index_of
        with self._cluster.errors():
            names = self._cluster.raw().indices.get_alias(index=f"{index_of(f'{SEARCH}-*')},{index_of(f'{WORDS}-*')}")
        found: dict[Generation, bool] = {}
        for name, known in names.items():
            if matched := _NAME.fullmatch(name.removeprefix(index_of(""))):
                one = Generation((int(matched[1]), int(matched[2])), matched[3])
                found[one] = found.get(one, False) or index_of(SEARCH) in known["aliases"]
        return found


def _is_ours(found: Generation) -> bool:
    if found.version > VERSION:
        raise CorpusTooNew("the search index of the corpus is of a newer version of nkcorpus; install that")
    return found.version == VERSION
