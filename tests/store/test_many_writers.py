"""Many writers in one corpus in a cluster: nothing twice, nothing lost, whoever dies."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from nkcorpus import Treatment
from nkcorpus.cluster import Cluster, ClusterAddress
from nkcorpus.model import Indexable, Prepared, Removal, SourceItem
from nkcorpus.pipeline import ingest
from nkcorpus.results import IngestReport
from nkcorpus.store.opensearch.store import OpenSearchStore

from .builders import TOOL, create, prepared
from .homes import AnyStore, ClusterHome
from .test_clusters import story

WRITERS = 4
T = TypeVar("T")


def pages(number: int) -> list[SourceItem]:
    """Web pages, some of which nearly have the text of the one before."""
    texts = [story(seed // 2, start=seed % 2 * 20) for seed in range(number)]
    return [
        SourceItem(f"{n}.html", f"{n}.html", "html", f"<html><article><p>{text}</p></article></html>".encode(), url=url)
        for n, text in enumerate(texts)
        for url in [f"https://news.example/{n}"]
    ]


def taken(store: AnyStore, items: Sequence[SourceItem]) -> IngestReport:
    with store.writing(["test"]) as writer:
        return ingest(writer, items, Treatment(), force=False, on_stored=lambda done, origin: None)


def at_once(home: ClusterHome, work: Callable[[AnyStore, int], T]) -> list[T]:
    """Return what each of some threads, with a corpus of its own, makes of its number."""

    def run(number: int) -> T:
        return work(home.open(), number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_pages_that_all_take_at_once_are_stored_once(cluster_home: ClusterHome, tmp_path: Path) -> None:
    items = pages(40)

    def work(store: AnyStore, number: int) -> IngestReport:
        order = random.Random(number).sample(items, len(items))
        return taken(store, order)

    reports = at_once(cluster_home, work)
    assert sum(report.new for report in reports) == len(items)
    assert sum(report.unchanged for report in reports) == len(items) * (WRITERS - 1)
    assert [report.updated for report in reports] == [0] * WRITERS
    store = cluster_home.open()
    with closing(create(tmp_path / "alone.db")) as alone:
        taken(alone, items)
        assert store.export_hash() == alone.export_hash()
        assert store.stats() == alone.stats()
        assert store.clusters() == alone.clusters()
    assert store.position().seq == store.allocated()


def come_and_go(home: ClusterHome, folder: Path, seed: int) -> None:
    """Have near duplicates brought and removed by writers at once; check that they end in their clusters."""
    chance = random.Random(seed)
    items = [
        prepared(story(seed + number % 3, start=chance.randrange(120)), external_id=str(number)) for number in range(24)
    ]
    staying = [item for item in items if chance.random() < 0.6]
    going = {item.article_id for item in items} - {item.article_id for item in staying}
    home.create(*(item for item in items if chance.random() < 0.5))

    def work(store: AnyStore, number: int) -> None:
        for item in random.Random(seed + number).sample(items[number::WRITERS], len(items) // WRITERS):
            with store.writing([]) as writer:
                if writer.known(item.article_id) is None:
                    writer.add(item)
                writer.finish(IngestReport())
            if item.article_id in going:
                store.remove([item.article_id])

    at_once(home, work)
    store = home.open()
    with closing(create(folder / f"{seed}.db", *staying)) as alone:
        assert store.clusters() == alone.clusters(), seed
        assert store.export_hash() == alone.export_hash(), seed


def test_near_duplicates_that_come_and_go_at_once_end_in_their_clusters(
    cluster_home: ClusterHome, tmp_path: Path
) -> None:
    come_and_go(cluster_home, tmp_path, 0)


def test_versions_that_all_bring_at_once_are_all_kept(cluster_home: ClusterHome) -> None:
    url = "https://news.example/rice"

    def work(store: AnyStore, number: int) -> IngestReport:
        page = f"<html><article><p>Rice rose to {number} won in Hyesan, a trader said.</p></article></html>"
        return taken(store, [SourceItem("rice.html", "rice.html", "html", page.encode(), url=url)])

    reports = at_once(cluster_home, work)
    assert sum(report.new for report in reports) == 1
    assert sum(report.updated for report in reports) == WRITERS - 1
    store = cluster_home.open()
    [change] = store.changes(0)
    texts = [version.text for version in store.versions(change.id)]
    assert len(set(texts)) == WRITERS
    assert [payload.number for payload in store.payloads([change.id])] == list(range(1, WRITERS + 1))


def _before(place: int) -> list[Prepared]:
    """A chain of near duplicates without its middle, and an article that joins another one."""
    return [
        prepared(story(100 + place, start=start), external_id=f"{place} {name}")
        for name, start in (("left", 0), ("right", 50), ("moving", 25))
    ]


def _after(place: int) -> list[Prepared]:
    return [
        prepared(story(100 + place, start=25), external_id=f"{place} middle"),
        prepared(story(900 + place), external_id=f"{place} moving"),
        prepared(story(900 + place, start=20), external_id=f"{place} other"),
    ]


def _die_in_a_commit(address: str, place: int, requests: int) -> None:
    """Commit, and end the process as it is about to send one of its requests."""
    from nkcorpus.cluster.wire import Wire

    store = OpenSearchStore(Cluster(ClusterAddress.parse(address)), TOOL)
    with store.writing([]) as writer:
        for item in _after(place):
            writer.add(item)
        left = requests
        ask = Wire.ask

        def asked(wire: Wire, *arguments: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)
            return ask(wire, *arguments, **options)  # type: ignore[arg-type]

        Wire.ask = asked  # type: ignore[method-assign, assignment]
        writer.commit()
    os._exit(0)


def killed_at(home: ClusterHome, folder: Path, places: Sequence[int]) -> int:
    """Kill a writer at each of these requests of its commit; check that others complete what it began. Return how many
    were killed before they were done.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nkcorpus.store.opensearch.writer", "nkcorpus.cluster.wire"])
    before = [item for place in places for item in _before(place)]
    store = home.create(*before)
    address = str(home.address)
    codes: list[int | None] = []
    for place in places:
        process = context.Process(target=_die_in_a_commit, args=(address, place, place))
        process.start()
        process.join()
        codes.append(process.exitcode)
    assert set(codes) <= {0, 9}
    indexed: dict[str, Indexable | Removal] = {}

    def index(changes: Sequence[Indexable | Removal]) -> None:
        indexed.update((change.id, change) for change in changes)

    position = store.position().seq
    heir = OpenSearchStore(Cluster(ClusterAddress.parse(address)), TOOL, on_changed=index)
    with ExitStack() as stack:
        stack.callback(heir.close)
        heir.recover()
        assert heir.position().seq == heir.allocated()
        stored = {change.id: change for change in heir.changes(position)}
        assert {name: indexed.get(name) for name in stored} == stored
        with heir.writing([]) as writer:
            for item in (item for place in places for item in _after(place)):
                known = writer.known(item.article_id)
                if known is None or item.extract_sha256 not in known.extract_digests:
                    writer.add(item)
            writer.commit()
        alone = create(folder / "alone.db", *before, *(item for place in places for item in _after(place)))
        stack.callback(alone.close)
        assert heir.clusters() == alone.clusters()
        assert heir.export_hash() == alone.export_hash()
        assert replace(heir.stats(), failures=0) == alone.stats()
    return codes.count(9)


def test_others_complete_what_a_killed_writer_began(cluster_home: ClusterHome, tmp_path: Path) -> None:
    assert killed_at(cluster_home, tmp_path, range(1, 40, 9)) >= 3
