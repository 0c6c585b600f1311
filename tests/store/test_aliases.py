"""The user's own groups of texts that stand for the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.lexicon.folding import fold_name

from .homes import Home


def test_groups_join_and_dissolve(home: Home) -> None:
    store = home.create()
    position = store.position()
    assert store.desk.aliases() == ()
    store.desk.put_aliases(("squid", "cuttlefish"))
    store.desk.put_aliases(("border town", "Hyesan"))
    assert store.desk.aliases() == (("cuttlefish", "squid"), ("Hyesan", "border town"))
    store.desk.put_aliases(("SQUID", "hye-san", "octopus"))
    assert store.desk.aliases() == (("SQUID", "border town", "cuttlefish", "hye-san", "octopus"),)
    for text in ("Octopus", "squid", "cuttlefish"):
        assert store.desk.drop_alias(text)
    assert store.desk.aliases() == (("border town", "hye-san"),)
    assert not store.desk.drop_alias("octopus")
    assert store.desk.drop_alias("Border-Town")
    assert store.desk.aliases() == ()
    assert store.position() == position


TEXTS = st.sampled_from(["rice", "Rice", "corn", "squid", "보위부", "MSS", "border town", "border-town"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(TEXTS, TEXTS).filter(lambda pair: fold_name(pair[0], 1) != fold_name(pair[1], 1)), max_size=6)
)
def test_what_was_joined_stands_in_one_group(home: Home, pairs: list[tuple[str, str]]) -> None:
    store = home.create()
    for text in {text for group in store.desk.aliases() for text in group}:
        store.desk.drop_alias(text)
    for pair in pairs:
        store.desk.put_aliases(pair)
    groups = [{fold_name(text, 1) for text in group} for group in store.desk.aliases()]
    assert sum(map(len, groups)) == len(set().union(*groups))
    for pair in pairs:
        assert any({fold_name(text, 1) for text in pair} <= group for group in groups)
