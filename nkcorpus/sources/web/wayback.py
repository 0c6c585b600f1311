"""Captures in a web archive that answers as the Wayback Machine does, for pages that are gone.

Sources: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server (the list of captures);
https://archive.org/help/wayback_api.php. `id_` after the time asks for the page as it was captured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from nkcorpus.dates import parse_iso
from nkcorpus.errors import BadRecord, FetchError, ItemTooLarge
from nkcorpus.extract.fields import web_address
from nkcorpus.fetch.answer import Fetched
from nkcorpus.model import Retrieval, SourceItem
from nkcorpus.sources.stream import Outcome
from nkcorpus.sources.web.jsonanswer import read_list
from nkcorpus.sources.web.pages import HELD, TAKEN, Patience, page_outcome
from nkcorpus.sources.web.visit import Visit, failure, header_pairs, shown_address, skip

_PER_LIST = 2_000
_MOST_LISTS = 5_000
_TIME = re.compile(r"\d{14}", re.ASCII)
_CAPTURE = re.compile(r"(\d{14})(?:[a-z]{2}_)?/(https?://.+)", re.ASCII)
_ANSWERED = re.compile(r"/web/(\d{14})id_/", re.ASCII)
_COLUMNS = ("urlkey", "timestamp", "original", "digest")


@dataclass(frozen=True, slots=True)
class _Capture:
    key: str
    time: str
    retrieved_at: str
    url: str


def read_captures(visit: Visit, url: str) -> Iterator[Outcome]:
    """Yield the captured pages of an address; of all below it when it ends with `*`.

    Of each page the last capture is taken, unless the corpus has the page, or with `whole` each capture that differs
    from the one before. Its time is the time of retrieval. A capture does not change: none is fetched twice.
    """
    patience = Patience()
    try:
        for capture in _wanted(visit, shown_address(url)):
            if not visit.reading.whole and visit.has(capture.url):
                yield skip(capture.url, HELD)
                continue
            address = _address(visit, capture)
            if visit.was_captured(address):
                yield skip(address, TAKEN)
                continue
            try:
                outcome = _outcome(capture, address, visit.get(address))
            except FetchError as error:
                yield failure(address, error)
                if patience.ends_with(error):
                    visit.notify(f"{visit.shown}: no more is asked of the archive now; run it again for the rest")
                    return
            else:
                patience.answered()
                yield outcome
    except (FetchError, BadRecord, ItemTooLarge) as error:
        yield failure(url, error)


def read_capture(visit: Visit, url: str) -> Iterator[Outcome] | None:
    """Return the page of the capture that `url` is the address of, None for another address."""
    prefix = f"{visit.reading.archive.rstrip('/')}/web/"
    match = _CAPTURE.fullmatch(url.removeprefix(prefix)) if url.startswith(prefix) else None
    if match is None:
        return None
    capture = _capture(["", match[1], match[2], ""])
    return _read_capture(visit, capture) if capture else None


def _read_capture(visit: Visit, capture: _Capture) -> Iterator[Outcome]:
    """Yield the page of a capture as it was captured."""
    address = _address(visit, capture)
    try:
        yield _outcome(capture, address, visit.get(address))
    except FetchError as error:
        yield failure(address, error)


def _address(visit: Visit, capture: _Capture) -> str:
    return f"{visit.reading.archive.rstrip('/')}/web/{capture.time}id_/{capture.url}"


def _outcome(capture: _Capture, address: str, fetched: Fetched) -> Outcome:
    """Return the page of a capture, as if it had been fetched from its site when it was captured."""
    outcome = page_outcome(fetched)
    if not isinstance(outcome, SourceItem):
        return outcome
    answered = _ANSWERED.search(fetched.url)  # the archive redirects to the nearest capture that it can show
    time = _iso(answered[1]) if answered else None
    retrieval = Retrieval(
        capture.url, capture.url, fetched.status, time or capture.retrieved_at, header_pairs(fetched.headers)
    )
    return replace(outcome, origin=shown_address(address), url=capture.url, retrieval=retrieval)


def _wanted(visit: Visit, url: str) -> Iterator[_Capture]:
    last: _Capture | None = None
    for capture in _captures(visit, url):
        if last and (visit.reading.whole or capture.key != last.key):
            yield last
        last = capture
    if last:
        yield last
    else:
        visit.notify(f"{visit.shown}: the archive has no captures of it from that time")


def _captures(visit: Visit, url: str) -> Iterator[_Capture]:
    """Yield the captures of pages, by page and time. Raises FetchError, BadRecord, ItemTooLarge."""
    start, end = visit.reading.captures or ("", "")
    query = [
        ("url", url),
        ("output", "json"),
        ("fl", ",".join(_COLUMNS)),
        ("filter", "statuscode:200"),
        ("filter", "mimetype:text/html"),
        ("collapse", "digest"),
        ("limit", str(_PER_LIST)),
        ("showResumeKey", "true"),
        *([("from", start)] if start else []),
        *([("to", end)] if end else []),
    ]
    resume: str | None = None
    for _ in range(_MOST_LISTS):
        # Archives differ in whether the key comes ready for an address.
        more = f"&resumeKey={quote(resume, safe='%+')}" if resume else ""
        address = f"{visit.reading.archive.rstrip('/')}/cdx/search/cdx?{urlencode(query)}{more}"
        rows, after = _rows(visit.ask(address))
        yield from rows
        if after is None or after == resume:
            return
        resume = after


def _rows(fetched: Fetched) -> tuple[list[_Capture], str | None]:
    """Return the captures of a list, and the key to go on with: it stands alone after an empty row."""
    lines = read_list(fetched.body or b"[]", list, "list of captures in JSON")
    resume = str(lines[-1][0]) if len(lines) > 1 and not lines[-2] and len(lines[-1]) == 1 else None
    found = (_capture(line) for line in lines[1:])
    return [capture for capture in found if capture], resume


def _capture(line: list[object]) -> _Capture | None:
    if len(line) != len(_COLUMNS) or not all(isinstance(value, str) for value in line):
        return None
    key, time, url, _ = map(str, line)
    address = web_address(url)
    retrieved_at = _iso(time)
    return _Capture(key, time, retrieved_at, shown_address(address)) if address and retrieved_at else None


def _iso(time: str) -> str | None:
    """Return the time of a capture, which is UTC, as ISO 8601; None for what is none."""
    date = parse_iso(f"{time[:8]}T{time[8:]}Z") if _TIME.fullmatch(time) else None
    return date[0] if date else None
