"""Making a corpus in a cluster, and looking whether one is there that this version can read."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass

from nkcorpus.cluster import Cluster, Write
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.dates import utc_now
from nkcorpus.errors import CorpusMissing, CorpusTooNew
from nkcorpus.store.opensearch import lists
from nkcorpus.store.opensearch.mappings import PARTS, SCHEMA, body_of
from nkcorpus.store.opensearch.states import damaged

NAME = "corpus"
_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class About:
    """What a corpus says of itself. `token` tells it from one restored or made again in its place."""

    id: str
    created_at: str
    created_by: str
    token: str


def make(cluster: Cluster, tool: str) -> None:
    """Make a corpus, or what is missing of one whose making was broken off. Others may do the same at once.

    Raises NotACorpus, CorpusTooNew, and what Cluster raises.
    """
    cluster.create(lists.PART, body_of(lists.PART, uuid.uuid4().hex))
    corpus_id = _checked_id(cluster)
    for part in PARTS:
        cluster.create(part, body_of(part, corpus_id))
    about = About(corpus_id, utc_now(), tool, secrets.token_hex(8))
    cluster.write(lists.PART, [Write.create(NAME, lists.document(NAME, "", encode(about)))])


def read_about(cluster: Cluster) -> About:
    """Return what a corpus says of itself. Raises CorpusMissing, NotACorpus, CorpusTooNew, CorpusDamaged."""
    corpus_id = _checked_id(cluster)
    stored = cluster.get(lists.PART, NAME)
    if stored is None:
        raise CorpusMissing(
            f"{cluster.address}: the making of this corpus was broken off; 'nkcorpus ingest' or 'copy' completes it"
        )
    try:
        about: About = decode(About, stored.source.get("body"), "the corpus")
    except BadValue as error:
        raise damaged(f"what the corpus says of itself cannot be read ({error})") from None
    if about.id != corpus_id or not _ID.fullmatch(about.id):
        raise damaged("its id is none")
    return about


def _checked_id(cluster: Cluster) -> str:
    meta = cluster.meta(lists.PART)
    schema = meta.get("schema")
    if not isinstance(schema, int) or schema > SCHEMA:
        raise CorpusTooNew(
            f"{cluster.address}: was made by a newer nkcorpus (schema {schema}, this one reads {SCHEMA}); install that"
        )
    return str(meta.get("corpus"))
