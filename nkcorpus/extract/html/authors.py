"""Who wrote, translated and edited a page's article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4 import Tag
from bs4.element import NavigableString

from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.html.jsonld import plain
from nkcorpus.extract.html.page import Page, belongs_to_others, nodes_within, short_text
from nkcorpus.extract.html.people import SPACES, given_name_first, handle, people
from nkcorpus.extract.html.tree import attribute, name_tokens

_META_AUTHORS = (
    "author article:author og:article:author sailthru.author parsely-author dc.creator dcterms.creator "
    "citation_author article_author cxenseparse:author byl bc:authors"
).split()
_INVERTED_AUTHORS = frozenset(("citation_author", "dc.creator", "dcterms.creator"))
_BYLINE_WORDS = frozenset(("author", "authors", "byline", "bylines", "contributor", "writer"))
_BY = re.compile(r"(?:(?:written|words|story|reported|posted|article) )?by[\s:]+[^\W\d_]", re.IGNORECASE)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|producers|profile|contributors?|reporters?|journalists?|byline|writers?)/[^/?#]"
)
_BY_BEFORE = re.compile(r"\bby:?\s*$", re.IGNORECASE)
_BY_ALONE = re.compile(
    r"(?:(?:written|words|story|reported|posted|article) )?by\s?:?|authors?(?:\(s\))?\s?:?|글쓴이\s?:?|기자명\s?:?",
    re.IGNORECASE,
)
_WRITTEN_LABELS = frozenset(("written by", "글쓴이", "author", "by"))
_LINE_PARTS = re.compile(rf"(?:{SPACES})?[|•·⋅●▪]\s*|{SPACES}[-–—]\s+")
_TRANSLATED = re.compile(
    r"\*?(?:translated (?:from [\w ]{3,20} )?by|translat(?:ion|or)(?: by)?\s*:?|(?:번역|옮긴이|역자)\s*[=:]?)\s+"
    r"(?P<name>\S.{1,80})",
    re.IGNORECASE,
)
_EDITED = re.compile(r"\*?(?:edited by|editor\s*:|(?:편집|책임편집)\s*[=:])\s+(?P<name>\S.{1,80})", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.\s+(?=(?:edited|translated|reported|written)\b)", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:writer|reporter|correspondent|editor|columnist|journalist|analyst)\b|기자|특파원", re.IGNORECASE
)
_MAX_LINKS = 3_000
_MAX_URL = 2_048
_MAX_FAR = 40
_FEW_NAMES = 2
_MAX_AUTHORS = 20
_MAX_BYLINE = 120
_MAX_LABELS = 3
_LABELS = ("dt", "div", "h2", "h3", "h4", "h5", "h6", "label", "p", "span", "strong")


def read_authors(page: Page) -> tuple[tuple[str, ...], str | None]:
    """Return the people named as authors by the best evidence that names any, and that evidence."""
    for bylines, place in _bylines(page):
        if found := people(bylines, page.organizations):
            return found, place
    for name in ("author", "twitter:data1"):
        text = page.first_meta(name) if name == "author" or _is_written_by(page) else None
        if text and (account := handle(text, page.site_names)):
            return (account,), f"meta:{name}"
    return (), None


def read_helper(page: Page, role: str) -> tuple[str | None, str | None]:
    """Return the `translator` or `editor` of the article and the evidence; several names are parted by commas."""
    if found := people(page.json_ld.names(role, organizations=False), page.organizations):
        return ", ".join(found), "json-ld"
    pattern = _TRANSLATED if role == "translator" else _EDITED
    for tag in page.near_heading:
        for part in _LINE_PARTS.split(short_text(tag, _MAX_BYLINE)):
            for sentence in _SENTENCE_END.split(part):
                match = pattern.match(sentence.strip())
                if match and (found := people([match["name"]], page.organizations)):
                    return ", ".join(found), "byline"
    return None, None


def _bylines(page: Page) -> Iterator[tuple[list[str], str]]:
    yield list(page.selected("authors")), "profile"
    yield page.json_ld.names("author", organizations=False), "json-ld"
    for name in _META_AUTHORS:
        texts = [plain(text) for text in page.meta.get(name, ()) if "://" not in text]
        yield [given_name_first(text) for text in texts] if name in _INVERTED_AUTHORS else texts, f"meta:{name}"
    if _is_written_by(page):
        yield [page.first_meta("twitter:data1") or ""], "meta:twitter:data1"
    near = page.near_heading
    yield [short_text(tag, _MAX_BYLINE) for tag in near if _is_author_link(tag)], "rel=author"
    yield _property_names(page), "itemprop"
    for names in _near_bylines(near):
        yield names, "byline"
    yield from _far_bylines(page)


def _is_written_by(page: Page) -> bool:
    """Return whether plugins of WordPress say "Written by", in the language of the site."""
    return (page.first_meta("twitter:label1") or "").lower() in _WRITTEN_LABELS


def _is_author_link(tag: Tag) -> bool:
    return "author" in attribute(tag, "rel").lower().split()


def _near_bylines(near: list[Tag]) -> Iterator[list[str]]:
    """Yield bylines among the elements around the heading, the best marked first."""
    for tag in near:
        if not name_tokens(tag).isdisjoint(_BYLINE_WORDS) and (text := short_text(tag, _MAX_BYLINE)):
            yield _several_names(tag) or [_first_name(tag) or text]
    for tag in near:
        if _BY.match(text := short_text(tag, _MAX_BYLINE)):
            yield _several_names(tag) or [text]
    for tag in near:
        # "<time>…</time> by Jane Doe" has no element for the byline.
        strings = (str(part).strip() for part in tag.find_all(string=True, recursive=False, limit=_MAX_FAR))
        yield [text for text in strings if len(text) <= _MAX_BYLINE and _BY.match(text)][:1]
    yield from map(_beside_role, near)


def _several_names(tag: Tag) -> list[str]:
    """Return the texts of links or list items in a byline, empty unless there are several."""
    parts = (short_text(part, _MAX_BYLINE) for part in tag.find_all(("a", "li"), limit=_MAX_AUTHORS))
    texts = list(dict.fromkeys(filter(None, parts)))
    return texts if len(texts) > 1 else []


def _beside_role(tag: Tag) -> list[str]:
    """Return the first part of a line such as `Jane Doe | Senior Correspondent | June 13, 2019`: name, role, date.

    Without a role it might as well be a section or a place: `North Korea | June 13, 2019`.
    """
    name, *others = _LINE_PARTS.split(short_text(tag, _MAX_BYLINE))
    has_role = any(_ROLE.search(part) for part in others)
    return [name] if has_role and " " in name and any(parse_date(part, "text") for part in others) else []


def _far_bylines(page: Page) -> Iterator[tuple[list[str], str]]:
    """Yield bylines away from the heading, of the kinds of which the whole page shows no more than a few names."""
    links = [tag for tag in page.named("a") if len(attribute(tag, "href")) < _MAX_URL]
    found = (
        ([tag for tag in links if _is_author_link(tag)], "rel=author"),
        ([tag for tag in links if _AUTHOR_PATH.search(attribute(tag, "href"))], "byline"),
        ([tag for tag in page.elements if name_tokens(tag) & {"author", "byline"}], "byline"),
    )
    for tags, place in found:
        names: dict[str, Tag] = {}
        for tag in tags[:_MAX_FAR]:
            for name in people([_first_name(tag) or short_text(tag, _MAX_BYLINE)], page.organizations):
                names.setdefault(name, tag)
        if 0 < len(names) <= _FEW_NAMES:
            yield [name for name, tag in names.items() if not belongs_to_others(tag)], place
    yield _labelled(page), "byline"
    introduced = [tag for tag in links[:_MAX_LINKS] if _BY_BEFORE.search(_text_before(tag))]
    yield [short_text(tag, _MAX_BYLINE) for tag in introduced[:1] if not belongs_to_others(tag)], "byline"


def _text_before(tag: Tag) -> str:
    """Return the end of the text right before an element, "" where an element stands there."""
    sibling = tag.previous_sibling
    return sibling[-40:] if type(sibling) is NavigableString else ""


def _labelled(page: Page) -> list[str]:
    """Return the names in the element after one that holds nothing but "Written by" or the like."""
    labels = (tag for tag in page.elements if tag.name in _LABELS and _BY_ALONE.fullmatch(short_text(tag, 20)))
    for label in islice(labels, _MAX_LABELS):
        following = label.find_next_sibling()
        if following is None or belongs_to_others(label):
            continue
        return _several_names(following) or [_first_name(following) or short_text(following, _MAX_BYLINE)]
    return []


def _first_name(tag: Tag) -> str:
    """Return the first text in a byline's element if it is a name of several words, "" if not.

    Roles and dates follow in elements of their own.
    """
    strings = (str(node) for node in nodes_within(tag) if type(node) is NavigableString and node.strip())
    parts = list(islice(strings, 2))
    if parts and _BY_ALONE.fullmatch(parts[0].strip()):
        parts = parts[1:]
    named = people(parts[:1], ()) if parts and len(parts[0]) <= _MAX_BYLINE else ()
    return parts[0] if len(named) == 1 and " " in named[0] else ""


def _property_names(page: Page) -> list[str]:
    """Return the names in microdata `itemprop=author`, which may hold an element with `itemprop=name`."""
    texts: list[str] = []
    for tag in page.elements:
        if "itemprop" in tag.attrs and "author" in attribute(tag, "itemprop").lower().split():
            inner = tag.find(None, attrs={"itemprop": "name"})
            part = inner if isinstance(inner, Tag) else tag
            texts.append(attribute(part, "content") or short_text(part, _MAX_BYLINE))
            if len(texts) == _MAX_AUTHORS:
                break
    return texts
