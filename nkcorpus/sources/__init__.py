"""What a SOURCE argument can be: a file, a folder or archive of files, or `-` for standard input."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from nkcorpus.errors import SourceNotFound
from nkcorpus.extract.fields import check_mapping
from nkcorpus.model import SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources.files import Seen, address_hint, path_exists, read_path, shown
from nkcorpus.sources.meter import Meter
from nkcorpus.sources.names import Names
from nkcorpus.sources.stdin import STDIN, read_stdin
from nkcorpus.sources.stream import UNTOLD, Reading

__all__ = ["UNTOLD", "Meter", "Names", "Reading", "is_address", "iter_items", "without_user"]

_USER = re.compile(r"(?<=://)[^/?#]*@")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_address(source: str) -> bool:
    """Tell whether a source is meant as an address on the web: it has a scheme, and there is no such file."""
    return bool(_URL.match(source)) and not path_exists(source)


def without_user(source: str) -> str:
    """Return a source without the user name and password that an address may have."""
    return _USER.sub("", source) if is_address(source) else source


def iter_items(
    sources: Iterable[str | os.PathLike[str]],
    *,
    stdin: BinaryIO | None = None,
    reading: Reading = UNTOLD,
    pass_addresses: bool = False,
) -> Iterator[SourceItem | SourceFailure | SourceSkip]:
    """Return a lazy iterator over the articles, as bytes, of all `sources` in their order.

    `reading` tells what the files are where their content shall not, which are wanted, and the names of fields.
    `stdin` is read for `-`, by default that of the process. Addresses are failures here, unless they are passed over.

    Raises SourceNotFound at once when none of the sources exists, UsageError for an unknown field in the mapping.
    What goes wrong later is in the stream, as a SourceFailure, and the rest goes on.
    """
    paths = [os.fspath(source) for source in sources]
    check_mapping(reading.mapping)
    if paths and not any(path == STDIN or is_address(path) or path_exists(path) for path in paths):
        names = ", ".join(map(shown, paths[:3])) + (", ..." if len(paths) > 3 else "")
        raise SourceNotFound(f"no such file or folder: {names}{address_hint(paths)}")
    return _items([path for path in paths if not (pass_addresses and is_address(path))], stdin, reading)


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
        elif is_address(path):
            yield SourceFailure(path, "only 'nkcorpus ingest' takes addresses; save the page and name the file")
        else:
            yield from read_path(path, reading, seen)
