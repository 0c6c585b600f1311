"""One hit a line, for cut, sort, xargs and trec_eval."""

from __future__ import annotations

import re

from nkcorpus.render.safe import one_line, visible
from nkcorpus.results import Hit

_SPACES = re.compile(r"\s+")


def plain_line(hit: Hit, query_id: str | None = None) -> str:
    """Return `id  score  date  source  title`, tab-separated; empty where null. `query_id` goes in front."""
    document = hit.article.document
    columns = [
        hit.id,
        "" if hit.score is None else f"{hit.score:.4f}",
        document.date.value if document.date else "",
        document.source or "",
        document.title or "",
    ]
    if query_id is not None:
        columns.insert(0, query_id)
    return "\t".join(one_line(column) for column in columns) + "\n"


def id_line(hit: Hit, query_id: str | None = None, *, null: bool = False) -> str:
    """Return the whole id, ended by a line feed or, with `null`, by NUL. `query_id` goes in front."""
    prefix = "" if query_id is None else f"{one_line(query_id)}\t"
    return f"{prefix}{one_line(hit.id)}" + ("\0" if null else "\n")


def trec_line(hit: Hit, query_id: str) -> str:
    """Return `query_id Q0 document rank score nkcorpus`, the run format of trec_eval: six columns.

    The document is the external id where the input had one. trec_eval orders by score alone, so an unscored
    list gets the negative rank as its score.
    """
    score = -float(hit.rank) if hit.score is None else hit.score
    document = _trec_name(hit.article.document.external_id or hit.id)
    return f"{_trec_name(query_id)} Q0 {document} {hit.rank} {score:.6f} nkcorpus\n"


def _trec_name(name: str) -> str:
    return visible(_SPACES.sub("_", name)) or "_"
