"""How much has been read: of files, of folders, in the middle of a file."""

from __future__ import annotations

from pathlib import Path

from nkcorpus.corpus import Corpus
from nkcorpus.sources import Meter, Reading, iter_items


def test_the_estimate_follows_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    lines = '{"text": "Rice rose."}\n' * 50_000
    (tmp_path / "in" / "a.jsonl").write_text(lines)
    (tmp_path / "b.jsonl").write_text(lines)
    sources = [str(tmp_path / "in"), str(tmp_path / "b.jsonl"), str(tmp_path / "gone")]
    meter = Meter()
    meter.expect(sources)
    assert meter.estimate(10) is None
    reading = Reading(meter=meter)
    estimates = [
        meter.estimate(number)
        for number, _ in enumerate(iter_items(sources, reading=reading), start=1)
        if number % 25_000 == 0
    ]
    assert len(estimates) == 4
    assert all(estimate is not None and abs(estimate - 100_000) < 10_000 for estimate in estimates)
    assert meter.estimate(100_000) == 100_000


def test_nothing_is_known_of_standard_input() -> None:
    meter = Meter()
    meter.expect(["-"])
    assert meter.estimate(10) is None


def test_who_ingests_hears_how_many_there_will_be(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    text = '{"id": "%d", "text": "Rice rose in Hyesan, said trader %d."}\n'
    (tmp_path / "a.jsonl").write_text("".join(text % (number, number) for number in range(2_500)))
    with Corpus.open(tmp_path / "c.db", cache_dir=tmp_path / "cache") as corpus:
        meter = Meter()
        corpus.ingest(
            [tmp_path / "a.jsonl"], meter=meter, on_stored=lambda done, _: heard.append((done, meter.estimate(done)))
        )
    assert heard
    assert all(expected is not None and expected >= done for done, expected in heard)
