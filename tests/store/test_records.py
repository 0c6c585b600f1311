"""A corpus as records, from a file into a cluster and back: nothing is lost and nothing changed."""

from __future__ import annotations

import io
from pathlib import Path

from nkcorpus.checking import check
from nkcorpus.dump import Tally, dump
from nkcorpus.merging import MergeReport, Merging
from nkcorpus.store import Store
from nkcorpus.undump import Dump
from tests.wholes import open_store

from .builders import TOOL, create
from .homes import ClusterHome


def exported(store: Store) -> list[str]:
    tally = Tally()
    return list(dump(store.records(), schema=14, corpus_id="0" * 32, tool=TOOL, is_whole=True, tally=tally))


def imported(store: Store, lines: list[str]) -> MergeReport:
    merging = Merging(store)
    merging.take("x", Dump(io.BytesIO("".join(lines).encode()), "x").records())
    return merging.report()


def test_an_export_comes_through_a_cluster_as_it_was(filled: Path, tmp_path: Path, cluster_home: ClusterHome) -> None:
    inside = cluster_home.create()
    with open_store(filled) as source:
        lines = exported(source)
        there = imported(inside, lines)
        assert there.failed == 0
        assert inside.export_hash() == source.export_hash()
        assert inside.stats() == source.stats()
        assert inside.clusters() == source.clusters()
        assert inside.kept_lines() == source.kept_lines()
        assert exported(inside) == lines
    report = check(inside)
    assert (report.problems, report.notes) == ((), ())
    again = imported(inside, lines)
    assert (again.new, again.joined, again.versions, again.added) == (0, 0, 0, ())
    back = create(tmp_path / "back.db")
    assert imported(back, exported(inside)).new == there.new
    assert exported(back) == lines
    back.close()
