"""A corpus in a cluster as a user has it: what is otherwise than with a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from tests.cli.conftest import Library
from tests.cli.support import Run, one_line

Corpora = Callable[[str], str]


@pytest.fixture
def address(opensearch: str) -> Iterator[Corpora]:
    """Returns addresses of corpora of this test's own; they, and what is kept of them, are deleted afterwards."""
    run = f"place-{secrets.token_hex(4)}"
    yield lambda name: f"{opensearch}/{run}-{name}"
    with Cluster(ClusterAddress.parse(f"{opensearch}/any")) as cluster:
        cluster.raw().indices.delete(index=f"nkcorpus.{run}-*")
        cluster.raw().indices.delete_index_template(name=f"nkcorpus.{run}-*", params={"ignore": 404})


@pytest.fixture
def repository(opensearch: str) -> Iterator[str]:
    """A snapshot repository in the folder that the cluster has for them, deleted with what is in it."""
    name = f"tests-{secrets.token_hex(4)}"
    with Cluster(ClusterAddress.parse(f"{opensearch}/any")) as cluster:
        snapshots = cluster.raw().snapshot
        snapshots.create_repository(repository=name, body={"type": "fs", "settings": {"location": name}})
        yield name
        snapshots.delete(repository=name, snapshot="*")
        snapshots.delete_repository(repository=name)


def damage(address: str) -> None:
    """Make one article of a corpus tell another number of words than its text has."""
    with Cluster(ClusterAddress.parse(address)) as cluster:
        [article, *_] = cluster.pages("articles", {"match_all": {}}, ["id"])
        assert cluster.write("articles", [Write.replace(article, article.source | {"words": 999})]) == ["done"]


def export_hash(corpus: str | Path) -> str:
    with Corpus.open(corpus) as opened:
        return opened.export_hash()


def test_a_corpus_goes_to_a_cluster_and_back(inside: Run, library: Library, address: Corpora, tmp_path: Path) -> None:
    there = address("a")
    copied = inside("copy", library.corpus, there, "--format", "json")
    assert (copied.code, copied.json["new"], copied.json["is_whole"]) == (0, 6, True)
    again = inside("copy", library.corpus, there, "--format", "json")
    assert (again.code, again.json["new"], again.json["unchanged"]) == (0, 0, 6)
    back = inside("copy", there, "back.db", "--format", "json")
    assert (back.code, back.json["new"]) == (0, 6)
    assert export_hash(there) == export_hash(tmp_path / "back.db") == export_hash(library.corpus)
    assert inside("-C", there, "check").code == 0
    for query in (
        ("search", "lecture rice 쌀값", "-n", "0", "--format", "jsonl"),
        ("stats",),
        ("dupes",),
        ("list", "-n", "4"),
    ):
        assert inside("-C", there, *query).out == inside("-C", library.corpus, *query).out
    refused = inside("copy", there, there)
    assert (refused.code, "itself" in one_line(refused)) == (2, True)
    merged = inside("-C", there, "merge", library.corpus, "--format", "json")
    assert (merged.code, merged.json["unchanged"]) == (0, 6)


def test_where_and_engine(inside: Run, library: Library, address: Corpora) -> None:
    there = address("a")
    assert inside("-C", there, "ingest", library.inputs).code == 0
    places = inside("-C", there, "where", "--format", "json").json
    assert list(places) == ["corpus", "index", "settings", "indices"]
    assert places["corpus"] == {"path": there, "bytes": sum(index["bytes"] for index in places["indices"])}
    assert {"name", "bytes", "documents"} == set(places["indices"][0])
    assert "nkcorpus." in inside("-C", there, "where").out
    [engine] = inside("-C", there, "engine", "--format", "json").json["engines"]
    assert (engine["name"], engine["used"], engine["state"]) == ("opensearch", True, "current")
    for arguments in (("engine", "tantivy"), ("search", "rice", "--engine", "whoosh")):
        refused = inside("-C", there, *arguments)
        assert (refused.code, refused.out, "OpenSearch" in one_line(refused)) == (2, "", True)
    assert inside("-C", there, "reindex").err == "nkcorpus: indexed 6 articles\n"
    assert inside("-C", there, "search", "lecture", "--count").out == "3\n"
    assert one_line(inside("-C", there, "repair", "--yes")) == "nothing to repair"
    damage(there)
    assert inside("-C", there, "check").code == 1
    declined = inside("-C", there, "repair", stdin="n\n")
    assert (declined.code, "nothing was changed" in declined.err) == (1, True)
    repaired = inside("-C", there, "repair", "--yes")
    assert (repaired.code, "1 mended" in repaired.err) == (0, True)
    assert inside("-C", there, "check").code == 0


