"""From a chunk of articles to postings, in whichever process."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from nkcorpus.dataclass import dataclass
from nkcorpus.index.analysed import named_text, whole_terms
from nkcorpus.index.chunks import Chunk
from nkcorpus.index.places import places_of
from nkcorpus.index.whoosh.postings import NO_PLACE
from nkcorpus.model import Indexable
from nkcorpus.query import analysis
from nkcorpus.query.forms import PLACE_BITS

ChunkPostings = Mapping[str, Mapping[bytes, bytes]]
"""By field and term: 64-bit integers of this machine, each a document's number and a packed place in it, ascending."""
_Places = defaultdict[str, list[int]]
_Fields = defaultdict[str, _Places]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What of an article goes into columns and is not there to read: places that it names, words and bigrams."""

    places: Sequence[str]
    title_length: int
    text_length: int


@dataclass(frozen=True, slots=True)
class AnalysedChunk:
    """The postings of a chunk's articles, facts of each, and all words in them that the analyser had not met before."""

    postings: ChunkPostings
    articles: Sequence[ArticleFacts]
    words: frozenset[str]


class ChunkAnalyser:
    """Makes postings of chunks. What it remembers of words is as much as the postings in memory.

    Documents are numbered as articles are. In a worker process, the first one is used for all chunks.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._prose = analysis.prose_gathering(self._words)

    def __reduce__(self) -> tuple[Callable[[], ChunkAnalyser], tuple[()]]:
        return _of_this_process, ()

    def __call__(self, chunk: Chunk) -> AnalysedChunk:
        """Return the postings of a chunk."""
        fields: _Fields = defaultdict(lambda: defaultdict(list))
        facts = [self._gather(article, number, fields) for number, article in enumerate(chunk.articles, chunk.first)]
        words = frozenset(self._words)
        self._words.clear()
        return AnalysedChunk({field: _encoded(places) for field, places in fields.items()}, facts, words)

    def _gather(self, article: Indexable, number: int, fields: _Fields) -> ArticleFacts:
        prose, name = self._prose, analysis.name()
        title_length = prose.places(article.title or "", fields["title"], number)
        text_length = prose.places(article.text, fields["text"], number)
        prose.places(article.removed, fields["removed"], number)
        prose.places("\n".join(article.notes), fields["note"], number)
        for field, text in named_text(article).items():
            name.places(text, fields[field], number)
        places = places_of(article)
        for field, terms in whole_terms(article, places).items():
            for term in terms:
                fields[field][term].append(number << PLACE_BITS | NO_PLACE)
        return ArticleFacts(places, title_length, text_length)


@cache
def _of_this_process() -> ChunkAnalyser:
    return ChunkAnalyser()


def _encoded(places: _Places) -> dict[bytes, bytes]:
    encoded: dict[bytes, bytes] = {}
    for term, found in places.items():
        key = term.encode("utf-8", "replace")
        if key in encoded:  # lone surrogates become one
            found = sorted([*array("Q", encoded[key]), *found])
        encoded[key] = array("Q", found).tobytes()
    return encoded
