"""Clusters of near-duplicate texts in a cluster of machines, followed by each writer for what it wrote.

A cluster of texts depends on nothing but the texts that the corpus holds. Writers look for near duplicates when what
they wrote can be found: so of two that wrote some at once, at least one sees both. Which texts belong together is
decided by `unions`; the articles carry the digest that names their cluster, and whoever writes one looks afterwards
whether that still is its name.
"""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nkcorpus.cluster import Cluster
from nkcorpus.dedupe import Profile, is_near, profile
from nkcorpus.results import Likeness
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionBody
from nkcorpus.store.opensearch.unions import Unions

Relabel = Callable[[Iterable[str], Callable[[str], str]], list[str]]
"""Puts articles, by id, into the cluster that a function tells of a text's digest; returns those that were changed."""
_MOST_PROFILES = 500  # of 50 KB for an article of 400 words
_MOST_COUNTED = 1000
_TERMS = 30_000
"""Terms of one query; OpenSearch takes 65,536 (`index.max_terms_count`)."""


@dataclass(frozen=True, slots=True)
class Written:
    """An article before and after a change."""

    before: ArticleState | None
    after: ArticleState


@dataclass(frozen=True, slots=True)
class _Text:
    """A text and an article that has it. Texts of one `label` are joined already; it is the digest where they may not
    be.
    """

    digest: str
    article: str
    bands: tuple[int, ...]
    label: str


