"""In-text boilerplate: nkcorpus beside trafilatura, readability and justext: `python -m benchmarks.boilerplate`.

Each document of the golden set is given to nkcorpus as text and as a simple page, and to the others as that page.
The others come with the extra `bench`. They are made for what surrounds an article; this is about what stands in it.
"""

from __future__ import annotations

import html
import logging
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version

from benchmarks.boilerplate_set import MarkedDocument, Score, read_documents

Cleaner = Callable[[MarkedDocument], str]

_PAGE = """<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li><a href="/about">About</a></li></ul></nav>
<main><article><h1>{title}</h1>
{paragraphs}
</article></main>
<footer><p><a href="/privacy">Privacy</a></p></footer></body></html>"""


def page_of(document: MarkedDocument) -> str:
    """Return the document as the page of a small site: a menu, the paragraphs in an `article`, a footer."""
    return _PAGE.format(
        lang="ko" if _is_korean(document) else "en",
        title=html.escape(document.name),
        paragraphs="\n".join(f"<p>{html.escape(line.raw)}</p>" for line in document.lines),
    )


def _is_korean(document: MarkedDocument) -> bool:
    return sum("가" <= character <= "힣" for character in document.raw_text) * 3 > len(document.raw_text)


def nkcorpus_text() -> Cleaner:
    """nkcorpus on plain text."""
    from nkcorpus.clean import clean_document
    from nkcorpus.model import Document

    return lambda document: clean_document(Document(raw_text=document.raw_text, extractor="text/1")).text


def nkcorpus_page() -> Cleaner:
    """nkcorpus on the page."""
    from nkcorpus.clean import clean_document
    from nkcorpus.extract import extract
    from nkcorpus.model import SourceItem

    def clean(document: MarkedDocument) -> str:
        item = SourceItem("page.html", "page.html", "html", page_of(document).encode())
        return clean_document(extract(item, {})).text

    return clean


def trafilatura_page() -> Cleaner:
    """trafilatura, as its manual calls it."""
    import trafilatura

    return lambda document: trafilatura.extract(page_of(document), include_comments=False) or ""


def readability_page() -> Cleaner:
    """readability-lxml; the text of its summary, a paragraph a line."""
    import readability
    from bs4 import BeautifulSoup

    def clean(document: MarkedDocument) -> str:
        summary = BeautifulSoup(readability.Document(page_of(document)).summary(), "lxml")
        return "\n".join(paragraph.get_text() for paragraph in summary.find_all("p"))

    return clean


def justext_page() -> Cleaner:
    """The paragraphs that justext takes for content, with the stop words of the document's language."""
    import justext

    def clean(document: MarkedDocument) -> str:
        words = justext.get_stoplist("Korean" if _is_korean(document) else "English")
        paragraphs = justext.justext(page_of(document).encode(), words)
        return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)

    return clean


TOOLS: Mapping[str, tuple[str, Callable[[], Cleaner]]] = {
    "nkcorpus, text": ("nkcorpus", nkcorpus_text),
    "nkcorpus, page": ("nkcorpus", nkcorpus_page),
    "trafilatura": ("trafilatura", trafilatura_page),
    "readability": ("readability-lxml", readability_page),
    "justext": ("justext", justext_page),
}
"""The tools by name, each with its distribution and what makes its cleaner."""


def measure(make: Callable[[], Cleaner], documents: list[MarkedDocument]) -> tuple[Score, float]:
    """Return the score of a tool over all documents and its CPU time in seconds, without that of loading it."""
    clean = make()
    clean(documents[0])
    score = Score()
    seconds = 0.0
    for document in documents:
        started = time.process_time()
        text = clean(document)
        seconds += time.process_time() - started
        score.add(document, text)
    return score, seconds


def main() -> int:
    """Print the table; a tool that is not installed is named and left out."""
    logging.disable(logging.WARNING)  # readability and trafilatura log what they discard
    documents = read_documents()
    print(f"{len(documents)} documents\n")
    print("| tool | boilerplate cut | | body kept | | ms a document |\n|---|---|---|---|---|---|")
    for name, (distribution, make) in TOOLS.items():
        try:
            score, seconds = measure(make, documents)
        except ImportError:
            print(f"{name}: not installed; pip install -e '.[bench]'", file=sys.stderr)
            continue
        cut, kept = score.cut / score.boilerplate, score.kept / score.body
        print(
            f"| {name} {version(distribution)} | {score.cut} of {score.boilerplate} | {cut:.1%} "
            f"| {score.kept} of {score.body} | {kept:.1%} | {1000 * seconds / len(documents):.2f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
