"""A small corpus with something in every table, made by the store as ingests and a user would."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from nkcorpus.corpus import Corpus
from nkcorpus.model import ArticleDate, Attempt, Repair, Retrieval, Span
from tests.store.builders import add, create, prepared

FETCHED = Retrieval(
    "https://news.example/1", "https://news.example/1", 200, "2024-05-02T00:00:00Z", (("content-type", "text/html"),)
)
_BODY = "Rice rose in Hyesan, the Ministry of State Security (MSS) said. " + "A trader at the market sold corn. " * 9
_RULE = """[[rule]]
id = "own.tail"
kind = "credit"
zone = "tail"
pattern = 'Photo by .*'
cut = ["Photo by X"]
keep = []
"""


def make_library(path: Path, cache: Path) -> tuple[str, str]:
    """Make the corpus; return the ids of its two most telling articles."""
    raw = f"{_BODY}\n\nPhoto by X\n\n*Translated by Y\n"
    cuts = tuple(
        Span(raw.index(line), raw.index(line) + len(line) + 1, "credit", "own.tail")
        for line in ("Photo by X", "*Translated by Y")
    )
    first = prepared(
        raw,
        origin="a.html",
        title="Rice rose",
        authors=("Ryu Madeup", "Noh Invented"),
        translator="Han Mi-rae",
        editor="O Il",
        contact="desk@news.example",
        date=ArticleDate("2024-05-02T09:00+09:00", "minute", "meta"),
        updated=ArticleDate("2024-05-03", "day", "meta"),
        source="Border Gazette",
        lang="en",
        url="https://news.example/1",
        tags=("rice", "prices"),
        external_id="post-1",
        removed=cuts,
        repairs=(Repair(0, 4, "Rice", "glued"),),
        place="SEOUL",
        section="Economy",
        counterpart="https://news.example/ko/1",
        evidence=(("title", "meta"), ("translator", "rule:own.tail")),
    )
    first = replace(first, kind="html", retrieval=FETCHED)
    second = prepared(_BODY, origin="b.txt", title="Rice rose, again")
    third = prepared(
        "Corn fell in Wonsan, where a rice trader spoke.", origin="c.txt", date=ArticleDate("2019", "year", "url")
    )
    fourth = prepared("Squid was dried.", origin="d.txt")
    store = create(path, first, second, third, fourth)
    add(
        store,
        prepared(
            _BODY + "It fell later, a rice trader said.",
            origin="a.html",
            title="Rice fell",
            url="https://news.example/1",
        ),
    )
    with store.writing(["more"]) as writer:
        writer.fail("bad.pdf", 1, "cannot be read")
        writer.journal.queue(["https://news.example/2", "https://news.example/3"], "news")
        writer.journal.record(Attempt("https://news.example/2", "news", "failed", 500, "it failed"))
        writer.commit()
    store.remove([fourth.article_id])
    store.close()
    with Corpus.open(path, cache_dir=cache) as corpus:
        corpus.follows.add("https://news.example/feed", "news", {"all": True})
        corpus.annotations.tag([first.article_id], add=["mine"])
        corpus.annotations.add_note(first.article_id, "Look at this.")
        corpus.searches.save("rice", "rice", {"match": "any"})
        corpus.wording.add_aliases(["rice", "grain"])
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO rule (id, toml, origin, added_at) VALUES ('own.tail', ?, 'own.toml', '2024-01-01T00:00:00Z')",
            (_RULE,),
        )
        connection.execute("UPDATE saved_search SET seen = 0")
        connection.execute("INSERT INTO kept_line (article, line) VALUES (?, 'Photo by X')", (first.article_id,))
        connection.execute(
            "INSERT INTO walk (name, place, reached_at) VALUES ('https://news.example/wp', '7', '2024-01-01T00:00:00Z')"
        )
        connection.execute(
            "UPDATE article SET gone_at = '2024-06-01T00:00:00Z', gone_status = 410 WHERE id = ?", (third.article_id,)
        )
        connection.execute("UPDATE corpus SET value = 'whoosh' WHERE key = 'engine'")
    connection.close()
    return first.article_id, second.article_id
