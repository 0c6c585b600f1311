"""The numbers of changes in a cluster: up to which all is whole, and whose writer is dead."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from nkcorpus.cluster import Cluster
from nkcorpus.model import Indexable, Removal
from nkcorpus.store.opensearch import lists
from nkcorpus.store.opensearch.ledger import NAME, Ledger, Range
from nkcorpus.store.opensearch.store import OpenSearchStore

from .builders import TOOL, add, prepared
from .homes import ClusterHome


def test_all_is_whole_up_to_the_first_range_that_is_open(cluster_home: ClusterHome) -> None:
    with closing(Cluster(cluster_home.address)) as cluster:
        ledger = Ledger(cluster)
        assert (ledger.position(), ledger.allocated()) == (0, 0)
        one, other = ledger.take(3, [("a" * 16, "b" * 16)]), ledger.take(2)
        assert [(one.first, one.last), (other.first, other.last)] == [(1, 3), (4, 5)]
        assert ledger.close(other)
        assert (ledger.position(), ledger.allocated()) == (0, 5)
        assert ledger.dead() == []
        ledger.give_up(one)
        assert ledger.dead() == [replace(one, until=0)]
        assert ledger.close(one)
        assert not ledger.close(one)
        assert (ledger.position(), ledger.allocated()) == (5, 5)


def test_numbers_that_many_take_at_once_are_taken_once(cluster_home: ClusterHome) -> None:
    with closing(Cluster(cluster_home.address)) as cluster, ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda count: Ledger(cluster).take(count), range(1, 9)))
        assert sorted(n for each in taken for n in range(each.first, each.last + 1)) == list(range(1, 37))
        assert all(pool.map(lambda each: Ledger(cluster).close(each), taken))
        assert Ledger(cluster).position() == 36


def test_a_range_whose_process_is_no_more_or_whose_time_is_up_is_a_dead_writers() -> None:
    living = Range(1, 1, Ledger.owner(), 2**40)
    host = living.owner.partition("/")[0]
    assert not living.is_dead
    assert replace(living, until=0).is_dead
    assert replace(living, owner=f"{host}/999999999/00").is_dead
    assert not replace(living, owner="another-host/999999999/00").is_dead


def test_a_writer_that_is_taken_for_dead_numbers_what_it_wrote_anew(cluster_home: ClusterHome) -> None:
    told: list[Indexable | Removal] = []
    other = cluster_home.open()

    def steal(changes: Sequence[Indexable | Removal]) -> None:
        told.extend(changes)
        if len(told) == 1:
            with closing(Cluster(cluster_home.address)) as cluster:
                stored = cluster.get(lists.PART, NAME)
                assert stored
                [taken] = stored.source["body"]["open"]
                Ledger(cluster).give_up(Range(taken["first"], taken["last"], taken["owner"], taken["until"]))
            other.recover()

    with closing(OpenSearchStore(Cluster(cluster_home.address), TOOL, on_changed=steal)) as store:
        item = prepared("Rice rose.")
        add(store, item)
        assert [(change.id, change.seq) for change in told] == [(item.article_id, 1), (item.article_id, 2)]
        assert [change.seq for change in store.changes(0)] == [store.position().seq] == [2]


def test_a_writer_that_fails_leaves_its_work_to_others_at_once(cluster_home: ClusterHome) -> None:
    item = prepared("Rice rose.")

    def fail(changes: Sequence[Indexable | Removal]) -> None:
        raise ZeroDivisionError

    with closing(OpenSearchStore(Cluster(cluster_home.address), TOOL, on_changed=fail)) as store:
        try:
            add(store, item)
        except ZeroDivisionError:
            assert store.position().seq == 0
    heir = cluster_home.open()
    assert [change.id for change in heir.changes(0)] == []
    heir.recover()
    assert [change.id for change in heir.changes(0)] == [item.article_id]
