"""Rules of the corpus' own, cleaning anew and lines put back: through the public API, on corpora on disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus import Article, Corpus, UsageError
from nkcorpus.clean import parse_rules
from nkcorpus.errors import SettingsError
from nkcorpus.model import apply_edits

FILED = """[[rule]]
id = "local.filed"
kind = "credit"
zone = "tail"
pattern = 'Filed from {capitalised} by (?P<author>{name})\\.'
cut = ["Filed from Wonsan by Nora Feldt."]
keep = []
note = "the desk's sign-off"
"""
STORY = "The ferry to the island stopped.\n\nA trader said the harbour was closed."
SIGNED = f"{STORY}\n\nFiled from Wonsan by Nora Feldt.\n\n*Translated by Una Fictional\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "c.db") as corpus:
        yield corpus


def take(corpus: Corpus, **texts: str) -> dict[str, str]:
    """Ingest texts as records and return their articles' ids."""
    path = corpus.path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items()), "utf-8")
    corpus.ingest([path])
    return {hit.article.document.external_id or "": hit.id for hit in corpus.newest(limit=0)}


def add_rules(corpus: Corpus, toml: str) -> None:
    corpus.cleaning.add(parse_rules(toml, "desk.toml"))


def cut_rules(article: Article) -> list[str]:
    return [span.rule for span in article.document.removed]


def found(corpus: Corpus, query: str) -> set[str]:
    return {hit.id for hit in corpus.search(query, limit=0)}


def test_an_own_rule_counts_for_what_comes_in_after_it(corpus: Corpus) -> None:
    take(corpus, old=SIGNED)
    add_rules(corpus, FILED)
    ids = take(corpus, old=SIGNED, new=SIGNED.replace("ferry", "train"))
    assert cut_rules(corpus.get(ids["old"])) == ["daily-nk.translated-by"]
    assert cut_rules(corpus.get(ids["new"])) == ["local.filed", "daily-nk.translated-by"]
    assert corpus.get(ids["new"]).document.authors == ("Nora Feldt",)


def test_reclean_makes_of_the_stored_what_ingesting_anew_would(corpus: Corpus, tmp_path: Path) -> None:
    texts = {"a": SIGNED, "b": STORY, "c": f"{STORY}\n\nRead in Korean"}
    ids = take(corpus, **texts)
    add_rules(corpus, FILED)
    before = corpus.get(ids["a"])

    would = corpus.cleaning.reclean(dry_run=True)
    assert (would.articles, would.changed, would.added, would.removed) == (3, 1, 1, 0)
    assert corpus.get(ids["a"]) == before
    report = corpus.cleaning.reclean()
    assert report.rules == would.rules
    (difference,) = report.rules
    assert (difference.rule, difference.added, difference.added_example) == (
        "local.filed",
        1,
        "Filed from Wonsan by Nora Feldt.",
    )

    after = corpus.get(ids["a"])
    assert after.text == STORY + "\n\n"
    assert after.document.authors == ("Nora Feldt",)
    assert (after.version.number, after.version.ingested_at) == (1, before.version.ingested_at)
    assert after.version.content_sha256 != before.version.content_sha256
    assert found(corpus, "wonsan") == set()

    again = corpus.cleaning.reclean()
    assert (again.changed, again.rules) == (0, ())
    with Corpus.open(corpus.path.with_name("fresh.db")) as fresh:
        take(fresh, none="Nothing of it.")
        fresh.remove([hit.id for hit in fresh.newest()])
        add_rules(fresh, FILED)
        fresh.ingest([corpus.path.with_suffix(".jsonl")])
        assert fresh.export_hash() == corpus.export_hash()


def test_a_removed_rule_gives_lines_and_facts_back(corpus: Corpus) -> None:
    ids = take(corpus, a=SIGNED)
    before = corpus.get(ids["a"]), corpus.export_hash()
    add_rules(corpus, FILED)
    corpus.cleaning.reclean()
    corpus.cleaning.remove(["local.filed"])
    report = corpus.cleaning.reclean()
    (difference,) = report.rules
    assert (difference.removed, difference.removed_example) == (1, "Filed from Wonsan by Nora Feldt.")
    assert (corpus.get(ids["a"]), corpus.export_hash()) == before
    assert found(corpus, "wonsan") == {ids["a"]}


def test_a_corrected_rule_corrects_the_fact(corpus: Corpus) -> None:
    ids = take(corpus, a=SIGNED)
    add_rules(corpus, FILED.replace("author", "editor"))
    corpus.cleaning.reclean()
    assert corpus.get(ids["a"]).document.editor == "Nora Feldt"
    add_rules(corpus, FILED)
    corpus.cleaning.reclean()
    document = corpus.get(ids["a"]).document
    assert (document.editor, document.authors) == (None, ("Nora Feldt",))
    assert dict(document.evidence)["authors"] == "rule:local.filed"


