"""From an analysed article to its document in a cluster, and back to its record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import zstandard

from nkcorpus.errors import IndexDamaged
from nkcorpus.index.facets import labels_of
from nkcorpus.index.fields import plain, token
from nkcorpus.index.labels import spelled
from nkcorpus.index.opensearch.mapping import CLUSTER, LIVE, POSITION, RECORD
from nkcorpus.index.places import place_name
from nkcorpus.model import Indexable, Position

if TYPE_CHECKING:
    from nkcorpus.index.documents import AnalysedArticle

_LEVEL = 3
_MOST_BYTES = 1 << 30


class Packer:
    """Makes documents. Not for concurrent use."""

    def __init__(self) -> None:
        self._compress: Callable[[bytes], bytes] = zstandard.ZstdCompressor(level=_LEVEL).compress

    def document(self, article: Indexable, analysed: AnalysedArticle) -> dict[str, Any]:
        """Return the document of an article."""
        found: dict[str, Any] = {
            LIVE: True,
            **{field: words for field, words in analysed.worded.items() if words},
            **{field: list(map(token, terms)) for field, terms in analysed.whole.items() if terms},
            **analysed.columns,
            **_labels(article, analysed),
            RECORD: base64.b64encode(self._compress(analysed.record)).decode("ascii"),
        }
        if article.cluster:
            found[CLUSTER] = article.cluster
        return found


def removal(seq: int) -> dict[str, Any]:
    """Return the document of an article that was removed."""
    return {LIVE: False, "seq": seq}


def place_of(position: Position) -> dict[str, Any]:
    """Return the document that holds a position."""
    return {LIVE: False, POSITION: {"seq": position.seq, "token": position.token}}


def record_of(source: Mapping[str, Any]) -> bytes:
    """Return the record in the `_source` of an article. Raises IndexDamaged."""
    try:
        frame = base64.b64decode(source[RECORD], validate=True)
        if zstandard.frame_content_size(frame) > _MOST_BYTES:
            raise IndexDamaged("a record of the index says that it is of more than a GB")
        return zstandard.decompress(frame)
    except (KeyError, TypeError, binascii.Error, zstandard.ZstdError) as error:
        raise IndexDamaged(f"a record of the index cannot be read ({error})") from None


def _labels(article: Indexable, analysed: AnalysedArticle) -> dict[str, list[str]]:
    """Return the labels, one that is empty for none. Of places of one name one stands for all."""
    labels = dict(labels_of(article, analysed.places))
    labels["place"] = {place_name(place): place for place in analysed.places}.values()
    return {f"label_{field}": list(map(plain, spelled(values))) or [""] for field, values in labels.items()}
