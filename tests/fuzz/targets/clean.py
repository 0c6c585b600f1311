"""The cleaner: what it cuts and mends, what it explains, rules from outside, what an audit proposes."""

from __future__ import annotations

import re

from nkcorpus.clean import clean_document, fix_document, load_rules, parse_rules, to_toml
from nkcorpus.clean.audit import LEAST_ARTICLES, AuditText, audit
from nkcorpus.clean.explain import explain
from nkcorpus.clean.lines import normalise
from nkcorpus.clean.repair import unfixed
from nkcorpus.errors import SettingsError
from nkcorpus.model import Document
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import SAMPLE, check_edits
from tests.fuzz.target import target, told

RULES = load_rules()
LINES = [line for rule in RULES for line in (*rule.cut, *rule.keep)]
BODY = (
    "A source in Kangwon Province said on Monday that the road is open.\n\n당국은 아직 아무 설명도 내놓지 않았다.\n\n"
)
_UNSTORABLE = re.compile("[\0\r\ud800-\udfff]")


def samples() -> list[str]:
    return [path.read_text("utf-8", "replace") for path in sorted((SAMPLE / "txt").glob("*.txt"))]


def documents() -> list[bytes]:
    whole = [f"{BODY}{line}\n{BODY}{other}" for line, other in zip(LINES[::9], LINES[4::9], strict=False)]
    return [text.encode() for text in (*whole, *samples())]


def _text(raw: bytes) -> str:
    return _UNSTORABLE.sub("\ufffd", raw.decode("utf-8", "replace"))


@target(documents, words=[*LINES[::7], "\n", "\n\n", "\xa0", "\u200b", "\xad", "â€™", "*", "[", "(", "-\n"], weight=20)
def document(data: bytes) -> None:
    """Cuts are whole and in order, mending lies outside them, both can be undone, and a second time changes nothing."""
    draw = Draw(data)
    kept = LINES[draw.number(0, len(LINES) - 1)]
    extracted = Document(raw_text=_text(draw.rest()), extractor="text/1")
    cleaned = clean_document(extracted)
    check_edits(cleaned)
    assert clean_document(cleaned) == cleaned
    again = clean_document(Document(raw_text=cleaned.text, extractor="text/1"))
    assert again.text == cleaned.text
    check_edits(clean_document(extracted, kept_lines=[kept, normalise(kept)]))
    assert len(explain(cleaned)) == len(cleaned.removed)
    fixed = fix_document(cleaned)
    check_edits(fixed)
    assert fix_document(fixed) == fixed
    assert unfixed(fixed) == cleaned


def rule_files() -> list[bytes]:
    files = [to_toml([rule]).encode() for rule in RULES[::12]]
    slow = b'[[rule]]\nid = "a.b"\nkind = "chrome"\nzone = "any"\npattern = \'(a+)+b\'\ncut = ["aab"]\nkeep = []\n'
    return [*files, slow, b"\n".join(files[:4])]


@target(
    rule_files,
    words=(
        '[[rule]]¦pattern = \'¦{name}¦{date}¦(?:¦)+¦)*¦(?<=¦(?P<a>¦\\1¦.*¦zone = "prefix"¦zone = "any"¦'
        "contains = []¦after = []¦{1000000}¦[^¦|"
    ),
    weight=12,
    longest=2000,
)
def rule_file(data: bytes) -> None:
    """Rules from outside are refused in words, or written as they were read, and clean in good time."""
    with told(SettingsError):
        rules = parse_rules(data.decode("utf-8", "replace"), "a.toml")
        assert parse_rules(to_toml(rules), "a.toml") == rules
        lines = [line for rule in rules for line in (*rule.cut, *rule.keep)]
        text = BODY + "\n".join([*lines, "a" * 200, " ".join(["Ab Cd,"] * 60), data.decode("latin-1")])
        check_edits(clean_document(Document(raw_text=_text(text.encode()), extractor="text/1"), rules=rules))


@target(documents, words=[*LINES[::7], "\n"], weight=3, longest=3000, examples=10)
def proposals(data: bytes) -> None:
    """A rule that an audit proposes can be written and read, and matches its examples."""
    draw = Draw(data)
    size = draw.number(1, 60)
    lines = draw.rest().decode("utf-8", "replace").splitlines()
    texts = [
        AuditText("site", str(number), "\n".join([BODY, f"On day {number} rice rose.", *lines[-size:]]))
        for number in range(LEAST_ARTICLES + 5)
    ]
    for proposal in audit(lambda: texts, RULES).proposals:
        (again,) = parse_rules(to_toml([proposal.rule]), "a.toml")
        assert again.pattern == proposal.rule.pattern
        assert 0 < proposal.share <= 1
