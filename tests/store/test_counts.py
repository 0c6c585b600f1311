"""The counts that are kept: the same as counting all articles anew, whatever happened to these."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.model import ArticleDate, Prepared, Span
from nkcorpus.results import CorpusStats
from nkcorpus.store.base import Recleaned
from nkcorpus.store.sqlite import SqliteStore

from .builders import add, create, prepared
from .homes import AnyStore

_TEXTS = ["", "Rice rose in Hyesan.", "Corn fell in Musan on Monday, they said.", "A ferry sank off Wonsan. " * 9]
_CREDIT, _LINK = Span(0, 4, "tail", "credit"), Span(0, 2, "tail", "link")
_CUTS = st.sampled_from([(), (_CREDIT,), (_LINK, Span(3, 4, "tail", "credit"))])
_DOCUMENTS = st.fixed_dictionaries(
    {
        "text": st.sampled_from(_TEXTS[1:]),
        "url": st.integers(0, 3).map(lambda number: f"https://news.example/{number}"),
        "source": st.sampled_from([None, "Post", "Daily NK"]),
        "date": st.sampled_from([None, ArticleDate("2018", "year", "meta"), ArticleDate("2019-06", "month", "url")]),
        "removed": _CUTS,
    }
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(_DOCUMENTS, min_size=1, max_size=3)),
        st.tuples(st.just("remove"), st.integers(0, 3)),
        st.tuples(st.just("reclean"), _DOCUMENTS),
        st.tuples(st.just("abandon"), _DOCUMENTS),
    ),
    max_size=8,
)


def counted(store: SqliteStore, removed: int) -> CorpusStats:
    """Return the counts over all articles, each read whole."""
    articles = store.articles([current.article_id for current in store.current()])
    rules = Counter(span.rule for article in articles for span in article.document.removed)
    sources = Counter(article.document.source or "" for article in articles)
    years = Counter(article.document.date.value[:4] if article.document.date else "" for article in articles)
    return CorpusStats(
        articles=len(articles),
        versions=sum(len(article.versions) for article in articles),
        words=sum(article.words for article in articles),
        removed=removed,
        failures=0,
        sources=tuple(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(years.items())),
        cuts=tuple(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
    )


def reclean(store: AnyStore, item: Prepared) -> None:
    """Clean an article to what another one has, and again as if nothing but the rules' name were another one."""
    with store.recleaning() as recleaner:
        for current in list(store.current(item.article_id)):
            document = replace(current.document, source=item.document.source, removed=item.document.removed)
            again = Recleaned(
                *(current.article_id, current.content_sha256, True, document, item.text, item.words),
                *(item.text_digest, item.bands, item.content_sha256),
            )
            recleaner.put(again)
            recleaner.put(replace(again, before=item.content_sha256, changed=False))
        assert recleaner.commit() in ([], [True, True])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(_STEPS)
def test_counts_agree_with_the_articles_after_any_history(steps: Sequence[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = create(Path(folder, "corpus.db"))
        removed: set[str] = set()
        for step, value in steps:
            if isinstance(value, int):
                gone = prepared("", url=f"https://news.example/{value}").article_id
                if store.remove([gone]):
                    removed.add(gone)
            elif isinstance(value, dict):
                item = prepared(**value)
                if step == "reclean":
                    reclean(store, item)
                else:
                    with store.writing([]) as writer:
                        writer.add(item)
            elif isinstance(value, list):
                items = [prepared(**fields) for fields in value]
                add(store, *items)
                removed -= {item.article_id for item in items}
            assert store.stats() == counted(store, len(removed))
        store.close()
