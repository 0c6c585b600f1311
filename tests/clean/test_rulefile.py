"""Rule files of a user's own: read, joined with the package's rules, and written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.clean import Rule, load_rules, parse_rules, read_rules, rules_with, to_toml
from nkcorpus.errors import SettingsError

RULE = """[[rule]]
id = "local.filed"
kind = "credit"
zone = "tail"
pattern = 'Filed from {capitalised} by {name}\\.'
cut = ["Filed from Wonsan by Nora Feldt."]
keep = ["Filed from Wonsan by boat."]
"""


def test_the_rules_of_the_package_survive_being_written() -> None:
    rules = load_rules()
    again = parse_rules(to_toml(rules), "again")
    assert [(rule, rule.regex) for rule in again] == [
        (Rule(**{name: getattr(rule, name) for name in FIELDS}, origin="again"), rule.regex) for rule in rules
    ]


FIELDS = "id kind zone pattern cut keep contains after korean_version note".split()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(note=TEXT, keep=st.lists(TEXT.filter(lambda text: "Filed" not in text), max_size=3))
def test_any_text_in_a_rule_survives_being_written(note: str, keep: list[str]) -> None:
    rule = Rule("local.x", "chrome", "tail", "Filed", ("Filed",), tuple(keep), "x", note=note)
    assert parse_rules(to_toml([rule]), "x") == (rule,)


def test_own_rules_come_after_those_of_the_package() -> None:
    assert rules_with("") is None
    joined = rules_with(RULE)
    assert joined is not None
    assert joined[:-1] == load_rules()
    assert joined[-1].id == "local.filed"
    assert rules_with(RULE) is joined


def test_an_own_rule_gives_way_to_one_of_the_package_with_its_id() -> None:
    taken = load_rules()[0].id
    assert rules_with(RULE.replace("local.filed", taken)) == load_rules()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (RULE.replace("by boat", "by Nora Feldt"), "'local.filed': the pattern matches its example"),
        (RULE + RULE, "there twice"),
        (RULE.replace("local.filed", load_rules()[0].id), "there twice (also in"),
        ("[[rule", "not valid TOML"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_bad_file_is_named_with_its_rule(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        read_rules(path)
    assert str(caught.value).startswith(str(path)) or "own.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the rules"):
        read_rules(tmp_path / "none.toml")
