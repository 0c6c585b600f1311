"""The small documents of a corpus in a cluster. Lists that are short are one document each, changed as a whole."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from nkcorpus.cluster.client import Cluster
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.errors import CorpusDamaged

PART = "desk"
MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "kind": {"type": "keyword"},
        "key": {"type": "keyword"},
        "body": {"type": "object", "enabled": False},
        "seal": {"type": "long"},
    },
}
"""`kind` and `key` are for looking documents up and for sorting, `body` says all."""
_LONGEST_KEY = 2_000
"""Code points of a key: Lucene takes no term of more than 32,766 bytes."""

Source = dict[str, Any]
Entry = TypeVar("Entry")
Result = TypeVar("Result")


class Lists:
    """The lists of a corpus, by name. Entries are dataclasses; what two users change at once is not lost."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def entries(self, name: str, cls: type[Entry]) -> list[Entry]:
        """Return a list, empty where it was never written. Raises CorpusDamaged for what holds no such entries."""
        document = self._cluster.get(PART, name)
        return entries_of(document.source if document else None, name, cls)

    def change(self, name: str, cls: type[Entry], work: Callable[[list[Entry]], Result]) -> Result:
        """Let `work` change a list in place, which is stored whole if it did; return what `work` returns.

        `work` is called again with the list as it is then where somebody else has changed it meanwhile.
        """
        results: list[Result] = []

        def step(source: Source | None) -> Source | None:
            entries = entries_of(source, name, cls)
            before = list(entries)
            results.append(work(entries))
            return None if entries == before else document(name, "", {"entries": encode(entries)})

        self._cluster.update(PART, name, step)
        return results[-1]


def entries_of(source: Source | None, name: str, cls: type[Entry]) -> list[Entry]:
    """Return the entries of a list's document. Raises CorpusDamaged."""
    if source is None:
        return []
    try:
        body = source.get("body")
        given = body.get("entries") if isinstance(body, dict) else None
        if not isinstance(given, list):
            raise BadValue("it is no list")
        return [decode(cls, each) for each in given]
    except BadValue as error:
        raise damaged(f"the document '{name}' holds what no {name} are ({error})") from None


def document(kind: str, key: str, body: Source) -> Source:
    """Return a document of the part `desk`, sealed."""
    return {"kind": kind, "key": key[:_LONGEST_KEY], "body": body, "seal": seal_of(body)}


def seal_of(body: object) -> int:
    """Return the CRC-32 by which damage to a small document is found: of its JSON, names sorted, in UTF-8."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def damaged(what: str) -> CorpusDamaged:
    """Return the error for a document that cannot be."""
    return CorpusDamaged(f"the content of the corpus is damaged: {what}; restore it from a backup")
