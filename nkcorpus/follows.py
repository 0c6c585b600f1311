"""Sources on the web that are asked again for what is new, and the journal of what was fetched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import urldefrag, urlsplit

from nkcorpus.dates import utc_now
from nkcorpus.errors import CorpusLocked, CorpusNotWritable, UsageError
from nkcorpus.identity import canonical_url, host_of
from nkcorpus.model import FetchEntry, FetchState, WebKind
from nkcorpus.results import IngestReport
from nkcorpus.store import Followed, Store, StoreWriter, storable

if TYPE_CHECKING:
    from nkcorpus.fetch.policy import FetchPolicy
    from nkcorpus.sources.webreading import WebReading

LONGEST_NAME = 100
"""Code points of a name."""


@dataclass(frozen=True, slots=True)
class Fetches:
    """Addresses that are to be fetched or were, those tried or queued last first. `counts` are of all, by state."""

    counts: Mapping[FetchState, int]
    entries: tuple[FetchEntry, ...]

    @property
    def total(self) -> int:
        """How many addresses there are in all states together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Update:
    """What came of asking a followed source. `error` tells why it could not be read, None where it could."""

    source: Followed
    report: IngestReport
    error: str | None

    @property
    def news(self) -> int:
        """How many articles are new or have a new text."""
        return self.report.new + self.report.updated


class Follows:
    """The service of a corpus for followed sources and the journal. `ingest` is that of the corpus; the lock of an
    update lies in `cache_dir`.
    """

    def __init__(self, store: Store, ingest: Callable[..., IngestReport], cache_dir: Path) -> None:
        self._store = store
        self._ingest = ingest
        self._cache_dir = cache_dir

    def add(self, url: str, name: str | None = None, options: Mapping[str, object] | None = None) -> Followed:
        """Follow the source at an address, by default under the name of its host. `options` say how it is read.

        Raises UsageError for what is no address of the web, and for a name or an address that is followed already.
        """
        address = _address(url)
        source = Followed(
            _named(name if name is not None else host_of(address) or ""), address, utc_now(), options or {}
        )
        if not self._store.journal.follow(source):
            same = next((each for each in self.all() if each.url == address), None)
            if same:
                raise UsageError(f"{address} is followed already, as '{same.name}'")
            raise UsageError(f"a source '{source.name}' is followed already; give another --name")
        return source

    def all(self) -> tuple[Followed, ...]:
        """Return the followed sources by name."""
        return self._store.journal.followed()

    def get(self, name: str) -> Followed:
        """Return a followed source. Raises UsageError when there is none of that name."""
        named = _named(name)
        found = next((each for each in self.all() if each.name == named), None)
        if found is None:
            raise _unknown(named)
        return found

    def remove(self, name: str) -> None:
        """Follow a source no more; its articles stay. Raises UsageError when there is none of that name."""
        named = _named(name)
        if not self._store.journal.unfollow(named):
            raise _unknown(named)

    def update(
        self,
        name: str | None = None,
        *,
        policy: FetchPolicy | None = None,
        on_stored: Callable[[int, str], None] = lambda done, origin: None,
    ) -> Iterator[Update]:
        """Ask the followed sources, or one, for what is new, and yield what came of each when it is stored.

        A source that cannot be read does not stop the others. `policy` tells how hosts are treated; `on_stored` is as
        in `Corpus.ingest`. Raises UsageError when there is none of that name, or none at all, and CorpusLocked while
        another process updates this corpus: two would ask each host twice as often as it bears.
        """
        sources = self.all() if name is None else (self.get(name),)
        if not sources:
            raise UsageError("no sources are followed; 'nkcorpus follow add URL' follows one")
        with self._alone():
            for source in sources:
                if canonical_url(source.url) is None:  # or a corpus of somebody else could have files taken in
                    raise UsageError(
                        f"the followed source '{source.name}' is at no address of the web; 'nkcorpus follow remove'"
                        " forgets it"
                    )
                report = self._ingest(
                    [source.url], web=_reading(source), policy=policy, followed=source.name, on_stored=on_stored
                )
                error = _fault(source, report)
                self._store.journal.mark_asked(source.name, error)
                yield Update(source, report, error)

    def fetches(self, *, state: FetchState | None = None, source: str | None = None, limit: int = 20) -> Fetches:
        """Return what is to be fetched and was, of one state or source if given; 0 as the limit means all."""
        journal = self._store.journal
        source = None if source is None else storable(source)
        return Fetches(journal.counts(source), journal.latest(limit, state, source))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of updates; the operating system frees it when its process dies."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._cache_dir / f"update-{self._store.corpus_id}.lock")
        try:
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            raise CorpusLocked("another update of this corpus is under way; wait until it is done") from None
        except OSError as error:
            raise CorpusNotWritable(
                f"{self._cache_dir}: cannot be written ({error.strerror or error}); set NKCORPUS_CACHE_DIR"
            ) from None
        try:
            yield
        finally:
            lock.release()


def failed_before(
    store: Store, writer: StoreWriter, commit: Callable[[], None], notify: Callable[[str], None]
) -> Iterator[str]:
    """Yield the addresses that failed, in the course of a run that asks for them again, whose `commit` makes that
    durable. Those whose hosts want to be asked later are left, of which `notify` gets a line.
    """
    writer.journal.retry()
    commit()
    left = 0
    for entry in store.journal.entries("pending"):
        if entry.retry_at is None or entry.retry_at <= utc_now():
            yield entry.url
        else:
            left += 1
    if left:
        notify(f"{left:,} left whose hosts want to be asked later; 'nkcorpus fetches --state pending' tells when")


def _reading(source: Followed) -> WebReading:
    from nkcorpus.sources.webreading import WebReading  # the journal is shown without

    kind = source.options.get("as")
    return WebReading(
        kind=next((each for each in get_args(WebKind) if each == kind), None), whole=source.options.get("all") is True
    )


def _fault(source: Followed, report: IngestReport) -> str | None:
    """Return why a source could not be read, None where only some of what it led to could not."""
    from nkcorpus.fetch.urls import without_credentials  # needs the HTTP library

    shown = without_credentials(source.url)
    nothing_came = report.failed and not (report.new or report.updated or report.unchanged or report.skipped)
    return next((failure.error for failure in report.failures if nothing_came or failure.origin == shown), None)


def _address(given: str) -> str:
    text = urldefrag(given.strip()).url
    if canonical_url(text) is None or not text.isprintable() or " " in text:
        raise UsageError(f"{given}: is no address of the web; it begins with http:// or https://")
    if "@" in urlsplit(text).netloc:
        raise UsageError("the address has a user name in it, which the corpus would hand on; give it without")
    return text


def _named(given: str) -> str:
    name = " ".join(storable(given).split())
    if not name:
        raise UsageError("the name of a source is empty; give one")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name has {len(name):,} characters, more than {LONGEST_NAME}; give a shorter one")
    return name


def _unknown(name: str) -> UsageError:
    return UsageError(f"no source '{name}' is followed; 'nkcorpus follow list' shows them")
