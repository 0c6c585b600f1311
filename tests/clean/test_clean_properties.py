"""What holds for the spans of any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus.clean import clean_document, load_rules
from nkcorpus.clean.lines import is_blank, normalise
from nkcorpus.model import Document

RULES = load_rules()
ZONES = {rule.id: rule.zone for rule in RULES}
TAIL_LINES = [line for rule in RULES if rule.zone == "tail" for line in rule.cut]
PARAGRAPHS = [
    "A source in Kangwon Province said on Monday that the road is open.",
    "“No one asks,” he said.\u00a0",
    "Nothing more is known.",
    "당국은 아직 아무 설명도 내놓지 않았다.",
    "Translated by hand, the leaflets took a week.",
]

any_line = (
    st.sampled_from([line for rule in RULES for line in (*rule.cut, *rule.keep)])
    | st.sampled_from(PARAGRAPHS)
    | st.sampled_from(["", "", " ", "\u00a0", "\u200b", "\t\u3000"])
    | st.text(max_size=30)
)
texts = st.lists(any_line, max_size=25).map("\n".join)


def clean(text: str) -> Document:
    return clean_document(Document(raw_text=text, extractor="text/1"))


@given(texts)
@settings(max_examples=300, deadline=None)
def test_spans_are_whole_lines_in_order_and_give_the_raw_text_back(text: str) -> None:
    document = clean(text)
    position = 0
    rebuilt = []
    kept = []
    for span in document.removed:
        assert position <= span.start < span.end <= len(text)
        assert span.start in (0, position) or text[span.start - 1] == "\n"
        if span.end < len(text) and text[span.end - 1] != "\n":
            assert ZONES[span.rule] == "prefix"
        first, *rest = text[span.start : span.end].removesuffix("\n").split("\n")
        assert not is_blank(first)
        assert all(is_blank(line) for line in rest)
        kept.append(text[position : span.start])
        rebuilt += [kept[-1], text[span.start : span.end]]
        position = span.end
    kept.append(text[position:])
    assert "".join([*rebuilt, kept[-1]]) == text
    assert "".join(kept) == document.text


@given(texts)
@settings(max_examples=300, deadline=None)
def test_cleaning_the_clean_text_cuts_nothing_more(text: str) -> None:
    once = clean(text).text
    again = clean(once)
    assert again.text == once
    assert again.removed == ()


@given(st.lists(st.sampled_from(TAIL_LINES), min_size=1, max_size=8), st.sampled_from(["\n", "\n\n", "\n\u00a0\n"]))
@settings(max_examples=150, deadline=None)
def test_any_tail_is_cut_in_any_order(tail: list[str], gap: str) -> None:
    body = "\n\n".join(PARAGRAPHS)
    assert clean(body + "\n" + gap.join(tail)).text == body + "\n"


@given(st.text())
def test_the_normal_form_is_stable(line: str) -> None:
    assert normalise(normalise(line)) == normalise(line)
    assert "\n" not in normalise(line)


@given(texts)
@settings(deadline=None)
def test_cleaning_a_cleaned_document_changes_nothing(text: str) -> None:
    document = clean(text)
    assert clean_document(document) == document
