"""The vote between extractors, and the pages on which our own was blind."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import ExtractionFailed
from nkcorpus.extract.html import extract_html
from nkcorpus.extract.html.vote import elect, likeness

STORY = " ".join(f"On day {n} the ferry at Sinpo waited for fuel that never came." for n in range(12))
OTHER = " ".join(f"Subscriber offer {n}: read as much as you like for one coin a week." for n in range(12))


def gives(text: str) -> Callable[[], str]:
    return lambda: text


def never() -> str:
    raise AssertionError("asked although the choice was clear")


def test_text_that_the_others_agree_on_wins() -> None:
    assert elect(OTHER, False, (gives(STORY), gives(STORY)), gives(STORY)) == STORY


def test_agreement_with_the_first_rival_ends_the_vote() -> None:
    assert elect(STORY, False, (gives(STORY), never), never) == STORY


def test_own_text_wins_when_all_differ() -> None:
    assert elect(STORY, False, (gives(OTHER), gives("Cookies help us.")), never) == STORY


def test_control_may_confirm_the_own_text() -> None:
    rivals = gives(STORY[:100]), gives(STORY[:100])
    assert elect(STORY, False, rivals, gives(STORY)) == STORY
    assert elect(STORY, False, rivals, gives(STORY[:100])) == STORY[:100]


def test_a_little_furniture_in_both_rivals_does_not_win() -> None:
    longer = f"Photo of the day. {STORY}\n\nFollow us on every channel that there is."
    assert elect(STORY, False, (gives(longer + " Like us."), gives(longer)), never) == STORY


@pytest.mark.parametrize(("own", "rivals", "expected"), [("", ("", ""), ""), ("", (STORY, ""), STORY)])
def test_nothing_does_not_stand(own: str, rivals: tuple[str, str], expected: str) -> None:
    assert elect(own, False, (gives(rivals[0]), gives(rivals[1])), gives("")) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, one) in (0.0, 1.0)


PARAGRAPHS = [" ".join(f"Sentence {n} of part {part} tells of the harbour." for n in range(18)) for part in range(4)]


@pytest.mark.parametrize("fast", [True, False])
def test_sections_named_for_the_table_of_contents_are_text(fast: bool) -> None:
    parts = "".join(f'<section class="toc-para"><h2>Part</h2><p>{text}</p></section>' for text in PARAGRAPHS)
    document = extract_html(f"<h1>Harbour</h1><article>{parts}</article>", fast=fast)
    assert all(text in document.raw_text for text in PARAGRAPHS)
    assert document.extractor == ("html.fast/3" if fast else "html.generic/3")


def test_parts_that_react_streams_stand_in_their_places() -> None:
    first, second, third, _ = PARAGRAPHS
    page = (
        f'<main><article><p>{first}</p><template id="B:1"></template><p>{third}</p></article></main>'
        f'<div hidden id="S:1"><p>{second}</p></div>'
    )
    assert extract_html(page).raw_text.split("\n\n") == [first, second, third]


def test_body_named_in_one_part_only_is_not_the_whole_article() -> None:
    first, second, third, fourth = PARAGRAPHS
    page = (
        f"<article><div><p>{first}</p><p>{second}</p></div>"
        f'<div class="article-body"><p>{third}</p><p>{fourth}</p></div></article>'
    )
    assert extract_html(page).raw_text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ('<p>By <a href="/staff-list/7">Kang Yun Ah</a> · 3 minutes</p>', ("Kang Yun Ah",)),
        ('<div class="author-info"><b>Tomas Brenn</b><i>Harbour Correspondent</i></div>', ("Tomas Brenn",)),
        ('<a href="/author/kang">Kang Yun Ah</a>', ("Kang Yun Ah",)),
        ("".join(f'<a href="/author/{n}">{n} Brenn</a>' for n in ("Ada", "Bo", "Cy")), ()),
        ('<aside><a rel="author" href="/x">Tomas Brenn</a></aside>', ()),
    ],
)
def test_bylines_away_from_the_heading(byline: str, authors: tuple[str, ...]) -> None:
    page = f"<h1>Harbour</h1>{'<p>Text of the harbour.</p>' * 80}{byline}"
    assert extract_html(page, fast=True).authors == authors


@pytest.mark.parametrize(
    ("dates", "value"),
    [
        ('<span class="date">13.06.2019</span>' * 2, "2019-06-13"),
        ('<span class="date">June 13, 2019</span><span class="date">June 14, 2019</span>', None),
    ],
)
def test_only_date_of_the_page(dates: str, value: str | None) -> None:
    date = extract_html(f"<h1>Harbour</h1>{'<p>Text of the harbour.</p>' * 80}{dates}", fast=True).date
    assert (date.value if date else None) == value


HEADLINES = [f"Ferry number {n} waits for fuel at Sinpo" for n in range(12)]


@pytest.mark.parametrize("summary", ["", "<p>It waited for three days, and then the harbour ran out of fuel too.</p>"])
def test_list_of_articles_is_refused(summary: str) -> None:
    entries = "".join(f'<div><h2><a href="/{n}">{line}</a></h2>{summary}</div>' for n, line in enumerate(HEADLINES))
    with pytest.raises(ExtractionFailed, match="lists articles"):
        extract_html(f"<title>Ferries</title><body><main>{entries}</main>")
    story = f"<article><p>{PARAGRAPHS[0]}</p></article>"
    assert PARAGRAPHS[0] in extract_html(f"<title>Ferries</title><body>{story}<div>{entries}</div>", fast=True).raw_text
    called_article = '<meta property="og:type" content="article"><title>Ferries</title>'
    assert extract_html(f"{called_article}<body><main>{entries}</main>", fast=True).title == "Ferries"


def test_heading_ends_the_title() -> None:
    page = "<title>Ferry waits for fuel | Opinion</title><h1>Ferry waits for fuel</h1><p>It waits.</p>"
    fields = '{"@type":"NewsArticle","dateline":"Sinpo","headline":"Ferry waits for fuel | Opinion"}'
    headline = f'<script type="application/ld+json">{fields}</script>'
    assert extract_html(headline + page, fast=True).title == "Ferry waits for fuel"
