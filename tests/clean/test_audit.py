"""Learned boilerplate: what is proposed from a corpus, and what never is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from nkcorpus.clean import load_rules, parse_rules, to_toml
from nkcorpus.clean.audit import LEAST_ARTICLES, Audit, AuditText, audit

FIRST = "Nora Tom Han Ludo Mira Ewan Petra Joon Sora Karel".split()
LAST = "Feldt Weller Bora Vries Okoro Lind Castan Park-Lee Minsu Dorn".split()
PLACES = "Hyesan Sinuiju Musan Wonsan Chongjin Rason Haeju Kaesong".split()
MONTHS = "January February March April June July August September October November December".split()
WORDS = (
    "market traders officials grain permit border ferry harvest lecture phone inspection radio winter rumour coal"
    " quota station price truck household order queue clinic"
).split()
STOCK = [
    "The source spoke on condition of anonymity.",
    "Officials could not be reached for comment.",
    "Prices are quoted in won per kilogram.",
]
SITES = ["Border Gazette", "River Post", "Hill Courier", "Copy Herald"]


class Press:
    """Writes articles of invented sites, each with its manner of ending them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def person(self) -> str:
        return f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"

    def sentence(self) -> str:
        words = " ".join(self.rng.choice(WORDS) for _ in range(self.rng.randint(8, 22)))
        return f"{words.capitalize()} in {self.rng.choice(PLACES)}."

    def body(self) -> list[str]:
        rng = self.rng
        paragraphs = [" ".join(self.sentence() for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(4, 12))]
        for phrase in STOCK:
            if rng.random() < 0.3:
                paragraphs.insert(rng.randint(1, len(paragraphs)), phrase)
        if rng.random() < 0.4:
            said = f"“The {rng.choice(WORDS)} is gone,” {self.person()} told Border Gazette on Friday."
            paragraphs.insert(rng.randint(0, len(paragraphs)), said)
        return paragraphs

    def tail(self, site: str) -> list[str]:
        rng = self.rng
        lines = []
        if site == "Border Gazette" and rng.random() < 0.6:
            date = f"{rng.choice(MONTHS)} {rng.randint(1, 28)}, 20{rng.randint(10, 24)}"
            lines.append(f"Reported from {rng.choice(PLACES)} by {self.person()} on {date}.")
        if site == "River Post" and rng.random() < 0.5:
            title = f"{rng.choice(WORDS)} and {rng.choice(WORDS)}"
            lines.append(f"This story ran in issue {rng.randint(1, 400)} of River Post as “{title.capitalize()}”.")
        if site == "Hill Courier" and rng.random() < 0.3:
            lines.append(f"Write to {self.person()} at {rng.choice(FIRST).lower()}@courier.example with corrections")
        return lines

    def articles(self, count: int) -> Iterator[AuditText]:
        for number in range(count):
            site = SITES[number % len(SITES)]
            yield AuditText(site, str(number), "\n\n".join([*self.body(), *self.tail(site)]))


def audited(texts: Sequence[AuditText]) -> Audit:
    return audit(lambda: texts, load_rules())


def on_one_site(*bodies: Sequence[str]) -> Audit:
    return audited([AuditText("One", str(number), "\n".join(lines)) for number, lines in enumerate(bodies)])


