"""Text from outside against every format: nothing that a terminal obeys or hides comes out raw."""

from __future__ import annotations

import re

import pytest

from nkcorpus.analyse.kwic import Concordance, ConcordanceLine
from nkcorpus.compare import compare
from nkcorpus.follows import Fetches
from nkcorpus.model import ArticleDate, Document, FetchEntry, Version, VersionInfo
from nkcorpus.render import (
    ARTICLE_FORMATS,
    CLEAN_FORMATS,
    HIT_FORMATS,
    QUERIES_FORMATS,
    PairsFormat,
    render_articles,
    render_cleaned,
    render_hits,
    render_queries,
)
from nkcorpus.render.annotations import render_notes, render_tags
from nkcorpus.render.articles import ArticleFormat, CleanFormat
from nkcorpus.render.citations import CITATION_STYLES, CitationStyle, render_citations
from nkcorpus.render.comparison import DIFF_FORMATS, DiffFormat, render_diff
from nkcorpus.render.concordance import CONCORDANCE_FORMATS, ConcordanceFormat, render_concordance
from nkcorpus.render.fetches import (
    FETCHES_FORMATS,
    FOLLOWS_FORMATS,
    FetchesFormat,
    FollowsFormat,
    render_fetches,
    render_followed,
)
from nkcorpus.render.hits import HitFormat, QueriesFormat
from nkcorpus.render.searches import SEARCHES_FORMATS, SearchesFormat, render_searches
from nkcorpus.render.versions import HISTORY_FORMATS, HistoryFormat, render_history
from nkcorpus.results import Cleaned
from nkcorpus.store import Followed, SavedSearch
from nkcorpus.versions import Diff, FieldChange, History, Revision

from .builders import HOSTILE, Screen, article, bare_document, hit, hostile_article, result

RAW = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f\ud800-\udfff]"
)
SGR = re.compile(r"\x1b\[[0-9;]*m")

ALL_HOSTILE = "".join(HOSTILE)


def check(screen: Screen) -> None:
    written = screen.out + screen.err
    if screen.env.use_color:
        written = SGR.sub("", written)
    assert written
    assert not RAW.search(written)
    written.encode("utf-8")


@pytest.fixture(params=[(False, "auto"), (True, "auto"), (True, "never")], ids=["pipe", "terminal", "colourless"])
def screen(request: pytest.FixtureRequest) -> Screen:
    tty, color = request.param
    return Screen(tty=tty, color=color)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", HIT_FORMATS)
def test_hits(text: str, format: HitFormat, screen: Screen) -> None:
    titled = hit(1, hostile_article(text), snippet=text, matches=((0, 3),))
    untitled = hit(2, article(2, bare_document(text), origin=text))
    render_hits(result(titled, untitled), format, screen.env)
    check(screen)


@pytest.mark.parametrize("format", QUERIES_FORMATS)
def test_queries(format: QueriesFormat, screen: Screen) -> None:
    render_queries([(ALL_HOSTILE, result(hit(found=hostile_article(ALL_HOSTILE))))], format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", ARTICLE_FORMATS)
@pytest.mark.parametrize("mode", ["clean", "raw", "removed"])
def test_articles(text: str, format: ArticleFormat, mode: str, screen: Screen) -> None:
    render_articles(
        [hostile_article(text), hostile_article("calm")],
        format,
        screen.env,
        raw=mode == "raw",
        removed=mode == "removed",
        explanations={text: text},
    )
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", CLEAN_FORMATS)
def test_cleaned(text: str, format: CleanFormat, screen: Screen) -> None:
    items = [Cleaned(text, hostile_article(text).document), Cleaned(text, None, f"is {text}")]
    assert render_cleaned(items, format, screen.env) == 1
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("style", CITATION_STYLES)
def test_citations(text: str, style: CitationStyle, screen: Screen) -> None:
    render_citations([hostile_article(text), article(2, bare_document(text))], style, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", CONCORDANCE_FORMATS)
def test_concordances(text: str, format: ConcordanceFormat, screen: Screen) -> None:
    line = ConcordanceLine(text, 0, len(text), text, text, text, text, text, text)
    render_concordance(Concordance(text, (line,), True), format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", ["table", "plain", "json"])
def test_tags_and_notes(text: str, format: PairsFormat, screen: Screen) -> None:
    render_tags([hostile_article(text)], format, screen.env)
    render_notes(hostile_article(text), format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", SEARCHES_FORMATS)
def test_saved_searches(text: str, format: SearchesFormat, screen: Screen) -> None:
    render_searches([SavedSearch(text, text, {"source": text}, 1, text, text)], format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", DIFF_FORMATS)
def test_differences(text: str, format: DiffFormat, screen: Screen) -> None:
    old, new = (version(n, bare_document(f"Corn fell.\n\n{text}\n{each}.")) for n, each in ((1, "Rice"), (2, text)))
    fields = (FieldChange("title", text, None), FieldChange("origin", None, text))
    diff = Diff("0" * 32, old, new, False, fields, compare(old.text, new.text))
    render_diff(diff, format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", HISTORY_FORMATS)
def test_histories(text: str, format: HistoryFormat, screen: Screen) -> None:
    info = version(1, bare_document(text)).info
    revisions = (Revision(info, text, ArticleDate("2019", "year", "meta"), text, text, 1_000, 1, 2),)
    render_history(History("0" * 32, revisions), format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", FETCHES_FORMATS)
def test_fetches(text: str, format: FetchesFormat, screen: Screen) -> None:
    entry = FetchEntry(text, text, "failed", 1, 500, text, text, text, text, text, text, text, text)
    render_fetches(Fetches({"failed": 1}, (entry,)), format, screen.env)
    check(screen)


@pytest.mark.parametrize("text", [*HOSTILE, ALL_HOSTILE])
@pytest.mark.parametrize("format", FOLLOWS_FORMATS)
def test_followed_sources(text: str, format: FollowsFormat, screen: Screen) -> None:
    render_followed([Followed(text, text, text, {text: text}, text, text)], format, screen.env)
    check(screen)


def version(number: int, document: Document) -> Version:
    info = VersionInfo(number, "2024-01-31T23:00:00Z", None, "0" * 64, "1" * 64)
    return Version(info, document, document.text, 1, "a.txt")