class Clusters:
    """The clusters of one corpus."""

    def __init__(self, cluster: Cluster, relabel: Relabel) -> None:
        self._cluster = cluster
        self._relabel = relabel
        self._unions = Unions(cluster)
        self._profiles: OrderedDict[str, Profile] = OrderedDict()

    def join(self, written: Sequence[Written]) -> tuple[dict[str, Likeness | None], set[str]]:
        """Join the new texts of articles that were written, and can be found, to their near duplicates. Return by
        article which are like another one, and the ids of those that were written again.
        """
        texts = [text for one in written if (text := _new_text(one))]
        likenesses: dict[str, Likeness | None] = {one.after.id: None for one in written}
        if not texts:
            return likenesses, set()
        bodies = {one.after.text_digest: one.after.newest for one in written if one.after.text_digest}
        found = list(self._others(texts, {"terms": {"id": [text.article for text in texts]}}))
        pairs = self._pairs(texts, found, bodies)
        seen = {other.digest for other in found}
        near = {digest for digest, _ in pairs}
        for text in texts:
            if text.digest in seen:
                likenesses[text.article] = "exact"
            elif text.digest in near:
                likenesses[text.article] = "near"
            seen.add(text.digest)
        absorbed = self._unions.join(pairs) if pairs else set()
        labels = {one.after.cluster for one in written if one.after.cluster}
        return likenesses, self._settle(absorbed | labels)

    def forget(self, gone: Sequence[tuple[str, str]]) -> None:
        """Let texts, given by digest and cluster, that no article has any more be in no cluster: what they held
        together may fall apart.
        """
        if not gone:
            return
        lost = set(dict(gone)) - self._stored(dict(gone))
        labels = {label for digest, label in gone if digest in lost}
        members = list(self._members(labels)) if lost else []
        if not members and labels <= lost:
            return
        self._unions.part([*lost, *labels, *(text.digest for text in members)])
        self._cluster.refresh(ARTICLES)  # what others wrote until then is looked for now, what they write later by them
        members = list(self._members(labels))
        absorbed = self._unions.join(self._pairs(members, list(self._others(members, None)), {}))
        roots = self._unions.roots(text.digest for text in members)
        self._relabel(self._articles_in(labels), functools.partial(self._root, roots))
        self._settle(absorbed | set(roots.values()))

    def _settle(self, labels: set[str]) -> set[str]:
        """See that no article is left in a cluster of one of these names that is none; return those written again."""
        relabelled: set[str] = set()
        while True:
            roots = self._unions.roots(labels)
            stale = {label for label, root in roots.items() if root != label}
            if not stale:
                return relabelled
            relabelled |= set(self._relabel(self._articles_in(stale), functools.partial(self._root, roots)))
            labels = {roots[label] for label in stale}

    def _root(self, known: Mapping[str, str], digest: str) -> str:
        return known[digest] if digest in known else self._unions.roots([digest])[digest]

    def _pairs(
        self, texts: Sequence[_Text], others: Sequence[_Text], bodies: Mapping[str, VersionBody]
    ) -> list[tuple[str, str]]:
        """Return pairs of near duplicates of which the first is one of `texts`, the second one before it or one of
        `others`: enough to join all that belong together. `bodies` need not be read.
        """
        stored = {other.digest for other in others}
        by_band: defaultdict[int, list[_Text]] = defaultdict(list)
        for other in others:
            for band in other.bands:
                by_band[band].append(other)
        group: dict[str, str] = {}
        pairs: list[tuple[str, str]] = []
        met: set[str] = set()
        for text in texts:
            if text.digest in stored or text.digest in met:
                continue  # who wrote it first joins it
            met.add(text.digest)
            candidates = {other.digest: other for band in text.bands for other in by_band[band]}
            for other in sorted(candidates.values(), key=lambda each: each.digest):
                ours, theirs = _find(group, text.digest), _find(group, other.label)
                if ours != theirs and self._is_near(text, other, bodies):
                    group[theirs] = ours
                    pairs.append((text.digest, other.digest))
            for band in text.bands:
                by_band[band].append(text)
        return pairs

    def _is_near(self, one: _Text, other: _Text, bodies: Mapping[str, VersionBody]) -> bool:
        first, second = self._profile(one, bodies), self._profile(other, bodies)
        return first is not None and second is not None and is_near(first, second)

    def _profile(self, text: _Text, bodies: Mapping[str, VersionBody]) -> Profile | None:
        """Return what of a text is compared, None where its article has another one by now."""
        known = self._profiles.get(text.digest)
        if known is not None:
            self._profiles.move_to_end(text.digest)
            return known
        body = bodies.get(text.digest)
        if body is None:
            document = self._cluster.get(ARTICLES, text.article)
            state = ArticleState.of(document.source) if document else None
            if state is None or state.text_digest != text.digest:
                return None
            body = state.newest
        known = self._profiles[text.digest] = profile(body.document.text)
        if len(self._profiles) > _MOST_PROFILES:
            self._profiles.popitem(last=False)
        return known

    def _others(self, texts: Sequence[_Text], besides: Source | None) -> Iterator[_Text]:
        """Yield the texts that have a band in common with these or are the same, each once, but for the articles of a
        query.
        """
        bands = sorted({band for text in texts for band in text.bands})
        digests = sorted({text.digest for text in texts})
        own = {text.digest for text in texts} if besides is None else set()
        yielded: set[str] = set(own)
        for number in range(0, max(len(bands), len(digests)), _TERMS):
            either = [
                {"terms": {"bands": bands[number : number + _TERMS]}},
                {"terms": {"text_digest": digests[number : number + _TERMS]}},
            ]
            query: Source = {"bool": {"should": either, "minimum_should_match": 1}}
            if besides:
                query["bool"]["must_not"] = [besides]
            for text in self._distinct({"bool": {"filter": [query]}}):
                if text.digest not in yielded:
                    yielded.add(text.digest)
                    yield text

    def _members(self, labels: Collection[str]) -> Iterator[_Text]:
        """Yield the texts of clusters, each once."""
        for some in batches(sorted(labels), _TERMS):
            for text in self._distinct({"terms": {"cluster": some}}):
                yield replace(text, label=text.digest)

    def _distinct(self, query: Source) -> Iterator[_Text]:
        """Yield the texts of the articles that a query finds, each once."""
        body = {"query": query, "sort": ["text_digest"], "collapse": {"field": "text_digest"}}
        for fields in fields_of(self._cluster, ARTICLES, body, ["text_digest", "bands", "cluster", "id"]):
            if "text_digest" in fields:
                digest = fields["text_digest"][0]
                label = fields.get("cluster", [digest])[0]
                yield _Text(digest, fields["id"][0], tuple(fields.get("bands", ())), label)

    def _articles_in(self, labels: Collection[str]) -> list[str]:
        """Return the ids of the articles of clusters."""
        found: list[str] = []
        for some in batches(sorted(labels), _TERMS):
            body = {"query": {"terms": {"cluster": some}}, "sort": ["id"]}
            found += [fields["id"][0] for fields in fields_of(self._cluster, ARTICLES, body, ["id"])]
        return found

    def _stored(self, digests: Collection[str]) -> set[str]:
        """Return those of these texts that any article has."""
        found: set[str] = set()
        for some in batches(sorted(digests), _MOST_COUNTED):
            body = {
                "query": {"terms": {"text_digest": some}},
                "size": 0,
                "aggs": {"texts": {"terms": {"field": "text_digest", "include": some, "size": len(some)}}},
            }
            buckets = self._cluster.search(ARTICLES, body)["aggregations"]["texts"]["buckets"]
            found |= {bucket["key"] for bucket in buckets}
        return found


def _new_text(one: Written) -> _Text | None:
    """Return the text of an article that it did not have before."""
    after = one.after
    if after.text_digest is None or (one.before and one.before.text_digest == after.text_digest):
        return None
    return _Text(after.text_digest, after.id, after.bands, after.text_digest)


def _find(group: dict[str, str], label: str) -> str:
    while label in group:
        label = group[label]
    return label
