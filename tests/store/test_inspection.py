"""What a check finds in a cluster, and what can be mended there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nkcorpus import Corpus
from nkcorpus.checking import INDEX, check
from nkcorpus.cluster import Cluster, ClusterAddress, Write
from nkcorpus.model import Attempt
from nkcorpus.store import StoredRule
from nkcorpus.store.faults import CONTENT, PAYLOADS, PROVENANCE
from nkcorpus.store.opensearch import checks, groups, journal, leftovers, lists, opening
from nkcorpus.store.opensearch.ledger import Ledger
from nkcorpus.store.opensearch.mappings import ARTICLES, TEXTS, VERSIONS
from nkcorpus.store.opensearch.mappings import PAYLOADS as PAYLOAD_PART
from nkcorpus.store.opensearch.store import OpenSearchStore
from tests.wholes import RULE

from .builders import TOOL, add, prepared
from .homes import ClusterHome

URL = "https://news.example/rice"
RICE = prepared("Rice rose.", url=URL)
NEWER = prepared("Rice fell.", url=URL)
WORDS = [f"word{number}" for number in range(200)]
LONG = prepared(" ".join(WORDS), origin="long.txt")
LIKE = prepared(" ".join(WORDS[1:]), origin="like.txt")
OTHER = prepared(" ".join(reversed(WORDS)), origin="other.txt")

Damage = Callable[[dict[str, Any]], None]


@pytest.fixture
def store(cluster_home: ClusterHome) -> OpenSearchStore:
    opened = cluster_home.create(RICE, LONG, LIKE, OTHER)
    add(opened, NEWER)
    opened.desk.put_rules([StoredRule("own.end", RULE, "own.toml")])
    with opened.writing([]) as writer:
        writer.journal.record(Attempt(URL, "news", "done", 200))
        writer.commit()
    return opened


def problems(store: OpenSearchStore) -> set[str]:
    return {problem.kind for finding in store.inspect() for problem in finding.problems}


def notes(store: OpenSearchStore) -> list[str]:
    return [note for finding in store.inspect() for note in finding.notes]


def spoil(cluster: Cluster, part: str, key: str, damage: Damage) -> None:
    """Change a stored document as nkcorpus would not."""
    stored = cluster.get(part, key)
    assert stored
    damage(stored.source)
    cluster.write(part, [Write.put(key, stored.source)])
    cluster.refresh(part)


def newest(**changes: object) -> Damage:
    return lambda source: source["current"].update(changes)


DAMAGES: list[tuple[str, str, Damage, str]] = [
    (ARTICLES, RICE.article_id, newest(origin="elsewhere.txt"), CONTENT),
    (ARTICLES, RICE.article_id, lambda source: source["current"]["document"].update(title="Invented"), CONTENT),
    (ARTICLES, RICE.article_id, lambda source: source.update(current="none"), CONTENT),
    (ARTICLES, RICE.article_id, lambda source: source["versions"][0].update(ingested_at="2001"), PROVENANCE),
    (ARTICLES, RICE.article_id, lambda source: source["versions"].pop(0), CONTENT),
    (ARTICLES, RICE.article_id, lambda source: source["versions"].reverse(), checks.NUMBERS),
    (ARTICLES, RICE.article_id, lambda source: source.update(seq=99), checks.CHANGES),
    (VERSIONS, f"{RICE.article_id}.{RICE.content_sha256}", lambda source: source.update(body={}), CONTENT),
    (PAYLOAD_PART, f"{RICE.article_id}.{RICE.payload_sha256}", lambda source: source.update(bytes="AAAA"), PAYLOADS),
    (lists.PART, "rules", lambda source: source["body"]["entries"][0]["rule"].update(toml="x"), checks.SEALS),
    (journal.PART, journal.key_of(URL), lambda source: source.update(etag="x"), checks.SEALS),
]


def test_what_nothing_else_repeats_is_found_and_stays(store: OpenSearchStore, cluster_home: ClusterHome) -> None:
    assert check(store).problems == ()
    with closing(Cluster(cluster_home.address)) as cluster:
        for part, key, damage, kind in DAMAGES:
            stored = cluster.get(part, key)
            assert stored
            spoil(cluster, part, key, damage)
            assert kind in problems(store), (part, kind)
            cluster.write(part, [Write.put(key, stored.source)])
            cluster.refresh(part)
    assert problems(store) == set()


def test_what_follows_from_articles_is_mended(store: OpenSearchStore, cluster_home: ClusterHome) -> None:
    clusters, whole = store.clusters(), store.stats()
    assert [len(ids) for _, ids in clusters] == [2]
    with closing(Cluster(cluster_home.address)) as cluster:
        spoil(cluster, ARTICLES, RICE.article_id, lambda source: source.update(words=7, source="X", year="1999"))
        spoil(cluster, ARTICLES, OTHER.article_id, lambda source: source.update(bands=[1, 2], cluster=LONG.text_digest))
        spoil(cluster, ARTICLES, LIKE.article_id, lambda source: source.update(cluster=LIKE.text_digest))
        cluster.write(TEXTS, [Write.delete(str(digest)) for digest in (LONG.text_digest, LIKE.text_digest)])
        cluster.write(
            VERSIONS, [Write.create(f"{RICE.article_id}.0", {"article": RICE.article_id, "key": "0", "body": {}})]
        )
    assert problems(store) == {checks.FIELDS, groups.CLUSTERS}
    assert len(notes(store)) == 1
    mended = store.mend(check(store).problems)
    assert {problem.kind for problem in mended} == {checks.FIELDS, groups.CLUSTERS, leftovers.LEFT}
    assert (check(store).problems, notes(store)) == ((), [])
    assert (store.clusters(), store.stats()) == (clusters, whole)
    assert store.mend(()) == []


def test_what_a_damaged_article_may_refer_to_stays(store: OpenSearchStore, cluster_home: ClusterHome) -> None:
    with closing(Cluster(cluster_home.address)) as cluster:
        spoil(cluster, ARTICLES, RICE.article_id, lambda source: source.update(versions="none"))
        spoil(cluster, ARTICLES, LONG.article_id, lambda source: source.update(current="none"))
        spoil(cluster, ARTICLES, OTHER.article_id, lambda source: source.update(id=RICE.article_id))
        assert problems(store) == {CONTENT}
        assert (store.mend(check(store).problems), notes(store)) == ([], [])
        assert problems(store) == {CONTENT}
        assert cluster.get(VERSIONS, f"{RICE.article_id}.{RICE.content_sha256}")


def test_what_a_writer_at_work_has_written_stays(store: OpenSearchStore, cluster_home: ClusterHome) -> None:
    key = f"{RICE.article_id}.0"
    with closing(Cluster(cluster_home.address)) as cluster:
        taken = Ledger(cluster).take(1)
        cluster.write(VERSIONS, [Write.create(key, {"article": RICE.article_id, "key": "0", "body": {}})])
        assert store.mend(()) == []
        assert cluster.get(VERSIONS, key)
        Ledger(cluster).give_up(taken)
        assert [problem.kind for problem in store.mend(())] == [leftovers.LEFT]
        assert cluster.get(VERSIONS, key) is None


def test_a_part_that_is_gone_is_told_and_made_again(store: OpenSearchStore, cluster_home: ClusterHome) -> None:
    with closing(Cluster(cluster_home.address)) as cluster:
        cluster.drop(TEXTS)
        (finding,) = store.inspect()
        assert [problem.what for problem in finding.problems] == [TEXTS]
        opening.make(cluster, TOOL)
    assert problems(store) == {groups.CLUSTERS}
    store.mend(())
    assert problems(store) == set()


def test_a_sample_is_looked_at_whole(store: OpenSearchStore) -> None:
    report = check(store, sample=2)
    assert (report.articles, report.problems) == (2, ())


def test_an_index_that_lacks_an_article_or_has_an_older_one_is_told(corpus_address: str, news: Path) -> None:
    with Corpus.open(corpus_address) as corpus:
        corpus.ingest([news])
        one, two = sorted(hit.id for hit in corpus.newest(limit=0))
        with closing(Cluster(ClusterAddress.parse(corpus_address))) as cluster:
            store = OpenSearchStore(cluster, TOOL)
            assert problems(store) == set()
            cluster.write("search", [Write.delete(one), Write.create("0" * 32, {"live": True, "id": "0" * 32})])
            store.change_tags([two], ["hot"], [])  # by a writer that tells no index
            found = [problem for finding in store.inspect() for problem in finding.problems]
            assert {(problem.kind, problem.what) for problem in found} == {
                (INDEX, article) for article in ("0" * 32, one, two)
            }
            corpus.reindex()
            assert problems(store) == set()
