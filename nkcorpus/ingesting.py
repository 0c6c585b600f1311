"""How an ingest is asked for, and how its sources, files and the web alike, meet the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypedDict

from nkcorpus import pipeline
from nkcorpus.index.engines import EngineName
from nkcorpus.intake import Entry
from nkcorpus.model import Format
from nkcorpus.query import dates
from nkcorpus.results import IngestReport
from nkcorpus.sources import Meter, Names, Reading, is_address, iter_items, without_user
from nkcorpus.store import Store, StoreWriter, joined
from nkcorpus.workers import LOCAL, Executor, executor_named

if TYPE_CHECKING:
    from nkcorpus.fetch.policy import FetchPolicy
    from nkcorpus.sources.webreading import WebReading


class IngestKeywords(TypedDict, total=False):
    """The options of an ingest.

    `format` says what the files are, where their content shall not. `mapping` names the fields of records
    ({"text": "story.body"}). `include` and `exclude` are globs for names of files and members of archives. `stdin` is
    what `-` reads.

    Only articles dated from `since` to `until` are taken, and no more than `limit` (0: all). `source` is the publisher
    of all of them. `force` takes in again what was removed, and fetches again what is there.

    `fast` reads pages with one extractor instead of a vote. `fix_text` mends damaged text, listed as repairs. Without
    `keep_payload` (yes) the original bytes are not kept, only their digest. `jobs` (1) is the number of processes.
    `executor` says who fetches, extracts and cleans: these processes (`local`), or the workers of a Dask scheduler
    (`dask://HOST:PORT`). `engine` is the search engine of a corpus that has no articles yet (whoosh).

    `addresses` are more of them, such as a list gives; hosts on a network of one's own are reached only if they are
    named among the sources, or allowed by `policy`, which tells how hosts are treated. `web` tells what to take. With
    `retry_failed`, addresses that failed earlier are asked again, but not before the time that their host set.
    `followed` is the name of the followed source that the addresses are: only what is new of it is asked for.

    `on_stored` hears how many inputs are dealt with for good, and the origin of the last; `meter` can tell how many
    there will be.
    """

    format: Format | None
    mapping: Mapping[str, str] | None
    include: Sequence[str]
    exclude: Sequence[str]
    stdin: BinaryIO | None
    since: str | None
    until: str | None
    limit: int
    source: str | None
    force: bool
    fast: bool
    fix_text: bool
    keep_payload: bool
    jobs: int
    executor: str
    engine: EngineName | None
    addresses: Iterable[str] | None
    web: WebReading | None
    policy: FetchPolicy | None
    retry_failed: bool
    followed: str
    on_stored: Callable[[int, str], None]
    meter: Meter | None


def ingest(
    names: Sequence[str],
    keywords: IngestKeywords,
    created: Callable[[EngineName | None], Store],
    corpus: Path | None,
    hosts: Path,
    notify: Callable[[str], None],
) -> IngestReport:
    """Take the sources of these names into the store that `created` returns, made if need be once a source exists.

    The file `corpus`, None in a cluster, is the store's own and no source. In the folder `hosts` it is kept what other
    runs have to know of hosts. `notify` gets lines for the user.
    Raises SourceNotFound when none of the sources exists, UsageError (also where the corpus uses another engine),
    CorpusError, WorkersFailed.
    """
    entries = _files(names, keywords, corpus)
    selection = _selection(keywords)
    with executor_named(keywords.get("executor", LOCAL), keywords.get("jobs", 1), notify) as workers:
        store = created(keywords.get("engine"))
        with store.writing([without_user(name) for name in names]) as writer:
            return pipeline.ingest(
                writer,
                entries,
                _treatment(store, keywords),
                workers=workers,
                force=keywords.get("force", False),
                on_stored=keywords.get("on_stored", lambda done, origin: None),
                selection=selection,
                live=_live(names, keywords, store, writer, hosts, notify, workers),
            )


def _files(names: Sequence[str], keywords: IngestKeywords, corpus: Path | None) -> Iterator[Entry]:
    meter = keywords.get("meter")
    if meter is not None:
        meter.expect([name for name in names if not is_address(name)])
    wanted = Names(tuple(keywords.get("include", ())), tuple(keywords.get("exclude", ())))
    reading = Reading(
        keywords.get("format"), keywords.get("mapping") or {}, wanted, meter=meter, corpus=os.fspath(corpus or "")
    )
    return iter_items(names, stdin=keywords.get("stdin"), reading=reading, pass_addresses=True)


def _selection(keywords: IngestKeywords) -> pipeline.Selection:
    since, until = keywords.get("since"), keywords.get("until")
    return pipeline.Selection(
        dates.since(since) if since else None, dates.until(until) if until else None, keywords.get("limit", 0)
    )


def _treatment(store: Store, keywords: IngestKeywords) -> pipeline.Treatment:
    return pipeline.Treatment(
        mapping=keywords.get("mapping") or {},
        fast=keywords.get("fast", False),
        fix_text=keywords.get("fix_text", False),
        rules=joined(store.desk.rules()),
        kept_lines=store.kept_lines(),
        source=keywords.get("source"),
        keep_payload=keywords.get("keep_payload", True),
    )


def _live(
    names: Sequence[str],
    keywords: IngestKeywords,
    store: Store,
    writer: StoreWriter,
    hosts: Path,
    notify: Callable[[str], None],
    workers: Executor,
) -> pipeline.Live | None:
    """Return what gives what comes from the web, None where nothing is asked for."""
    urls = [name for name in names if is_address(name)]
    addresses, again = keywords.get("addresses"), keywords.get("retry_failed", False)
    if not urls and addresses is None and not again:
        return None
    from nkcorpus.follows import failed_before  # needs the HTTP library
    from nkcorpus.sources.web import read_web

    return lambda treat, commit: read_web(
        urls,
        addresses or (),
        writer,
        keywords.get("web"),
        keywords.get("policy"),
        treat=treat,
        elsewhere=workers.elsewhere,
        again=failed_before(store, writer, commit, notify) if again else (),
        afresh=keywords.get("force", False),
        followed=keywords.get("followed", ""),
        hosts=hosts,
        notify=notify,
        pause=commit,
    )
