"""The language of a text. All texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.extract import extract
from nkcorpus.extract.language import find_language, model_language
from nkcorpus.model import Document, SourceItem

SHORT = {
    "en": "The ferry at the harbour did not leave for three days because of the wind, people there said.",
    "fr": "Le bac du port n'est pas parti pendant trois jours à cause du vent, disent les habitants.",
    "de": "Die Fähre im Hafen fuhr drei Tage lang wegen des Windes nicht ab, sagten Anwohner.",
    "es": "El transbordador del puerto no salió durante tres días a causa del viento, dijeron los vecinos.",
    "ru": "Паром из порта три дня не выходил в море из-за ветра, рассказали местные жители.",
    "uk": "Паром із порту три дні не виходив у море через вітер, розповіли місцеві жителі.",
    "vi": "Chuyến phà ở cảng không rời bến trong ba ngày vì gió lớn, người dân ở đó cho biết.",
    "pl": "Prom z portu nie wypływał przez trzy dni z powodu wiatru, mówili mieszkańcy.",
    "ar": "لم تغادر العبارة الميناء لمدة ثلاثة أيام بسبب الرياح، كما قال السكان.",
    "ko": "바람 때문에 나루터의 배가 사흘 동안 떠나지 못했다고 현지 주민들이 말했다.",
    "ja": "風のために港の渡し船は三日間出なかったと、そこの人々は言った。",
    "zh": "当地居民说，由于大风，港口的渡船三天没有开出。",
}


@pytest.mark.parametrize("lang", SHORT)
def test_a_sentence_is_enough(lang: str) -> None:
    found = find_language(SHORT[lang], None)
    assert found == (lang, "script-share" if lang in ("ko", "ja", "zh") else "language-model")


@pytest.mark.parametrize("lang", SHORT)
def test_figures_addresses_and_controls_do_not_matter(lang: str) -> None:
    noise = "https://sea.example/a?b=1 t.brenn@sea.example 5,150 \x00 \ud800 \U0001f30a "
    found = find_language(noise + SHORT[lang] + noise, None)
    assert found is not None
    assert found[0] == lang


@pytest.mark.parametrize(
    "text",
    ["", "Rice", "Kim Jong Un", "5,150 KPW, 12.5 USD", "Hyesan Musan Hoeryong", "....", "\ud800\x00" * 99, "ab " * 400],
)
def test_too_little_tells_nothing(text: str) -> None:
    assert model_language(text) is None


@pytest.mark.parametrize(
    ("text", "declared", "found"),
    [
        (SHORT["en"], "en", ("en", "html-lang")),
        (SHORT["fr"], "en", ("fr", "language-model")),
        (SHORT["ko"], "en", ("ko", "script-share")),
        (SHORT["en"], "ko", ("en", "language-model")),
        ("Ferry waits", "en", ("en", "html-lang")),
        (SHORT["zh"], "yue", ("yue", "html-lang")),
        ("Ferry waits", None, None),
    ],
)
def test_what_a_page_declares_counts_unless_its_text_contradicts(
    text: str, declared: str | None, found: tuple[str, str] | None
) -> None:
    assert find_language(text, declared) == found


@given(st.text(st.characters(), max_size=300), st.sampled_from([None, "en", "ko"]))
def test_no_text_crashes(text: str, declared: str | None) -> None:
    found = find_language(text, declared)
    assert found is None or (found[0].isalpha() and len(found[0]) in (2, 3))


def document_of(name: str, kind: str, text: str) -> Document:
    return extract(SourceItem(origin=name, name=name, kind=kind, payload=text.encode()))  # type: ignore[arg-type]


def test_text_files_and_records_have_a_language_with_evidence() -> None:
    plain = document_of("2019-06-13-ferry.txt", "text", SHORT["en"])
    assert plain.lang == "en"
    assert plain.evidence == (("date", "file-name"), ("lang", "language-model"))
    record = document_of("a.json", "record", '{"headline": "Ferry", "body": "' + SHORT["en"] + '", "Language": "fr"}')
    assert record.lang == "fr"  # a person gave it for this very article
    assert record.evidence == (("lang", "field:Language"), ("title", "field:headline"))


def test_a_page_in_another_language_than_its_template() -> None:
    paragraph = f"<p>{SHORT['fr']}</p>" * 3
    document = document_of("a.html", "html", f"<html lang=en><body><h1>Le bac</h1>{paragraph}</body></html>")
    assert (document.lang, dict(document.evidence)["lang"]) == ("fr", "language-model")


def test_front_matter_heading_and_address_have_evidence() -> None:
    front = "author: Kang Yun Ah\neditor: Tomas Brenn\nmodified: 2019-06-14\nsection: Sea\n"
    text = f"---\n{front}---\n# Ferry waits\n\nNo wind."
    document = extract(
        SourceItem("a.md", "a.md", "markdown", text.encode(), url="https://news.example/2019/06/13/ferry-waits")
    )
    assert document.date is not None
    assert document.updated is not None
    assert (document.date.value, document.updated.value) == ("2019-06-13", "2019-06-14")
    assert (document.editor, document.section) == ("Tomas Brenn", "Sea")
    assert document.evidence == (
        ("authors", "field:author"),
        ("date", "url"),
        ("editor", "field:editor"),
        ("section", "field:section"),
        ("title", "heading"),
        ("updated", "field:modified"),
        ("url", "given"),
    )


def test_what_a_mapping_names_is_evidence() -> None:
    item = SourceItem("a.json", "a.json", "record", b'{"entry": {"head": "Ferry", "changed": "2019-06-14"}}')
    document = extract(item, {"title": "entry.head", "updated": "entry.changed"})
    assert dict(document.evidence) == {"title": "field:entry.head", "updated": "field:entry.changed"}


def test_a_record_changed_when_it_was_published_has_no_date_of_change() -> None:
    document = document_of("a.json", "record", '{"title": "Ferry", "date": "2019-06-13", "modified": "2019-06-13"}')
    assert document.updated is None
    assert dict(document.evidence) == {"date": "field:date", "title": "field:title"}
