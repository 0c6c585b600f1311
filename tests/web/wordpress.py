"""A site made with WordPress, as far as its REST interface and its pages go.

After https://developer.wordpress.org/rest-api/reference/posts/: `page`, `per_page`, `order`, `orderby`, `after`,
`before`, `exclude`, `categories`, `_fields`, `_embed`; `X-WP-Total`, `X-WP-TotalPages`; 400 beyond the last list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.web.server import Reply, Request, Server

KST = timedelta(hours=9)
CATEGORIES = {5: "Markets", 6: "Rumours & Law"}
_JSON = {"Content-Type": "application/json; charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class Post:
    """A post. Times are the site's own, which is Korea's."""

    id: int
    date: datetime
    modified: datetime
    title: str
    body: str
    category: int = 5
    protected: bool = False


def posts(count: int) -> list[Post]:
    """Return posts, one a day, the oldest first."""
    return [
        Post(
            id=number,
            date=(date := datetime.fromisoformat("2015-01-01T08:30:00") + timedelta(days=number)),
            modified=date,
            title=f"Rice in Hyesan, report {number}",
            body=f"<p>On day {number} a kilogram of rice cost {4000 + number} won in Hyesan.</p>"
            f"<p>A trader called {_name(number)} said so.</p>",
            category=5 + number % 2,
        )
        for number in range(1, count + 1)
    ]


def _name(number: int) -> str:
    return "".join("bdgkmnprst"[int(digit)] + "aeiouaeiou"[int(digit)] for digit in str(number)).title()


@dataclass(slots=True)
class WordPress:
    """A site on a server, under a folder of it. `posts` may change while it runs."""

    server: Server
    posts: list[Post]
    folder: str = "/english"
    names_api: bool = True
    closed: bool = False
    lists: list[str] = field(default_factory=list)
    """The queries of the lists that were asked for."""
    served: list[int] = field(default_factory=list)
    """The ids of the posts that lists gave, in order."""

    def __post_init__(self) -> None:
        self.server.routes[f"{self.folder}/"] = self._home
        self.server.routes[f"{self.folder}/wp-json/wp/v2/posts"] = self._list
        self.server.routes[f"{self.folder}/category/markets/"] = self._category
        for post in self.posts:
            self.server.routes[self.path(post)] = self._page(post)

    @property
    def home(self) -> str:
        return self.server.url(f"{self.folder}/")

    def path(self, post: Post) -> str:
        return f"{self.folder}/report-{post.id}/"

    def edit(self, number: int, body: str, modified: datetime) -> None:
        """Change a post."""
        self.posts = [replace(post, body=body, modified=modified) if post.id == number else post for post in self.posts]

    def _home(self, request: Request) -> Reply:
        return Reply(body=self._listing("").encode(), headers=self._headers())

    def _category(self, request: Request) -> Reply:
        own = f'<link rel="alternate" type="application/json" href="{self.folder}/wp-json/wp/v2/categories/5">'
        return Reply(body=self._listing(own).encode(), headers=self._headers())

    def _headers(self) -> Mapping[str, str]:
        link = f'<{self.server.url(f"{self.folder}/wp-json/")}>; rel="https://api.w.org/"'
        return {"Content-Type": "text/html; charset=UTF-8"} | ({"Link": link} if self.names_api else {})

    def _listing(self, head: str) -> str:
        links = "".join(
            f'<li><a href="{self.path(post)}">{post.title}: what traders say</a></li>' for post in self.posts[-12:]
        )
        return f"<!doctype html><html><head><title>Border Post</title>{head}</head><body><ul>{links}</ul></body></html>"

    def _page(self, post: Post) -> Reply:
        own = f'<link rel="alternate" type="application/json" href="{self.folder}/wp-json/wp/v2/posts/{post.id}">'
        html = (
            f"<!doctype html><html><head><title>{post.title}</title>{own}</head>"
            f"<body><article><h1>{post.title}</h1>{post.body}</article></body></html>"
        )
        return Reply(body=html.encode(), headers={**self._headers()})

    def _list(self, request: Request) -> Reply:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}
        self.lists.append(urlsplit(request.path).query)
        if self.closed:
            return Reply(401, b'{"code":"rest_disabled"}', _JSON)
        found = sorted(self.posts, key=lambda post: getattr(post, query.get("orderby", "date")))
        if query.get("order", "desc") == "desc":
            found.reverse()
        if "after" in query:
            found = [post for post in found if post.date > datetime.fromisoformat(query["after"])]
        if "before" in query:
            found = [post for post in found if post.date < datetime.fromisoformat(query["before"])]
        if "exclude" in query:
            found = [post for post in found if str(post.id) not in query["exclude"].split(",")]
        if "categories" in query:
            found = [post for post in found if str(post.category) == query["categories"]]
        size, page = int(query["per_page"]), int(query["page"])
        assert size <= 100
        pages = -(-len(found) // size)
        headers = {**_JSON, "X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
        if page > max(pages, 1):
            return Reply(400, b'{"code":"rest_post_invalid_page_number"}', _JSON)
        chosen = found[(page - 1) * size : page * size]
        self.served += [post.id for post in chosen]
        return Reply(body=json.dumps([self._record(post, query) for post in chosen]).encode(), headers=headers)

    def _record(self, post: Post, query: Mapping[str, str]) -> dict[str, Any]:
        terms = [{"id": post.category, "name": CATEGORIES[post.category], "taxonomy": "category"}]
        tags = [{"id": 9, "name": "rice", "taxonomy": "post_tag"}]
        record: dict[str, Any] = {
            "id": post.id,
            "date": post.date.isoformat(),
            "date_gmt": (post.date - KST).isoformat(),
            "modified": post.modified.isoformat(),
            "modified_gmt": (post.modified - KST).isoformat(),
            "link": self.server.url(self.path(post)),
            "title": {"rendered": post.title},
            "content": {"rendered": "" if post.protected else post.body, "protected": post.protected},
            "excerpt": {"rendered": "<p>Never asked for.</p>"},
            "author": 3,
            "_links": {"self": [{"href": "x"}]},
        }
        if "_embed" in query:
            record["_embedded"] = {"author": [{"id": 3, "name": "Noh Invented"}], "wp:term": [terms, tags]}
        fields = query.get("_fields", "").split(",")
        return {name: value for name, value in record.items() if name in fields}


@contextmanager
def site(count: int) -> Iterator[WordPress]:
    """Give a site of so many posts."""
    with Server() as server:
        yield WordPress(server, posts(count))
