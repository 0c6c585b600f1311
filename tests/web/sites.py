"""Small sites of news that tests serve, and what tests of crawls ask of the program."""

from __future__ import annotations

from typing import Any

from tests.cli.support import Outcome, Run
from tests.web.server import Reply, Server

QUICK = {"NKCORPUS_FETCH_DELAY": "0", "NKCORPUS_FETCH_BACKOFF": "0.01"}
LATER = {"NKCORPUS_CACHE_DIR": "cache-later"}
"""As if the time had come for which hosts want to be left alone."""
XML = {"Content-Type": "application/xml"}


def ingest(run: Run, *arguments: str, stdin: str | None = None, **settings: str) -> Outcome:
    return run("-C", "c.db", "ingest", *arguments, "--format", "json", stdin=stdin, env=QUICK | settings)


def articles(run: Run) -> dict[str, Any]:
    found = run("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
    return {article["title"]: article for article in found}


def page(title: str, *, head: str = "") -> Reply:
    """Return the page of an article."""
    text = f"{title} was what traders in Hyesan talked about on Monday. " * 3
    html = (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"<time datetime='2020-05-04T10:00:00+09:00'>May 4</time><p>{text}</p>"
        f"<p>A trader said that {text}</p></article></body></html>"
    )
    return Reply(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def listing(links: list[str], *, head: str = "") -> Reply:
    items = "".join(f'<li><a href="{link}">The story of the rice traders at {link}</a></li>' for link in links)
    html = f"<!doctype html><html><head><title>News</title>{head}</head><body><ul>{items}</ul></body></html>"
    return Reply(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def stories(server: Server, count: int, folder: str = "/news") -> list[str]:
    """Serve the pages of so many articles and return their paths."""
    paths = [f"{folder}/story-{number}" for number in range(1, count + 1)]
    server.routes.update({path: page(f"Story {path[len(folder) + 7 :]} of the rice") for path in paths})
    return paths


def sitemap(urls: list[str], *, dates: list[str] | None = None, index: bool = False) -> bytes:
    root, entry = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    dated = dates or [""] * len(urls)
    lines = "".join(
        f"<{entry}><loc>{url}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</{entry}>"
        for url, date in zip(urls, dated, strict=True)
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</{root}>'.encode()


def feed(server: Server, paths: list[str], *, full: bool) -> bytes:
    inner = (
        "<content:encoded><![CDATA[<p>Rice in Hyesan cost more, {path} says.</p>]]></content:encoded>" if full else ""
    )
    items = "".join(
        f"<item><title>Feed {path}</title><link>{server.url(path)}</link><description>Rice ...</description>"
        f"<pubDate>Mon, 04 May 2020 10:00:00 +0900</pubDate>{inner.replace('{path}', path)}</item>"
        for path in paths
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Border Post</title>{items}</channel></rss>"
    ).encode()
