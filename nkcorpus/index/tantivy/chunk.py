"""From a chunk of articles to documents and records, in whichever process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from nkcorpus.dataclass import dataclass
from nkcorpus.index.analysed import NO_DATE, columns, named_text, whole_terms
from nkcorpus.index.chunks import Chunk
from nkcorpus.index.places import places_of
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS
from nkcorpus.index.tantivy import records
from nkcorpus.index.tantivy.records import WordCache
from nkcorpus.index.tantivy.schema import ARTICLE, DOUBLED, FORMED, KIND, TWIN, WHOLE, token
from nkcorpus.model import Indexable
from nkcorpus.query import analysis

AnalysedArticle = tuple[dict[str, object], Sequence[str], bytes]
"""The document of an article but for labels and the place of its record, the places that it names, its record."""


@dataclass(frozen=True, slots=True)
class AnalysedChunk:
    """What becomes of a chunk's articles, and all words in them that the analyser had not met before."""

    articles: Sequence[AnalysedArticle]
    words: frozenset[str]


class ChunkAnalyser:
    """Makes documents of chunks. In a worker process, the first one is used for all chunks."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._prose = WordCache(analysis.prose_gathering(self._words))
        self._name = WordCache(analysis.name())

    def __reduce__(self) -> tuple[Callable[[], ChunkAnalyser], tuple[()]]:
        return _of_this_process, ()

    def __call__(self, chunk: Chunk) -> AnalysedChunk:
        """Return the documents and records of a chunk."""
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
        numbers = columns(article)
        document: dict[str, object] = {
            KIND: [ARTICLE, TWIN] if numbers["cluster"] else ARTICLE,
            DOUBLED: worded["title"].spaced * 2,
            **{field: words.spaced for field, words in worded.items() if words.record},
            **{formed: worded[field].formed for field, formed in FORMED.items()},
            **{field: list(map(token, whole[field])) for field in WHOLE if whole[field]},
            **{f"{field}_length": worded[field].record.count(b"\n") for field in FIELD_WEIGHTS},
            "newest": numbers["first_second"],
            "oldest": numbers["first_second"] if numbers["first_second"] != NO_DATE else -NO_DATE,
            **numbers,
        }
        if not numbers["cluster"]:
            del document["cluster"]
        record = records.encoded(article.id, {field: words.record for field, words in worded.items()}, whole)
        return document, places, record


@cache
def _of_this_process() -> ChunkAnalyser:
    return ChunkAnalyser()
