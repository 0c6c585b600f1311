"""Looking whether a corpus in a cluster is as it must be. Nothing here writes to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document as StoredDocument
from nkcorpus.errors import CorpusDamaged, CorpusError
from nkcorpus.results import Problem
from nkcorpus.store.base import Current, Finding
from nkcorpus.store.faults import CONTENT, PAYLOADS, PROVENANCE, SPANS, TEXT, content_faults
from nkcorpus.store.opensearch import journal, lists
from nkcorpus.store.opensearch.articles import LIVE
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.beside import Beside
from nkcorpus.store.opensearch.groups import check_groups
from nkcorpus.store.opensearch.indexed import check_indexed
from nkcorpus.store.opensearch.ledger import Ledger
from nkcorpus.store.opensearch.leftovers import LEFT, leftovers
from nkcorpus.store.opensearch.mappings import ARTICLES, PARTS, SCHEMA, VERSIONS
from nkcorpus.store.opensearch.mappings import PAYLOADS as PAYLOAD_PART
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionEntry, damaged

INDICES = "indices"
SEALS = "sealed documents"
NUMBERS = "version numbers"
CHANGES = "changes"
FIELDS = "counted fields"
_ALL: Source = {"match_all": {}}
_BATCH = 100
_MANY = 1_000
_LARGEST_SAMPLE = 10_000
"""Hits of one search (`index.max_result_window`)."""


def inspect(cluster: Cluster, sample: int | None) -> Iterator[Finding]:
    """Yield what a corpus is found to be, see `Store.inspect`."""
    missing = list(_missing(cluster))
    yield Finding(INDICES, len(PARTS), tuple(Problem(INDICES, part, detail) for part, detail in missing))
    if missing:
        return
    cluster.refresh(*PARTS)
    yield from _as_far_as(SEALS, _check_lists(cluster))
    if sample is None:
        yield from _as_far_as(SEALS, _check_journal(cluster))
    yield from _as_far_as(CHANGES, _check_ledger(cluster))
    for stored in batches(_articles(cluster, sample), _BATCH):
        yield from _check_articles(cluster, stored)
    if sample is None:
        yield from _as_far_as(CHANGES, _check_numbers(cluster))
        yield from _as_far_as(LEFT, _check_leftovers(cluster))
        yield from check_groups(cluster)
        yield from check_indexed(cluster)


def _missing(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield the parts that are not as they were made, and why not."""
    corpora: set[object] = set()
    for part in PARTS:
        try:
            about = cluster.meta(part)
        except CorpusDamaged as error:
            yield part, str(error)
            continue
        except CorpusError as error:
            yield part, f"cannot be read ({error})"
            continue
        corpora.add(about.get("corpus"))
        if about.get("schema") != SCHEMA:
            yield part, f"has schema {about.get('schema')}, not {SCHEMA}"
        elif len(corpora) > 1:
            yield part, "is of another corpus than the others"


