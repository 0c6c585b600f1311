"""Where the stages meet: the filter without a corpus, and what each input is to a corpus."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus import SourceNotFound, Treatment, UsageError, clean_sources
from nkcorpus.extract import extract
from nkcorpus.identity import extract_digest
from nkcorpus.intake import Entry
from nkcorpus.model import Retrieval, SourceFailure, SourceItem, SourceSkip
from nkcorpus.pipeline import ingest
from nkcorpus.results import IngestReport

from .store.builders import add, prepared
from .store.homes import AnyStore, FileHome, Home

TAIL = "\n\n*Translated by Pyo Na Ri\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnyStore]:
    with ExitStack() as stack:
        yield FileHome(tmp_path, stack).open()


@pytest.fixture
def either_store(home: Home) -> AnyStore:
    return home.open()


def run(store: AnyStore, *entries: Entry, force: bool = False) -> IngestReport:
    with store.writing(["test"]) as writer:
        return ingest(writer, entries, Treatment(), force=force, on_stored=lambda done, origin: None)


def capture(text: str, retrieved_at: str | None = None) -> SourceItem:
    payload = json.dumps({"url": "https://news.example/a", "text": text}).encode()
    url = "https://news.example/a"
    retrieval = Retrieval(url, url, 200, retrieved_at) if retrieved_at else None
    return SourceItem("a.jsonl", "a.jsonl", "record", payload, record=1, retrieval=retrieval)


def test_files_have_no_time_but_captures_do(either_store: AnyStore) -> None:
    """A text that comes back in a later capture is a change; found again in a file it is not."""
    store = either_store
    texts = ["Rice rose.", "Rice fell.", "Rice rose."]
    assert [run(store, capture(text)).updated for text in texts] == [0, 1, 0]
    times = [f"2020-01-0{day}T00:00:00Z" for day in (1, 2, 3)]
    outcomes = [run(store, capture(text, time)) for text, time in zip(texts, times, strict=True)]
    assert [(report.updated, report.unchanged) for report in outcomes] == [(1, 0), (1, 0), (1, 0)]
    assert run(store, capture("Rice rose.", "2020-01-04T00:00:00Z")).unchanged == 1


def test_the_captures_of_an_archive_come_in_once_in_whatever_order(either_store: AnyStore) -> None:
    """Also those that changed nothing, which are not stored."""
    store = either_store
    texts = ["Rice rose.", "Rice rose.", "Rice fell.", "Rice rose.", "Rice rose."]
    captures = [capture(text, f"2020-01-0{day}T00:00:00Z") for day, text in enumerate(texts, start=1)]
    first = run(store, *captures)
    assert (first.new, first.updated, first.unchanged) == (1, 2, 2)
    again = run(store, *captures)
    assert (again.updated, again.unchanged) == (0, 5)
    assert run(store, *reversed(captures)).unchanged == 5
    [article] = store.articles([change.id for change in store.changes(0)])
    assert [version.retrieved_at for version in article.versions] == [f"2020-01-0{day}T00:00:00Z" for day in (1, 3, 4)]
    assert article.version.retrieval == captures[3].retrieval


def test_the_id_that_a_capture_carries_is_kept_and_makes_no_new_version(store: AnyStore) -> None:
    captures = [
        replace(capture("Rice rose.", f"2020-01-0{day}T00:00:00Z"), external_id=f"urn:uuid:{day}") for day in (1, 2)
    ]
    report = run(store, *captures)
    assert (report.new, report.unchanged) == (1, 1)
    [article] = store.articles([change.id for change in store.changes(0)])
    assert article.document.external_id == "urn:uuid:1"


def test_a_better_extractor_makes_no_new_version_of_the_same_bytes(store: AnyStore) -> None:
    item = SourceItem("a.txt", "a.txt", "text", b"Rice rose in Hyesan.", url=None)
    current = extract(item)
    old = prepared("Rice rose in Hyesan.", payload=item.payload, origin="a.txt", lang="en")
    old = replace(old, document=replace(old.document, extractor="text/0"))
    assert old.extract_sha256 != extract_digest(current), "the old extractor told a language"
    add(store, old)
    report = run(store, item)
    assert (report.new, report.updated, report.unchanged) == (0, 0, 1)


def test_with_another_extractor_other_bytes_are_a_new_version(store: AnyStore) -> None:
    first = capture("Rice rose.")
    old = prepared(
        "Rice rose!", payload=first.payload, origin="a.jsonl", url="https://news.example/a", extractor="record/0"
    )
    add(store, replace(old, kind="record"))
    assert run(store, first).unchanged == 1
    assert run(store, capture("Rice fell.")).updated == 1


def test_outcomes_are_counted_recorded_and_settled(either_store: AnyStore) -> None:
    store = either_store
    bad = SourceItem("b.txt", "b.txt", "text", b"\x00\x01\x02" * 500)
    report = run(
        store,
        SourceItem("a.txt", "a.txt", "text", f"Rice rose.{TAIL}".encode()),
        bad,
        SourceFailure("c.txt", "no such file or folder"),
        SourceSkip("d.bin", "unknown kind"),
        capture(""),
    )
    assert (report.new, report.skipped, report.removed_spans) == (1, 2, 1)
    assert [failure.origin for failure in report.failures] == ["b.txt", "c.txt"]
    assert store.stats().failures == 2
    assert run(store, replace(bad, payload=b"Corn fell.")).new == 1
    assert store.stats().failures == 1


def test_a_record_that_fails_is_told_by_its_number(store: AnyStore) -> None:
    broken = SourceItem("a.jsonl", "a.jsonl", "record", b'{"text": 5', record=7)
    [failure] = run(store, broken).failures
    assert "7" in failure.error
    assert "\n" not in failure.error


def test_the_filter_gives_articles_in_order_and_errors_in_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Rice rose.{TAIL}")
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "c.jsonl").write_text('{"text": "Corn fell."}\n{"id": 5}\n')
    cleaned = list(clean_sources([tmp_path]))
    assert [(Path(item.origin).name, item.document is None, item.error is None) for item in cleaned] == [
        ("a.txt", False, True),
        ("b.txt", True, False),
        ("c.jsonl", False, True),
    ]
    assert cleaned[0].document
    assert cleaned[0].document.text.strip() == "Rice rose."
    assert cleaned[0].document.translator == "Pyo Na Ri"
    assert list(clean_sources([tmp_path], jobs=2)) == cleaned


def test_the_filter_keeps_the_kinds_asked_for_and_takes_their_facts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Rice rose.{TAIL}")
    [removed] = next(clean_sources([tmp_path])).document.removed  # type: ignore[union-attr]
    [kept] = clean_sources([tmp_path], Treatment(keep=frozenset([removed.kind])))
    assert kept.document
    assert kept.document.text == f"Rice rose.{TAIL}"
    assert kept.document.translator == "Pyo Na Ri"


def test_the_filter_reads_standard_input_and_maps_fields() -> None:
    [item] = clean_sources(["-"], Treatment({"text": "words"}), stdin=io.BytesIO(b'{"words": "Rice rose."}\n'))
    assert item.document
    assert item.document.text == "Rice rose."


def test_bad_arguments_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        clean_sources([tmp_path / "missing"])
    with pytest.raises(UsageError):
        clean_sources([tmp_path], Treatment({"colour": "x"}))


def test_a_file_whose_bytes_are_stored_is_not_read_again(either_store: AnyStore, tmp_path: Path) -> None:
    store = either_store
    page = b"<html><head><title>Rice</title></head><body><article><p>Rice rose in Hyesan.</p></article></body></html>"
    file = SourceItem("a.html", "a.html", "html", page)
    assert run(store, file).new == 1
    assert run(store, file, SourceItem("copies/a.html", "a.html", "html", page)).unchanged == 2
    assert run(store, SourceItem("b.html", "b.html", "html", page)).unchanged == 1, "the same page of another name"
    [article] = store.articles([change.id for change in store.changes(0)])
    store.remove([article.id])
    assert run(store, file).skipped == 1
    assert run(store, file, force=True).new == 1


def test_what_was_read_of_a_record_depends_on_more_than_its_bytes(store: AnyStore) -> None:
    payload = b'{"id": "7", "text": "Rice rose.", "words": "Rice fell."}'
    record = SourceItem("a.jsonl", "a.jsonl", "record", payload, record=1)
    assert run(store, record).new == 1
    with store.writing(["test"]) as writer:
        mapped = Treatment({"text": "words"})
        report = ingest(writer, [record], mapped, force=False, on_stored=lambda done, origin: None)
    assert report.updated == 1


def test_without_the_old_bytes_another_extractor_is_known_by_the_digest_alone(either_store: AnyStore) -> None:
    store = either_store
    item = SourceItem("a.txt", "a.txt", "text", b"Rice rose in Hyesan.", url=None)
    old = prepared("Rice rose in Hyesan.", payload=item.payload, origin="a.txt", lang="en")
    add(store, replace(old, document=replace(old.document, extractor="text/0"), payload=None))
    assert run(store, item).unchanged == 1
    first = capture("Rice rose.")
    read = prepared("Rice", payload=b"x", origin="a.jsonl", url="https://news.example/a", extractor="record/0")
    add(store, replace(read, kind="record", payload=None))
    assert run(store, first).updated == 1
