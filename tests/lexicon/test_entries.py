"""The data is sound, and data that is not is refused by name."""

from __future__ import annotations

import re

import pytest

from nkcorpus.errors import SettingsError
from nkcorpus.lexicon.entries import Category
from nkcorpus.lexicon.files import check_entries, lexicon_of, packaged_files, parse_entries
from nkcorpus.lexicon.folding import fold_name
from nkcorpus.lexicon.lookup import Lexicon, load_lexicon
from nkcorpus.lexicon.packed import PACKED, pack
from nkcorpus.lexicon.romanization import romanize, southern

GOOD = """
source = "made up"
[[entry]]
id = "harvest-board"
name = "Board of the Harvest"
acronyms = ["BOH"]
hangul = ["수확국"]
"""
ENTRY = GOOD.replace('source = "made up"', "")
PLACE = """
source = "made up"
entry = [
  { id = "outer", name = "Outer Valley", kind = "province", hangul = ["겉골"] },
  { id = "ryangdol", name = "Ryangdol", kind = "county", province = "outer", hangul = ["량돌"] },
]
"""


def lexicon(text: str, category: Category = "organisation") -> Lexicon:
    return lexicon_of([parse_entries(text, category, "test.toml")])


def test_the_packaged_files_are_sound_and_have_all_provinces() -> None:
    check_entries(packaged_files())
    entries = load_lexicon().entries.values()
    provinces = {entry.id for entry in entries if entry.place and entry.place.kind == "province"}
    assert provinces == {
        "pyongyang", "rason", "nampo", "kaesong", "north-hamgyong", "south-hamgyong", "north-pyongan", "south-pyongan",
        "north-hwanghae", "south-hwanghae", "ryanggang", "jagang", "kangwon",
    }  # fmt: skip
    counties = [entry for entry in entries if entry.place and entry.place.kind in ("city", "county")]
    assert len(counties) > 160
    assert all(entry.place and entry.place.province in provinces for entry in counties)


def test_the_hangul_of_a_place_is_romanized_as_its_english_name() -> None:
    # The North's own romanization writes r where it is heard as n; so for these the rule gives another key.
    unlike = {"tongrim", "rangrim", "ryongrim", "songrim", "kangryong", "unryul"}
    kinds = ("city", "county", "district", "settlement")
    found = set()
    for entry in load_lexicon().entries.values():
        if entry.place and entry.place.kind in kinds:
            hangul = next(form.text for form, _ in entry.forms() if form.kind == "hangul")
            keys = {fold_name(romanize(spelling, "rr"), 4) for spelling in (hangul, southern(hangul))}
            if fold_name(entry.name, 4) not in keys:
                found.add(entry.id)
    assert found == unlike


def test_forms_follow_by_rule() -> None:
    forms = {form.text: form.kind for form, _ in lexicon(PLACE, "place").entries["ryangdol"].forms()}
    assert forms == {
        "Ryangdol": "name", "량돌": "hangul", "양돌": "hangul", "Yangdol": "romanization",
    }  # fmt: skip
    person = lexicon(GOOD.replace("Board of the Harvest", "Om Pil Tok"), "person").entries["harvest-board"]
    assert "Om Piltok" in [form.text for form, _ in person.forms()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("entry = [", "no valid TOML"),
        ('stray = 1\nsource = "x"', "unknown key 'stray'"),
        (GOOD.replace("harvest-board", "Harvest Board"), "lower-case"),
        (GOOD.replace('name = "Board of the Harvest"', ""), "needs a name"),
        (ENTRY, "needs a source"),
        (GOOD.replace('["수확국"]', '["harvest"]'), "is not Hangul"),
        (GOOD.replace('["BOH"]', '"BOH"'), "acronyms must be a list"),
        (GOOD.replace('["BOH"]', "[7]"), "list of texts"),
        (GOOD.replace('["BOH"]', '["?!"]'), "neither letter nor digit"),
        (GOOD + "rank = 1", "unknown key 'rank'"),
        (GOOD + "since = true", "since must be a whole number"),
        (GOOD + "other = [{ name = 'Crop Board', weight = 1.5 }]", "weight over 0 and under 1"),
        (GOOD + "other = [{ name = 'Crop Board', weight = 0.5, reason = 'whim' }]", "unknown reason 'whim'"),
        (GOOD + "other = ['Crop Board']", "list of tables"),
        (GOOD + "other = [{ weight = 0.5 }]", "a form is missing"),
        (GOOD + ENTRY, "'harvest-board' is given twice"),
        (GOOD + ENTRY.replace("harvest-board", "harvest-bureau"), "List them under ambiguous"),
        ('source = "x"\n[ambiguous]\nBOH = ["harvest-board", "nobody"]\n' + ENTRY, "not all of its entries"),
    ],
)
def test_unsound_data_is_refused(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)):
        lexicon(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "county"', 'kind = "hamlet"', "unknown kind 'hamlet'"),
        ('province = "outer"', 'province = "ryangdol"', "names the province 'ryangdol'"),
        ('province = "outer"', 'province = "inner"', "names the province 'inner'"),
    ],
)
def test_unsound_places_are_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)):
        lexicon(PLACE.replace(old, new), "place")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("MSS", ["state-security", "social-security"]),
        ("mss", ["state-security", "social-security"]),
        ("ministry of state security", ["state-security"]),
        ("보위부", ["state-security"]),
        ("KWP", ["workers-party"]),
        ("SPA", ["supreme-assembly"]),
        ("spa", []),  # a bath
        ("Nis", []),  # a town in Serbia
        ("Hamkyung", ["hamgyong"]),
        ("north hamkyong", ["north-hamgyong"]),
        ("South Hamgyong", ["south-hamgyong"]),
        ("Hoiryung", ["hoeryong"]),  # by its sound
        ("Gim Jeongeun", ["kim-jong-un"]),
        ("changmadang", ["jangmadang"]),
        ("양강도", ["ryanggang"]),
        ("the", []), ("wall", []), ("do", []), ("", []), ("?", []), ("South Korean", []), ("x" * 100_000, []),
    ],
)  # fmt: skip
def test_find(text: str, ids: list[str]) -> None:
    assert [match.entry.id for match in load_lexicon().find(text)] == ids


def test_the_packed_entries_are_those_of_the_files() -> None:
    """After a change of a TOML file, `python -m nkcorpus.lexicon.packed` writes them anew."""
    assert dict(load_lexicon().entries) == {entry.id: entry for file in packaged_files() for entry in file.entries}
    assert PACKED.read_text("utf-8") == pack(packaged_files())
