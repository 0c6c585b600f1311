"""Fictional North Korea news in any number, the same for the same seed: `python -m benchmarks.generate FOLDER`.

The articles make no sense, but they have the shape of real ones: length, word frequencies, curly quotes,
no-break spaces, tails in several orders, copies under other names, some Korean, and for HTML a page around it all.
"""

from __future__ import annotations

import argparse
import html
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.vocabulary import (
    KOREAN_NOUNS,
    KOREAN_PARTICLES,
    KOREAN_VERBS,
    PLACES,
    SURNAMES,
    TOPICAL_WORDS,
    WEEKDAYS,
    made_up_word,
    zipf_vocabulary,
)

FORMATS = ("text", "html", "jsonl")
_MADE_UP_WORDS = 6_000
WORDS = (130, 390)
"""From how many to how many words an article has, before those that frame a sentence, and the tail."""
SHORT_WORDS = (20, 60)
"""The same for short articles: a paragraph or two, as the agencies send them."""
_WORDS_PER_SENTENCE = (12, 30)
_TOPIC_EVERY = 14  # words; an article comes back to what it is about
_KOREAN_SHARE = 0.04
_COPY_SHARE = 0.02
_FILES_PER_FOLDER = 1_000


@dataclass(frozen=True, slots=True)
class Story:
    """One generated article. `tail` are the lines of boilerplate below the paragraphs."""

    number: int
    title: str
    date: str
    paragraphs: tuple[str, ...]
    tail: tuple[str, ...]
    lang: str

    @property
    def text(self) -> str:
        """The article as a plain text file holds it."""
        return "\n\n".join((*self.paragraphs, *self.tail))


def stories(count: int, seed: int = 1, words: tuple[int, int] = WORDS) -> Iterator[Story]:
    """Yield `count` articles. About one in fifty is a copy of an earlier one with its tail in another order."""
    rng = random.Random(seed)
    writer = _Writer(rng, words)
    earlier: list[Story] = []
    for number in range(count):
        if earlier and rng.random() < _COPY_SHARE:
            story = rng.choice(earlier)
            yield replace(story, number=number, tail=(*story.tail[1:], *story.tail[:1]))
            continue
        story = writer.story(number)
        if number % 10 == 0:
            earlier = [*earlier[-99:], story]
        yield story


def write(folder: Path, count: int, form: str = "text", seed: int = 1, words: tuple[int, int] = WORDS) -> None:
    """Write `count` articles into `folder`, as `write_stories` does."""
    write_stories(folder, stories(count, seed, words), form)


