"""Learned boilerplate: lines that recur at the edges of a site's articles and that no rule covers, as proposed rules.

Three passes over the texts, each linear in their length. The first counts line templates in a sketch of fixed size,
the second follows those that may recur and finds where they stand, the third does the same with the patterns that
were made of them, since a pattern may match more than it was made from. What grows with the corpus is a few bytes for
each line of an article that holds a template which recurs.

A line stands at an edge when between it and the edge there are only lines that recur too; else, with other text above
and below it, it stands mid-article. A template that does so once, in any text, is none: stock phrases of the body
recur as well. Where all lines of a text recur, as in lists of prices, the longest of its first half is its body, since
tails have more lines than heads and credits are short.
"""

from __future__ import annotations

import heapq
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nkcorpus.clean.lines import MAX_LINE, normalise
from nkcorpus.clean.rulefile import to_toml
from nkcorpus.clean.rules import Rule, parse_rules
from nkcorpus.clean.ruleset import Ruleset
from nkcorpus.clean.templates import SlotValues, Wording, template_of, wording_of
from nkcorpus.errors import SettingsError

LEAST_ARTICLES = 5
"""A line in fewer articles of a site may recur by chance, and can be cut by hand."""
LEAST_SHARE = 0.03
"""Of a site's articles, what boilerplate stands in at least: the last words of some reports are the same by chance."""
ENOUGH_ARTICLES = 100
"""So many settle it, whatever their share of a large site: a columnist's biography is in few of its articles."""
EDGE_LINES = 12
"""How many lines at each end are counted at first: the tails of wires and of Korean portals have up to ten."""
FEWEST_FIXED = 3
FEWEST_FIXED_WITH_SLOTS = 4
"""Letters and digits that a pattern has besides its slots, those beyond ASCII counted twice; one of slots alone would
cut anything."""
EXAMPLES = 3
ORIGIN = "audit"

_SKETCH_BITS = 22
_FULL = 0xFFFF
_ID_LENGTH = 40
_SENTENCE_END = re.compile(r"""[.!?…]["')\]]?$|다\.?$""")

Edge = Literal["head", "tail"]


