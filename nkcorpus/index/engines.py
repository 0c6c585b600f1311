"""The index engines there are, each imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.errors import EngineMissing
from nkcorpus.index.base import Index

EngineName = Literal["whoosh", "tantivy"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
DEFAULT_ENGINE: EngineName = "whoosh"


def is_installed(engine: EngineName) -> bool:
    """Tell whether the package of an engine is there."""
    from importlib.util import find_spec

    return find_spec(engine) is not None


def known_engine(name: str | None, corpus: Path) -> EngineName:
    """Return the engine that a corpus file names, the default where it names none. Raises EngineMissing."""
    for engine in ENGINES:
        if name == engine:
            return engine
    if name is None:
        return DEFAULT_ENGINE
    raise EngineMissing(
        f"{corpus}: uses the search engine '{name}', which this version has not; install a newer one,"
        " or index it anew with 'nkcorpus engine whoosh'"
    )


def open_index(
    engine: EngineName,
    root: Path,
    corpus_id: str,
    corpus: str,
    memory: int = INDEX_MEMORY,
    notify: Callable[[str], None] = lambda message: None,
) -> Index:
    """Return the index of a corpus below the cache folder `root`; it is read when it is used.

    At most `memory` MB of postings are in memory while articles are indexed. `notify` hears of waiting for another
    process. Raises EngineMissing.
    """
    if engine == "whoosh":
        from nkcorpus.index.whoosh import WhooshIndex

        return WhooshIndex(root, corpus_id, corpus, memory, notify)
    try:
        from nkcorpus.index.tantivy import TantivyIndex
    except ModuleNotFoundError as error:
        if error.name != "tantivy":
            raise
        raise EngineMissing(
            f"{corpus}: the search engine tantivy is not installed: pip install 'nkcorpus[tantivy]',"
            " or index it anew with 'nkcorpus engine whoosh'"
        ) from None
    return TantivyIndex(root, corpus_id, corpus, memory, notify)
