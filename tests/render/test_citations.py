"""References in every style: what is known, what is missing, and what a style must not see raw."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.model import Article, ArticleDate
from nkcorpus.render.citations import CITATION_STYLES, CitationStyle, render_citations

from .builders import Screen, article, bare_document, document

DAY = ArticleDate("2019-06-13T23:30+09:00", "minute", "meta")
KNOWN = document(
    title="Lecture in “Saebom”",
    authors=("Han Mi-rae",),
    translator="Nam Bo-ra",
    date=DAY,
    source="Border Bulletin",
    url="https://bulletin.example/a_b",
    lang="en",
)


def cited(style: CitationStyle, *articles: Article) -> tuple[str, list[str]]:
    screen = Screen()
    render_citations(articles, style, screen.env)
    return screen.out, screen.err.splitlines()


def with_fields(**fields: Any) -> Article:
    """An article whose bytes were not fetched, unless its builder's date of access is wanted."""
    found = article(0x09A7, replace(KNOWN, **fields))
    return replace(found, versions=(replace(found.version, retrieval=None),))


def test_chicago() -> None:
    assert cited("chicago", article(1, KNOWN)) == (
        "Han Mi-rae, “Lecture in ‘Saebom’,” trans. Nam Bo-ra, Border Bulletin, June 13, 2019, "
        "accessed January 31, 2024, https://bulletin.example/a_b.\n",
        [],
    )
    names = ("A One", "B Two", "C Three", "D Four")
    for count, said in ((2, "A One and B Two, “"), (3, "A One, B Two, and C Three, “"), (4, "A One et al., “")):
        assert cited("chicago", with_fields(authors=names[:count]))[0].startswith(said)
    assert cited("chicago", with_fields(title='Say "rice"?', translator=None, url=None))[0] == (
        "Han Mi-rae, “Say ‘rice’?,” Border Bulletin, June 13, 2019.\n"
    )


def test_apa() -> None:
    assert cited("apa", article(1, KNOWN)) == (
        "Han Mi-rae. (2019, June 13). Lecture in “Saebom” (Nam Bo-ra, Trans.). Border Bulletin. "
        "https://bulletin.example/a_b\n",
        [],
    )
    bare = {"translator": None, "url": None, "source": None}
    assert cited("apa", with_fields(authors=(), title="What now?", **bare))[0] == "What now? (2019, June 13).\n"
    assert cited("apa", with_fields(authors=("A", "B"), **bare))[0].startswith("A & B. (2019")
    assert cited("apa", with_fields(authors=("A", "B", "C"), **bare))[0].startswith("A, B, & C. (2019")
    many = tuple(f"N{number}" for number in range(1, 23))
    assert cited("apa", with_fields(authors=many, **bare))[0].startswith("N1, N2, N3")
    assert ", N19, ... N22. (2019" in cited("apa", with_fields(authors=many, **bare))[0]
    undated = article(1, replace(KNOWN, date=None))
    assert cited("apa", undated)[0].endswith("Retrieved January 31, 2024, from https://bulletin.example/a_b\n")


def test_bibtex() -> None:
    out, _ = cited("bibtex", article(0x09A7, replace(KNOWN, source="R&D {50%} of #1_$ ~^\\")))
    odd = (
        "R\\&D \\textbraceleft{}50\\%\\textbraceright{} of \\#1\\_\\$ "
        "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}"
    )
    assert out == (
        "@misc{nk000000000000,\n"
        "  author = {{Han Mi-rae}},\n"
        "  title = {{Lecture in “Saebom”}},\n"
        f"  howpublished = {{{odd}}},\n"
        "  year = {2019},\n"
        "  month = jun,\n"
        "  day = {13},\n"
        "  translator = {{Nam Bo-ra}},\n"
        "  url = {https://bulletin.example/a_b},\n"
        "  urldate = {2024-01-31},\n"
        "  language = {en},\n"
        "}\n"
    )
    assert "author = {{A One} and {B Two}}" in cited("bibtex", with_fields(authors=("A One", "B Two")))[0]


