"""HTML pages and fragments to articles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bs4 import Tag

from nkcorpus.errors import ExtractionFailed
from nkcorpus.extract.html.blocks import Block, Region, read_blocks, render
from nkcorpus.extract.html.body import find_body, is_named, plain_paragraphs, trim
from nkcorpus.extract.html.listing import article_links, is_listing
from nkcorpus.extract.html.metadata import read_metadata
from nkcorpus.extract.html.page import Page
from nkcorpus.extract.html.prune import unwanted
from nkcorpus.extract.html.structured import article_body, is_fuller
from nkcorpus.extract.html.tree import STREAMED, parse_tree
from nkcorpus.extract.html.vote import elect, likeness, readability_text, trafilatura_text, within_bounds
from nkcorpus.extract.profile import Profile, find_profile
from nkcorpus.model import Document
from nkcorpus.results import Candidate, Trace

VERSION = 3
"""Raised with every change that gives other text or fields for the same page."""

_HEAD = 4_096
_PAGE_START = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|br|div|dl|figure|footer|h[1-6]|header|hr|li|main|ol|p|pre|section|table|"
    r"td|tr|ul)(?=[\s/>])",
    re.IGNORECASE,
)


def looks_like_html(text: str) -> bool:
    """Return whether `text` starts like HTML: a document's own tags, or several block tags, in the first 4 KB."""
    head = text[:_HEAD]
    if _PAGE_START.search(head):
        return True
    return sum(1 for _ in _BLOCK_TAG.finditer(head)) >= 2


@dataclass(frozen=True, slots=True)
class Reading:
    """The article of a page, what gave its text (see `nkcorpus.model.Trace`) and all texts that were proposed."""

    document: Document
    path: str
    texts: dict[str, str]

    def trace(self) -> Trace:
        """Return how far the proposed texts are from the one taken."""
        taken = self.document.raw_text
        return Trace(
            self.path,
            tuple(Candidate(name, len(text.split()), likeness(text, taken)) for name, text in self.texts.items()),
        )


def extract_html(html: str, *, url: str | None = None, retrieved_at: str | None = None, fast: bool = False) -> Document:
    """Return the article of a page: body text, and what the markup says about it.

    `url` is the address that the page was fetched from and `retrieved_at` when (ISO 8601), None for a saved file:
    dates after it are refused. The raw text has one blank line
    between paragraphs; boilerplate lines within the article are left in it. On a page without a site profile
    several extractors vote; `fast` leaves it to our own.
    Raises ExtractionFailed when the page has neither article text nor title or is a list of articles,
    ItemTooLarge when it has too many tags.
    """
    return read_page(html, url=url, retrieved_at=retrieved_at, fast=fast).document


def read_page(html: str, *, url: str | None = None, retrieved_at: str | None = None, fast: bool = False) -> Reading:
    """Return what `extract_html` does, with how it came about."""
    root = parse_tree(html)
    profile = find_profile(root, url)
    page = Page(root, profile)
    metadata = read_metadata(page, url=url, retrieved_at=retrieved_at)
    if profile and (text := _profile_text(root, profile)):
        name, path, texts = profile.name, f"profile {profile.name}", {profile.name: text}
    else:
        blocks, regions = read_blocks(root, unwanted(root))
        if is_listing(page, blocks):
            links = article_links(page, blocks, url)
            raise ExtractionFailed(
                "this page lists articles and is none: give the address or file of an article", links
            )
        text, named = _generic_text(root, blocks, regions, metadata.title)
        texts = {"own": text}
        name, path = ("fast", "fast") if fast else ("generic", "vote: own")
        if not fast and within_bounds(html, root):
            text = _elected(str(root) if STREAMED in html else html, named, texts)
            path = f"vote: {next(voter for voter, proposed in texts.items() if proposed == text)}"
    if is_fuller(body := article_body(page.json_ld.articles), text):
        text = texts["json-ld"] = body
        name, path = "json-ld", "json-ld"
    if not text and not metadata.title:
        raise ExtractionFailed("no article text and no title in the page: give the article's own page")
    document = Document(
        raw_text=text,
        extractor=f"html.{name}/{VERSION}",
        title=metadata.title,
        authors=metadata.authors,
        date=metadata.date,
        source=metadata.source,
        lang=metadata.lang,
        url=metadata.url,
        tags=metadata.tags,
        translator=metadata.translator,
        editor=metadata.editor,
        updated=metadata.updated,
        section=metadata.section,
        counterpart=metadata.counterpart,
        evidence=metadata.evidence,
    )
    return Reading(document, path, texts)


def _elected(html: str, named: bool, texts: dict[str, str]) -> str:
    """Return the text of a page that wins the vote. `texts` has our own and gets those of the libraries asked."""

    def ask(name: str, extractor: Callable[[str], str]) -> str:
        return texts.setdefault(name, extractor(html))

    rivals = (
        partial(ask, "readability", readability_text),
        partial(ask, "trafilatura", partial(trafilatura_text, precise=True)),
    )
    return elect(texts["own"], named, rivals, partial(trafilatura_text, html, precise=False))


def html_fragment_text(fragment: str) -> str:
    """Return the plain text of a record's value that holds HTML, with the paragraph rules of `extract_html`."""
    root = parse_tree(fragment)
    blocks, _ = read_blocks(root, unwanted(root))
    return render(blocks)


def _profile_text(root: Tag, profile: Profile | None) -> str:
    """Return the text of the elements that the site profile names as the body, "" where it finds none."""
    if profile is None:
        return ""
    parts = []
    for body in profile.select("body", root):
        skipped = unwanted(body) | {id(tag) for tag in profile.dropped(body)}
        parts.append(render(read_blocks(body, skipped)[0]))
    return "\n\n".join(part for part in parts if part)


def _generic_text(root: Tag, blocks: list[Block], regions: list[Region], title: str | None) -> tuple[str, bool]:
    """Return the text that our own extractor takes, and whether the page's markup calls it the body."""
    body = find_body(blocks, regions)
    if body is None:
        # Some pages are hidden until their scripts have run, or name the article like furniture.
        blocks, regions = read_blocks(root, unwanted(root, by_name=False))
        body = find_body(blocks, regions)
    if body is None:
        return render(plain_paragraphs(blocks)), False
    return render(trim(blocks, regions, body, title)), is_named(body)
