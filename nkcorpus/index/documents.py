"""From a chunk of articles to what engines that take analysed words make documents of, in whichever process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from nkcorpus.dataclass import dataclass
from nkcorpus.index import records
from nkcorpus.index.analysed import NO_DATE, columns, named_text, whole_terms
from nkcorpus.index.chunks import Chunk
from nkcorpus.index.fields import FORMED
from nkcorpus.index.places import places_of
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS
from nkcorpus.index.records import WordCache
from nkcorpus.model import Indexable
from nkcorpus.query import analysis


@dataclass(frozen=True, slots=True)
class AnalysedArticle:
    """What an index takes of an article beside its labels.

    `worded` are the fields of words, with a space after each, those of FORMED among them; `whole` are the terms of the
    fields of WHOLE, `columns` those of COLUMNS. `cluster` is 0 for none. `places` are those that it names, `record` is
    as `records.encoded` gives it.
    """

    id: str
    worded: Mapping[str, str]
    whole: Mapping[str, Sequence[str]]
    columns: Mapping[str, int]
    cluster: int
    places: Sequence[str]
    record: bytes


@dataclass(frozen=True, slots=True)
class AnalysedChunk:
    """What becomes of a chunk's articles, and all words in them that the analyser had not met before."""

    articles: Sequence[AnalysedArticle]
    words: frozenset[str]


class ChunkAnalyser:
    """Analyses chunks. In a worker process, the first one is used for all chunks."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._prose = WordCache(analysis.prose_gathering(self._words))
        self._name = WordCache(analysis.name())

    def __reduce__(self) -> tuple[Callable[[], ChunkAnalyser], tuple[()]]:
        return _of_this_process, ()

    def __call__(self, chunk: Chunk) -> AnalysedChunk:
        """Return the articles of a chunk, analysed."""
        articles = [self._analysed(article) for article in chunk.articles]
        words = frozenset(self._words)
        self._words.clear()
        return AnalysedChunk(articles, words)

    def _analysed(self, article: Indexable) -> AnalysedArticle:
        prose, name = self._prose, self._name
        texts = {"title": article.title or "", "text": article.text}
        worded = {field: prose.words(text) for field, text in texts.items()}
        worded["removed"] = prose.words(article.removed)
        worded["note"] = prose.words("\n".join(article.notes))
        worded.update((field, name.words(text)) for field, text in named_text(article).items())
        places = places_of(article)
        whole = whole_terms(article, places)
        numbers = dict(columns(article))
        cluster = numbers.pop("cluster")
        first = numbers["first_second"]
        return AnalysedArticle(
            article.id,
            {field: words.spaced for field, words in worded.items() if words.record}
            | {formed: worded[field].formed for field, formed in FORMED.items()},
            whole,
            numbers
            | {f"{field}_length": worded[field].record.count(b"\n") for field in FIELD_WEIGHTS}
            | {"newest": first, "oldest": first if first != NO_DATE else -NO_DATE},
            cluster,
            places,
            records.encoded(article.id, {field: words.record for field, words in worded.items()}, whole),
        )


@cache
def _of_this_process() -> ChunkAnalyser:
    return ChunkAnalyser()
