"""Xapian by its bindings, as its manual uses them: English stems, text stored, dates as values, ranked by its BM25.

The bindings come with the system's own Python, which runs this.
"""

from __future__ import annotations

from collections.abc import Sequence

import xapian

from benchmarks.peers.protocol import LIMIT, NEARNESS, SINCE, UNTIL, Answer, pieces, run

_DATE_SLOT = 0
_FORMS = {
    "one word": "{0}",
    "any of four": "{all}",
    "by date": "{all}",
    "phrase": '"{all}"',
    "near": f"{{0}} NEAR/{NEARNESS + 1} {{1}}",
    "prefix": "{0}*",
}


def index(source: str, target: str) -> None:
    """Index the articles of `source` in the database `target`, from scratch."""
    _write(source, target, xapian.DB_CREATE_OR_OVERWRITE)


def add(source: str, target: str) -> None:
    """Index the articles of `source`, too."""
    _write(source, target, xapian.DB_OPEN)


def search(target: str) -> tuple[Answer, object]:
    """Open `target` for searching."""
    database = xapian.Database(target)
    parser = xapian.QueryParser()
    parser.set_stemmer(xapian.Stem("en"))
    parser.set_stemming_strategy(parser.STEM_SOME)
    parser.set_database(database)
    flags = parser.FLAG_DEFAULT | parser.FLAG_WILDCARD
    enquire = xapian.Enquire(database)

    def answer(kind: str, words: Sequence[str]) -> Sequence[object] | None:
        if kind not in _FORMS:
            return None
        query = parser.parse_query(_FORMS[kind].format(*words, all=" ".join(words)), flags)
        if kind == "by date":
            days = xapian.Query(xapian.Query.OP_VALUE_RANGE, _DATE_SLOT, SINCE, UNTIL)
            query = xapian.Query(xapian.Query.OP_FILTER, query, days)
        enquire.set_query(query)
        return [match.document.get_data() for match in enquire.get_mset(0, LIMIT)]

    return answer, database


def _write(source: str, target: str, how: int) -> None:
    database = xapian.WritableDatabase(target, how)
    generator = xapian.TermGenerator()
    generator.set_stemmer(xapian.Stem("en"))
    for piece in pieces(source):
        document = xapian.Document()
        generator.set_document(document)
        generator.index_text(piece.title, 1, "S")
        generator.index_text(piece.title)
        generator.increase_termpos()
        generator.index_text(piece.text)
        document.add_value(_DATE_SLOT, piece.date)
        document.set_data(f"{piece.title}\n{piece.text}")
        database.add_document(document)
    database.commit()
    database.close()


if __name__ == "__main__":
    run(index, add, search)
