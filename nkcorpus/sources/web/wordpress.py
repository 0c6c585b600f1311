"""Sites made with WordPress, by their REST interface: every post, with dates, authors, tags and rendered content.

Sources: https://developer.wordpress.org/rest-api/reference/posts/, .../using-the-rest-api/pagination/ and
.../global-parameters/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from nkcorpus.dates import interval, parse_iso
from nkcorpus.errors import BadRecord, FetchError, HttpStatus, ItemTooLarge
from nkcorpus.extract.fields import web_address
from nkcorpus.fetch.answer import Fetched
from nkcorpus.model import SourceItem
from nkcorpus.sources.stream import Outcome
from nkcorpus.sources.web.jsonanswer import read_list
from nkcorpus.sources.web.pages import retrieval_of
from nkcorpus.sources.web.visit import Visit, shown_address, skip
from nkcorpus.sources.webreading import WebReading

PER_PAGE = 100
"""The most that a list may have."""

_FIELDS = "id,date,date_gmt,modified,modified_gmt,link,title,content,author,_links,_embedded"
_EMBEDDED = "author,wp:term"
_MARGIN = timedelta(days=1)
"""Older versions read `after` and `before` in the site's own time, which is at most 14 hours from UTC."""

_MOST_LISTS = 50_000

_BEYOND = 400
"""The status of a list beyond the last one (`rest_post_invalid_page_number`)."""

_DATE = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)

Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Listed:
    fetched: Fetched
    posts: tuple[Post, ...]
    total: int | None
    is_last: bool


def read_wordpress(visit: Visit, api: str, filters: Mapping[str, str]) -> Iterator[Outcome]:
    """Yield posts by the interface at `api`, narrowed by `filters` (`categories`, `tags`, `author` to a number).

    Raises FetchError, BadRecord, ItemTooLarge when not even the first list can be had; later failures are yielded.
    """
    if visit.reading.whole and visit.reading.since is None and visit.reading.until is None:
        yield from _Archive(visit, api, filters).outcomes()
    else:
        yield from _newest(visit, api, filters)


def remember_interface(visit: Visit, api: str, filters: Mapping[str, str]) -> None:
    """Remember what the named address stands for, so that nobody has to look again."""
    visit.known.reach(visit.shown, " ".join(("wordpress", api, urlencode(filters))))


def known_interface(visit: Visit) -> tuple[str, dict[str, str]] | None:
    """Return the interface and the filters that the named address was found to stand for in an earlier run."""
    kind, api, filters = [*(visit.reached(visit.shown) or "").split(" "), "", ""][:3]
    return (api, dict(parse_qsl(filters))) if kind == "wordpress" else None


def _newest(visit: Visit, api: str, filters: Mapping[str, str]) -> Iterator[Outcome]:
    reading = visit.reading
    wanted = None if reading.whole else reading.newest
    query = {**filters, "orderby": "date", "order": "desc", **_span(reading)}
    seen = taken = 0
    for listed in _lists(visit, api, query, min(PER_PAGE, wanted or PER_PAGE)):
        if isinstance(listed, Exception):
            yield visit.failed(listed)
            return
        for post in listed.posts:
            if taken == wanted:
                break
            seen += 1
            if _is_within(post, reading):
                taken += 1
                yield _outcome(post, listed)
        if taken == wanted:
            if listed.total is not None and listed.total > seen:
                visit.notify(f"{visit.shown}: {listed.total - seen:,} older posts are left; --all takes them")
            return


class _Archive:
    """The whole archive. The first walk goes from the first post to the last, so that new posts do not move the others
    between lists, and goes on where it stopped. When it is done, only what was changed since, which new posts are too,
    is asked for.
    """

    def __init__(self, visit: Visit, api: str, filters: Mapping[str, str]) -> None:
        self._visit = visit
        self._api = api
        self._filters = filters
        self._name = shown_address(_list_address(api, filters))

    def outcomes(self) -> Iterator[Outcome]:
        place = (self._visit.reached(self._name) or "").split(" ")
        if place[0] == "changed":
            yield from self._changed(place[1])
        else:
            yield from self._walk(*place[1:])

    def _walk(self, newest_change: str = "", after: str = "", *done: str) -> Iterator[Outcome]:
        """Yield the posts after a date of the site's own time, without those that are `done`, of that very second."""
        query = {**self._filters, "orderby": "date", "order": "asc"}
        if after:
            query |= {"after": _second_before(after), "exclude": ",".join(done)}
        for listed in _lists(self._visit, self._api, query, PER_PAGE):
            if isinstance(listed, Exception):
                yield self._visit.failed(listed)
                return
            for post in listed.posts:
                yield _outcome(post, listed)
                newest_change = max(newest_change, _changed_at(post))
                if date := _second(post, "date"):
                    done = (*(done[1 - PER_PAGE :] if date == after else ()), str(post.get("id")))
                    after = date
                    self._visit.known.reach(self._name, " ".join(("date", newest_change, after, *done)))
        self._visit.known.reach(self._name, f"changed {newest_change}")

    def _changed(self, known: str) -> Iterator[Outcome]:
        newest_change = known
        query = {**self._filters, "orderby": "modified", "order": "desc"}
        for listed in _lists(self._visit, self._api, query, PER_PAGE):
            if isinstance(listed, Exception):
                yield self._visit.failed(listed)
                return
            changed = [post for post in listed.posts if _changed_at(post) > known]
            for post in changed:
                yield _outcome(post, listed)
                newest_change = max(newest_change, _changed_at(post))
            if len(changed) < len(listed.posts):
                break
        self._visit.known.reach(self._name, f"changed {newest_change}")


