"""A file and a cluster that have the same history: the same corpus."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.model import ArticleDate, Prepared, Span

from .builders import add, prepared
from .homes import AnyStore, ClusterHome, FileHome
from .test_clusters import story
from .test_counts import reclean

_TEXTS = ["", "Rice rose in Hyesan.", *(story(1, start=start) for start in (0, 25, 50, 75)), story(2)]
_ITEMS = st.builds(
    lambda text, number, source, date, removed, payload: prepared(
        text,
        url=f"https://news.example/{number}",
        source=source,
        date=date,
        removed=removed if text else (),
        payload=payload,
    ),
    text=st.sampled_from(_TEXTS),
    number=st.integers(0, 5),
    source=st.sampled_from([None, "Post", "Daily NK"]),
    date=st.sampled_from([None, ArticleDate("2018", "year", "meta"), ArticleDate("2019-06", "month", "url")]),
    removed=st.sampled_from([(), (Span(0, 1, "tail", "credit"),)]),
    payload=st.sampled_from([None, b"the same bytes"]),
)
_STEPS = st.lists(
    st.lists(_ITEMS, min_size=1, max_size=5) | st.sets(st.integers(0, 5), min_size=1) | _ITEMS, max_size=4
)
EXAMPLES = 3
Step = list[Prepared] | set[int] | Prepared


def check_histories(address: str, examples: int) -> None:
    """Check that many histories end alike in a file and in a cluster."""

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=examples == EXAMPLES,
    )
    @given(_STEPS)
    def check(steps: Sequence[Step]) -> None:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            file, cluster = FileHome(Path(folder), stack).open(), ClusterHome(address, stack).open()
            for step in steps:
                assert taken(file, step) == taken(cluster, step)
                assert file.export_hash() == cluster.export_hash()
                assert file.stats() == cluster.stats()
                assert file.clusters() == cluster.clusters()
            assert contents(file) == contents(cluster)

    check()


def taken(store: AnyStore, step: Step) -> object:
    """Add some articles, remove some, or clean one anew; return what the store tells of it."""
    if isinstance(step, set):
        return store.remove([prepared("", url=f"https://news.example/{number}").article_id for number in sorted(step)])
    if isinstance(step, Prepared):
        reclean(store, step)
        return 1
    add(store, *step)
    return len(step)


def contents(store: AnyStore) -> object:
    """Return all that a store tells of its articles but for times and numbers of changes."""
    ids = [text.article_id for text in store.texts()]
    return (
        [(each.document, each.text, each.words, each.near_duplicates) for each in store.articles(ids)],
        [[(each.info.number, each.document, each.text) for each in store.versions(article)] for article in ids],
        [(each.article_id, each.number, each.sha256, each.payload) for each in store.payloads()],
        sorted((change.id, type(change).__name__, getattr(change, "cluster", None)) for change in store.changes(0)),
    )


def test_a_file_and_a_cluster_with_one_history_are_the_same_corpus(shared_homes: str) -> None:
    check_histories(shared_homes, EXAMPLES)
