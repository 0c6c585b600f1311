"""Whether an index in a cluster is what was written there."""

from __future__ import annotations

from contextlib import closing

from nkcorpus.errors import IndexDamaged, NotACorpus
from nkcorpus.index import records
from nkcorpus.index.opensearch.documents import record_of
from nkcorpus.index.opensearch.mapping import INDEX_VERSION, RECORD
from nkcorpus.index.opensearch.view import ARTICLES, View


def damage_of(view: View) -> str | None:
    """Return a line that tells what is wrong with an index; None where nothing is. All records are read."""
    cluster, generation = view.cluster, view.generation
    for part in generation.search, generation.words:
        if not cluster.exists(part):
            return f"{cluster.index_of(part)}: the index is missing"
        try:
            schema = cluster.meta(part).get("schema")
        except NotACorpus as error:
            return str(error)
        if schema != INDEX_VERSION:
            return f"{cluster.index_of(part)}: says that it is of version {schema}, not {INDEX_VERSION}"
    if view.position is None:
        return f"{cluster.index_of(generation.search)}: does not tell up to where it was filled"
    with closing(cluster.pages(generation.search, ARTICLES, ["id"], fields=[RECORD])) as found:
        for document in found:
            try:
                named = records.article_id(record_of(document.source))
            except IndexDamaged as error:
                return f"{cluster.index_of(generation.search)}: article {document.id}: {error}"
            if named != document.id:
                return f"{cluster.index_of(generation.search)}: article {document.id} has the record of {named}"
    if view.count and not cluster.count(generation.words, {"match_all": {}}):
        return f"{cluster.index_of(generation.words)}: has no words"
    return None
