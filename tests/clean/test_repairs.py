"""Repairs of damaged text, and that every cut and repair can be undone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import generate
from nkcorpus import Corpus, Treatment, clean_sources
from nkcorpus.clean import clean_document, fix_document, load_rules
from nkcorpus.model import Document, Repair, Span, restore

ROOT = Path(__file__).parents[2]

WRAPPED = """The committee said on Monday that the winter's stores of rice had
been counted twice and that nobody knew where the missing sacks re-
mained, though a driver said that he had seen lorries on the road to
the border in the night. The counting goes on, and in the end three-
and four-year-old sacks remained missing, which the well-
known keeper of the stores denies."""


def document(text: str) -> Document:
    return clean_document(Document(raw_text=text, extractor="text/1"))


def fixed(text: str) -> str:
    return fix_document(document(text)).text


@pytest.mark.parametrize(
    ("damaged", "sound"),
    [
        ("ComradeKim Jong Uninvited the guests.", "Comrade Kim Jong Un invited the guests."),
        ("Officials of theMinistry met inPyongyang.", "Officials of the Ministry met in Pyongyang."),
        ("Voters of Millbrook say that ofMillbrook nobody left Millbrook.",
         "Voters of Millbrook say that of Millbrook nobody left Millbrook."),
        ("He said â€œno.â€\u009d", "He said “no.”"),
        ("a cafÃ© in Wonsan", "a café in Wonsan"),
        ("the\u00a0end", "the end"),
        ("Pyong\u00adyang", "Pyongyang"),
        ("rice\u200b and\ufeff corn", "rice and corn"),
    ],
)  # fmt: skip
def test_damage_is_mended(damaged: str, sound: str) -> None:
    assert fixed(damaged) == sound


@pytest.mark.parametrize(
    "text",
    [
        "McDonald, MacArthur, iPhone, eBay, YouTube, PyeongChang, KwonHo, DailyNK and WhatsApp",
        "proChina antiJapanese midMarch",
        "write to theMinistry@post.example or see www.theMinistry.example/inKorea, #inKorea, @ofKorea",
        "Chinatown, Koreans, Kim Jong Unlike",
        "naïve café, Kim Jŏng-ŭn, “quoted” — 50 °C, 김정은",
        "می\u200cخواهم",
    ],
)
def test_sound_text_stays(text: str) -> None:
    assert fix_document(document(text)).repairs == ()


def test_hard_wrapped_lines_are_joined() -> None:
    assert fixed(f"{WRAPPED}\n\n{WRAPPED} They remained.\n").split("\n\n")[0] == (
        "The committee said on Monday that the winter's stores of rice had been counted twice and that nobody knew "
        "where the missing sacks remained, though a driver said that he had seen lorries on the road to the border in "
        "the night. The counting goes on, and in the end three- and four-year-old sacks remained missing, which the "
        "well-known keeper of the stores denies."
    )


@pytest.mark.parametrize(
    "text",
    [
        "- rice, two sacks of the better kind, from the north\n- corn, three sacks\n- salt\n- oil, a little of it\n",
        "The river runs, the river stays,\nthe ferry waits for no one's sake,\nand all who wait have days\nto lose",
        "> the committee said on Monday that the rice had\n> been counted twice and that nobody knew where\n> the rest",
        "Rice    5,500 won    in the markets of the capital\nCorn    2,100 won    in the markets of the capital\n",
        "First paragraph of one long line that ends here.\nSecond paragraph.\nThird paragraph, longer than that.\nEnd.",
    ],
)
def test_lists_verse_quotations_and_tables_keep_their_lines(text: str) -> None:
    assert fixed(text) == text


def test_what_is_cut_is_not_mended_and_keeps_lines_apart() -> None:
    text = f"{WRAPPED}\n\nRead in Korean\u00a0\n"
    mended = fix_document(document(text))
    (cut,) = mended.removed
    assert all(repair.end <= cut.start for repair in mended.repairs)
    assert mended.text.endswith("denies.\n\n")


damage = st.sampled_from(
    [
        "theMinistry ",
        "Kim Jong Unsaid ",
        "â€œ",
        "Ã©",
        "\u00a0",
        "\u00ad",
        "\u200b",
        "\ufeff",
        "\n",
        "\n\n",
        " ",
        WRAPPED,
        "a-\nb",
    ]
)
lines = st.sampled_from([line for rule in load_rules() for line in rule.cut]).map(lambda line: f"\n{line}\n")
texts = st.lists(damage | lines | st.text(max_size=20), max_size=20).map("".join)


def is_undone(cleaned: Document) -> bool:
    edits: list[Span | Repair] = [*cleaned.removed, *cleaned.repairs]
    edits.sort(key=lambda edit: (edit.start, edit.end))
    parts: list[str] = []
    position = 0
    for edit in edits:
        assert position <= edit.start <= edit.end <= len(cleaned.raw_text)
        parts += [cleaned.raw_text[position : edit.start], edit.text if isinstance(edit, Repair) else ""]
        position = edit.end
    assert "".join([*parts, cleaned.raw_text[position:]]) == cleaned.text
    return restore(cleaned.text, cleaned.edits) == cleaned.raw_text


@given(texts)
@settings(max_examples=200, deadline=None)
def test_every_cut_and_repair_can_be_undone_and_made_again(text: str) -> None:
    mended = fix_document(document(text))
    assert is_undone(mended)
    assert fix_document(mended) == mended


@given(st.text(max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_any_edits_can_be_undone(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12, unique=True)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    removed = tuple(Span(start, end, "link", "a.b") for start, end in pairs[::2])
    repairs = tuple(Repair(start, end, data.draw(st.text(max_size=3)), "fix.x") for start, end in pairs[1::2])
    assert is_undone(Document(raw_text=text, extractor="text/1", removed=removed, repairs=repairs))


@pytest.mark.parametrize("folder", ["tests/golden", "data/sample"])
def test_every_text_at_hand_is_undone(folder: str) -> None:
    documents = [cleaned.document for cleaned in clean_sources([ROOT / folder], Treatment(fix_text=True))]
    assert len(documents) > 10
    for mended in documents:
        assert mended is None or is_undone(mended)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    generate.write(folder, 200)
    return folder


def test_every_generated_article_is_undone(generated: Path) -> None:
    documents = [cleaned.document for cleaned in clean_sources([generated], Treatment(fix_text=True))]
    assert len(documents) == 200
    assert all(mended is not None and is_undone(mended) for mended in documents)


def test_the_same_article_with_and_without_repairs_is_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Officials of theMinistry met inPyongyang.\n", "utf-8")
    with Corpus.open(tmp_path / "c.db", cache_dir=tmp_path / "cache") as corpus:
        assert corpus.ingest([file], fix_text=True).new == 1
        assert corpus.ingest([file]).unchanged == 1
        assert corpus.ingest([file], fix_text=True).unchanged == 1
        (hit,) = corpus.search("Ministry")
        assert hit.article.text == "Officials of the Ministry met in Pyongyang.\n"
        assert restore(hit.article.text, hit.article.document.edits) == file.read_text("utf-8")


@pytest.mark.parametrize(
    "piece", ["aB", "theMinistry", "Kim Jong Unx", "Ã©", "\u00a0\u00ad", f"{WRAPPED}\n", "a ", "\n"]
)
def test_repairs_take_linear_time(piece: str) -> None:
    hostile = Document(raw_text=piece * (100_000 // len(piece)), extractor="text/1")
    fix_document(Document(raw_text="é", extractor="text/1"))
    started = time.process_time()
    fix_document(hostile)
    assert time.process_time() - started < 4
