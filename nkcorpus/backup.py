"""Copies of a corpus file that are whole, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from nkcorpus.checking import check
from nkcorpus.errors import CorpusDamaged, UsageError
from nkcorpus.newfile import is_there, new_path, part_beside
from nkcorpus.version import TOOL

if TYPE_CHECKING:
    from nkcorpus.store.sqlite import SqliteStore

OnDone = Callable[[int, int | None, str], None]
"""Hears how much is done, of how much where that is known, and what: pages copied, articles checked."""


def backup(store: SqliteStore, own: Path, path: Path, *, force: bool, on_done: OnDone) -> None:
    """Write the corpus at `own` to a file, as it is at this moment, and check that; others may write meanwhile.

    The file is there when it is whole, checked and on disk. `force` replaces one. Raises UsageError where there is one,
    or it is the corpus itself; CorpusDamaged where the check finds something; CorpusNotWritable.
    """
    if is_there(path) and path.samefile(own):
        raise UsageError(f"{path}: is the corpus itself; name another file")
    with new_path(path, force=force) as part:
        with store.awake():
            store.copy(part, path, _copied(on_done))
        _require_clean(part, path, on_done)


def restore(path: Path, own: Path, *, on_done: OnDone) -> Path | None:
    """Make a copy of the corpus in a file the corpus at `own`; return where the one that was there is kept, None
    without one.

    Raises UsageError where both are the same file, CorpusError where the file is none to restore, and then nothing is
    changed.
    """
    from nkcorpus.store.sqlite import SqliteStore
    from nkcorpus.store.sqlite.copying import put_in_place

    if own.exists() and is_there(path) and path.samefile(own):
        raise UsageError(f"{path}: is the corpus itself; name the file to restore")
    with closing(SqliteStore(path, TOOL, is_ours=False)) as store, part_beside(own) as part:
        store.copy(part, own, _copied(on_done))
        _require_clean(part, path, on_done)
        return put_in_place(part, own)


def _copied(on_done: OnDone) -> Callable[[int, int], None]:
    return lambda done, total: on_done(done, total, "pages copied")


def _require_clean(part: Path, name: Path, on_done: OnDone) -> None:
    """Raise CorpusDamaged where a check finds a problem in a copy; messages call it `name`."""
    from nkcorpus.store.sqlite import SqliteStore

    with closing(SqliteStore(part, TOOL, as_is=True)) as store:
        report = check(store, on_checked=lambda done: on_done(done, None, "articles checked"))
    if not report.is_clean:
        first = report.problems[0]
        raise CorpusDamaged(
            f"{name}: would not be whole: {first.what}: {first.detail}; 'nkcorpus check' tells all that is wrong,"
            " 'nkcorpus repair' mends what can be"
        )
