"""Which texts belong together: a union-find over their digests that any number of writers may change at once.

A text that is joined to another has a document with that one's digest, which is smaller; the smallest of a set, its
root, has none. A root is joined by creating its document, which fails where somebody else has joined it meanwhile. So
links only ever lead to smaller digests, and two sets that are to be one are one when all writers are done.
(Tarjan 1975, with links by order; Anderson and Woll 1991 for the compare-and-set.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nkcorpus.cluster import Cluster, Document, Write
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import TEXTS
from nkcorpus.store.opensearch.states import damaged

_TERMS = 30_000
"""Terms of one query; OpenSearch takes 65,536 (`index.max_terms_count`)."""


class Unions:
    """The sets of texts of one corpus."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def roots(self, digests: Iterable[str]) -> dict[str, str]:
        """Return the root of each of these texts, as it is at this moment."""
        wanted = list(dict.fromkeys(digests))
        parents = self._chains(wanted)
        return {digest: _root(parents, digest) for digest in wanted}

    def join(self, pairs: Collection[tuple[str, str]]) -> set[str]:
        """Make the texts of each pair belong together; return those that were roots and are none any more."""
        absorbed: set[str] = set()
        while True:
            parents = self._chains(dict.fromkeys(digest for pair in pairs for digest in pair))
            joined: dict[str, str] = {}
            for pair in pairs:
                small, great = sorted(_root(joined, _root(parents, digest)) for digest in pair)
                if small != great:
                    joined[great] = small
            if not joined:
                return absorbed
            absorbed |= joined.keys()
            self._cluster.write(
                TEXTS, [Write.create(text, {"text": text, "parent": parent}) for text, parent in joined.items()]
            )

    def below(self, digests: Iterable[str]) -> set[str]:
        """Return the texts that are joined to any of these, directly or through others."""
        found: set[str] = set()
        unread = set(digests)
        self._cluster.refresh(TEXTS)
        while unread:
            links = {
                fields["text"][0]
                for some in batches(sorted(unread), _TERMS)
                for fields in fields_of(
                    self._cluster, TEXTS, {"query": {"terms": {"parent": some}}, "sort": ["text"]}, ["text"]
                )
            }
            unread = links - found
            found |= links
        return found

    def part(self, digests: Iterable[str]) -> bool:
        """Let these texts be roots; tell whether any was none."""
        left = list(dict.fromkeys(digests))
        has_changed = False
        while left:
            links = [document for document in self._cluster.get_many(TEXTS, left, fields=[]) if document]
            has_changed |= bool(links)
            outcomes = self._cluster.write(TEXTS, [Write.delete(link.id, link) for link in links])
            left = [link.id for link, outcome in zip(links, outcomes, strict=True) if outcome == "conflict"]
        return has_changed

    def _chains(self, digests: Iterable[str]) -> dict[str, str]:
        """Return the links that lead from these texts to their roots."""
        parents: dict[str, str] = {}
        unread = dict.fromkeys(digests)
        seen = set(unread)
        while unread:
            found = self._cluster.get_many(TEXTS, list(unread), fields=["parent"])
            parents |= {link.id: _parent(link) for link in found if link}
            unread = dict.fromkeys(
                link.source["parent"] for link in found if link and link.source["parent"] not in seen
            )
            seen |= unread.keys()
        return parents


def _parent(link: Document) -> str:
    parent = link.source.get("parent")
    if not isinstance(parent, str) or parent >= link.id:  # what leads to a greater one may lead in a circle
        raise damaged(f"the text {link.id[:16]} is joined to none")
    return parent


def _root(parents: dict[str, str], digest: str) -> str:
    while digest in parents:
        digest = parents[digest]
    return digest