def _as_far_as(kind: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings up to where a document cannot be read, and then that."""
    try:
        yield from findings
    except CorpusDamaged as error:
        yield Finding(kind, problems=(Problem(kind, "document", str(error)),))


def _check_lists(cluster: Cluster) -> Iterator[Finding]:
    for stored in cluster.pages(lists.PART, _ALL, ["kind", "key"], size=_MANY):
        is_whole = stored.source.get("seal") == lists.seal_of(stored.source.get("body"))
        yield _sealed(lists.PART, stored.id, is_whole)


def _check_journal(cluster: Cluster) -> Iterator[Finding]:
    for stored in cluster.pages(journal.PART, _ALL, journal.IN_ORDER, size=_MANY):
        entry = stored.source
        is_whole = journal.is_whole(entry) and stored.id == journal.key_of(str(entry.get("url")))
        yield _sealed(journal.PART, str(entry.get("url")), is_whole)


def _sealed(part: str, name: str, is_whole: bool) -> Finding:
    problem = Problem(SEALS, part, f"the document {name[:100]!r} is not what its seal says")
    return Finding(SEALS, problems=() if is_whole else (problem,))


def _check_ledger(cluster: Cluster) -> Iterator[Finding]:
    dead = len(Ledger(cluster).dead())
    note = f"{dead} writers died in the middle of a commit; the next command that opens the corpus completes it"
    yield Finding(CHANGES, notes=(note,) if dead else ())


def _check_numbers(cluster: Cluster) -> Iterator[Finding]:
    """Yield whether each change has a number of its own, that was given out."""
    last, allocated = 0, Ledger(cluster).allocated()
    for stored in cluster.pages(ARTICLES, _ALL, ["seq", "id"], fields=["seq"], size=_MANY):
        seq = stored.source.get("seq")
        detail = ""
        if type(seq) is not int or seq < 1:
            detail = "its change has no number"
        elif seq == last:
            detail = f"change {seq} is another article's too"
        elif seq > allocated:
            allocated = max(allocated, Ledger(cluster).allocated())  # others write meanwhile
            detail = f"change {seq} was never given out" if seq > allocated else ""
        last = seq if type(seq) is int else last
        yield Finding(CHANGES, problems=(Problem(CHANGES, stored.id, detail),) if detail else ())


def _check_leftovers(cluster: Cluster) -> Iterator[Finding]:
    for part in (VERSIONS, PAYLOAD_PART):
        count = sum(1 for _ in leftovers(cluster, part))
        note = f"{count} documents of {cluster.index_of(part)} belong to no article; 'nkcorpus repair' deletes them"
        yield Finding(LEFT, cluster.count(part, _ALL), notes=(note,) if count else ())


def _articles(cluster: Cluster, sample: int | None) -> Iterator[StoredDocument]:
    if sample is None:
        yield from cluster.pages(ARTICLES, _ALL, ["id"], size=_BATCH)
        return
    query = {"function_score": {"query": LIVE, "random_score": {}}}
    body = {"query": query, "size": min(sample, _LARGEST_SAMPLE), "_source": False, "track_total_hits": False}
    ids = [hit["_id"] for hit in cluster.search(ARTICLES, body)["hits"]["hits"]]
    for batch in batches(ids, _BATCH):
        yield from (stored for stored in cluster.get_many(ARTICLES, batch) if stored)


def _check_articles(cluster: Cluster, stored: Sequence[StoredDocument]) -> Iterator[Finding]:
    states: list[tuple[StoredDocument, ArticleState]] = []
    for each in stored:
        try:
            state = ArticleState.of(each.source)
            if state.id != each.id:
                raise damaged(f"it says that it is the article {state.id}")
            states.append((each, state))
        except CorpusDamaged as error:
            yield Finding(CONTENT, problems=(Problem(CONTENT, each.id, str(error)),))
    beside = Beside(cluster, [state for _, state in states])
    for each, state in states:
        findings = _check_article(each, state, beside)
        if any(finding.problems for finding in findings):
            now = cluster.get(ARTICLES, each.id)
            if now and now.seq_no != each.seq_no:  # somebody has changed it, and taken away what it referred to
                yield from _check_articles(cluster, [now])
                continue
        yield from findings


def _check_article(stored: StoredDocument, state: ArticleState, beside: Beside) -> list[Finding]:
    findings = [_numbers_of(state)]
    if state.is_live:
        findings.append(_fields_of(stored, state))
    payloads: dict[str, str] = {}
    for entry in state.entries:
        findings += _check_version(state, entry, beside)
        if entry.has_payload and entry.payload_sha256 not in payloads:
            payloads[entry.payload_sha256] = _payload_fault(state, entry, beside)
    for sha256, detail in payloads.items():
        findings.append(Finding(PAYLOADS, problems=(Problem(PAYLOADS, sha256, detail),) if detail else ()))
    return findings


def _numbers_of(state: ArticleState) -> Finding:
    """Tell whether an article has the versions 1 to its newest; a removed one none."""
    detail = ""
    if state.is_live == (state.removed_at is not None):
        detail = "is removed, but has versions" if state.is_live else "has no version"
    elif [entry.number for entry in state.entries] != list(range(1, len(state.entries) + 1)):
        detail = f"has {len(state.entries)} versions, which are not numbered so"
    return Finding(NUMBERS, problems=(Problem(NUMBERS, state.id, detail),) if detail else ())


def _fields_of(stored: StoredDocument, state: ArticleState) -> Finding:
    """Tell whether what is looked up and counted follows from what the article says."""
    due = state.derived().source()
    wrong = sorted(name for name in due.keys() | stored.source.keys() if due.get(name) != stored.source.get(name))
    detail = f"{', '.join(wrong)} do not follow from its newest version"
    return Finding(FIELDS, problems=(Problem(FIELDS, state.id, detail),) if wrong else ())


def _check_version(state: ArticleState, entry: VersionEntry, beside: Beside) -> Iterator[Finding]:
    name = f"{state.id}/{entry.number}"
    details: dict[str, str] = {}
    current = None
    if entry.seal(state.id) != entry.row_sha256:
        details[PROVENANCE] = "is not what row_sha256 says"
    try:
        body = beside.body(state, entry)
        document = body.document
        details |= content_faults(
            document,
            origin=body.origin,
            payload_sha256=entry.payload_sha256,
            content_sha256=entry.content_sha256,
            text=document.text,
            words=body.words,
        )
        if entry.number == len(state.entries) and not details:
            current = Current(state.id, document, body.origin, entry.payload_sha256, entry.content_sha256)
    except CorpusDamaged as error:
        details[CONTENT] = str(error)
    for kind in (CONTENT, PROVENANCE, SPANS, TEXT):
        detail = details.get(kind)
        problems = (Problem(kind, name, detail),) if detail else ()
        yield Finding(kind, problems=problems, current=current if kind == TEXT else None)


def _payload_fault(state: ArticleState, entry: VersionEntry, beside: Beside) -> str:
    try:
        beside.payload(state, entry)
    except CorpusDamaged as error:
        return str(error)
    return ""
