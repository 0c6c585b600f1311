"""What stands among or after an article's paragraphs without being text of it, told by its wording."""

import time

import pytest

from nkcorpus.extract.html import extract_html

STORY = [f"On day {number} the ferry at Sinpo waited for fuel that never came." for number in range(12)]
BODY = "".join(f"<p>{line}</p>" for line in STORY)


def paragraphs(page: str) -> list[str]:
    return extract_html(f"<h1>Ferry</h1><article>{page}</article>", fast=True).raw_text.split("\n\n")


@pytest.mark.parametrize(
    "section",
    [
        "<h3>You may also like</h3><p>The harbour that had no boats at all, and what came of it.</p>",
        "<h2>Related posts</h2><ul><li>Nets for sale in the harbour of Sinpo.</li></ul>",
        "<h4>About the author</h4><p>Tomas Brenn has written about ships for ten years.</p>",
        "<h3>Leave a comment</h3><p>Your address will not be shown to anybody else.</p>",
        "<p>More from the Sea Post:</p><p>A net for everybody</p>",
        "<h3>관련기사</h3><p>신포항에서 배가 다시 떠났다는 소식이다.</p>",
        "<p>Was this page helpful?</p>",
    ],
)
def test_sections_after_the_end_are_left_out(section: str) -> None:
    assert paragraphs(BODY + section) == STORY


@pytest.mark.parametrize("line", ["Advert", "Read more", "SHARE THIS STORY", "Image 2 of 5", "Loading ...", "광고"])
def test_controls_among_the_text_are_left_out(line: str) -> None:
    half = BODY.index("<p>On day 6")
    assert paragraphs(f"{BODY[:half]}<p>{line}</p>{BODY[half:]}") == STORY


@pytest.mark.parametrize(
    "part",
    [
        ["<h2>Related stories</h2>", "<p>Fishermen tell of other winters without any fuel for the boats.</p>"],
        ["<p>More from the harbour master:</p>", "<p>He said that the fuel would come with the next train.</p>"],
    ],
)
def test_the_same_words_may_head_a_part_of_the_article(part: list[str]) -> None:
    found = paragraphs("".join(part) + BODY)
    assert found[1:] == STORY[:] or found[2:] == STORY
    assert len(found) > len(STORY)


def test_article_goes_on_after_such_a_section() -> None:
    further = "<h2>The next day</h2><p>The ferry left at last, with half of those who had waited.</p>"
    found = paragraphs(f"{BODY}<h2>Related articles</h2><p>Nets for sale.</p>{further}")
    assert found == [*STORY, "The next day", "The ferry left at last, with half of those who had waited."]


def test_line_without_heading_takes_no_prose_with_it() -> None:
    last = "In the evening the captain said that nobody would be paid for the days in the harbour."
    assert paragraphs(f"{BODY}<p>Read next:</p><p>Nets for sale</p><p>{last}</p>") == [*STORY, last]


def test_hostile_lines_take_no_time() -> None:
    lines = "".join(f"<p>{text}</p>" for text in ("more " * 14, "subscribe " + "a" * 59, "related" * 10)) * 5_000
    started = time.process_time()
    paragraphs(BODY + lines)
    assert time.process_time() - started < 5
