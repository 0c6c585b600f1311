"""Every renderer: whatever an article holds, what is written is safe, and what is for programs can be read back."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, cast

from nkcorpus.analyse.kwic import Concordance, ConcordanceLine
from nkcorpus.compare import compare
from nkcorpus.errors import QueryError
from nkcorpus.follows import Fetches
from nkcorpus.model import (
    Article,
    ArticleDate,
    Document,
    FetchEntry,
    Gone,
    Note,
    Repair,
    Retrieval,
    Span,
    Version,
    VersionInfo,
)
from nkcorpus.query.explain import explain
from nkcorpus.query.parser import literal
from nkcorpus.render import (
    ARTICLE_FORMATS,
    CLEAN_FORMATS,
    FACET_FORMATS,
    HIT_FORMATS,
    QUERIES_FORMATS,
    render_articles,
    render_cleaned,
    render_error,
    render_explained,
    render_facets,
    render_failure,
    render_hits,
    render_pairs,
    render_preview,
    render_queries,
    render_report,
)
from nkcorpus.render.annotations import render_notes, render_tags
from nkcorpus.render.citations import CITATION_STYLES, render_citations
from nkcorpus.render.comparison import DIFF_FORMATS, render_diff
from nkcorpus.render.concordance import CONCORDANCE_FORMATS, render_concordance
from nkcorpus.render.fetches import FETCHES_FORMATS, FOLLOWS_FORMATS, render_fetches, render_followed
from nkcorpus.render.safe import json_text, one_line, spreadsheet_cell, visible
from nkcorpus.render.searches import SEARCHES_FORMATS, render_searches
from nkcorpus.render.versions import HISTORY_FORMATS, render_history
from nkcorpus.render.wording import WORDING_FORMATS, render_acronyms, render_aliases
from nkcorpus.results import Cleaned, Facet, Failure, Hit, IngestReport, SearchResult, Snippet, Trace
from nkcorpus.store import Followed, SavedSearch
from nkcorpus.versions import Diff, FieldChange, History, Revision
from nkcorpus.wording import Acronym
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import check_edits
from tests.fuzz.target import target
from tests.render.builders import HOSTILE, Screen

RAW = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f\ud800-\udfff]|[A-Za-z0-9 \n][\u200c\u200d]"
)
"""What must never be written. Joiners stay in emoji and in scripts that need them."""
SGR = re.compile(r"\x1b\[[0-9;]*m")


def seeds() -> list[bytes]:
    return [bytes(range(start, 255, 7)) * 20 + text.encode("utf-8", "replace") for start, text in enumerate(HOSTILE)]


def document(draw: Draw) -> Document:
    """Draw a document that has been cleaned."""
    raw = draw.text(60) + draw.text(60)
    places = sorted(draw.number(0, len(raw)) for _ in range(2 * draw.number(0, 3)))
    removed, repairs = [], []
    for start, end in zip(places[::2], places[1::2], strict=True):
        if draw.flag() and start < end:
            removed.append(Span(start, end, draw.text(8), draw.text(8)))
        else:
            repairs.append(Repair(start, end, draw.text(4), draw.text(8)))
    made = Document(
        raw_text=raw,
        extractor=draw.text(8),
        title=draw.maybe(),
        authors=tuple(draw.text(12) for _ in range(draw.number(0, 3))),
        translator=draw.maybe(),
        editor=draw.maybe(),
        contact=draw.maybe(),
        korean_version=draw.flag(),
        date=draw.pick(
            (None, ArticleDate("2019", "year", "text"), ArticleDate("2019-06-13T09:30+09:00", "minute", "meta"))
        ),
        source=draw.maybe(),
        lang=draw.maybe(4),
        url=draw.maybe(),
        tags=tuple(draw.text(8) for _ in range(draw.number(0, 2))),
        external_id=draw.maybe(),
        removed=tuple(removed),
        repairs=tuple(repairs),
        cleaner=draw.text(8),
        place=draw.maybe(),
        section=draw.maybe(),
        counterpart=draw.maybe(),
        evidence=((draw.text(6), draw.text(6)),) if draw.flag() else (),
    )
    check_edits(made)
    return made


def info(draw: Draw, number: int) -> VersionInfo:
    """Draw a version; even its times and digests come from a file that may be a stranger's."""
    fetched = Retrieval(draw.text(), draw.text(), 200, draw.text(8), ((draw.text(6), draw.text(6)),))
    return VersionInfo(number, draw.text(8), fetched if draw.flag() else None, draw.text(8), draw.text(8), draw.flag())


