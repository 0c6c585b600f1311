"""What another writer does between two steps of one that stores articles and joins near duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus.cluster import Cluster, ClusterAddress, Outcome, Write
from nkcorpus.identity import url_id
from nkcorpus.model import Indexable, Prepared, SourceItem
from nkcorpus.store.opensearch.mappings import ARTICLES, TEXTS
from nkcorpus.store.opensearch.store import OpenSearchStore

from .builders import TOOL, add, create
from .homes import AnyStore, ClusterHome
from .test_clusters import ALONE, COPY, LEFT, MIDDLE, RIGHT
from .test_many_writers import taken

Meanwhile = Callable[[AnyStore], object]


class Interrupted(Cluster):
    """A cluster in which something happens before or after the first time that something is written to a part."""

    def __init__(self, address: ClusterAddress, part: str, meanwhile: Callable[[], object], *, before: bool) -> None:
        super().__init__(address)
        self._interrupted_part = part
        self._meanwhile: Callable[[], object] | None = meanwhile
        self._is_before = before

    def write(self, part: str, writes: Iterable[Write]) -> list[Outcome]:
        """See Cluster."""
        if part != self._interrupted_part or self._meanwhile is None:
            return super().write(part, writes)
        meanwhile, self._meanwhile = self._meanwhile, None
        if self._is_before:
            meanwhile()
        outcomes = super().write(part, writes)
        if not self._is_before:
            meanwhile()
        return outcomes


@pytest.mark.parametrize(("meanwhile", "before"), [("remove", True), ("change", False), ("exchange", False)])
def test_texts_that_go_or_come_while_one_is_joined_to_them(
    cluster_home: ClusterHome, tmp_path: Path, meanwhile: str, before: bool
) -> None:
    doings: dict[str, Meanwhile] = {
        "remove": lambda store: store.remove([LEFT.article_id]),
        "change": lambda store: add(store, _replaced()),
        "exchange": lambda store: (add(store, RIGHT), store.remove([LEFT.article_id]), add(store, COPY)),
    }
    do = doings[meanwhile]
    cluster_home.create(LEFT, ALONE)
    other = cluster_home.open()
    interrupted = Interrupted(cluster_home.address, TEXTS, lambda: do(other), before=before)
    with closing(OpenSearchStore(interrupted, TOOL)) as store, closing(create(tmp_path / "file.db")) as file:
        add(store, MIDDLE)
        add(file, LEFT, ALONE, MIDDLE)
        do(file)
        assert store.clusters() == file.clusters()
        named = [
            {change.id: change.cluster for change in each.changes(0) if isinstance(change, Indexable)}
            for each in (store, file)
        ]
        assert named[0] == named[1]


def _replaced() -> Prepared:
    """A new version of the first article, with the text of another one."""
    return replace(ALONE, article_id=LEFT.article_id)


@pytest.mark.parametrize("meanwhile", ["add", "add the same", "remove"])
def test_an_article_that_somebody_else_stores_meanwhile_is_decided_about_anew(
    cluster_home: ClusterHome, meanwhile: str
) -> None:
    url = "https://news.example/rice"
    ours, theirs = (
        SourceItem(name, name, "html", f"<html><article><p>{text}</p></article></html>".encode(), url=url)
        for name, text in (("a.html", "Rice rose in Hyesan."), ("b.html", "Corn fell in Musan."))
    )
    other = cluster_home.open()

    def do() -> None:
        taken(other, [ours if meanwhile == "add the same" else theirs])
        if meanwhile == "remove":
            other.remove([url_id(url) or ""])

    interrupted = Interrupted(cluster_home.address, ARTICLES, do, before=True)
    with closing(OpenSearchStore(interrupted, TOOL)) as store:
        report = taken(store, [ours])
        counts = (report.new, report.updated, report.unchanged, report.skipped)
        expected = {"add": (0, 1, 0, 0), "add the same": (0, 0, 1, 0), "remove": (0, 0, 0, 1)}
        assert counts == expected[meanwhile]
        assert store.stats().versions == {"add": 2, "add the same": 1, "remove": 0}[meanwhile]
