"""A corpus in a cluster beside others that write, and where nothing can be written."""

from __future__ import annotations

from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.store.opensearch.ledger import Ledger
from tests.news import record


def test_what_was_ingested_is_found_whoever_else_writes(corpus_address: str, news: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.jsonl"
    later.write_text(record("three", "Salt was dear in Musan."), "utf-8")
    with Corpus.open(corpus_address) as corpus, Cluster(ClusterAddress.parse(corpus_address)) as cluster:
        corpus.ingest([news])
        taken = Ledger(cluster).take(1, [])  # by somebody who goes on to write for a while
        corpus.ingest([later])
        with Corpus.open(corpus_address) as other:
            assert other.search("salt").total == 1
        Ledger(cluster).close(taken)
        assert corpus.search("salt").total == 1
        assert corpus.check().is_clean


def test_a_corpus_that_lets_nothing_be_written_is_searched(corpus_address: str, news: Path) -> None:
    notes: list[str] = []
    with Corpus.open(corpus_address, notify=notes.append) as corpus:
        corpus.ingest([news])
        with Cluster(ClusterAddress.parse(corpus_address)) as cluster:
            Ledger(cluster).close(Ledger(cluster).take(1, []))  # a change that nobody has told the index of
            blocks = {"index.blocks.read_only_allow_delete": True}  # what a full disk brings
            cluster.raw().indices.put_settings(index=cluster.index_of("*"), body=blocks)
            assert corpus.search("rice").total == 1
    assert any("what came last may not be found" in note for note in notes)