def article(draw: Draw) -> Article:
    """Draw an article with its history."""
    described = document(draw)
    return Article(
        f"{draw.number(0, 255):032x}",
        described,
        described.text,
        len(described.text.split()),
        draw.text(),
        (info(draw, 1),),
        (draw.text(8),) if draw.flag() else (),
        (draw.text(6),),
        (Note(draw.text(), draw.text(8)),) if draw.flag() else (),
        Gone(draw.text(8), 404) if draw.flag() else None,
    )


def hit(draw: Draw, rank: int) -> Hit:
    """Draw a hit."""
    text = draw.text(60)
    places = sorted({draw.number(0, len(text)) for _ in range(4)})
    snippet = Snippet(text, tuple(zip(places[::2], places[1::2], strict=False)))
    return Hit(rank, draw.pick((None, 0.0, 3.25, 1e9)), article(draw), snippet, (snippet,))


def screen_of(draw: Draw) -> Screen:
    """Draw where it is written to."""
    return Screen(
        tty=draw.flag(),
        columns=draw.number(20, 160),
        color=draw.pick(("auto", "always", "never")),
        verbosity=draw.number(0, 2),
    )


def runs(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell."""
    return cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not re.fullmatch(
        r"[+-]?\d*\.?\d+(e[+-]?\d+)?", cell, re.IGNORECASE | re.ASCII
    )


def check(screen: Screen, format_: str = "") -> None:
    """Check that nothing is raw, and that what is for programs can be read."""
    written = screen.out + screen.err
    if screen.env.use_color or screen.env.use_color_on_stderr:
        written = SGR.sub("", written)
    assert not RAW.search(written), RAW.findall(written)
    written.encode("utf-8")
    if format_ in ("json", "csl-json") and screen.out:
        json.loads(screen.out)
    elif format_ == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in screen.out.splitlines())
    elif format_ in ("csv", "tsv"):
        table = csv.reader(io.StringIO(screen.out, newline=""), strict=True)
        rows = list(table) if format_ == "csv" else [line.split("\t") for line in screen.out.splitlines()]
        assert len({len(row) for row in rows}) <= 1
        assert not any(runs(cell) for row in rows[1:] for cell in row)


@target(seeds, weight=25, longest=1200)
def articles(data: bytes) -> None:
    """Articles, their cuts and citations."""
    draw = Draw(data)
    screen, shown = screen_of(draw), [article(draw), article(draw)]
    match draw.number(0, 2):
        case 0:
            format_: Any = draw.pick(ARTICLE_FORMATS)
            render_articles(
                shown[:1], format_, screen.env, raw=draw.flag(), removed=draw.flag(), explanations={"": draw.text()}
            )
        case 1:
            format_ = draw.pick(CITATION_STYLES)
            render_citations(shown, format_, screen.env)
        case _:
            format_ = draw.pick(("table", "plain", "json"))
            render_tags(shown, format_, screen.env)
            check(screen, format_)
            screen = screen_of(draw)
            render_notes(shown[0], format_, screen.env)
    check(screen, format_)


@target(seeds, weight=20, longest=1500)
def hits(data: bytes) -> None:
    """Results of searches."""
    draw = Draw(data)
    screen, format_ = screen_of(draw), cast(Any, draw.pick(HIT_FORMATS))
    found = tuple(hit(draw, rank) for rank in range(1, 1 + draw.number(0, 2)))
    facets = (Facet("source", ((draw.text(), 2), (draw.text(), 1))),)
    result = SearchResult(
        draw.text(), draw.text(), len(found), found, (draw.text(),), facets, (draw.text(),), draw.text(), (draw.text(),)
    )
    if draw.flag():
        format_ = cast(Any, draw.pick(QUERIES_FORMATS))
        render_queries([(draw.text(), result)], format_, screen.env)
        check(screen, "jsonl" if format_ == "jsonl" else "")
        screen = screen_of(draw)
        render_facets(facets, (facet := cast(Any, draw.pick(FACET_FORMATS))), screen.env)
        check(screen, facet)
    else:
        render_hits(result, format_, screen.env)
        check(screen, format_)


@target(seeds, weight=25, longest=1200)
def cleaned(data: bytes) -> None:
    """Items of the cleaner, differences, previews."""
    draw = Draw(data)
    screen, format_ = screen_of(draw), cast(Any, draw.pick(CLEAN_FORMATS))
    items = [
        Cleaned(draw.text(), document(draw), None, Trace(draw.text())),
        Cleaned(draw.text(), None, draw.text(), None, (draw.text(),)),
    ]
    assert render_cleaned(items, format_, screen.env, explain_by=() if draw.flag() else None) == 1
    check(screen, format_)
    screen = screen_of(draw)
    render_preview(items, screen.env)
    check(screen)


@target(seeds, weight=10, longest=1200)
def versions(data: bytes) -> None:
    """Histories, and what changed between versions."""
    draw = Draw(data)
    screen, format_ = screen_of(draw), cast(Any, draw.pick(DIFF_FORMATS))
    both = [Version(info(draw, n), document(draw), "", 1, draw.text()) for n in (1, 2)]
    old, new = both
    change = FieldChange(draw.pick(("title", "origin", "date")), draw.maybe(), draw.maybe())
    render_diff(
        Diff("0" * 32, old, new, draw.flag(), (change,), compare(old.document.text, new.document.text)),
        format_,
        screen.env,
    )
    check(screen, format_)
    screen, format_ = screen_of(draw), cast(Any, draw.pick(HISTORY_FORMATS))
    date = ArticleDate("2019", "year", "meta")
    render_history(
        History("0" * 32, (Revision(old.info, draw.maybe(), date, draw.maybe(), draw.text(), 1, 2, 3),)),
        format_,
        screen.env,
    )
    check(screen, format_)


@target(seeds, weight=25, longest=800)
def lists(data: bytes) -> None:
    """Concordances, journals, followed sources, saved searches, aliases, acronyms, reports, errors."""
    draw = Draw(data)
    text = draw.text
    screen = screen_of(draw)
    format_: Any
    match draw.number(0, 8):
        case 0:
            format_ = draw.pick(CONCORDANCE_FORMATS)
            line = ConcordanceLine("0" * 32, 0, 1, text(), text(), text(), draw.maybe(), draw.maybe(), draw.maybe())
            render_concordance(Concordance(text(), (line,), draw.flag(), text(), (text(),)), format_, screen.env)
        case 1:
            format_ = draw.pick(FETCHES_FORMATS)
            entry = FetchEntry(
                text(), text(), "failed", 1, 500, text(), text(), text(), text(), text(), text(), text(), text()
            )
            render_fetches(Fetches({"failed": 1}, (entry,)), format_, screen.env)
        case 2:
            format_ = draw.pick(FOLLOWS_FORMATS)
            render_followed(
                [Followed(text(), text(), text(), {text(): text()}, draw.maybe(), draw.maybe())], format_, screen.env
            )
        case 3:
            format_ = draw.pick(SEARCHES_FORMATS)
            render_searches(
                [SavedSearch(text(), text(), {"source": text()}, 1, text(), draw.maybe())], format_, screen.env
            )
        case 4:
            format_ = draw.pick(WORDING_FORMATS)
            render_aliases([[text(), text()]], format_, screen.env)
        case 5:
            format_ = draw.pick(WORDING_FORMATS)
            render_acronyms([Acronym(text(), text(), 2, draw.maybe())], format_, screen.env)
        case 6:
            format_ = draw.pick(("json", None))
            render_report(
                IngestReport(1, failures=(Failure(text(), text()),), skips=((text(), 2),)), format_, screen.env
            )
        case 7:
            format_ = draw.pick(("table", "plain", "json"))
            render_pairs([(text(), text()), (text(), text())], format_, screen.env)
        case _:
            format_ = ""
            query = text()
            render_error(QueryError(text(), query, draw.number(0, len(query))), screen.env)
            render_failure(text(), text(), screen.env)
            screen.env.note(text())
            screen.env.warn(text())
            render_explained(query, text(), text(), explain(literal(query[:200])), screen.env, as_json=draw.flag())
    check(screen, format_ or "")


@target(seeds, weight=40, longest=400, examples=60)
def safe(data: bytes) -> None:
    """Text made safe is so, once and for all, and JSON gives it back."""
    text = data.decode("utf-8", "surrogateescape") + Draw(data).text()
    for shown in (visible(text), visible(text, newlines=True), one_line(text)):
        assert not RAW.search(shown)
        assert visible(shown, newlines=True) == shown
    assert "\n" not in visible(text) and "\n" not in one_line(text)
    dumped = json_text({"a": [text, {text: text}]})
    assert not RAW.search(dumped) and "\n" not in dumped
    storable = text.encode("utf-8", "replace").decode()
    assert json.loads(json_text(storable)) == storable
    assert not runs(spreadsheet_cell(text))
