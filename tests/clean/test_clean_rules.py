"""The rules of the package, each with its own examples, and the checks that a rule file must pass."""

import time
from pathlib import Path

import pytest

from nkcorpus.clean import CLEANER, KINDS, Rule, clean_document, cleaner_id, load_rules, parse_rules
from nkcorpus.clean.lines import MAX_LINE
from nkcorpus.errors import SettingsError
from nkcorpus.model import Document

RULES = load_rules()
BY_ID = {rule.id: rule for rule in RULES}
CUT = [pytest.param(rule, line, id=f"{rule.id}-{n}") for rule in RULES for n, line in enumerate(rule.cut)]
KEEP = [pytest.param(rule, line, id=f"{rule.id}-{n}") for rule in RULES for n, line in enumerate(rule.keep)]
LOOKALIKES = [
    "Please inform us open-heartedly through the proper channel, the letter asked.",
    "Please accept, Your Excellency, the assurances of my highest consideration.",
    "The plan is being translated into brilliant reality at every work site.",
    "The world community unanimously comments that the dam is without equal.",
    "“The Salt Road” by Paek Il Nam and translated by Nora Feldt is out in May.",
    "It was a grammar which was edited and translated by a team including two teachers.",
    "A photograph obtained by Daily NK shows a queue before the pump.",
    "He met [name redacted for safety reasons] at the ferry.",
    "The post of ambassador has been empty since the spring.",
    "Please direct any comments to the committee, the notice said.",
    "Read in Korean schools, the poem is known to every child.",
    "Under the heading Image: a thin man, a thick coat and a red book.",
    "Questions about this article of the law can be directed to the cadre, who will not answer.",
    "그는 편지를 계속 읽기 시작했다고 소식통이 전했다.",
]
BODY = [
    "Traders in Hyesan have begun to sell salt by the spoon, a source in Ryanggang Province said on Monday.",
    "“Nobody asks where it comes from,” she added, “and nobody wants to know.”",
    "The price rose twice in a week, from KPW 3,000 to KPW 4,200 for a bag.",
    "Officers of the market office took note and went on.",
    "By Friday the bags had gone.",
    "It was not clear who had bought them.",
]


def document(*lines: str) -> Document:
    return Document(raw_text="\n\n".join(lines), extractor="text/1")


def placed(rule: Rule, line: str, body: list[str]) -> Document:
    """Put `line` where `rule` looks, under a line that the rule may need before it."""
    if rule.zone == "tail":
        return document(*body, line)
    if rule.zone == "prefix":
        return document(f"{line} {body[0]}", *body[1:]) if body else document(line)
    if rule.zone == "head":
        before = [BY_ID[rule.after[0]].cut[0]] if rule.after else []
        return document(*before, line, *body)
    return document(*body[:3], line, *body[3:])


@pytest.mark.parametrize(("rule", "line"), CUT)
def test_example_is_cut_among_paragraphs(rule: Rule, line: str) -> None:
    assert clean_document(placed(rule, line, BODY)).text.split() == " ".join(BODY).split()


@pytest.mark.parametrize(("rule", "line"), CUT)
def test_example_is_cut_alone(rule: Rule, line: str) -> None:
    cleaned = clean_document(placed(rule, line, []))
    assert cleaned.text == ""
    assert rule.kind in {span.kind for span in cleaned.removed}


@pytest.mark.parametrize(("rule", "line"), KEEP)
def test_counterexample_stays(rule: Rule, line: str) -> None:
    own = clean_document(placed(rule, line, BODY))
    assert line.strip() in own.text
    assert rule.id not in {span.rule for span in own.removed if line in own.raw_text[span.start : span.end]}


@pytest.mark.parametrize("line", LOOKALIKES)
def test_lookalike_stays_everywhere(line: str) -> None:
    for lines in ([line, *BODY], [*BODY, line], [*BODY[:3], line, *BODY[3:]], [line]):
        assert not clean_document(document(*lines)).removed


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.zone != "line"], ids=lambda rule: rule.id)
def test_wording_in_mid_article_stays(rule: Rule) -> None:
    for line in rule.cut:
        if not any(other.matches(line) for other in RULES if other.zone == "line"):
            assert not clean_document(document(*BODY[:3], line, *BODY[3:])).removed


def test_every_rule_is_documented_by_examples() -> None:
    assert {rule.kind for rule in RULES} <= set(KINDS)
    assert [rule.id for rule in RULES if len(rule.keep) < 2 or not rule.cut] == []


