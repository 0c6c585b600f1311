"""`python -m tests.crash.driver CORPUS CACHE JOBS SOURCE...`: ingest, and report on stdout what is stored."""

from __future__ import annotations

import sys

from nkcorpus import Corpus


def main(corpus_path: str, cache: str, jobs: str, *sources: str) -> None:
    """Ingest; each count that the library reports is on stdout before anything else happens."""
    with Corpus.open(corpus_path, cache_dir=cache) as corpus:
        report = corpus.ingest(sources, jobs=int(jobs), on_stored=lambda done, origin: print(done, flush=True))
    print(report.new + report.unchanged, "end", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