def lines_about(number: int) -> list[str]:
    press = Press(number)
    return [press.sentence() for _ in range(4)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_unseen_tails_in_500_articles_and_nothing_else(seed: int) -> None:
    found = audited(list(Press(seed).articles(500)))
    assert (found.articles, found.sites) == (500, 4)
    assert {proposal.rule.pattern: proposal.site for proposal in found.proposals} == {
        r"Reported from {capitalised} by {name} on {month} {number}, {number}\.": "Border Gazette",
        r"This story ran in issue {number} of River Post as {quoted}\.": "River Post",
        r"Write to {name} at {email} with corrections": "Hill Courier",
    }
    for proposal in found.proposals:
        assert proposal.rule.zone == "tail"
        assert 0.2 < proposal.share < 0.7
        assert proposal.site_articles == 125
        assert len(proposal.examples) == 3
        assert proposal.cuts == proposal.articles >= proposal.distinct > 3
    assert parse_rules(to_toml(proposal.rule for proposal in found.proposals), "audit") == tuple(
        proposal.rule for proposal in found.proposals
    )


def test_a_line_that_stands_mid_article_once_on_any_site_is_not_proposed() -> None:
    sign_off = "The desk wishes you well"
    texts = [AuditText("One", str(n), "\n".join([*lines_about(n), sign_off])) for n in range(30)]
    assert [proposal.rule.pattern for proposal in audited(texts).proposals] == [sign_off]
    mid = AuditText("Two", "x", "\n".join([*lines_about(40), sign_off, *lines_about(41)]))
    assert audited([*texts, mid]).proposals == ()


def test_a_pattern_that_would_cut_a_line_mid_article_is_not_proposed() -> None:
    texts = [
        AuditText("One", str(n), "\n".join([*lines_about(n), f"Sketched by {FIRST[n % 10]} {LAST[n % 7]}"]))
        for n in range(30)
    ]
    assert [proposal.rule.pattern for proposal in audited(texts).proposals] == ["Sketched by {name}"]
    # A Korean name is no slot of a line's template, but the block {name} takes it.
    mid = AuditText("Two", "x", "\n".join([*lines_about(40), "Sketched by 한보라", *lines_about(41)]))
    assert audited([*texts, mid]).proposals == ()


def test_copies_count_once() -> None:
    lines = [*lines_about(1), "The desk wishes you well"]
    texts = [AuditText("One", "the same", "\n".join(lines)) for _ in range(30)]
    assert audited(texts).proposals == ()


def test_a_line_in_few_articles_is_not_proposed() -> None:
    def site(count: int, of: int) -> Audit:
        ends = [["The desk wishes you well"] if n < count else [] for n in range(of)]
        return on_one_site(*([*lines_about(n), *end] for n, end in enumerate(ends)))

    assert site(LEAST_ARTICLES - 1, 40).proposals == ()
    assert len(site(LEAST_ARTICLES, 40).proposals) == 1
    assert site(LEAST_ARTICLES, 600).proposals == ()


def test_what_a_rule_covers_is_not_proposed_again() -> None:
    assert on_one_site(*([*lines_about(n), "Read in Korean"] for n in range(30))).proposals == ()


def test_lines_that_were_put_back_are_passed_over() -> None:
    kept = "The desk wishes you well"
    texts = [AuditText("One", str(n), "\n".join([*lines_about(n), kept]), frozenset({kept})) for n in range(30)]
    assert audited(texts).proposals == ()


def test_several_lines_at_one_end_and_one_at_the_other() -> None:
    def lines(n: int) -> list[str]:
        tail = [f"Set by {FIRST[n % 10]} {LAST[n % 9]}", "* * *", "Fin of it"]
        return [f"Exclusive to subscriber {n}", *lines_about(n), *tail]

    found = on_one_site(*map(lines, range(30)))
    assert {(proposal.rule.zone, proposal.rule.pattern) for proposal in found.proposals} == {
        ("head", "Exclusive to subscriber {number}"),
        ("tail", "Set by {name}"),
        ("tail", "Fin of it"),
    }


def test_a_lead_written_from_a_template_is_no_boilerplate() -> None:
    leads = (f"Rice sold at {4000 + n} won in {PLACES[n % 8]} on Friday, a trader said." for n in range(30))
    assert on_one_site(*([lead, *lines_about(n)] for n, lead in enumerate(leads))).proposals == ()


def test_slots_alone_are_no_pattern() -> None:
    names = (f"{FIRST[n % 10]} {LAST[n % 9]}, {n + 10}" for n in range(30))
    assert on_one_site(*([*lines_about(n), name] for n, name in enumerate(names))).proposals == ()


def test_where_all_lines_recur_the_longest_of_the_first_half_is_the_body() -> None:
    found = on_one_site(*([f"Corn, dry and in the cob, {n} won", "Ask again soon", "Fin"] for n in range(30)))
    assert [proposal.rule.pattern for proposal in found.proposals] == ["Ask again soon", "Fin"]


def test_bodies_written_from_templates() -> None:
    press = Press(4)

    def body() -> list[str]:
        sentences = [f"The {word} of {press.rng.choice(PLACES)} was seen by {press.person()}." for word in WORDS]
        return press.rng.sample(sentences, press.rng.randint(4, 9))

    found = on_one_site(*([*body(), f"Set by {press.person()}", "Fin of it"] for _ in range(200)))
    assert {proposal.rule.pattern for proposal in found.proposals} == {"Set by {name}", "Fin of it"}


def test_korean_tails() -> None:
    found = on_one_site(*([*lines_about(n), f"{n + 1}월 {n + 2}일 강변일보 편집국에서 보냄"] for n in range(20)))
    (proposal,) = found.proposals
    assert proposal.rule.pattern == "{number}월 {number}일 강변일보 편집국에서 보냄"
    assert proposal.rule.id.startswith("local.one-")


def test_hostile_lines_do_no_harm() -> None:
    tails = ["({[|\\^$*+?.)", "\ud800 lone surrogate here", "x" * 5000, "a\0b\x1b[31m end of page", "{name} {nonesuch}"]
    texts = [
        AuditText("S\x1b[1m", f"{tail[:3]}{n}", "\n".join([*lines_about(n), f"{tail} zz"]))
        for tail in tails
        for n in range(20)
    ]
    for proposal in audited(texts).proposals:
        assert all(proposal.rule.matches(line) for line in proposal.examples)
