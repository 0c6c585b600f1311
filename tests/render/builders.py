"""Values of the model, made by hand, and an environment whose streams can be read back."""

from __future__ import annotations

import io

from nkcorpus.model import Article, ArticleDate, Document, Note, Repair, Retrieval, Span, VersionInfo
from nkcorpus.render import ColorChoice, Environment
from nkcorpus.results import Hit, SearchResult, Snippet

FETCHED = Retrieval(
    "http://bulletin.example/a_b",
    "https://bulletin.example/a_b",
    200,
    "2024-01-31T23:00:00Z",
    (("content-type", "text/html"),),
)
BODY = "Officers of the local branch gave a lecture on vigilance in Saebom County.\n\nPeople “yawned” on June 3.\u00a0"
TAIL = "*Translated by Nam Bo-ra"
RAW = f"{BODY}\n\n{TAIL}\n"
CUT = Span(len(BODY) + 2, len(RAW), "credit", "bulletin.translated-by")

DATE = ArticleDate("2023-06-04T09:30+09:00", "minute", "meta")

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "bell\x07 back\x08 null\x00 feed\x0c return\rover",
    "del\x7f csi\x9b31m osc\x9d nel\x85",
    "abc\u202etxt.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\u2060joiner\ufeff \u200cx\u200dy",
    "line\u2028para\u2029 anchor\ufff9\ufffb",
    "tag\U000e0041\U000e007f",
    "lone \ud800 and \udfff",
    "[bold]b[/bold] [/x] [link=https://evil.example]y[/link] [red",
    "<script>alert(1)</script> <img src=x onerror=y> &lt; \" '",
    "](javascript:alert(1)) ![i](//evil.example/p) `c` *e* _u_ | # - 1. > ~~~",
    "=cmd|' /C calc'!A0",
    "tab\tline\nnext",
)


class Screen:
    """An environment with what was written to it."""

    def __init__(
        self,
        *,
        tty: bool = False,
        columns: int = 80,
        color: ColorChoice = "auto",
        environ: dict[str, str] | None = None,
        verbosity: int = 0,
    ) -> None:
        self.stdout = io.StringIO(newline="")
        self.stderr = io.StringIO(newline="")
        self.env = Environment(
            stdin=io.BytesIO(),
            stdout=self.stdout,
            stderr=self.stderr,
            stdout_is_tty=tty,
            stderr_is_tty=tty,
            columns=columns,
            color=color,
            environ=environ or {},
            verbosity=verbosity,
        )

    @property
    def out(self) -> str:
        return self.stdout.getvalue()

    @property
    def err(self) -> str:
        return self.stderr.getvalue()


def document(
    *,
    raw_text: str = RAW,
    removed: tuple[Span, ...] | None = None,
    repairs: tuple[Repair, ...] = (),
    title: str | None = "Lecture in Saebom",
    date: ArticleDate | None = DATE,
    source: str | None = "Border Bulletin",
    authors: tuple[str, ...] = ("Han Mi-rae", "O Il"),
    translator: str | None = "Nam Bo-ra",
    url: str | None = "https://bulletin.example/lecture",
    lang: str | None = "en",
    external_id: str | None = "post-7",
) -> Document:
    return Document(
        raw_text=raw_text,
        extractor="text/1",
        title=title,
        authors=authors,
        translator=translator,
        date=date,
        source=source,
        lang=lang,
        url=url,
        tags=("lectures",),
        external_id=external_id,
        removed=((CUT,) if raw_text == RAW else ()) if removed is None else removed,
        repairs=repairs,
        cleaner="rules/1",
    )


def article(
    number: int = 1,
    described: Document | None = None,
    *,
    origin: str = "in/a.txt",
    near_duplicates: tuple[str, ...] = (),
    user_tags: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Article:
    described = described or document()
    versions = (
        VersionInfo(1, "2024-01-01T00:00:00Z", None, "a" * 64, "b" * 64),
        VersionInfo(2, "2024-02-01T00:00:00Z", FETCHED, "c" * 64, "d" * 64),
    )
    text = described.text
    made = tuple(Note(note, "2024-03-01T00:00:00Z") for note in notes)
    return Article(
        f"{number:032x}", described, text, len(text.split()), origin, versions, near_duplicates, user_tags, made
    )


def bare_document(raw_text: str = RAW) -> Document:
    """A document whose source gives nothing but text, like a saved .txt file."""
    return document(
        raw_text=raw_text,
        title=None,
        date=None,
        source=None,
        authors=(),
        translator=None,
        url=None,
        lang=None,
        external_id=None,
    )


def hostile_article(text: str, number: int = 1) -> Article:
    """An article that carries `text` wherever a source can put some."""
    raw = f"Before {text} after.\n\n{text}\n\nTail {text}\n"
    start = raw.rindex("Tail")
    described = Document(
        raw_text=raw,
        extractor=text,
        title=text,
        authors=(text, "O Il"),
        translator=text,
        editor=text,
        contact=text,
        date=ArticleDate("2023", "year", "text"),
        source=text,
        lang=text,
        url=f"https://evil.example/{text}",
        tags=(text,),
        external_id=text,
        removed=(Span(start, len(raw), text, text),),
        cleaner=text,
    )
    return article(number, described, origin=text, user_tags=(text,), notes=(text,))


def hit(
    rank: int = 1,
    found: Article | None = None,
    *,
    score: float | None = 3.25,
    snippet: str = "gave a lecture on vigilance",
    matches: tuple[tuple[int, int], ...] = ((7, 14),),
) -> Hit:
    return Hit(rank, score, found or article(rank), Snippet(snippet, matches), (Snippet(snippet, matches),))


def result(*hits: Hit, total: int | None = None) -> SearchResult:
    return SearchResult("MSS lecture", "mss lecture", len(hits) if total is None else total, hits)
