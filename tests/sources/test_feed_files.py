"""Files of feeds, WordPress exports and sitemaps, through the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.support import Run

from .feeds import ATOM, BOMB, FILE_ENTITY, RDF, RSS, SITEMAP, SITEMAP_INDEX, WXR


def ingest(run: Run, *sources: str) -> dict[str, object]:
    report = run("-C", "c.db", "ingest", *sources, "--jobs", "1", "--format", "json").json
    return {key: value for key, value in report.items() if value}


def test_feeds_whatever_their_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, feed in {"a.xml": RSS, "b.html": RDF, "c.atom": ATOM, "d.txt": WXR}.items():
        (tmp_path / "in" / name).write_text(feed, "utf-8")
    (tmp_path / "in" / "e.xml.gz").write_bytes(gzip.compress(RSS.encode()))
    report = ingest(run, "in")
    assert report["new"] == 7
    assert report["unchanged"] == 2
    assert report["skips"] == [
        {"reason": "no post or page of the WordPress export but attachment", "count": 1},
        {"reason": "a post of the WordPress export that was not published (draft)", "count": 1},
    ]
    found = run("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
    dates = {hit["title"]: (hit["date"], hit["date_source"]) for hit in found}
    assert dates["Ferry at Sinpo"] == ("2018-05-01T15:00:00Z", "feed")
    assert dates["Changed only"] == (None, None)
    assert ingest(run, "in")["unchanged"] == 9
    (rice,) = run("-C", "c.db", "search", "title:rice", "--format", "jsonl").objects
    shown = run("-C", "c.db", "show", rice["id"], "--format", "json").json
    assert "appeared first on" not in shown["text"], "the feed's own line is cut as on any page"
    assert shown["evidence"]["date"] == "feed:pubdate"


def test_a_changed_entry_is_a_new_version(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(RSS, "utf-8")
    ingest(run, "a.xml")
    (tmp_path / "a.xml").write_text(RSS.replace("Corn did not.", "Corn fell."), "utf-8")
    assert ingest(run, "a.xml") == {"updated": 1, "unchanged": 1, "removed_spans": 1}


def test_a_sitemap_has_no_articles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sitemap.xml").write_text(SITEMAP)
    (tmp_path / "index.xml").write_text(SITEMAP_INDEX)
    outcome = run("-C", "c.db", "ingest", "sitemap.xml", "index.xml")
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        "nkcorpus: skipped 1: a sitemap: 2 addresses of pages, no articles; 'nkcorpus ingest URL' with its address "
        "follows it",
        "nkcorpus: skipped 1: a sitemap: 1 addresses of other sitemaps, no articles; 'nkcorpus ingest URL' with its "
        "address follows it",
        "nkcorpus: 0 new, 0 updated, 0 unchanged, 2 skipped",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "entities of its own"),
        (FILE_ENTITY, "entities of its own"),
        ("<kml><Placemark/></kml>", "it begins with <kml>"),
        ("<rss><channel><item><title>Rice", "Premature end"),
    ],
)
def test_bad_xml_is_one_line(run: Run, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.xml").write_text(content)
    outcome = run("clean", "a.xml", "--format", "jsonl", "--jobs", "1")
    assert outcome.code == 1
    (line,) = outcome.err.splitlines()
    assert said in line
    assert "root:" not in outcome.out


def test_xhtml_under_the_name_of_xml(run: Run, tmp_path: Path) -> None:
    text = "<p>Squid was dried on the quay of Wonsan for weeks, a trader said on Monday.</p>" * 3
    page = f'<?xml version="1.0"?><html><head><title>Squid</title></head><body><h1>Squid</h1>{text}</body></html>'
    (tmp_path / "a.xml").write_text(page)
    (item,) = map(json.loads, run("clean", "a.xml", "--format", "jsonl", "--jobs", "1").lines)
    assert item["title"] == "Squid"