def test_what_is_stored_is_mended_and_taken_back(corpus: Corpus, tmp_path: Path) -> None:
    text = "The\u00a0ferry left Wonsan.\n\n*Translated by Una Fictional"
    ids = take(corpus, a=text)
    before = corpus.get(ids["a"])
    report = corpus.cleaning.reclean(fix_text=True)
    assert [(rule.rule, rule.added, rule.added_example) for rule in report.rules] == [
        ("fix.nbsp", 1, "The ferry left Wonsan.")
    ]
    mended = corpus.get(ids["a"])
    assert mended.text == "The ferry left Wonsan.\n\n"
    with Corpus.open(tmp_path / "fresh.db") as fresh:
        fresh.ingest([corpus.path.with_suffix(".jsonl")], fix_text=True)
        assert fresh.export_hash() == corpus.export_hash()
    assert corpus.cleaning.reclean().changed == 0, "without the option each article stays as it was"
    assert corpus.cleaning.reclean(fix_text=False).changed == 1
    assert corpus.get(ids["a"]) == before


def test_a_line_that_is_put_back_is_mended_like_the_rest(corpus: Corpus) -> None:
    ids = take(corpus, a="The ferry left.\n\n*Translated\u00a0by Una Fictional")
    corpus.cleaning.reclean(fix_text=True)
    corpus.cleaning.uncut(ids["a"])
    assert corpus.get(ids["a"]).text == "The ferry left.\n\n*Translated by Una Fictional"


def test_clusters_follow_what_is_left_of_the_texts(corpus: Corpus) -> None:
    ids = take(corpus, a=STORY, b=f"{STORY}\n\nFiled from Wonsan by Nora Feldt.", c="Something else.")
    assert corpus.get(ids["a"]).near_duplicates == ()
    add_rules(corpus, FILED)
    corpus.cleaning.reclean()
    assert corpus.get(ids["a"]).near_duplicates == (ids["b"],)
    assert len(found(corpus, "ferry")) == 1
    corpus.cleaning.uncut(ids["b"])
    assert corpus.get(ids["a"]).near_duplicates == ()
    assert len(found(corpus, "ferry")) == 2


