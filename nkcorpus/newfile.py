"""Writing a file that takes its name when it is whole, and not before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nkcorpus.errors import UsageError


def is_there(path: Path) -> bool:
    """Tell whether there is something of this name, which may be one that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Tell whether there is a file of this name, which may be one that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file that takes the name `path` when the block ends well, and is gone when it does not.

    `force` replaces a file. Raises UsageError where there is one, or where none can be made.
    """
    with new_path(path, force=force) as part, part.open("wb") as file:
        yield file


@contextmanager
def new_path(path: Path, *, force: bool) -> Iterator[Path]:
    """Give the path of an empty file: it takes the name `path` when the block ends well, and is gone when it does not.
    Then the file and its name are on disk.

    `force` replaces a file. Raises UsageError where there is one, or where `path` cannot be one.
    """
    try:
        is_there, is_folder, is_file = path.exists(), path.is_dir(), path.is_file()
    except OSError as error:  # a name that no file can have
        raise UsageError(f"{path}: cannot be made: {error.strerror}") from None
    if is_folder:
        raise UsageError(f"{path}: is a folder; name a file in it")
    if path.name == "-" or (is_there and not is_file):
        raise UsageError(f"{path}: is no file, to which alone this is written; name one")
    if is_there and not force:
        raise UsageError(f"{path}: is there already; give another name, or --force to replace it")
    with part_beside(path) as part:
        yield part
        _sync(part)
        part.replace(path)
        sync_folder(path.parent)


@contextmanager
def part_beside(path: Path) -> Iterator[Path]:
    """Give the path of an empty file in the folder of `path`, which is gone after the block unless it was renamed.

    An OSError in the block is told of `path`. Raises UsageError where none can be made.
    """
    part = path.with_name(f".{path.name[:50]}.{os.getpid()}.part")
    try:
        part.touch()
    except OSError as error:
        raise UsageError(f"{path}: cannot be made: {error.strerror}") from None
    try:
        yield part
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable, where the system lets folders be opened."""
    with suppress(PermissionError):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
