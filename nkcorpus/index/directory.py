"""The folder of one index: in the user's cache, guarded by a lock, vouched for by a manifest, swapped whole.

An index is only ever opened from here, never from beside a corpus: engines may unpickle what they open.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nkcorpus.errors import IndexNotWritable

MANIFEST = "manifest.json"
LOCK_SECONDS = 600.0
"""How long a command waits for another process that builds the index."""


class IndexDirectory:
    """The place of one corpus' index of one engine version: `ROOT/index/KEY/NAME`."""

    def __init__(self, root: Path, corpus_id: str, corpus: str, name: str) -> None:
        key = hashlib.sha256(f"{corpus_id}\0{corpus}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._home = root / "index" / key
        self._name = name
        self.path = self._home / name

    def is_whole(self) -> bool:
        """Tell whether the manifest is there and every file has the size that it lists."""
        try:
            sizes = json.loads((self.path / MANIFEST).read_text("ascii"))
            found = {entry.name: entry.stat().st_size for entry in os.scandir(self.path)}
        except (OSError, ValueError):
            return False
        return isinstance(sizes, dict) and all(found.get(name) == size for name, size in sizes.items())

    def vouch(self, folder: Path) -> None:
        """Write the manifest of `folder` as it is now, once the files that it vouches for are on the disk."""
        sizes = {e.name: e.stat().st_size for e in os.scandir(folder) if e.is_file() and e.name != MANIFEST}
        for name in sizes:
            with (folder / name).open("rb+") as file:
                os.fsync(file)  # engines do not: after a power cut a file could have its size without its content
        draft = folder / f"{MANIFEST}.new"
        draft.write_text(json.dumps(sizes), "ascii")
        draft.replace(folder / MANIFEST)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the one lock for writing; the operating system frees it when its process dies."""
        from filelock import FileLock, Timeout

        with self._write_errors():
            self._home.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._home / "lock")
            try:
                lock.acquire(timeout=LOCK_SECONDS)
            except Timeout:
                raise IndexNotWritable(
                    f"{self._home}: another process has been building the index for over {LOCK_SECONDS:g} s;"
                    " try again when it is done"
                ) from None
        try:
            with self._write_errors():
                yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def replaced(self) -> Iterator[Path]:
        """Yield an empty folder that takes the index's place when the block ends well. Call it locked."""
        draft = self._home / f"{self._name}.new"
        retired = self._home / f"{self._name}.old"
        self._clear([draft, retired])
        draft.mkdir()
        yield draft
        self.vouch(draft)
        if self.path.exists():
            self.path.rename(retired)
        draft.rename(self.path)
        engine = self._name.partition("-")[0]
        self._clear([folder for folder in self._others() if folder.name.startswith(f"{engine}-")])

    def clear(self) -> None:
        """Delete the index. Call it locked."""
        self._clear([self.path])

    def clear_others(self) -> None:
        """Delete the indexes of other engines and versions. Call it locked."""
        self._clear(self._others())

    def _others(self) -> list[Path]:
        return [folder for folder in self._home.iterdir() if folder.is_dir() and folder != self.path]

    def _clear(self, folders: Iterable[Path]) -> None:
        import shutil  # with all kinds of archives: not for a search

        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _write_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise IndexNotWritable(
                f"{error.filename or self._home}: the index cannot be written ({error.strerror or error});"
                " free some space or set NKCORPUS_CACHE_DIR to another folder"
            ) from error