HOSTILE_PIECES = ["A ", "A-", "Kim, ", " and Kim Il", "a@a.", ".a", " / Image: ", " (", " ©", " in ", "a ", "[", "가"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_pattern_takes_little_time_on_any_line(rule: Rule) -> None:
    lines = [
        (start + piece * MAX_LINE)[: MAX_LINE - 1] + end
        for start in ("", *rule.cut, *(line[: len(line) // 2] for line in rule.cut))
        for piece in (*HOSTILE_PIECES, *(f" {line}" for line in rule.cut))
        for end in ("", "\x00")
    ]
    for line in lines:
        started = time.process_time()
        rule.regex.fullmatch(line)
        assert time.process_time() - started < 0.05, line[:80]


HOSTILE_LINES = [
    *(piece * 25_000 for piece in HOSTILE_PIECES),
    *(f"{line} " * (100_000 // len(line)) for rule in RULES if rule.zone != "head" for line in rule.cut[:1]),
    *(
        "\n".join([word] * 100_000)
        for word in ("SEOUL, Nov. 6 (Yonhap) --", "(LEAD) A", "(서울=연합뉴스) 가", "ⓒ 가", "a")
    ),
]


@pytest.mark.parametrize("text", HOSTILE_LINES, ids=lambda text: text[:30].replace("\n", " "))
def test_rules_take_linear_time_on_100_kb_lines_and_100_000_lines(text: str) -> None:
    clean_document(document("x"))
    started = time.process_time()
    cleaned = clean_document(document(text))
    assert time.process_time() - started < 4
    assert len(cleaned.text) <= len(text)


def test_cleaner_names_the_rules_and_nothing_else() -> None:
    assert CLEANER == cleaner_id(RULES) == clean_document(document("x")).cleaner
    assert CLEANER.startswith("rules/") and len(CLEANER) == len("rules/") + 12
    assert cleaner_id(RULES[1:]) != CLEANER
    assert cleaner_id(parse_rules(rule_file(note='note = "why"'), "a")) == cleaner_id(parse_rules(rule_file(), "b"))


def rule_file(
    *,
    identifier: str = '"my-site.farewell"',
    kind: str = '"notice"',
    zone: str = '"tail"',
    pattern: str = "'Good night from {name}'",
    cut: str = '["Good night from Nora Feldt"]',
    keep: str = '["Good night from all of us"]',
    note: str = "",
) -> str:
    return "\n".join(
        [
            "[[rule]]",
            f"id = {identifier}",
            f"kind = {kind}",
            f"zone = {zone}",
            f"pattern = {pattern}",
            f"cut = {cut}",
            f"keep = {keep}",
            note,
        ]
    )


def test_rules_of_ones_own_are_parsed_and_used() -> None:
    rules = parse_rules(rule_file(note='note = "why"'), "mine.toml")
    assert (rules[0].id, rules[0].origin, rules[0].note) == ("my-site.farewell", "mine.toml", "why")
    farewell = document(*BODY, "Good night from Tom O’Malley")
    assert not clean_document(farewell).removed
    cleaned = clean_document(farewell, rules=(*RULES, *rules))
    assert [span.rule for span in cleaned.removed] == ["my-site.farewell"]
    assert cleaned.cleaner != CLEANER


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]", "not valid TOML"),
        ("rules = 1", "unknown key 'rules'"),
        ("rule = 1", "list of tables"),
        ("rule = [1]", "list of tables"),
        ("[[rule]]", "id is missing"),
        (rule_file(note="colour = 1"), "unknown key 'colour'"),
        (rule_file(note="note = 1"), "note must be of type str"),
        (rule_file(cut="[1]"), "cut must be a list of strings"),
        (rule_file(cut="[]"), "cut needs at least one"),
        (rule_file(identifier='"farewell"'), "the id must read like"),
        (rule_file(kind='"noise"'), "unknown kind 'noise'"),
        (rule_file(zone='"middle"'), "unknown zone 'middle'"),
        (rule_file(zone='"line"'), "needs contains"),
        (rule_file(note='contains = ["two words"]'), "must have no space"),
        (rule_file(note='after = ["my-site.farewell"]'), "only in zone head"),
        (rule_file(pattern="'Good night from {planet}'"), "unknown block {planet}"),
        (rule_file(pattern="'Good night (from'"), "no regular expression"),
        (rule_file(pattern="'Good night from (?P<who>{name})'"), "unknown group 'who'"),
        (rule_file(pattern="'Good (night|day) from {name}'"), "group without a name"),
        (rule_file(pattern="'(?i)good night from {name}'"), "sets a flag"),
        (rule_file(pattern="'(?P<author>{name}) and (?P=author)'"), "refers back"),
        (rule_file(pattern="'Good night(?: [a-z]+)+ {name}'"), "repeats a group"),
        (rule_file(pattern="'Good night(?:(?: a+){2})* {name}'"), "repeats a group"),
        (rule_file(pattern="'(?:Good night from {name})?'"), "matches an empty line"),
        (rule_file(cut='["Good day from Nora Feldt"]'), "does not match its example"),
        (rule_file(keep='["Good night from Nora Feldt"]'), "in keep"),
        (rule_file(note="facts = { korean_version = 1 }"), "facts may hold only"),
        (rule_file() + "\n" + rule_file(), "there twice"),
    ],
)
def test_faulty_rule_file_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_rules(text, "mine.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("mine.toml")
    if text.startswith("[[rule]]") and "id =" in text:
        assert "rule '" in str(caught.value)
    assert "\n" not in str(caught.value).replace("\\n", "")


def test_id_of_a_packaged_rule_in_another_file_is_told_apart_by_file() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {Path(rule.origin).suffix for rule in RULES} == {".toml"}
