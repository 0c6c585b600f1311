"""Zones, spans, facts and explanations of `clean_document`."""

import time
from itertools import permutations
from pathlib import Path

import pytest

from nkcorpus.clean import clean_document, explain, parse_rules
from nkcorpus.clean.engine import BRIDGE
from nkcorpus.model import Document, Repair, Span

BODY = (
    "Ferries across the Yalu have stopped after the flood, a source in Sinuiju told Daily NK on Tuesday.\n\n"
    "“The landing is gone,” she said.\u00a0\n\n"
    "Crews have been told to wait."
)
TRANSLATOR = "*Translated by Nora Feldt"
COMMENTS = "Please direct any comments or questions about this article to"
LINK = "Read in Korean"
BIO = "Han Bo Ra is one of Daily NK's freelance reporters. Questions about her articles can be directed to"


def cleaned(text: str, **fields: object) -> Document:
    return clean_document(Document(raw_text=text, extractor="text/1", **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("tail", list(permutations([TRANSLATOR, COMMENTS, LINK, BIO])))
def test_tail_is_cut_in_every_order(tail: tuple[str, ...]) -> None:
    document = cleaned(BODY + "\n\n" + "\n\n".join(tail))
    assert document.text == BODY + "\n\n"
    assert document.translator == "Nora Feldt"
    assert document.authors == ("Han Bo Ra",)
    assert document.korean_version


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\u00a0\n", "\n \u200b\n\n", "\r\n\r\n"])
def test_blank_lines_do_not_end_a_zone(gap: str) -> None:
    assert cleaned(BODY + gap + gap.join([TRANSLATOR, LINK]) + gap).text.rstrip("\r\n \u00a0\u200b") == BODY


@pytest.mark.parametrize(
    "line",
    [
        "*Translated\u00a0by  Nora Feldt\u00a0",
        "\ufeffTranslated by Nora Feldt.",
        "Trans\u00adlated by Nora\u200b Feldt",
        "_Translated by Nora Feldt_",
        "**Translated by Nora Feldt**\t",
    ],
)
def test_spacing_marks_and_invisible_characters_do_not_matter(line: str) -> None:
    document = cleaned(f"{BODY}\n{line}")
    assert document.text == f"{BODY}\n"
    assert document.translator == "Nora Feldt"


def test_a_span_takes_its_line_end_and_the_blank_lines_after_it() -> None:
    caption = "A pier. / Image: Daily NK"
    text = f"One.\n\n{caption}\n \n\u00a0\nTwo.\n\n{LINK}\n\n{TRANSLATOR}\n\n"
    document = cleaned(text)
    assert [text[span.start : span.end] for span in document.removed] == [
        f"{caption}\n \n\u00a0\n",
        f"{LINK}\n\n",
        f"{TRANSLATOR}\n\n",
    ]
    assert document.text == "One.\n\nTwo.\n\n"


def test_only_newlines_part_lines() -> None:
    assert not cleaned(f"{BODY}\u2028{LINK}").removed
    assert not cleaned(f"{BODY}\x0b{LINK}").removed


def test_zone_bridges_a_bounded_number_of_unknown_lines() -> None:
    unknown = ["Sign up for our letter", "Thank you", "Goodbye"]
    bridged = cleaned("\n".join([BODY, LINK, *unknown[:BRIDGE], TRANSLATOR]))
    assert [span.kind for span in bridged.removed] == ["link", "translator"]
    parted = cleaned("\n".join([BODY, LINK, *unknown[: BRIDGE + 1], TRANSLATOR]))
    assert [span.kind for span in parted.removed] == ["translator"]


def test_nothing_is_bridged_at_the_edge_itself() -> None:
    assert not cleaned(f"{BODY}\n\n{LINK}\n\nThe ferry came back.").removed
    assert not cleaned(f"The ferry came back.\n\nTag: floods\n\n{BODY}").removed


def test_head_zone_takes_a_date_only_below_a_temperature() -> None:
    date = "Friday, January 4, 2030"
    assert cleaned(f"-13.9 C\n{date}\n\n{BODY}").text == BODY
    assert cleaned(f"-13.9 C\nPyongyang\n\n{date}\n\n{BODY}").text == BODY
    assert not cleaned(f"{date}\n\n{BODY}").removed
    assert not cleaned(f"Pyongyang\n\n{BODY}").removed


def test_line_that_one_zone_cuts_does_not_shield_the_other_zone() -> None:
    assert cleaned("\n".join([LINK, "Tag: floods", TRANSLATOR])).text == ""


def test_line_longer_than_the_bound_is_left() -> None:
    assert not cleaned(f"{BODY}\nTags: {'a, ' * 500}").removed


def test_kept_kind_stays_and_gives_its_fact() -> None:
    document = clean_document(
        Document(raw_text=f"{BODY}\n{LINK}\n{TRANSLATOR}\n{BIO}", extractor="x"), keep=["translator", "link"]
    )
    assert document.text == f"{BODY}\n{LINK}\n{TRANSLATOR}\n"
    assert (document.translator, document.korean_version) == ("Nora Feldt", True)


def test_facts_of_every_field() -> None:
    document = cleaned(
        f"{BODY}\n"
        "Translated by Nora Feldt. Edited by Tom O’Malley.\n"
        "Please direct any comments or questions about this article to desk@example.org.\n"
        "Han Bo Ra is one of Daily NK's full-time journalists. "
        "Questions about her articles can be directed to h@example.org\n"
        "Ludo van der Berg and Han Bo Ra are two of Daily NK's freelance reporters."
    )
    assert document.text == f"{BODY}\n"
    assert (document.translator, document.editor) == ("Nora Feldt", "Tom O'Malley")
    assert document.contact == "desk@example.org"
    assert document.authors == ("Han Bo Ra", "Ludo van der Berg")
    assert not document.korean_version


def test_person_who_translates_and_edits_is_both() -> None:
    document = cleaned(f"{BODY}\n*Translated and edited by Nora Feldt")
    assert (document.translator, document.editor) == ("Nora Feldt", "Nora Feldt")


def test_what_the_source_gives_is_not_replaced() -> None:
    given = cleaned(f"{BODY}\n{TRANSLATOR}\n{BIO}", translator="Ida Stern", authors=("Pak Il",), korean_version=True)
    assert (given.translator, given.authors, given.korean_version) == ("Ida Stern", ("Pak Il",), True)
    assert given.text == f"{BODY}\n"


def test_no_fact_where_no_line_gives_one() -> None:
    document = cleaned(BODY)
    assert (document.translator, document.editor, document.contact, document.authors) == (None, None, None, ())
    assert document.removed == ()
    assert document.cleaner


def test_earlier_spans_are_kept_and_never_overlapped() -> None:
    matter = "---\ntitle: x\n---\n"
    text = f"{matter}Tag: floods\n\n{BODY}\n\n{LINK}\n\n"
    front = Span(0, len(matter), "front-matter", "extract.front-matter")
    last = Span(len(text) - 1, len(text), "blank", "extract.end")
    document = cleaned(text, removed=(front, last))
    assert document.removed[0] == front
    assert document.removed[-1] == last
    assert document.text == f"{BODY}\n\n"
    assert all(a.end <= b.start for a, b in zip(document.removed, document.removed[1:], strict=False))


def test_line_that_an_earlier_span_cuts_in_part_is_text() -> None:
    text = f"{BODY}\n{LINK}\n{TRANSLATOR}"
    start = text.index(TRANSLATOR)
    document = cleaned(text, removed=(Span(start, start + 3, "chrome", "extract.mark"),))
    assert [span.rule for span in document.removed] == ["extract.mark"]


def test_repairs_outside_spans_stay_and_those_inside_go() -> None:
    text = f"{BODY}\n{LINK}\n{TRANSLATOR}"
    start, end = text.index(LINK), len(text)
    outside = (Repair(3, 4, "x", "r"), Repair(start, start, "y", "r"))
    inside = (
        Repair(start + 1, start + 2, "z", "r"),
        Repair(start - 1, start + 1, "z", "r"),
        Repair(end - 1, end, "", "r"),
    )
    document = cleaned(text, repairs=outside + inside)
    assert document.repairs == outside
    assert document.text == f"{BODY[:3]}x{BODY[4:]}\ny"


def test_explanation_gives_rule_and_line() -> None:
    document = cleaned(f"{BODY}\n\n{TRANSLATOR}\n\n{LINK}", removed=(Span(0, 3, "front-matter", "extract.front"),))
    unknown, translator, link = explain(document)
    assert (unknown.rule, unknown.zone, unknown.pattern, unknown.kind) == (None, None, None, "front-matter")
    assert (translator.rule_id, translator.line, translator.zone) == ("daily-nk.translated-by", TRANSLATOR, "tail")
    assert "{names}" in (translator.pattern or "")
    assert (link.kind, link.line) == ("link", LINK)


def test_explanation_of_a_rule_given_by_hand() -> None:
    rules = parse_rules(
        '[[rule]]\nid="a.b"\nkind="notice"\nzone="tail"\npattern="Bye"\ncut=["Bye"]\nkeep=["Bye all"]\nnote="n"', "a"
    )
    document = clean_document(Document(raw_text="x\nBye", extractor="x"), rules=rules)
    assert [entry.note for entry in explain(document, rules=rules)] == ["n"]


@pytest.mark.parametrize("zone", ["head", "tail", "line"])
def test_first_of_several_rules_that_match_counts(zone: str) -> None:
    entry = f'kind="notice"\nzone="{zone}"\ncontains=["Bye"]\ncut=["Bye now"]\nkeep=["By now"]'
    first = f'[[rule]]\nid="z.first"\npattern="Bye [a-z]{{3}}"\n{entry}\n'
    second = f'[[rule]]\nid="a.second"\npattern="Bye now"\n{entry}\n'
    for text, winner in ((first + second, "z.first"), (second + first, "a.second")):
        document = clean_document(Document(raw_text="Bye now", extractor="x"), rules=parse_rules(text, "a"))
        assert [span.rule for span in document.removed] == [winner]


HOSTILE = {
    "one line of 100 KB": "Tags: a " * 12_500,
    "100,000 short lines": "a\n" * 100_000,
    "100,000 boilerplate lines": "Read in Korean\n" * 100_000,
    "100,000 captions": "x / Image: Daily NK\n" * 100_000,
    "head and tail lines in turn": "Tag: a\nRead in Korean\n" * 50_000,
    "unknown lines in between": "Read in Korean\nx\ny\n" * 33_000,
    "only blank lines": "\n\u00a0\n \n" * 50_000,
    "invisible characters": "\u200b" * 100_000 + "\n\u200b" * 50_000,
    "words of line rules": "Image Photo 사진 © ![ " * 45 + ("\n" + "(Image / Photo: ") * 20_000,
    "names": ("Translated by " + "Kim, " * 190 + "\n") * 1_000,
}


@pytest.mark.parametrize("text", list(HOSTILE.values()), ids=list(HOSTILE))
def test_hostile_text_takes_linear_time(text: str) -> None:
    cleaned("x")
    started = time.process_time()
    document = cleaned(text)
    assert time.process_time() - started < 3
    assert len(document.text) <= len(text)


@pytest.mark.parametrize("text", ["", "\n", "\u00a0", "\ud800", "\x00", "a", "*", "\n\n\n"])
def test_tiny_texts_stay(text: str) -> None:
    assert cleaned(text).text == text


SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SEED_FACTS = {
    "000": ("Violet Kim", ("Jang Seul Gi",), False, "*Translated by", ["translator", "contact", "bio"]),
    "004": (None, ("Jong So Yong",), True, "Please direct any", ["contact", "link", "bio"]),
}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not beside the repository")
@pytest.mark.parametrize("number", list(SEED_FACTS))
def test_seed_keeps_its_paragraphs_to_the_byte(number: str) -> None:
    translator, authors, korean_version, first_tail_line, kinds = SEED_FACTS[number]
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = path.read_bytes().decode("utf-8")
    document = cleaned(text)
    assert document.text == text[: text.index(first_tail_line)]
    assert [span.kind for span in document.removed] == kinds
    assert (document.translator, document.authors, document.korean_version) == (translator, authors, korean_version)
    assert (document.title, document.date, document.url, document.contact) == (None, None, None, None)
