"""What every engine must do with words that stand for the same, with definitions of acronyms, and with spellings."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.index import DefinitionCount, Index, Matches, SearchOptions
from nkcorpus.lexicon.folding import sense_key, spelling_key
from nkcorpus.model import Indexable
from nkcorpus.query.ast import And, Node, Or, Phrase, Query, Synonym, Synonyms, Weighted, Word, Words
from nkcorpus.query.parser import parse

from .builders import ChangeLog, article, articles_of
from .conftest import IS_WHOLE, Factory
from .model import Model

STATE = "Ministry of State Security"
SOCIAL = "Ministry of Social Security"
MSS = Synonym(Word("MSS"), 1.0, "acronym", frozenset({sense_key(STATE)}))
HANGUL = Synonym(Word("보위성"), 0.6, "hangul")
OLDER = Synonym(Phrase("state department"), 0.25, "older name")
ROW = Synonyms(Words((Word("state"), Word("of"), Word("security"))), (MSS, HANGUL, OLDER))
NODES: list[Node] = [
    Synonyms(Word("security"), (MSS, HANGUL)),
    Synonyms(Phrase(STATE), (MSS, OLDER)),
    Synonyms(Word("title:x", "title"), (Synonym(Word("MSS", "title"), 0.5, "acronym"),)),
    Synonyms(Word("the"), (HANGUL, OLDER)),
    Synonyms(Word("the"), (Synonym(Phrase("of the"), 1.0, "alias"),)),
    Words((ROW,)),
    Words((ROW, Word("rice"))),
    Words((Word("rice"), Synonyms(Word("x"), (HANGUL,))), must=(Synonyms(Word("state"), (MSS,)),)),
    Words((Weighted(Synonyms(Word("rice"), (MSS,)), 2.5), Word("state")), must_not=(Word("department"),)),
    Words((Synonyms(Words((Word("of"), Word("the"))), (MSS,)), Word("rice"))),
    Words((Synonyms(Words((Word("x"), Word("rice"))), (Synonym(Word("y"), 1.0, "alias"),)),)),
    And((Synonyms(Word("rice"), (HANGUL,)), Synonyms(Phrase("state security"), (MSS,)))),
    Or((ROW, Synonyms(Word("x"), (OLDER,)))),
]
TEXTS = ["rice", "MSS", "state", "security", "department", "of", "the", "보위성", f"{STATE} (MSS)", f"{SOCIAL} (MSS)"]


def ask(index: Index, node: Node, **options: object) -> Matches:
    wanted = SearchOptions(**{"limit": 0, "collapse": False, **options})  # type: ignore[arg-type]
    return index.search(Query("", node), wanted)


def scores(index: Index, known: dict[str, Indexable], node: Node, **options: object) -> dict[str, float]:
    """Return the keys of `known` that are found, in order, with their scores."""
    found = ask(index, node, **options)
    names = {item.id: name for name, item in known.items()}
    return {names[one]: score or 0.0 for one, score in zip(found.ids, found.scores, strict=True)}


def filled(index: Index, **texts: str) -> dict[str, Indexable]:
    known = {name: article(name, text) for name, text in texts.items()}
    ChangeLog(*known.values()).sync(index)
    return known


_ARTICLES = articles_of(TEXTS, longest=10)


def assert_synonyms_are_scored_as_defined(make: Factory, batches: list[list[Indexable]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = make(Path(folder))
        log = ChangeLog()
        for batch in batches:
            log.put(*batch)
            log.sync(index)
        model = Model(log.live)
        for node in NODES:
            for match in ("any", "all"):
                found = ask(index, node, match=match)
                expected = model.hits(node, match)
                assert set(found.ids) == set(expected), node
                for name, score in zip(found.ids, found.scores, strict=True):
                    assert math.isclose(score or 0.0, expected[name], rel_tol=1e-9, abs_tol=1e-9), node
            best = ask(index, node, match="best")
            expected = model.hits(node)
            first = model.holding_all(node) & set(expected) if isinstance(node, Words) else set(expected)
            assert set(best.ids) == set(expected)
            assert set(best.ids[: len(first)]) == first, node
        index.close()


_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES, max_size=8), min_size=1, max_size=3))
def test_synonyms_are_found_and_scored_as_defined(embedded: Factory, batches: list[list[Indexable]]) -> None:
    assert_synonyms_are_scored_as_defined(embedded, batches)


@settings(max_examples=40 if IS_WHOLE else 2, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES, max_size=8), min_size=1, max_size=3))
def test_synonyms_are_found_and_scored_as_defined_in_a_cluster(
    clustered: Factory, batches: list[list[Indexable]]
) -> None:
    assert_synonyms_are_scored_as_defined(clustered, batches)


def test_a_rare_synonym_weighs_no_more_than_the_word_that_it_stands_for(index: Index) -> None:
    known = filled(index, common="police", common2="police", rare="anjonbu", other="rice", both="police rice")
    node = Synonyms(Word("police"), (Synonym(Word("anjonbu"), 1.0, "english"),))
    found = scores(index, known, node)
    assert found["rare"] == found["common"]
    assert next(iter(scores(index, known, Words((node, Word("rice")))))) == "both"


def test_synonyms_that_no_article_holds_change_nothing(index: Index) -> None:
    known = filled(index, a="state security", b="security of the state", c="state", d="rice")
    absent = (Synonym(Word("nowhere"), 1.0, "alias"), Synonym(Phrase("not here"), 1.0, "alias"))
    for typed in ("state", "security", "rice state"):
        plain = parse(typed)
        if isinstance(plain, Word):
            assert scores(index, known, Synonyms(plain, absent)) == scores(index, known, plain)
    row = Words((Word("state"), Word("security")))
    for match in ("any", "all", "best"):
        assert scores(index, known, Words((Synonyms(row, absent),)), match=match) == pytest.approx(
            scores(index, known, row, match=match)
        )


def test_who_holds_a_synonym_holds_all_words_that_it_stands_for(index: Index) -> None:
    known = filled(index, short="MSS rice", some="state rice", long="ministry of state security rice", none="rice")
    query = Words((Synonyms(Words(tuple(map(Word, STATE.split()))), (MSS,)), Word("rice")))
    assert set(scores(index, known, query, match="all")) == {"short", "long"}
    assert set(list(scores(index, known, query, match="best"))[:2]) == {"short", "long"}
    assert set(scores(index, known, query, match="any")) == set(known)


def test_a_rare_word_as_typed_does_not_outweigh_all_words_by_a_common_name(index: Index) -> None:
    known = filled(index, typed="MSS MSS MSS", **{f"all{number}": "police rice" for number in range(30)})
    query = Words((Synonyms(Word("MSS"), (Synonym(Word("police"), 1.0, "alias"),)), Word("rice")))
    assert list(scores(index, known, query, match="best"))[-1] == "typed"
    assert next(iter(scores(index, known, query, match="any"))) == "typed"


def test_an_article_s_own_definition_decides_what_an_acronym_means(index: Index) -> None:
    known = filled(
        index,
        state=f"The {STATE} (MSS) met. The MSS spoke.",
        social=f"The {SOCIAL} (MSS) met. The MSS spoke.",
        other="The Management Support System (MSS) is software. The MSS crashed.",
        silent="The MSS spoke.",
        near="The Ministry for State Security (MSS) met.",
        twice=f"The {STATE} (MSS) met the {SOCIAL} (MSS).",
        absent="Rice.",
    )
    assert set(scores(index, known, Synonyms(Phrase(STATE), (MSS,)))) == {"state", "silent", "near", "twice"}
    social = Synonym(Word("MSS"), 1.0, "acronym", frozenset({sense_key(SOCIAL)}))
    assert set(scores(index, known, Synonyms(Phrase(SOCIAL), (social,)))) == {"social", "silent", "twice"}
    assert set(scores(index, known, Word("MSS"))) == set(known) - {"absent"}


def test_definitions_are_counted_by_article_and_follow_changes(index: Index) -> None:
    log = ChangeLog(
        article("a", f"The {STATE} (MSS) and again the {STATE} (MSS)."),
        article("b", "Nothing", title=f"{STATE} (MSS)"),
        article("c", "The Korean People's Army (KPA)"),
    )
    log.sync(index)
    assert set(index.definitions()) == {
        DefinitionCount("MSS", STATE, 2),
        DefinitionCount("KPA", "Korean People's Army", 1),
    }
    log.put(article("a", f"The {SOCIAL} (MSS)"))
    log.remove(article("c").id)
    log.sync(index)
    assert set(index.definitions()) == {DefinitionCount("MSS", STATE, 1), DefinitionCount("MSS", SOCIAL, 1)}


def test_words_of_one_sound_are_found_by_their_key(index: Index) -> None:
    log = ChangeLog(article("a", "Taekjong wall tower Taekjong."), article("b", title="DAEKJONG"))
    log.sync(index)
    log.put(article("c", "Taekchong"))
    log.sync(index)
    assert index.words_like(spelling_key("taekjong")) == ["daekjong", "taekchong", "taekjong"]
    assert index.words_like("nothing") == []
    assert index.words_like("") == []
    assert [index.article_count(word) for word in ("Taekjong", "taekchong", "towers", "x", "the")] == [1, 1, 1, 0, 0]
