"""Clusters of near-duplicate texts in a cluster of machines, followed by each writer for what it wrote.

A cluster of texts depends on nothing but the texts that the corpus holds. Writers look for near duplicates when what
they wrote can be found: so of two that wrote some at once, at least one sees both. Which texts belong together is
decided by `unions`; the articles carry the digest that names their cluster, and whoever writes one looks afterwards
whether that still is its name.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from nkcorpus.cluster import Cluster
from nkcorpus.dedupe import Profile, is_near, profile
from nkcorpus.results import Likeness
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionBody
from nkcorpus.store.opensearch.unions import Unions

Relabel = Callable[[Iterable[str], Callable[[str, str], str]], list[str]]
"""Puts articles, by id, into the cluster that a function tells of an id and the digest of its text; returns the ids of
those that were changed.
"""
_MOST_PROFILES = 500  # of 50 KB for an article of 400 words
_MOST_COUNTED = 1000
_READ = 100
_TERMS = 30_000
"""Terms of one query; OpenSearch takes 65,536 (`index.max_terms_count`)."""


@dataclass(frozen=True, slots=True)
class Written:
    """An article before and after a change."""

    before: ArticleState | None
    after: ArticleState


@dataclass(frozen=True, slots=True)
class _Text:
    """A text and an article that has it. Texts of one `label` are joined already; a text of its own digest may be."""

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
        found = self._rooted(self._others(texts, {"terms": {"id": [text.article for text in texts]}}))
        pairs = self._pairs(texts, found, bodies)
        seen = {other.digest for other in found}
        near = {one.digest for one, _ in pairs}
        for text in texts:
            if text.digest in seen:
                likenesses[text.article] = "exact"
            elif text.digest in near:
                likenesses[text.article] = "near"
            seen.add(text.digest)
        labels = {one.after.id: (one.after.text_digest or "", one.after.cluster or "") for one in written}
        return likenesses, self._settle({text.article: labels[text.article] for text in texts}, self._join(pairs), {})

    def forget(self, gone: Sequence[tuple[str, str]]) -> None:
        """Let texts, given by digest and cluster, that no article has any more be in no cluster: what they held
        together may fall apart.
        """
        lost = set(dict(gone)) - self._stored(dict(gone)) if gone else set()
        if lost:
            self.regroup({label for digest, label in gone if digest in lost}, lost)

    def regroup(self, labels: Set[str], lost: Set[str] = frozenset()) -> None:
        """Put clusters together anew, without texts that are lost.

        All that may have been joined in them is parted and joined anew. Whoever joins any of it meanwhile has either
        stored what is looked for here, or looks for it when all is parted.
        """
        parted: set[str] = set()
        left = set(labels | lost)
        while True:
            below = self._unions.below(left)
            members = list(self._members(labels, left | below | parted))
            left = (left | below | {text.digest for text in members}) - parted
            if not left:
                break
            has_changed = self._unions.part(left)
            if not (has_changed or members):
                return
            parted |= left
            self._cluster.refresh(ARTICLES)
        absorbed = self._join(self._pairs(members, self._rooted(self._others(members, None)), {}))
        self._settle({}, absorbed | labels | parted, self._articles_in(labels | parted))

    def _join(self, pairs: Sequence[tuple[_Text, _Text]]) -> set[str]:
        """Have near duplicates belong together; return what named clusters and does not any more."""
        if not pairs:
            return set()
        absorbed = self._unions.join([(one.digest, other.digest) for one, other in pairs])
        others = {other.article: other.digest for _, other in pairs}
        stored = self._cluster.get_many(ARTICLES, list(others), fields=["text_digest"])
        is_there = {document.source.get("text_digest") for document in stored if document}
        # Whoever took a text away meanwhile may have looked before anything was joined to it.
        self.forget([(digest, digest) for digest in others.values() if digest not in is_there])
        return absorbed

    def _settle(
        self,
        written: Mapping[str, tuple[str, str]],
        labels: set[str],
        unsettled: Mapping[str, str],
    ) -> set[str]:
        """See that articles are in the clusters of their texts: those `written` with the digest and the cluster that
        are given, those that are `unsettled`, by id with their digests, and those in clusters of names that are none
        any more. Return which of them were written again.
        """
        relabelled: set[str] = set()
        while True:
            roots = self._unions.roots({*labels, *(digest for digest, _ in written.values())})
            targets = {article: digest for article, (digest, label) in written.items() if roots[digest] != label}
            targets |= {**unsettled, **self._articles_in([label for label in labels if roots[label] != label])}
            if not targets:
                return relabelled
            written = self._relabelled(targets, self._unions.roots(targets.values()))
            relabelled |= written.keys()
            labels, unsettled = {label for _, label in written.values()}, {}

    def _relabelled(self, articles: Iterable[str], roots: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Put articles into the clusters of their texts; return those that were in others, with digest and cluster."""
        told: dict[str, tuple[str, str]] = {}

        def label_of(article: str, digest: str) -> str:
            root = roots[digest] if digest in roots else self._unions.roots([digest])[digest]
            told[article] = digest, root
            return root

        return {article: told[article] for article in self._relabel(articles, label_of)}

    def _rooted(self, texts: Iterable[_Text]) -> list[_Text]:
        """Return texts with the clusters that they are in at this moment: what their articles say may be outdated."""
        found = list(texts)
        roots = self._unions.roots(text.digest for text in found)
        return [replace(text, label=roots[text.digest]) for text in found]

    def _pairs(
        self, texts: Sequence[_Text], others: Sequence[_Text], bodies: Mapping[str, VersionBody]
    ) -> list[tuple[_Text, _Text]]:
        """Return pairs of near duplicates of which the first is one of `texts`, the second one before it or one of
        `others`: enough to join all that belong together. `bodies` need not be read.
        """
        stored = {other.digest for other in others}
        self._read_ahead({other.label: other for other in others if other.digest not in bodies}.values())
        by_band: defaultdict[int, list[_Text]] = defaultdict(list)
        for other in others:
            for band in other.bands:
                by_band[band].append(other)
        group: dict[str, str] = {}
        pairs: list[tuple[_Text, _Text]] = []
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
                    pairs.append((text, other))
            for band in text.bands:
                by_band[band].append(text)
        return pairs

    def _is_near(self, one: _Text, other: _Text, bodies: Mapping[str, VersionBody]) -> bool:
        first, second = self._profile(one, bodies), self._profile(other, bodies)
        return first is not None and second is not None and is_near(first, second)

    def _profile(self, text: _Text, bodies: Mapping[str, VersionBody]) -> Profile | None:
        """Return what of a text is compared, None where its article has another one by now."""
        if text.digest in bodies:
            return self._remembered(text.digest, bodies[text.digest])
        if text.digest not in self._profiles:
            self._read_ahead([text])
        return self._remembered(text.digest)

    def _read_ahead(self, texts: Iterable[_Text]) -> None:
        """Read texts that are going to be compared, many at once."""
        unread = [text for text in texts if text.bands and text.digest not in self._profiles]
        for some in batches(unread[:_MOST_PROFILES], _READ):
            for document in self._cluster.get_many(ARTICLES, [text.article for text in some]):
                state = ArticleState.of(document.source) if document else None
                if state and state.text_digest:
                    self._remembered(state.text_digest, state.newest)

    def _remembered(self, digest: str, body: VersionBody | None = None) -> Profile | None:
        known = self._profiles.pop(digest, None)
        if known is None and body is not None:
            known = profile(body.document.text)
        if known is not None:
            self._profiles[digest] = known
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

    def _members(self, labels: Collection[str], digests: Collection[str]) -> Iterator[_Text]:
        """Yield the texts of clusters, and those of these that any article has."""
        yielded: set[str] = set()
        for field, values in (("cluster", labels), ("text_digest", digests)):
            for some in batches(sorted(values), _TERMS):
                for text in self._distinct({"terms": {field: some}}):
                    if text.digest not in yielded:
                        yielded.add(text.digest)
                        yield text

    def _distinct(self, query: Source) -> Iterator[_Text]:
        """Yield the texts of the articles that a query finds, each once."""
        body = {"query": query, "sort": ["text_digest"], "collapse": {"field": "text_digest"}}
        for fields in fields_of(self._cluster, ARTICLES, body, ["text_digest", "bands", "id"]):
            if "text_digest" in fields:
                digest = fields["text_digest"][0]
                yield _Text(digest, fields["id"][0], tuple(fields.get("bands", ())), digest)

    def _articles_in(self, labels: Collection[str]) -> dict[str, str]:
        """Return the articles of clusters, by id, with the digests of their texts."""
        found: dict[str, str] = {}
        for some in batches(sorted(labels), _TERMS):
            body = {"query": {"terms": {"cluster": some}}, "sort": ["id"]}
            for fields in fields_of(self._cluster, ARTICLES, body, ["id", "text_digest"]):
                if "text_digest" in fields:
                    found[fields["id"][0]] = fields["text_digest"][0]
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
