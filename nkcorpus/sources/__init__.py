"""What a SOURCE argument can be: a file, a folder or archive of files, or `-` for standard input."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from nkcorpus.errors import SourceNotFound
from nkcorpus.extract.fields import check_mapping
from nkcorpus.model import SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources.files import Seen, path_exists, read_path, shown
from nkcorpus.sources.meter import Meter
from nkcorpus.sources.names import Names
from nkcorpus.sources.stdin import STDIN, read_stdin
from nkcorpus.sources.stream import UNTOLD, Reading

__all__ = ["UNTOLD", "Meter", "Names", "Reading", "iter_items"]

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def iter_items(
    sources: Iterable[str | os.PathLike[str]],
    *,
    stdin: BinaryIO | None = None,
    reading: Reading = UNTOLD,
) -> Iterator[SourceItem | SourceFailure | SourceSkip]:
    """Return a lazy iterator over the articles, as bytes, of all `sources` in their order.

    `reading` tells what the files are where their content shall not, which are wanted, and the names of fields.
    `stdin` is read for `-`, by default that of the process.

    Raises SourceNotFound at once when none of the sources exists, UsageError for an unknown field in the mapping.
    What goes wrong later is in the stream, as a SourceFailure, and the rest goes on.
    """
    paths = [os.fspath(source) for source in sources]
    check_mapping(reading.mapping)
    if paths and not any(path == STDIN or _URL.match(path) or path_exists(path) for path in paths):
        names = ", ".join(map(shown, paths[:3])) + (", ..." if len(paths) > 3 else "")
        raise SourceNotFound(f"no such file or folder: {names}")
    return _items(paths, stdin, reading)


def _items(
    paths: list[str], stdin: BinaryIO | None, reading: Reading
) -> Iterator[SourceItem | SourceFailure | SourceSkip]:
    seen = Seen()
    stdin_read = False
    for path in paths:
        if path == STDIN:
            if not stdin_read:
                yield from read_stdin(stdin, reading)
            stdin_read = True
        elif _URL.match(path) and not path_exists(path):
            yield SourceFailure(
                path, "web sources are not supported in this version; save the page and ingest the file"
            )
        else:
            yield from read_path(path, reading, seen)
