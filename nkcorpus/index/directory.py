"""The folder of one index: in the user's cache, guarded by a lock, vouched for by a manifest, swapped whole.

An index is only ever opened from here, never from beside a corpus: engines may unpickle what they open.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import TYPE_CHECKING

from nkcorpus.errors import CorpusLocked, IndexDamaged, IndexNotWritable
from nkcorpus.index.manifest import VouchedFiles

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK_SECONDS = 600.0
"""How long a command waits for another process that builds the index."""
TOLD_AFTER = 2.0
"""Seconds after which a wait is told, or given up by who need not wait."""


class IndexDirectory:
    """The place of one corpus' index of one engine version: `ROOT/index/KEY/NAME`.

    Of its files, the `rewritten` are written anew under the same name, the `growing` only added to; all others are
    written once. `notify` hears of waiting for another process.
    """

    def __init__(
        self,
        root: Path,
        corpus_id: str,
        corpus: str,
        name: str,
        rewritten: Set[str] = frozenset(),
        growing: Set[str] = frozenset(),
        notify: Callable[[str], None] = lambda message: None,
    ) -> None:
        key = hashlib.sha256(f"{corpus_id}\0{corpus}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._home = root / "index" / key
        self._name = name
        self._rewritten = rewritten
        self._growing = growing
        self._notify = notify
        self.path = self._home / name

    @property
    def files(self) -> VouchedFiles:
        """The files with their manifest as it is now."""
        return VouchedFiles(self.path)

    def size(self) -> int:
        """Return the bytes of all files, 0 when there are none."""
        try:
            return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        except OSError:  # another process is at work on them
            return 0

    def vouch(self) -> None:
        """Write the manifest of the index as it is now. Call it locked."""
        self.files.vouch(self._rewritten, self._growing)

    @contextlib.contextmanager
    def merging(self) -> Iterator[None]:
        """Raise IndexDamaged after a block that took files into others, and one of them was not as it was written:
        the damage would be vouched for in what they were merged into. Call it locked.
        """
        files, held = self.files, self._home / f"{self._name}.held"
        self._clear([held])
        held.mkdir()
        try:
            lasting = files.lasting(self._rewritten | self._growing)
            for name in lasting:
                self._hold(files, name, held)
            yield
            merged = (name for name in lasting if not (self.path / name).exists() and (held / name).exists())
            for name in merged:
                _raise_damage(files.damage_of(name, held / name))
        finally:
            self._clear([held])

    def _hold(self, files: VouchedFiles, name: str, held: Path) -> None:
        try:
            (held / name).hardlink_to(self.path / name)
        except OSError:  # a file system without links
            _raise_damage(files.damage_of(name, self.path / name))

    @contextlib.contextmanager
    def locked(self, *, wait: bool = True) -> Iterator[None]:
        """Hold the one lock for writing; the operating system frees it when its process dies.

        Raises CorpusLocked when another process holds it for longer than LOCK_SECONDS; without `wait`, than TOLD_AFTER.
        """
        from filelock import FileLock, Timeout

        with self._write_errors():
            self._home.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._home / "lock")
            try:
                lock.acquire(timeout=TOLD_AFTER)
            except Timeout:
                self._await(lock, LOCK_SECONDS if wait else 0.0)
        try:
            with self._write_errors():
                yield
        finally:
            lock.release()

    def _await(self, lock: BaseFileLock, seconds: float) -> None:
        from filelock import Timeout

        if seconds:
            self._notify("waiting for another process that is building the index ...")
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise CorpusLocked(
                f"{self._home}: another process has been building the index for over {seconds or TOLD_AFTER:g} s;"
                " try again when it is done"
            ) from None

    @contextlib.contextmanager
    def replaced(self) -> Iterator[Path]:
        """Yield an empty folder that takes the index's place when the block ends well. Call it locked."""
        draft = self._home / f"{self._name}.new"
        retired = self._home / f"{self._name}.old"
        self._clear([draft, retired])
        draft.mkdir()
        yield draft
        VouchedFiles(draft).vouch()
        if self.path.exists():
            self.path.rename(retired)
        draft.rename(self.path)
        engine = self._name.partition("-")[0]
        self._clear([folder for folder in self._others() if folder.name.startswith(f"{engine}-")])

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


def _raise_damage(damage: str | None) -> None:
    if damage:
        raise IndexDamaged(damage)
