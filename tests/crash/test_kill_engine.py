"""SIGKILL while a search engine's index is built or brought up to date: what is found afterwards is what there is."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.index.engines import ENGINES, EngineName, is_installed
from tests.crash.generate import write_articles

ARTICLES = 300
KILLS = 6
QUERIES = ("trader", "market -rice", "NOT x")
REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

SYNC = (
    "import sys\nfrom nkcorpus import Corpus\n"
    "with Corpus.open(sys.argv[1], cache_dir=sys.argv[2], engine=sys.argv[3]) as corpus:\n"
    "    corpus.search('trader')\n    print('done', flush=True)\n"
)


def _found(path: Path, cache: Path, engine: EngineName) -> list[tuple[int, list[str]]]:
    with Corpus.open(path, cache_dir=cache, engine=engine) as corpus:
        return [
            (found.total, [hit.id for hit in found])
            for found in (
                corpus.search(query, limit=0, collapse=False) for query in ("trader", "market -rice", "NOT x")
            )
        ]


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if is_installed(engine)])
def test_an_index_that_was_killed_is_made_again(engine: EngineName, tmp_path: Path) -> None:
    rng = random.Random(7)
    path, cache, sources = tmp_path / "c.db", tmp_path / "cache", tmp_path / "sources"
    write_articles(sources, ARTICLES)
    with Corpus.open(path, cache_dir=cache) as corpus:
        corpus.ingest([sources / "records.jsonl"])
    started = time.monotonic()
    _found(path, cache, engine)
    seconds = time.monotonic() - started + 0.5
    for kill in range(KILLS):
        if kill >= KILLS // 2:  # from here on the index is brought up to date, before it was built
            with Corpus.open(path, cache_dir=tmp_path / "other") as corpus:
                corpus.ingest([sources])
                corpus.remove([corpus.newest(offset=kill).hits[0].id])
        expected = _found(path, tmp_path / "undisturbed", engine)
        if kill < KILLS // 2:
            shutil.rmtree(cache)
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC, str(path), str(cache), engine], cwd=REPOSITORY, stdout=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.1, seconds))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        assert _found(path, cache, engine) == expected
