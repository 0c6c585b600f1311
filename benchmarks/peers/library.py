"""nkcorpus as a library, with a corpus left open: only `serve`, since the rest is the command line's.

`library.py serve CORPUS` asks for just what the peers give: any word may match, ten articles. `--as-command` before it
asks as the command does: articles with all words first, nearly equal ones collapsed, snippets.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.peers.protocol import NEARNESS, SINCE, UNTIL, serve
from nkcorpus import Corpus

_FORMS = {
    "one word": "{0}",
    "any of four": "{all}",
    "by date": "{all}",
    "phrase": '"{all}"',
    "near": f"{{0}} NEAR/{NEARNESS} {{1}}",
    "prefix": "{0}*",
    "wildcard": "{0}",
    "fuzzy": "{0}~1",
}


def main(arguments: Sequence[str]) -> None:
    """Answer queries from stdin."""
    *options, _verb, path = arguments
    as_command = "--as-command" in options
    with Corpus.open(path) as corpus:

        def answer(kind: str, words: Sequence[str]) -> Sequence[object]:
            query = _FORMS[kind].format(*words, all=" ".join(words))
            since, until = (SINCE, UNTIL) if kind == "by date" else (None, None)
            if as_command:
                return corpus.search(query, since=since, until=until).hits
            return corpus.search(query, match="any", collapse=False, snippets=False, since=since, until=until).hits

        serve(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
