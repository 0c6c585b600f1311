"""Articles as references. Nothing is made up: what is unknown is left out, or marked where the style has a mark for it.

Names stand as the source gives them: which part of a Korean name is the family name cannot be told from it, so no
name is turned round for a style, and in BibTeX and CSL each is one literal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from nkcorpus.dates import parse_iso
from nkcorpus.model import Article
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import one_line

CitationStyle = Literal["chicago", "apa", "bibtex", "ris", "csl-json"]
CITATION_STYLES: tuple[str, ...] = get_args(CitationStyle)

NO_DATE = "n.d."

_MONTHS = (
    "January February March April May June July August September October November December"
).split()  # fmt: skip
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_KEY_LENGTH = 12
_BIBTEX_SPECIAL = {
    # BibTeX counts braces whether a backslash stands before them or not.
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$",
    "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_NOT_IN_A_BIBTEX_URL = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}
_INNER_QUOTES = str.maketrans("“”", "‘’")


@dataclass(frozen=True, slots=True)
class _Day:
    """A date as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def parts(self) -> list[int]:
        return [part for part in (self.year, self.month, self.day) if part is not None]

    @property
    def iso(self) -> str:
        return "-".join(f"{part:02d}" for part in self.parts)

    @property
    def american(self) -> str:
        """June 13, 2019."""
        if self.month is None:
            return str(self.year)
        return f"{_MONTHS[self.month - 1]} {f'{self.day}, ' if self.day else ''}{self.year}"


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a reference is made of, each on one line and safe; None where the source gives nothing."""

    id: str
    title: str | None
    authors: tuple[str, ...]
    translator: str | None
    date: _Day | None
    source: str | None
    url: str | None
    lang: str | None
    accessed: _Day | None


def render_citations(articles: Sequence[Article], style: CitationStyle, env: Environment) -> None:
    """Write the reference of each article to stdout; `csl-json` is one array. What is missing is told on stderr."""
    references = [_reference(article) for article in articles]
    if style == "csl-json":
        env.write(json_document([_csl(reference) for reference in references], pretty=env.stdout_is_tty))
    else:
        for reference in references:
            env.write(_WRITERS[style](reference))
    for reference in references:
        missing = _missing(reference)
        if missing:
            env.warn(f"{reference.id[:_KEY_LENGTH]}: {', '.join(f'no {name}' for name in missing)}")


def _reference(article: Article) -> _Reference:
    document = article.document
    return _Reference(
        id=article.id,
        title=_line(document.title),
        authors=tuple(author for name in document.authors if (author := _line(name))),
        translator=_line(document.translator),
        date=_day(document.date.value) if document.date else None,
        source=_line(document.source),
        url=_line(document.url),
        lang=_line(document.lang),
        accessed=_day(article.version.retrieved_at or ""),
    )


def _missing(reference: _Reference) -> list[str]:
    values = {
        "title": reference.title,
        "author": reference.authors,
        "date": reference.date,
        "source": reference.source,
        "url": reference.url,
    }
    return [name for name, value in values.items() if not value]


def _chicago(reference: _Reference) -> str:
    """Return a note as in The Chicago Manual of Style, 17th edition, 14.198 to 14.207: names in their natural order.

    Up to three authors are named (14.76); n.d. stands for an unknown date (14.145); the date of access comes before
    the address (14.12).
    """
    authors = reference.authors if len(reference.authors) <= 3 else (f"{reference.authors[0]} et al.",)
    title = f"“{_inner_quotes(reference.title)},”" if reference.title else "[untitled],"
    before = f"{_joined(authors, 'and', serial=True)}, {title}" if authors else title
    rest = [
        f"trans. {reference.translator}" if reference.translator else "",
        reference.source or "",
        reference.date.american if reference.date else NO_DATE,
        f"accessed {reference.accessed.american}" if reference.accessed else "",
        reference.url or "",
    ]
    return _ended(f"{before} {', '.join(part for part in rest if part)}") + "\n"


def _apa(reference: _Reference) -> str:
    """Return a reference as in the Publication Manual of the APA, 7th edition, 10.16, with names as they are given.

    Without an author the title takes that place (9.12), n.d. stands for an unknown date (9.17), a description in
    brackets for a title (9.22), a translator after it (10.2); up to 20 authors are named (9.8).
    """
    authors = reference.authors
    if len(authors) > 20:
        names = f"{', '.join(authors[:19])}, ... {authors[-1]}"
    else:
        names = _joined(authors, "&", serial=len(authors) > 2)
    date = reference.date
    month = f", {_MONTHS[date.month - 1]}{f' {date.day}' if date.day else ''}" if date and date.month else ""
    dated = f"({date.year}{month})." if date else f"({NO_DATE})."
    title = reference.title or "[Untitled news article]"
    if reference.translator:
        title += f" ({reference.translator}, Trans.)"
    head = [_ended(names), dated, _ended(title)] if names else [_ended(title), dated]
    url = reference.url or ""
    if url and not date and reference.accessed:
        url = f"Retrieved {reference.accessed.american}, from {url}"
    return " ".join(part for part in (*head, _ended(reference.source or ""), url) if part) + "\n"


def _bibtex(reference: _Reference) -> str:
    """Return a `@misc` entry, which BibTeX and biblatex both know, in UTF-8 (btxdoc: Oren Patashnik, BibTeXing)."""
    date, accessed = reference.date, reference.accessed
    fields = {
        "author": " and ".join(f"{{{_bibtex_text(name)}}}" for name in reference.authors),
        "title": f"{{{_bibtex_text(reference.title)}}}" if reference.title else "",
        "howpublished": _bibtex_text(reference.source or ""),
        "year": str(date.year) if date else "",
        "month": _MONTHS[date.month - 1][:3].lower() if date and date.month else "",
        "day": str(date.day) if date and date.day else "",
        "translator": f"{{{_bibtex_text(reference.translator)}}}" if reference.translator else "",
        "url": "".join(_NOT_IN_A_BIBTEX_URL.get(char, char) for char in reference.url or ""),
        "urldate": accessed.iso if accessed else "",
        "language": _bibtex_text(reference.lang or ""),
    }
    lines = [
        # A month is a macro of the style, which translates it.
        f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n"
        for name, value in fields.items()
        if value
    ]
    return f"@misc{{nk{reference.id[:_KEY_LENGTH]},\n{''.join(lines)}}}\n"


def _ris(reference: _Reference) -> str:
    """Return a record as in the RIS format specification (Research Information Systems, 2011): a tag a line."""
    date, accessed = reference.date, reference.accessed
    values = [
        ("TY", "NEWS"),
        *(("AU", _without_asterisk(name)) for name in reference.authors),
        ("A4", _without_asterisk(reference.translator or "")),
        ("TI", reference.title or ""),
        ("T2", _without_asterisk(reference.source or "")),
        ("PY", str(date.year) if date else ""),
        ("DA", _ris_date(date)),
        ("UR", reference.url or ""),
        ("Y2", _ris_date(accessed)),
        ("LA", reference.lang or ""),
        ("ID", f"nk{reference.id[:_KEY_LENGTH]}"),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in values if value) + "ER  - \n\n"


def _csl(reference: _Reference) -> Fields:
    """Return an item as in the CSL-JSON schema 1.0.2 (citationstyles.org); names are literals."""
    values: Fields = {
        "id": f"nk{reference.id[:_KEY_LENGTH]}",
        "type": "article-newspaper",
        "title": reference.title,
        "author": [{"literal": name} for name in reference.authors],
        "translator": [{"literal": reference.translator}] if reference.translator else [],
        "container-title": reference.source,
        "issued": {"date-parts": [reference.date.parts]} if reference.date else None,
        "accessed": {"date-parts": [reference.accessed.parts]} if reference.accessed else None,
        "URL": reference.url,
        "language": reference.lang,
    }
    return {name: value for name, value in values.items() if value}


_WRITERS = {"chicago": _chicago, "apa": _apa, "bibtex": _bibtex, "ris": _ris}


def _line(text: str | None) -> str | None:
    return " ".join(one_line(text or "").split()) or None


def _day(value: str) -> _Day | None:
    found = _DAY.match(value) if parse_iso(value) else None
    return _Day(*(int(part) for part in found.groups() if part)) if found else None


def _joined(names: Sequence[str], conjunction: str, *, serial: bool) -> str:
    """Return names as a list in words, with the comma before the last one where there are more than two."""
    if len(names) < 2:
        return "".join(names)
    comma = "," if serial and len(names) > 2 else ""
    return f"{', '.join(names[:-1])}{comma} {conjunction} {names[-1]}"


def _ended(text: str) -> str:
    """Return `text` with a full stop at its end, unless it ends a sentence by itself."""
    return text if not text or text[-1] in ".?!" or text[-2:] in (".”", "?”", "!”") else f"{text}."


def _inner_quotes(title: str) -> str:
    """Return a title as it stands within double quotation marks: its own become single ones."""
    pieces = title.translate(_INNER_QUOTES).split('"')
    return pieces[0] + "".join(f"{'‘’'[place % 2]}{piece}" for place, piece in enumerate(pieces[1:]))


def _bibtex_text(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(char, char) for char in text)


def _without_asterisk(text: str) -> str:
    """Return what RIS takes in names: no asterisk."""
    return " ".join(text.replace("*", " ").split())


def _ris_date(day: _Day | None) -> str:
    """Return `YYYY/MM/DD/`, whose parts may be empty but not the slashes."""
    if day is None:
        return ""
    return f"{day.year:04d}/{f'{day.month:02d}' if day.month else ''}/{f'{day.day:02d}' if day.day else ''}/"
