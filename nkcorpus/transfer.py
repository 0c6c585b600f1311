"""A whole corpus from one place to another: backups, exports, and taking in what others have."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nkcorpus.errors import SourceNotFound, UsageError
from nkcorpus.newfile import is_there
from nkcorpus.version import TOOL

if TYPE_CHECKING:
    from nkcorpus.backup import OnDone
    from nkcorpus.copying import CopyReport, OnCopied
    from nkcorpus.dump import DumpReport, Tally
    from nkcorpus.merging import MergeReport, Merging
    from nkcorpus.opened import Opened
    from nkcorpus.store import Store

OnTaken = Callable[[int, str], None]
"""Hears how many articles are dealt with for good, and of which corpus."""


class Transfer:
    """The service of a corpus for what concerns all of it. `opened` is what the corpus holds open."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def backup(
        self,
        target: str | os.PathLike[str],
        *,
        force: bool = False,
        on_done: OnDone = lambda done, total, what: None,
    ) -> None:
        """Write the corpus, as it is at this moment, to a file, or where it is in a cluster to a snapshot
        `snapshot://REPOSITORY/NAME`, and check that; see `nkcorpus.backup` and `nkcorpus.cluster.snapshots`.
        """
        self._opened.backup(os.fspath(target), force=force, on_done=on_done)

    def find_backup(self, source: str | os.PathLike[str]) -> None:
        """Raise CorpusMissing where there is no such backup, UsageError where it can be none of this corpus."""
        self._opened.find_backup(os.fspath(source))

    def restore(
        self, source: str | os.PathLike[str], *, on_done: OnDone = lambda done, total, what: None
    ) -> str | None:
        """Make a backup this corpus, and return where the one that was there is kept; see `backup`."""
        return self._opened.restore(os.fspath(source), on_done=on_done)

    def export(
        self,
        path: Path,
        ids: Sequence[str] | None = None,
        *,
        force: bool = False,
        on_written: Callable[[int], None] = lambda done: None,
    ) -> DumpReport:
        """Write the whole corpus, or what belongs to these articles, given by ids or prefixes, as JSON lines to a file.

        `force` replaces a file; `on_written` hears how many lines are done. Raises ArticleNotFound, AmbiguousId,
        UsageError where the file exists or cannot be made, CorpusDamaged.
        """
        from nkcorpus.dump import Tally, write_dump

        tally = Tally()
        with closing(self._lines(ids, tally)) as lines:
            write_dump(lines, path, force=force, on_written=on_written)
        return tally.report()

    def lines(self, ids: Sequence[str] | None = None) -> Generator[str]:
        """Yield the lines of an export, as `export` writes them."""
        from nkcorpus.dump import Tally

        return self._lines(ids, Tally())

    def _lines(self, ids: Sequence[str] | None, tally: Tally) -> Generator[str]:
        from nkcorpus.dump import dump
        from nkcorpus.merging import verified
        from nkcorpus.store.records import VersionRecord

        store = self._opened.store
        articles = None if ids is None else sorted({store.resolve(article) for article in ids})
        with store.awake(), closing(store.records(articles)) as records:
            yield from dump(
                verified(records, only=VersionRecord),
                schema=store.schema,
                corpus_id=store.corpus_id,
                tool=TOOL,
                is_whole=ids is None,
                tally=tally,
            )

    def take(
        self,
        names: Sequence[str],
        *,
        stdin: BinaryIO | None = None,
        force: bool = False,
        on_taken: OnTaken = lambda done, origin: None,
    ) -> MergeReport:
        """Take in exports of corpora, `-` from `stdin`; the corpus is made if there is none. See `merge`.

        Raises SourceNotFound, NotAnExport, CorpusTooNew, all before anything is taken, and CorpusError.
        """
        from nkcorpus.undump import Dump

        with ExitStack() as stack:
            dumps = [Dump(stack.enter_context(_opened(name, stdin)), name) for name in names]
            with self._merging(self._opened.created(), force, on_taken) as merging:
                for dump in dumps:
                    merging.take(dump.name, dump.records())
        return merging.report()

    def merge(
        self,
        others: Sequence[str],
        *,
        force: bool = False,
        on_taken: OnTaken = lambda done, origin: None,
    ) -> MergeReport:
        """Take in other corpora, which are read only: articles by their identity, with the versions that are not here.

        Nothing that is here is overwritten; doing it again changes nothing. `force` takes in what was removed here.
        `others` are paths and addresses. Raises UsageError for the corpus itself, CorpusError where any cannot be used,
        before anything is taken.
        """
        ours = self._opened.store
        for other in others:
            if self._opened.is_at(other):
                raise UsageError(f"{other}: is the corpus itself; name another one")
        with ExitStack() as stack:
            stores = [(other, stack.enter_context(self._to_read(other, is_ours=False))) for other in others]
            with self._merging(ours, force, on_taken) as merging:
                for other, store in stores:
                    with closing(store.records()) as records:
                        merging.take(other, records)
        return merging.report()

    def copy(self, source: str, *, force: bool = False, on_copied: OnCopied = lambda done, total: None) -> CopyReport:
        """Take in all that the corpus at a path or an address holds; this one is made if there is none.

        See `nkcorpus.copying.copy`. Raises UsageError for the corpus itself, CorpusError.
        """
        from nkcorpus.copying import copy

        if self._opened.is_at(source):
            raise UsageError(f"{source}: cannot be copied to itself; name another corpus")
        with self._to_read(source, is_ours=True) as theirs:
            report = copy(theirs, self._opened.created(), source, force=force, on_copied=on_copied)
            self._opened.sync()
        return report

    @contextmanager
    def _to_read(self, place: str, *, is_ours: bool) -> Iterator[Store]:
        """Give the store of another corpus."""
        from nkcorpus.opened import opened_at

        other = opened_at(place, self._opened.cache_dir, self._opened.notify)
        with other.opened_to_read(is_ours=is_ours) as store:
            yield store

    @contextmanager
    def _merging(self, store: Store, force: bool, on_taken: OnTaken) -> Iterator[Merging]:
        """Give what takes in and counts; afterwards the index follows."""
        from nkcorpus.merging import Merging

        yield Merging(store, force, on_taken)
        self._opened.sync()


@contextmanager
def _opened(name: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    if name == "-":
        if stdin is None:
            raise UsageError("-: there is no standard input here; name a file")
        yield stdin
        return
    path = Path(name)
    if is_there(path) and not path.is_file():
        raise UsageError(f"{name}: is no file; name an export, or - for standard input")
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise SourceNotFound(f"{name}: there is no such file; name an export of a corpus") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from None
    with file:
        yield file
