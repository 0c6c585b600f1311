"""Mending what can be of a corpus in a cluster: what follows from its articles, and what dead writers left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nkcorpus.cluster.client import Cluster
from nkcorpus.results import Problem
from nkcorpus.store.opensearch.changes import ArticleChanges, Revised
from nkcorpus.store.opensearch.checks import FIELDS
from nkcorpus.store.opensearch.groups import CLUSTERS, wrong_labels
from nkcorpus.store.opensearch.leftovers import LEFT, clear_leftovers
from nkcorpus.store.opensearch.states import ArticleState

MENDED = frozenset({FIELDS, CLUSTERS})
"""The kinds of problems that can be mended: the others are of what nothing else repeats."""


def mend(cluster: Cluster, changes: ArticleChanges, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Mend what a check found, complete what dead writers began, and delete what they left; yield what was mended."""
    changes.recover()
    found = [problem for problem in problems if problem.kind in MENDED]
    fields = [problem.what for problem in found if problem.kind == FIELDS]
    for article in changes.change(fields, _mended):
        yield Problem(FIELDS, article, "computed anew from its newest version")
    if labels := wrong_labels(cluster):
        changes.regroup(labels)
        for label in sorted(labels):
            yield Problem(CLUSTERS, label, "put together anew")
    if cleared := clear_leftovers(cluster):
        yield Problem(LEFT, "store", f"{cleared} documents that belonged to no article deleted")


def _mended(article: str, state: ArticleState | None) -> Revised | None:
    if state is None or not state.is_live:
        return None
    after = state.derived()
    # The cluster of a text is its own until it is found to be like others.
    return Revised(replace(after, cluster=after.cluster or after.text_digest))
