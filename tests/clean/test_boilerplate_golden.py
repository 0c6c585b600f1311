"""The rules against articles whose boilerplate lines were marked by hand."""

from __future__ import annotations

import pytest

from benchmarks.boilerplate_set import FOLDER, MarkedDocument, Score, read_documents
from nkcorpus.clean import clean_document
from nkcorpus.model import Document

DOCUMENTS = read_documents()


def clean(text: str) -> Document:
    return clean_document(Document(raw_text=text, extractor="text/1"))


def test_the_set_is_as_large_and_varied_as_it_should_be() -> None:
    lines = [line for document in DOCUMENTS for line in document.lines]
    assert len(DOCUMENTS) >= 150
    assert len(list(FOLDER.glob("*.txt"))) >= 12
    assert len({line.text for line in lines if line.mark == "="}) >= 150
    assert len({line.text for line in lines if line.mark == "+"}) == sum(line.mark == "+" for line in lines)
    lookalike_at = [(document.lines[0].mark, document.lines[-1].mark) for document in DOCUMENTS]
    assert sum(first == "=" for first, _ in lookalike_at) >= 10
    assert sum(last == "=" for _, last in lookalike_at) >= 10


def test_boilerplate_is_cut_and_no_sentence_lost() -> None:
    score = Score()
    for document in DOCUMENTS:
        score.add(document, clean(document.raw_text).text)
    assert score.boilerplate >= 300
    assert score.cut >= 0.98 * score.boilerplate
    assert score.kept == score.body


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_document(document: MarkedDocument) -> None:
    cleaned = clean(document.raw_text)
    assert cleaned.text.rstrip() == document.clean_text
    found = {
        "place": cleaned.place,
        "source": cleaned.source,
        "date": cleaned.date and cleaned.date.value,
        "translator": cleaned.translator,
        "editor": cleaned.editor,
        "contact": cleaned.contact,
        "authors": ",".join(cleaned.authors),
    }
    assert {name: str(found[name]) for name in document.facts} == document.facts