def write_stories(folder: Path, found: Iterable[Story], form: str = "text") -> None:
    """Write articles as .txt or .html files, 1,000 in a folder, or as one .jsonl file, into `folder`.

    The name of a text file begins with the date, which its text does not tell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if form == "jsonl":
        with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
            for story in found:
                file.write(_record(story) + "\n")
        return
    suffix, render = {"text": ("txt", _plain), "html": ("html", _page)}[form]
    for story in found:
        part = folder / f"{story.number // _FILES_PER_FOLDER:03}"
        part.mkdir(exist_ok=True)
        (part / f"{story.date}-{story.number:06}.{suffix}").write_text(render(story), encoding="utf-8")


class _Writer:
    """Draws articles from one random generator."""

    def __init__(self, rng: random.Random, words: tuple[int, int]) -> None:
        self._rng = rng
        self._size = words
        self._words, self._weights = zipf_vocabulary(rng, _MADE_UP_WORDS)

    def story(self, number: int) -> Story:
        rng = self._rng
        korean = rng.random() < _KOREAN_SHARE
        paragraphs = self._korean() if korean else self._english()
        title = paragraphs[0].split(". ")[0][:70].strip(" “”,.\u00a0")
        date = f"{rng.randint(2008, 2024)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return Story(number, title, date, tuple(paragraphs), self._tail(), "ko" if korean else "en")

    def _english(self) -> list[str]:
        """Return about twelve paragraphs of two sentences."""
        rng = self._rng
        size = rng.randint(*self._size)
        words = rng.choices(self._words, cum_weights=self._weights, k=size)
        topic = [*rng.sample(TOPICAL_WORDS, 6), *(made_up_word(rng, 3) for _ in range(3))]
        words[::_TOPIC_EVERY] = rng.choices(topic, k=len(words[::_TOPIC_EVERY]))
        place = rng.choice(PLACES)
        sentences = []
        start = 0
        while start < size:
            end = start + rng.randint(*_WORDS_PER_SENTENCE)
            sentences.append(self._sentence(words[start:end], place))
            start = end
        return [" ".join(sentences[i : i + 2]) + rng.choice(("", "", "\u00a0")) for i in range(0, len(sentences), 2)]

    def _sentence(self, words: list[str], place: str) -> str:
        rng = self._rng
        body = " ".join(words)
        match rng.randrange(6):
            case 0:
                return f"“{body.capitalize()},” a source in {place} told Daily NK on {rng.choice(WEEKDAYS)}."
            case 1:
                half = len(words) // 2
                return f"{' '.join(words[:half]).capitalize()}, {' '.join(words[half:])} in {place}."
            case 2:
                return f"{body.capitalize()}, about KPW {rng.randint(8, 990) * 10:,} per kilogram."
            case 3:
                return f"{body.capitalize()}, which isn’t what {self._name()} had expected."
            case _:
                return f"{body.capitalize()}."

    def _korean(self) -> list[str]:
        rng = self._rng
        paragraphs = []
        for _ in range(rng.randint(6, 12)):
            words = [rng.choice(KOREAN_NOUNS) + rng.choice(KOREAN_PARTICLES) for _ in range(rng.randint(15, 30))]
            paragraphs.append(f"{' '.join(words)} {rng.choice(KOREAN_VERBS)}.")
        return paragraphs

    def _tail(self) -> tuple[str, ...]:
        rng = self._rng
        author = self._name()
        lines = [
            f"*Translated by {self._name()}",
            "Please direct any comments or questions about this article to dailynk@uni-media.example.",
            "Read in Korean",
            f"{author} is one of Daily NK's {rng.choice(('full-time journalists', 'freelance reporters'))}."
            f" Please direct any questions about {rng.choice(('her', 'his'))} articles to",
        ]
        rng.shuffle(lines)
        return tuple(lines[: rng.randint(2, 4)])

    def _name(self) -> str:
        rng = self._rng
        return f"{rng.choice(SURNAMES)} {made_up_word(rng, 1).title()} {made_up_word(rng, 1).title()}"


def _plain(story: Story) -> str:
    return story.text


def _record(story: Story) -> str:
    fields = {
        "id": f"fictional-{story.number}",
        "title": story.title,
        "date": story.date,
        "url": f"https://news.example/english/{story.number}/",
        "source": "Fictional News",
        "lang": story.lang,
        "text": story.text,
    }
    return json.dumps(fields, ensure_ascii=False)


def _page(story: Story) -> str:
    """Return a WordPress-like page: scripts, menus and related links around the article."""
    title = html.escape(story.title)
    menu = "".join(f'<li class="menu-item"><a href="/english/{w}/">{w.title()}</a></li>' for w in TOPICAL_WORDS[:60])
    related = "".join(
        f'<div class="td-related-title"><h3 class="entry-title"><a href="/english/{story.number + i}/">More about the'
        f" {word}</a></h3></div>"
        for i, word in enumerate(TOPICAL_WORDS[60:90], 1)
    )
    body = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in (*story.paragraphs, *story.tail))
    script = "window.settings = " + json.dumps({word: i for i, word in enumerate(TOPICAL_WORDS)}) + ";"
    return f"""<!DOCTYPE html>
<html lang="{story.lang}"><head><meta charset="utf-8"><title>{title} - Fictional News</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="Fictional News">
<meta property="article:published_time" content="{story.date}T09:00:00+09:00">
<link rel="canonical" href="https://news.example/english/{story.number}/">
<script>{script}</script><style>.menu-item {{ display: inline }}</style></head>
<body class="single single-post"><nav><ul>{menu}</ul></nav>
<article class="post"><header><h1 class="entry-title">{title}</h1>
<div class="td-post-author-name">By <a href="/english/author/desk/">Fictional Desk</a></div>
<time class="entry-date updated td-module-date" datetime="{story.date}T09:00:00+09:00">{story.date}</time></header>
<div class="td-post-content">
{body}
</div></article>
<aside>{related}</aside><footer><ul>{menu}</ul><p>All rights reserved.</p></footer></body></html>
"""


def main() -> None:
    """Write articles as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description="Write fictional articles.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a paragraph or two each")
    arguments = parser.parse_args()
    words = SHORT_WORDS if arguments.short else WORDS
    write(arguments.folder, arguments.count, arguments.format, arguments.seed, words)


if __name__ == "__main__":
    main()