@dataclass(frozen=True, slots=True)
class AuditText:
    """A clean text with the site that it is from. `story` is shared by texts that are (nearly) the same: they count
    once. `kept` are lines that a user put back, which are passed over.
    """

    site: str
    story: str
    text: str
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that might be added. `articles` of the `site_articles` of `site` have such a line, near duplicates counted
    once; `examples` are lines from different ones of them. In all it would cut `cuts` lines of the corpus, of which
    `distinct` differ; `longest` are the longest of those, the likeliest to be content.
    """

    rule: Rule
    site: str
    articles: int
    site_articles: int
    examples: tuple[str, ...]
    cuts: int
    distinct: int
    longest: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the site's articles, 0 to 1."""
        return self.articles / self.site_articles


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit looked at, and what it proposes, the most frequent first."""

    articles: int
    sites: int
    proposals: tuple[Proposal, ...]


def audit(texts: Callable[[], Iterable[AuditText]], rules: Sequence[Rule]) -> Audit:
    """Return rules that could be added to `rules`. `texts` is called for each pass and gives the same texts."""
    sketch = _sketch(texts())
    templates = _Templates(sketch)
    places = _Places()
    for text, is_counted in _counted(texts()):
        lines = _lines(text)
        places.add(text.site, is_counted, lines, templates.read(text.site, lines, is_counted))
    recurring = places.recurring()
    candidates = _candidates(templates, recurring, rules)
    proposals = _verified(texts(), candidates) if candidates else ()
    return Audit(places.texts, len(places.site_articles), tuple(proposals))


@dataclass(slots=True)
class _Candidate:
    """A rule that was made of a template, and what it matches."""

    site: str
    edge: Edge
    rule: Rule
    cuts: int = 0
    distinct: set[int] = field(default_factory=set)
    longest: list[tuple[int, str]] = field(default_factory=list)

    def count(self, line: str) -> None:
        self.cuts += 1
        digest = hash(normalise(line))
        if digest not in self.distinct:
            self.distinct.add(digest)
            heapq.heappush(self.longest, (len(line), line))
            if len(self.longest) > EXAMPLES:
                heapq.heappop(self.longest)


def _least(site_articles: int) -> float:
    """Return in how many articles of a site a line recurs at least."""
    return max(LEAST_ARTICLES, min(LEAST_SHARE * site_articles, ENOUGH_ARTICLES))


class _Places:
    """Where lines stand that may recur: for each text the numbers of its lines, 0 for one that is like no other."""

    def __init__(self) -> None:
        self.texts = 0
        self.site_articles: Counter[str] = Counter()
        self._sequences: list[tuple[str, bool, array[int], int]] = []

    def add(self, site: str, is_counted: bool, lines: Sequence[str], numbers: array[int]) -> None:
        self.texts += 1
        self.site_articles[site] += is_counted
        if any(numbers):
            body = max(range((len(lines) + 1) // 2), key=lambda place: len(lines[place]))
            self._sequences.append((site, is_counted, numbers, body))

    def recurring(self) -> dict[tuple[str, int], tuple[Edge, int]]:
        """Return for each site the numbers that recur at an edge and never stand mid-article, with edge and count."""
        alive = {number for _, _, numbers, _ in self._sequences for number in numbers if number}
        while True:
            edges, middle = self._edges(alive)
            found = {
                (site, number): max((("tail", tail), ("head", head)), key=lambda pair: pair[1])
                for (site, number), (head, tail) in edges.items()
                if max(head, tail) >= _least(self.site_articles[site]) and number not in middle
            }
            rest = {number for _, number in found}
            if rest == alive:
                return found  # type: ignore[return-value]
            alive = rest

    def _edges(self, alive: set[int]) -> tuple[dict[tuple[str, int], list[int]], set[int]]:
        """Return by site and number how many articles have it in head and tail, and the numbers seen mid-article,
        where only `alive` ones recur.
        """
        edges: dict[tuple[str, int], list[int]] = {}
        middle: set[int] = set()
        for site, is_counted, numbers, body in self._sequences:
            others = [place for place, number in enumerate(numbers) if number not in alive] or [body]
            first, last = others[0], others[-1]
            middle.update(number for number in numbers[first : last + 1] if number in alive)
            if is_counted:
                for edge, part in enumerate((numbers[:first], numbers[last + 1 :])):
                    for number in set(part):
                        edges.setdefault((site, number), [0, 0])[edge] += 1
        return edges, middle


class _Templates:
    """The templates that the sketch takes for recurring, by number, with their slots and examples by site."""

    def __init__(self, sketch: array[int]) -> None:
        self._sketch = sketch
        self._numbers: dict[str, int] = {}
        self.keys: list[str] = [""]
        self.values: dict[tuple[str, int], SlotValues] = {}
        self.examples: dict[tuple[str, int], dict[str, None]] = {}

    def read(self, site: str, lines: Sequence[str], is_counted: bool) -> array[int]:
        """Return the numbers of the lines of a text."""
        numbers = array("I")
        for place, line in enumerate(lines):
            key, values = template_of(line) if len(line) <= MAX_LINE else ("", ())
            number = self._number(key) if key else 0
            numbers.append(number)
            if number and is_counted and not EDGE_LINES <= place < len(lines) - EDGE_LINES:
                self.values.setdefault((site, number), SlotValues()).add(values)
                examples = self.examples.setdefault((site, number), {})
                if len(examples) < EXAMPLES:
                    examples[line.strip()] = None
        return numbers

    def _number(self, key: str) -> int:
        number = self._numbers.get(key, 0)
        if not number and self._sketch[_bucket(key)] >= LEAST_ARTICLES:
            number = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return number


def _sketch(texts: Iterable[AuditText]) -> array[int]:
    """Return counts of the templates at the edges by bucket; a bucket may hold several templates, so none is missed."""
    counts = array("H", bytes(2 << _SKETCH_BITS))
    for text in texts:
        lines = _lines(text)
        edges = lines if len(lines) <= 2 * EDGE_LINES else lines[:EDGE_LINES] + lines[-EDGE_LINES:]
        for bucket in {_bucket(template_of(line)[0]) for line in edges if len(line) <= MAX_LINE}:
            counts[bucket] = min(counts[bucket] + 1, _FULL)
    return counts


def _bucket(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) >> (32 - _SKETCH_BITS)


def _lines(text: AuditText) -> list[str]:
    """Return the lines that hold a letter or digit."""
    lines = text.text.split("\n")
    return [line for line in lines if any(map(str.isalnum, line)) and line.strip() not in text.kept]


def _counted(texts: Iterable[AuditText]) -> Iterator[tuple[AuditText, bool]]:
    """Yield each text and whether it counts: the first of its story on its site does."""
    seen: set[tuple[str, str]] = set()
    for text in texts:
        key = text.site, text.story
        yield text, key not in seen
        seen.add(key)


def _candidates(
    templates: _Templates, recurring: dict[tuple[str, int], tuple[Edge, int]], rules: Sequence[Rule]
) -> list[_Candidate]:
    """Return a rule for each template that can be told from content, the most frequent first, each pattern once."""
    found: dict[str, _Candidate] = {}
    ids: set[str] = {rule.id for rule in rules}
    for (site, number), (edge, _) in sorted(recurring.items(), key=lambda entry: (-entry[1][1], entry[0])):
        values = templates.values.get((site, number))
        wording = wording_of(templates.keys[number], values) if values else None
        examples = tuple(templates.examples.get((site, number), ()))
        if wording is None or wording.pattern in found or not _is_proposable(wording, edge, examples[0]):
            continue
        if any(rule.matches(line) for rule in rules for line in examples):
            continue
        rule = _rule(_new_id(site, wording, ids), wording.pattern, edge, examples)
        if rule is not None:
            ids.add(rule.id)
            found[wording.pattern] = _Candidate(site, edge, rule)
    return list(found.values())


def _is_proposable(wording: Wording, edge: Edge, example: str) -> bool:
    fixed = sum(1 if character.isascii() else 2 for character in wording.fixed if character.isalnum())
    if fixed < (FEWEST_FIXED_WITH_SLOTS if wording.slots else FEWEST_FIXED):
        return False
    # Leads of prices, weather and visits are written from a template too: a sentence with slots at the head is one.
    return not (edge == "head" and wording.slots and _SENTENCE_END.search(example.strip()))


def _verified(texts: Iterable[AuditText], candidates: Sequence[_Candidate]) -> Iterator[Proposal]:
    """Yield the candidates whose patterns recur at the edges of the texts and never stand mid-article."""
    # As one zone, so that each line gets the first pattern that matches it.
    ruleset = Ruleset([candidate.rule for candidate in candidates])
    numbers = {candidate.rule.id: number for number, candidate in enumerate(candidates, 1)}
    examples: list[dict[str, None]] = [{} for _ in candidates]
    places = _Places()
    for text, is_counted in _counted(texts):
        found = array("I")
        lines = _lines(text)
        for line in lines:
            normal = normalise(line)
            rule = ruleset.tail_rule(normal) or ruleset.head_rule(normal, None)
            found.append(numbers[rule.id] if rule else 0)
            if rule:
                index = found[-1] - 1
                candidates[index].count(line.strip())
                if is_counted and text.site == candidates[index].site and len(examples[index]) < EXAMPLES:
                    examples[index][line.strip()] = None
        places.add(text.site, is_counted, lines, found)
    recurring = places.recurring()
    proposals = []
    for number, candidate in enumerate(candidates, 1):
        edge, count = recurring.get((candidate.site, number), ("tail", 0))
        if count and edge == candidate.edge:
            proposals.append(_proposal(candidate, count, places.site_articles[candidate.site], examples[number - 1]))
    return iter(sorted(proposals, key=lambda proposal: (-proposal.articles, proposal.rule.id)))


def _proposal(candidate: _Candidate, count: int, site_articles: int, examples: Iterable[str]) -> Proposal:
    return Proposal(
        rule=candidate.rule,
        site=candidate.site,
        articles=count,
        site_articles=site_articles,
        examples=tuple(examples),
        cuts=candidate.cuts,
        distinct=len(candidate.distinct),
        longest=tuple(line for _, line in sorted(candidate.longest, reverse=True)),
    )


def _rule(rule_id: str, pattern: str, edge: Edge, examples: tuple[str, ...]) -> Rule | None:
    """Return the rule, None where it would not pass the checks of a rule file."""
    kind = next((kind for kind, words in _KIND_WORDS if words.search(examples[0])), "chrome")
    try:
        rule = Rule(rule_id, kind, edge, pattern, examples, (), ORIGIN)
        return parse_rules(to_toml([rule]), ORIGIN)[0]
    except (SettingsError, UnicodeEncodeError):
        return None


_KIND_WORDS = [
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        ("translator", r"\b(?:translat|edited by)|번역|옮김"),
        ("contact", r"@|\be-?mail\b|\b(?:comments|questions|tips)\b|제보|문의"),
        ("credit", r"\b(?:photos?|images?|pictures?|graphics?|courtesy)\b|사진"),
        ("link", r"https?:|www\.|\b(?:click|read|more|follow|subscribe|sign up)\b"),
        ("bio", r"\b(?:reporter|journalist|correspondent|editor|writer|columnist|author|reporting by)\b|기자|특파원"),
        ("notice", r"\b(?:copyright|rights reserved|views|opinions|policy|appeared|published)\b|저작권|무단"),
    )
]
"""What tells the kind of a line, the first that fits; anything else is chrome."""


def _new_id(site: str, wording: Wording, taken: set[str]) -> str:
    """Return `local.SITE-WORDS`, numbered where it is taken."""
    words = _slug(wording.fixed) or f"{zlib.crc32(wording.pattern.encode('utf-8', 'replace')):08x}"
    base = f"local.{'-'.join(filter(None, (_slug(site), words)))}"
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def _slug(text: str) -> str:
    """Return the ASCII words of a text with hyphens, cut to a length that is read easily."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    slug = "-".join(words)[:_ID_LENGTH]
    return slug.rstrip("-")
