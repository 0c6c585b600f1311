"""The plain script to compare with: Whoosh and Beautiful Soup as their manuals use them, nothing else."""

import sys
from pathlib import Path


def index(source: str, target: str) -> None:
    """Index all .txt and .html files below `source` in the folder `target`, from scratch."""
    from bs4 import BeautifulSoup
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.index import create_in

    schema = Schema(
        path=ID(stored=True, unique=True),
        title=TEXT(stored=True),
        content=TEXT(analyzer=StemmingAnalyzer(), stored=True),
    )
    Path(target).mkdir(exist_ok=True)
    writer = create_in(target, schema).writer()
    for path in sorted(Path(source).rglob("*")):
        if path.suffix == ".txt":
            writer.add_document(path=str(path), title=path.stem, content=path.read_text(encoding="utf-8"))
        elif path.suffix == ".html":
            soup = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
            title = soup.title.get_text() if soup.title else path.stem
            writer.add_document(path=str(path), title=title, content=soup.get_text())
    writer.commit()


def search(target: str, query: str) -> None:
    """Print the ten best hits."""
    from whoosh.index import open_dir
    from whoosh.qparser import MultifieldParser

    opened = open_dir(target)
    with opened.searcher() as searcher:
        for hit in searcher.search(MultifieldParser(["title", "content"], opened.schema).parse(query), limit=10):
            print(f"{hit.score:.3f}", hit["path"], hit["title"], hit["content"][:80].replace("\n", " "), sep="\t")


if __name__ == "__main__":
    {"index": index, "search": search}[sys.argv[1]](*sys.argv[2:])
