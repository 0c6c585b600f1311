"""Every example of docs/query.md does what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.errors import QueryError
from nkcorpus.query.parser import parse

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "query.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `(.+?)` \| .* \| (\d+) \|$", PAGE, re.MULTILINE)
ERRORS = re.findall(r"^\| `(.+?)` \| ([^|]+) \|$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("sample")
    with Corpus.open(folder / "sample.db", cache_dir=folder / "cache") as corpus:
        corpus.ingest([ROOT / "data" / "sample"])
        yield corpus


def test_the_page_has_examples() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(EXAMPLES) + len(ERRORS) == len(rows) > 60


@pytest.mark.parametrize(("query", "count"), EXAMPLES)
def test_an_example_finds_what_the_page_says(sample: Corpus, query: str, count: str) -> None:
    text = query.removeprefix("--exact ").removeprefix("--literal ")
    found = sample.search(
        text, exact=query.startswith("--exact "), literal=query.startswith("--literal "), collapse=False, limit=1
    )
    assert found.total == int(count)


@pytest.mark.parametrize(("query", "told"), ERRORS)
def test_an_error_is_told_as_the_page_says(query: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert told in str(caught.value)