def test_what_reading_the_file_took_out_stays_out(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(f"---\ntitle: Ferry\nlang: en\n---\n{SIGNED}", "utf-8")
    corpus.ingest([path])
    article = corpus.newest().hits[0].article
    kinds = [span.kind for span in article.document.removed]
    assert kinds[0] == "front-matter"
    add_rules(corpus, FILED)
    corpus.cleaning.reclean()
    assert [span.kind for span in corpus.get(article.id).document.removed] == [kinds[0], "credit", *kinds[1:]]
    with pytest.raises(UsageError, match="not a rule"):
        corpus.cleaning.uncut(article.id, "1")
    assert len(corpus.cleaning.uncut(article.id).lines) == 2


def test_a_line_put_back_stays_through_cleaning_and_new_versions(corpus: Corpus) -> None:
    ids = take(corpus, a=SIGNED)
    done = corpus.cleaning.uncut(ids["a"][:6], "1")
    assert done.kept == done.lines == ("*Translated by Una Fictional",)
    article = corpus.get(ids["a"])
    assert (article.text, cut_rules(article), article.version.number) == (SIGNED, [], 1)
    assert article.document.translator == "Una Fictional"
    assert found(corpus, "fictional") == {ids["a"]}
    assert corpus.cleaning.reclean().changed == 0
    take(corpus, a=SIGNED.replace("ferry", "train"))
    newer = corpus.get(ids["a"])
    assert (newer.version.number, cut_rules(newer)) == (2, [])
    assert corpus.cleaning.recut(ids["a"]).kept == ()
    assert cut_rules(corpus.get(ids["a"])) == ["daily-nk.translated-by"]


def test_one_of_several_cuts_is_put_back_by_number_or_place(corpus: Corpus) -> None:
    take(corpus, other=STORY)
    add_rules(corpus, FILED)
    ids = take(corpus, a=SIGNED)
    first, second = corpus.get(ids["a"]).document.removed
    corpus.cleaning.uncut(ids["a"], f"{second.start}-{second.end}")
    assert cut_rules(corpus.get(ids["a"])) == ["local.filed"]
    corpus.cleaning.uncut(ids["a"], "1")
    kept = corpus.cleaning.listed(ids["a"]).kept
    assert kept == ("Filed from Wonsan by Nora Feldt.", "*Translated by Una Fictional")
    assert corpus.cleaning.recut(ids["a"], 2).kept == kept[:1]
    assert corpus.get(ids["a"]).document.removed == (second,)
    assert first not in corpus.get(ids["a"]).document.removed


@pytest.mark.parametrize("span", ["0", "2", "9-12", "x", "-1", "1-", "999999999999"])
def test_a_cut_that_is_not_there(corpus: Corpus, span: str) -> None:
    ids = take(corpus, a=SIGNED)
    with pytest.raises(UsageError):
        corpus.cleaning.uncut(ids["a"], span)
    assert len(corpus.get(ids["a"]).document.removed) == 1


def test_a_removed_article_leaves_no_line_behind(corpus: Corpus) -> None:
    ids = take(corpus, a=SIGNED)
    corpus.cleaning.uncut(ids["a"])
    corpus.remove([ids["a"]])
    assert b"Una Fictional" not in corpus.path.read_bytes()


def test_own_rules_keep_their_order_and_replace_each_other(corpus: Corpus) -> None:
    take(corpus, a=SIGNED)
    other = FILED.replace("local.filed", "local.alpha")
    add_rules(corpus, FILED + other)
    add_rules(corpus, FILED.replace("sign-off", "mark"))
    assert [(rule.id, rule.note) for rule in corpus.cleaning.own_rules()] == [
        ("local.filed", "the desk's mark"),
        ("local.alpha", "the desk's sign-off"),
    ]
    uses = corpus.cleaning.usage()
    assert [use.rule.id for use in uses if use.is_own] == ["local.filed", "local.alpha"]
    assert {use.rule.id: use.cuts for use in uses}["daily-nk.translated-by"] == 1


def test_only_own_rules_can_be_removed(corpus: Corpus) -> None:
    take(corpus, a=SIGNED)
    for rule in ("daily-nk.bio", "local.none"):
        with pytest.raises(UsageError, match=rule):
            corpus.cleaning.remove([rule])


def test_files_are_added_all_or_none(corpus: Corpus, tmp_path: Path) -> None:
    take(corpus, a=SIGNED)
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(FILED, "utf-8")
    bad.write_text(FILED.replace("credit", "noise"), "utf-8")
    with pytest.raises(SettingsError, match=r"bad\.toml"):
        corpus.cleaning.add_files([good, bad])
    assert corpus.cleaning.own_rules() == ()


def test_workers_come_to_the_same(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nkcorpus.reclean._POOL_COST", 1000)
    take(corpus, **{f"a{n}": SIGNED.replace("ferry", f"ferry {n}") for n in range(40)})
    add_rules(corpus, FILED)
    alone = corpus.cleaning.reclean(dry_run=True, jobs=1)
    heard: list[int] = []
    together = corpus.cleaning.reclean(dry_run=True, jobs=2, on_done=lambda done, article: heard.append(done))
    assert alone == together
    assert alone.changed == 40


LINES = st.lists(
    st.sampled_from(
        [
            "The ferry stopped.",
            "Filed from Wonsan by Nora Feldt.",
            "*Translated by Una Fictional",
            "SEOUL, Nov. 6 (Yonhap) -- The harbour is closed.",
            "Read in Korean",
            "",
            "\u00a0",
            "The\u00a0Pyongyang metro, as theMinistry said.",
            "bad \ufffd byte",
        ]
    ),
    min_size=1,
    max_size=9,
)
STEPS = st.lists(
    st.sampled_from(["add", "remove", "reclean", "mend", "unmend", "uncut", "uncut 1", "undo", "undo 1"]), max_size=8
)


@settings(max_examples=40)
@given(lines=LINES, steps=STEPS)
def test_the_text_is_always_the_raw_text_with_its_edits(lines: list[str], steps: list[str]) -> None:
    raw = "A body line.\n" + "\n".join(lines)
    with tempfile.TemporaryDirectory() as folder, Corpus.open(Path(folder) / "c.db") as corpus:
        ids = take(corpus, a=raw)
        original = corpus.get(ids["a"])
        for step in steps:
            _take_step(corpus, ids["a"], step)
            article = corpus.get(ids["a"])
            document = article.document
            assert document.raw_text == original.document.raw_text
            assert article.text == apply_edits(document.raw_text, document.removed, document.repairs) == document.text
            assert article.words == len(article.text.split())
        if any(use.is_own for use in corpus.cleaning.usage()):
            corpus.cleaning.remove(["local.filed"])
        if corpus.cleaning.listed(ids["a"]).kept:
            corpus.cleaning.recut(ids["a"])
        corpus.cleaning.reclean(fix_text=False)
        assert corpus.get(ids["a"]) == original


def _take_step(corpus: Corpus, article: str, step: str) -> None:
    cleaning = corpus.cleaning
    name, _, number = step.partition(" ")
    match name:
        case "add":
            add_rules(corpus, FILED)
        case "remove" if cleaning.own_rules():
            cleaning.remove(["local.filed"])
        case "reclean":
            cleaning.reclean()
        case "mend" | "unmend":
            cleaning.reclean(fix_text=name == "mend")
        case "uncut" if corpus.get(article).document.removed:
            cleaning.uncut(article, number or None)
        case "undo" if cleaning.listed(article).kept:
            cleaning.recut(article, int(number) if number else None)
