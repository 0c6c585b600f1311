"""What every peer answers to on its command line, and how queries reach it. Debian's own Python runs it, too.

    peer.py index SOURCE TARGET     from scratch; SOURCE is a folder of .txt files or a file of JSON lines
    peer.py add SOURCE TARGET       to what TARGET has
    peer.py search TARGET QUERY     print the ten best; QUERY is words, any of which may match, or a "phrase"
    peer.py serve TARGET            answer queries from stdin, one `[kind, words]` a line in JSON, until it ends

`serve` prints for each query `[wall seconds, CPU seconds, hits]`, or null where the peer has no such query, and for
`null` the peak of its resident memory in bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

LIMIT = 10
"""How many hits are asked for."""
SINCE, UNTIL = "2015-01-01", "2019-12-31"
"""The days that queries of the kind `by date` are narrowed to: five of the articles' seventeen years."""
NEARNESS = 5
"""How many words may stand between those of a query of the kind `near`."""
_COLLECT_EVERY = 100_000  # as nkcorpus' own command line sets the garbage collector

Answer = Callable[[str, Sequence[str]], "Sequence[object] | None"]
"""Takes the kind and the words of a query and gives its hits with title and text, None for an unknown kind."""


class Piece(NamedTuple):
    """An article as the peers get it; `date` is of the form YYYY-MM-DD."""

    key: str
    title: str
    date: str
    text: str


def pieces(source: str) -> Iterator[Piece]:
    """Yield the articles in a folder of files named `DATE-NUMBER.txt`, or in a file of JSON lines."""
    path = Path(source)
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield Piece(str(file), file.stem, file.name[:10], file.read_text(encoding="utf-8"))
        return
    import json  # as in all of this file, a cold search pays for none of it

    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield Piece(record["url"], record["title"], record["date"], record["text"])


def kind_and_words(query: str) -> tuple[str, list[str]]:
    """Return what a query of the command line is."""
    kind = "phrase" if query.startswith('"') else "any of four"
    return kind, query.strip('"').lower().split()


def run(
    index: Callable[[str, str], None], add: Callable[[str, str], None], search: Callable[[str], tuple[Answer, object]]
) -> None:
    """Do what the command line says. `search` opens a target and returns what answers, and what must stay open."""
    verb, *arguments = sys.argv[1:]
    if verb == "index":
        index(*arguments)
    elif verb == "add":
        add(*arguments)
    elif verb == "search":
        target, query = arguments
        answer, _opened = search(target)
        hits = answer(*kind_and_words(query))
        for hit in hits or ():
            print(hit)
        if not hits:
            sys.exit(1)
    else:
        answer, _opened = search(arguments[0])
        serve(answer)


def serve(answer: Answer) -> None:
    """Answer the queries on stdin and tell on stdout what each took."""
    import gc
    import json
    import time

    gc.set_threshold(_COLLECT_EVERY)
    for line in sys.stdin:
        query = json.loads(line)
        if query is None:
            print(_peak(), flush=True)
            continue
        kind, words = query
        wall, cpu = time.perf_counter(), time.process_time()
        hits = answer(kind, words)
        taken = time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps(None if hits is None else [*taken, len(hits)]), flush=True)


def _peak() -> int:
    """Return the peak of this process; what getrusage tells has that of the process which started it, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
