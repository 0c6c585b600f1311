"""Two processes that change the same small things of a corpus in a cluster at once: nothing of either is lost."""

from __future__ import annotations

import multiprocessing
from contextlib import closing

from nkcorpus.cluster import Cluster, ClusterAddress
from nkcorpus.model import Attempt
from nkcorpus.store import Followed, SavedSearch, StoredRule
from nkcorpus.store.opensearch.store import OpenSearchStore

from .builders import TOOL, prepared
from .homes import ClusterHome

RICE = prepared("Rice rose.", origin="rice.html", url="https://news.example/rice")
ROUNDS = 4
NOW = "2024-01-01T00:00:00Z"


def change(address: str, who: str) -> None:
    """Change all small things of a corpus, some rounds over. Runs in a process of its own."""
    with closing(Cluster(ClusterAddress.parse(address))) as cluster:
        store = OpenSearchStore(cluster, TOOL)
        for number in range(ROUNDS):
            name = f"{who}{number}"
            store.change_tags([RICE.article_id], [name], [])
            store.add_note(RICE.article_id, name)
            store.desk.put_rules([StoredRule(name, f"[[rule]]\nid = '{name}'", "own.toml")])
            store.desk.put_search(SavedSearch(name, "rice", {}, 0, NOW), replace=False)
            store.desk.put_aliases([f"{name} one", f"{name} two"])
            store.journal.follow(Followed(name, f"https://{name}.example/", NOW))
            store.desk.mark_search("shared", number)
            with store.writing([who]) as writer:
                writer.journal.record(Attempt("https://news.example/shared", who, "failed", 500, "busy"))
                writer.journal.queue([f"https://news.example/{name}"], who)
                writer.fail("shared.html", None, who)
                writer.commit()


def test_nothing_of_either_is_lost(cluster_home: ClusterHome) -> None:
    store = cluster_home.create(RICE)
    store.desk.put_search(SavedSearch("shared", "rice", {}, 0, NOW), replace=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=change, args=(str(cluster_home.address), who)) for who in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    names = sorted(f"{who}{number}" for who in "ab" for number in range(ROUNDS))
    (article,) = store.articles([RICE.article_id])
    assert list(article.user_tags) == names
    assert sorted(note.text for note in article.notes) == names
    assert sorted(rule.id for rule in store.desk.rules()) == names
    assert [(search.name, search.seen) for search in store.desk.searches()] == [(name, 0) for name in names] + [
        ("shared", ROUNDS - 1)
    ]
    assert sorted(store.desk.aliases()) == [(f"{name} one", f"{name} two") for name in names]
    assert [source.name for source in store.journal.followed()] == names
    shared = store.journal.entry("https://news.example/shared")
    assert shared is not None
    assert shared.tries == 2 * ROUNDS
    assert store.journal.counts() == {"failed": 1, "pending": 2 * ROUNDS}
    assert store.stats().failures == 1
    assert store.position().seq == store.allocated()
