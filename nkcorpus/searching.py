"""From a query to hits: what the index finds, with articles from the store and passages of their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from nkcorpus.errors import IndexDamaged
from nkcorpus.index import Index, Matches, MatchMode, SearchOptions
from nkcorpus.model import Article
from nkcorpus.query.ast import Filters, Query, Synonym, synonyms
from nkcorpus.query.senses import of_other_senses
from nkcorpus.results import Hit, SearchResult, Snippet
from nkcorpus.store import Store


def find(index: Index, store: Store, query: Query, options: SearchOptions, passages: int) -> SearchResult:
    """Return one page of hits, each with up to `passages` snippets. Raises IndexDamaged, also where the index has
    articles that the store has not.
    """
    matches = index.search(query, options)
    articles = _articles(index, store, matches)
    show = _shower(index, query, options, passages)
    return SearchResult(
        query.text,
        str(query.root),
        matches.total,
        tuple(
            Hit(rank, score, article, *show(article))
            for rank, (score, article) in enumerate(zip(matches.scores, articles, strict=True), options.offset + 1)
        ),
        matches.notes,
        matches.facets,
    )


def find_with_feedback(index: Index, store: Store, query: Query, options: SearchOptions, passages: int) -> SearchResult:
    """Return what `find` does, ranked also by the words that the best articles have in common, see `query.feedback`.

    Where relevance does not rank it makes no difference.
    """
    if options.sort != "relevance":
        return find(index, store, query, options, passages)
    from nkcorpus.query.feedback import ARTICLES, feedback, unasked

    match: MatchMode = "all" if options.match == "all" else "any"
    best = index.search(query, SearchOptions(limit=ARTICLES, match=match, exact=options.exact))
    texts = ((article.document.title, article.text) for article in _articles(index, store, best))
    boosts = feedback(query.root, texts, [score or 0.0 for score in best.scores], index.rarities)
    result = find(index, store, replace(query, boosts=boosts), options, passages)
    return replace(result, feedback=unasked(query.root, boosts))


def with_suggestions(index: Index, query: Query, options: SearchOptions, result: SearchResult) -> SearchResult:
    """Return a result with queries that find something where this one does not. Raises IndexDamaged."""
    if result.total:
        return result
    from nkcorpus.query.suggest import SUGGESTIONS, suggested

    asked = replace(options, limit=1, offset=0, facets=())
    better = [
        str(root)
        for root in suggested(query.root, index.corrections)
        if index.search(replace(query, root=root), asked).total
    ]
    return replace(result, suggestions=tuple(dict.fromkeys(better))[:SUGGESTIONS])


def find_similar(
    index: Index, store: Store, article_id: str, filters: Filters, options: SearchOptions, passages: int
) -> SearchResult:
    """Return articles like one, it and its near duplicates left out. Raises ArticleNotFound, IndexDamaged."""
    from nkcorpus.query.similar import similar_query, telling_words

    (article,) = store.articles([store.resolve(article_id)])
    words = telling_words(article.document.title, article.text, index.rarities)
    if not words:
        return SearchResult(article.id, "", 0, ())
    root = similar_query(words, (article.id, *article.near_duplicates))
    return find(index, store, Query(article.id, root, filters), options, passages)


def _articles(index: Index, store: Store, matches: Matches) -> list[Article]:
    articles = store.articles(matches.ids)
    if len(articles) < len(matches.ids):
        raise IndexDamaged(f"{index.place}: the index has articles that the corpus has not")
    return articles


def _shower(
    index: Index, query: Query, options: SearchOptions, passages: int
) -> Callable[[Article], tuple[Snippet, tuple[Snippet, ...]]]:
    """Return what gives the best snippet of an article and all of them."""
    if not passages:
        return lambda article: (Snippet(""), ())
    from nkcorpus.query.snippet import Highlighter, query_marks

    ambiguous = [synonym for synonym in synonyms(query.root) if synonym.senses]

    def rarity(term: str) -> float:
        return index.rarities([term])[term]

    @cache
    def highlighter(passed_over: frozenset[Synonym]) -> Highlighter:
        return Highlighter(query_marks(query.root, exact=options.exact, passed_over=passed_over), rarity)

    def show(article: Article) -> tuple[Snippet, tuple[Snippet, ...]]:
        passed_over = of_other_senses(ambiguous, (article.document.title, article.text))
        return highlighter(passed_over).snippets(article.text, passages)

    return show