def _lists(visit: Visit, api: str, query: Mapping[str, str], size: int) -> Iterator[_Listed | Exception]:
    """Yield list after list; an error after the first one ends them as a value. Raises what the first one raises."""
    previous: tuple[Post, ...] = ()
    for number in range(1, _MOST_LISTS + 1):
        try:
            listed = _list(visit, api, {**query, "per_page": str(size), "page": str(number)})
        except (FetchError, BadRecord, ItemTooLarge) as error:
            if number == 1:
                raise
            if isinstance(error, HttpStatus) and error.status == _BEYOND:
                return
            yield error
            return
        if listed.posts and listed.posts == previous:
            yield BadRecord("the WordPress interface gives the same list of posts again; the rest was left")
            return
        previous = listed.posts
        yield listed
        if listed.is_last:
            return


def _list(visit: Visit, api: str, query: Mapping[str, str]) -> _Listed:
    asked = {**query, "_embed": _EMBEDDED, "_fields": _FIELDS}
    fetched = visit.ask(_list_address(api, asked))
    posts = read_list(fetched.body, dict, "list of posts in JSON")
    total, pages = _number(fetched, "x-wp-total"), _number(fetched, "x-wp-totalpages")
    is_last = int(query["page"]) >= pages if pages is not None else len(posts) < int(query["per_page"])
    return _Listed(fetched, tuple(posts), total, is_last or not posts)


def _outcome(post: Post, listed: _Listed) -> Outcome:
    """Return the item of a post, whose payload is the post alone."""
    link = web_address(post.get("link"))
    origin = shown_address(link or listed.fetched.url)
    content = post.get("content")
    if isinstance(content, Mapping) and content.get("protected"):
        return skip(origin, "a post that is protected by a password")
    kept = {name: value for name, value in post.items() if name != "_links"}
    return SourceItem(
        origin=origin,
        name="",
        kind="record",
        payload=json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        charset="utf-8",
        url=link,
        retrieval=retrieval_of(listed.fetched),
    )


def _list_address(api: str, query: Mapping[str, str]) -> str:
    """Return the address of a list of posts; `api` may be a path, or a `rest_route` where there are no such paths."""
    parts = urlsplit(api)
    given = dict(parse_qsl(parts.query))
    path = parts.path
    if "rest_route" in given:
        given["rest_route"] = given["rest_route"].rstrip("/") + "/wp/v2/posts"
    else:
        path = path.rstrip("/") + "/wp/v2/posts"
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(given | dict(query), safe=",:/"), ""))


def _span(reading: WebReading) -> dict[str, str]:
    """Return what asks for the posts of a span of time."""
    bounds = (("after", reading.since, -_MARGIN), ("before", reading.until, _MARGIN))
    return {
        name: (datetime.fromtimestamp(time, UTC) + margin).strftime("%Y-%m-%dT%H:%M:%S")
        for name, time, margin in bounds
        if time is not None
    }


def _second_before(date: str) -> str:
    return (datetime.fromisoformat(date) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")


def _is_within(post: Post, reading: WebReading) -> bool:
    """Tell whether a post was published in the span of time that is wanted; one that does not tell is taken."""
    date = _second(post, "date_gmt")
    time = interval(date)[0] if date else None
    if time is None:
        return True
    return (reading.since is None or time >= reading.since) and (reading.until is None or time <= reading.until)


def _changed_at(post: Post) -> str:
    return _second(post, "modified_gmt") or _second(post, "modified")


def _second(post: Post, name: str) -> str:
    """Return a date of a post, to the second and without an offset; "" for anything else."""
    value = post.get(name)
    return value if isinstance(value, str) and _DATE.fullmatch(value) and parse_iso(value) else ""


def _number(fetched: Fetched, name: str) -> int | None:
    value = fetched.headers.get(name, "").strip()
    return int(value[:12]) if value.isascii() and value.isdigit() else None