@given(st.text(max_size=60))
def test_braces_of_bibtex_are_balanced_whatever_a_title_holds(title: str) -> None:
    out, _ = cited("bibtex", with_fields(title=title, url=f"https://x.example/{title}"))
    depth = 0
    for brace in re.findall(r"[{}]", out):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert out.count("\n@") == 0


def test_ris() -> None:
    out, _ = cited("ris", article(1, replace(KNOWN, authors=("Han * Mi-rae", "B Two"))))
    assert out.splitlines() == [
        "TY  - NEWS",
        "AU  - Han Mi-rae",
        "AU  - B Two",
        "A4  - Nam Bo-ra",
        "TI  - Lecture in “Saebom”",
        "T2  - Border Bulletin",
        "PY  - 2019",
        "DA  - 2019/06/13/",
        "UR  - https://bulletin.example/a_b",
        "Y2  - 2024/01/31/",
        "LA  - en",
        "ID  - nk000000000000",
        "ER  - ",
        "",
    ]
    assert "DA  - 2019///" in cited("ris", with_fields(date=ArticleDate("2019", "year", "meta")))[0]


@given(st.text(max_size=60))
def test_a_value_of_ris_stays_on_its_line(title: str) -> None:
    out, _ = cited("ris", with_fields(title=f"a{title}", source=f"b\nTY  - {title}"))
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in out.split("\n") if line)
    assert out.count("\nTY  - ") == 0


def test_csl_json() -> None:
    items = json.loads(cited("csl-json", article(1, KNOWN), article(2, bare_document()))[0])
    assert items[0] == {
        "id": "nk000000000000",
        "type": "article-newspaper",
        "title": "Lecture in “Saebom”",
        "author": [{"literal": "Han Mi-rae"}],
        "translator": [{"literal": "Nam Bo-ra"}],
        "container-title": "Border Bulletin",
        "issued": {"date-parts": [[2019, 6, 13]]},
        "accessed": {"date-parts": [[2024, 1, 31]]},
        "URL": "https://bulletin.example/a_b",
        "language": "en",
    }
    assert set(items[1]) == {"id", "type", "accessed"}


@pytest.mark.parametrize("style", CITATION_STYLES)
def test_what_is_missing_is_told_and_never_made_up(style: CitationStyle) -> None:
    untitled = article(2, bare_document("Rice rose in Hyesan.\n\nMore."))
    out, err = cited(style, article(1, KNOWN), untitled)
    assert err == ["nkcorpus: warning: 000000000000: no title, no author, no date, no source, no url"]
    assert "Rice rose" not in out
    marks = {"chicago": "[untitled], n.d., accessed", "apa": "[Untitled news article]. (n.d.)."}
    assert marks.get(style, "") in out


@pytest.mark.parametrize(
    ("value", "precision", "american"), [("2019", "year", "2019"), ("2019-06", "month", "June 2019")]
)
def test_a_date_is_no_more_precise_than_its_source(value: str, precision: Any, american: str) -> None:
    dated = with_fields(date=ArticleDate(value, precision, "meta"))
    assert f"Border Bulletin, {american}, https" in cited("chicago", dated)[0]
    assert f"({value})." in cited("apa", dated)[0] or "(2019, June)." in cited("apa", dated)[0]
    assert "day = " not in cited("bibtex", dated)[0]


@pytest.mark.parametrize("value", ["2024-13-45T99:99", "9999-99-99", "2024-02-30"])
@pytest.mark.parametrize("style", CITATION_STYLES)
def test_a_date_that_no_calendar_has_is_none(style: CitationStyle, value: str) -> None:
    """A corpus may come from anybody."""
    told = cited(style, with_fields(date=ArticleDate(value, "day", "meta")))
    assert any("no date" in line for line in told[1])
    assert value[:4] not in told[0]
