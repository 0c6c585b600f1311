"""The user's own groups of texts that stand for the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.folding import fold_name
from nkcorpus.store.sqlite import SqliteStore


def test_groups_join_and_dissolve(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "corpus.db", "test", create=True)
    position = store.position()
    assert store.aliases() == ()
    store.put_aliases(("squid", "cuttlefish"))
    store.put_aliases(("border town", "Hyesan"))
    assert store.aliases() == (("cuttlefish", "squid"), ("Hyesan", "border town"))
    store.put_aliases(("SQUID", "hye-san", "octopus"))
    assert store.aliases() == (("SQUID", "border town", "cuttlefish", "hye-san", "octopus"),)
    for text in ("Octopus", "squid", "cuttlefish"):
        assert store.drop_alias(text)
    assert store.aliases() == (("border town", "hye-san"),)
    assert not store.drop_alias("octopus")
    assert store.drop_alias("Border-Town")
    assert store.aliases() == ()
    assert store.position() == position
    store.close()


TEXTS = st.sampled_from(["rice", "Rice", "corn", "squid", "보위부", "MSS", "border town", "border-town"])


@given(
    st.lists(st.tuples(TEXTS, TEXTS).filter(lambda pair: fold_name(pair[0], 1) != fold_name(pair[1], 1)), max_size=6)
)
def test_what_was_joined_stands_in_one_group(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    store = SqliteStore(tmp_path_factory.mktemp("aliases") / "corpus.db", "test", create=True)
    for pair in pairs:
        store.put_aliases(pair)
    groups = [{fold_name(text, 1) for text in group} for group in store.aliases()]
    assert sum(map(len, groups)) == len(set().union(*groups))
    for pair in pairs:
        assert any({fold_name(text, 1) for text in pair} <= group for group in groups)
    store.close()
