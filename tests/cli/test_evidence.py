"""What the command line tells of where fields were found, and of languages."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.support import Run

ENGLISH = "The ferry at the harbour did not leave for three days because of the wind, people there said."
FRENCH = "Le bac du port n'est pas parti pendant trois jours à cause du vent, disent les habitants."


def test_plain_text_is_found_by_its_language(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "ferry.txt").write_text(ENGLISH + " Radio Sinpo.", encoding="utf-8")
    (folder / "bac.txt").write_text(FRENCH + " Radio Sinpo.", encoding="utf-8")
    corpus = tmp_path / "a.db"
    assert run("-C", corpus, "ingest", folder).code == 0
    for lang, word in (("en", "ferry"), ("fr", "bac")):
        (hit,) = run("-C", corpus, "search", "Sinpo", "--lang", lang, "--format", "jsonl").objects
        assert word in hit["origin"]
    # The same text again is the same article, and no version of it.
    report = json.loads(run("-C", corpus, "ingest", folder, "--format", "json").out)
    assert (report["unchanged"], report["updated"], report["new"]) == (2, 0, 0)


def test_evidence_is_stored_and_shown(run: Run, tmp_path: Path) -> None:
    paragraphs = f"<p>{ENGLISH}</p>" * 3
    (tmp_path / "ferry.html").write_text(
        '<html lang="en"><head><meta property="og:site_name" content="Sea Post"></head><body><h1>No ferry at Sinpo</h1>'
        f"<p>By Tomas Brenn | June 13, 2019</p><p>Last updated: June 15, 2019</p>{paragraphs}</body></html>",
        encoding="utf-8",
    )
    evidence = {
        "authors": "byline",
        "date": "text",
        "lang": "html-lang",
        "source": "meta:og:site_name",
        "title": "h1",
        "updated": "text",
    }
    (cleaned,) = run("clean", tmp_path / "ferry.html", "--format", "jsonl").objects
    assert (cleaned["authors"], cleaned["date"], cleaned["updated"]) == (["Tomas Brenn"], "2019-06-13", "2019-06-15")
    assert cleaned["evidence"] == evidence
    corpus = tmp_path / "a.db"
    run("-C", corpus, "ingest", tmp_path / "ferry.html")
    (article,) = run("-C", corpus, "search", "ferry", "--format", "ids").lines
    (shown,) = run("-C", corpus, "show", article, "--format", "json").objects
    assert shown["evidence"] == evidence