def test_backup_and_restore(inside: Run, library: Library, address: Corpora, repository: str) -> None:
    there, snapshot = address("a"), f"snapshot://{repository}/first"
    assert inside("-C", there, "ingest", library.inputs).code == 0
    before = export_hash(there)
    done = inside("-C", there, "backup", snapshot)
    assert (done.code, done.out, one_line(done)) == (0, "", f"{snapshot}: written and checked")
    again = inside("-C", there, "backup", snapshot)
    assert (again.code, "is there already" in one_line(again)) == (2, True)
    article = inside("-C", there, "list", "-n", "1", "--format", "ids").out.strip()
    assert inside("-C", there, "remove", "--yes", article).code == 0
    after = export_hash(there)
    assert inside("-C", there, "restore", snapshot, stdin="n\n").code == 1
    assert export_hash(there) == after
    restored = inside("-C", there, "restore", snapshot, "--yes")
    assert restored.code == 0
    kept = f"{there}-before-restore-1"
    assert restored.err.count(f"{there}: what was there is now {kept}") == 1
    assert export_hash(there) == before
    assert export_hash(kept) == after
    assert [inside("-C", corpus, "check").code for corpus in (there, kept)] == [0, 0]
    assert inside("-C", there, "search", "lecture", "--count").out == "3\n"
    [article, *_] = inside("-C", kept, "list", "--format", "ids").lines
    assert inside("-C", kept, "tag", article, "+hot").code == 0
    other = address("b")
    assert inside("-C", other, "restore", snapshot).code == 0
    assert export_hash(other) == before
    assert inside("-C", other, "ingest", library.inputs).code == 0


NO_BACKUPS = (
    ("backup", "file.db", 2, "snapshot://REPOSITORY/NAME"),
    ("backup", "snapshot://none-such/x", 2, "no snapshot repository 'none-such'"),
    ("backup", "snapshot://{repository}/Bad", 2, "small letters"),
    ("backup", "snapshot://{repository}", 2, "snapshot://REPOSITORY/NAME"),
    ("restore", "file.db", 2, "snapshot://REPOSITORY/NAME"),
    ("restore", "snapshot://none-such/x", 2, "no snapshot repository 'none-such'"),
    ("restore", "snapshot://{repository}/none", 3, "there is no such snapshot"),
)


def test_what_is_no_backup_of_a_cluster(inside: Run, library: Library, address: Corpora, repository: str) -> None:
    there = address("a")
    assert inside("-C", there, "ingest", library.inputs / "lecture.txt").code == 0
    for command, target, code, said in NO_BACKUPS:
        outcome = inside("-C", there, command, target.format(repository=repository))
        assert (outcome.code, outcome.out) == (code, ""), target
        assert said in one_line(outcome)


def test_only_ingest_import_restore_and_copy_make_a_corpus(inside: Run, address: Corpora, tmp_path: Path) -> None:
    there = address("none")
    (tmp_path / "a.txt").write_text("Rice.")
    for command in (("search", "rice"), ("stats",), ("show", "abcd"), ("check",), ("export", "x.jsonl"), ("reindex",)):
        outcome = inside("-C", there, *command)
        assert (outcome.code, outcome.out) == (3, ""), command
        assert there in one_line(outcome)
    assert inside("copy", there, "d.db").code == 3
    assert not (tmp_path / "d.db").exists()
    assert inside("-C", there, "where").code == 0
