"""JSON files and JSON lines."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import ItemTooLarge
from nkcorpus.extract import extract
from nkcorpus.model import SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources import iter_items
from nkcorpus.sources.jsonfile import read_json
from nkcorpus.sources.jsonlines import read_json_lines
from nkcorpus.sources.stream import Input, Outcome

KOREAN = '{"text": "장마당에서 쌀값이 올랐다고 소식통이 전했다. 주민들은 걱정하고 있다."}'


def of_file(tmp_path: Path, content: str | bytes, name: str = "a.json") -> list[Outcome]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(iter_items([str(path)]))


def payloads(outcomes: list[Outcome]) -> list[bytes]:
    assert all(isinstance(outcome, SourceItem) for outcome in outcomes), outcomes
    return [outcome.payload for outcome in outcomes if isinstance(outcome, SourceItem)]


def failure(outcomes: list[Outcome]) -> SourceFailure:
    """The one failure, which ends the outcomes."""
    assert [type(outcome) for outcome in outcomes[:-1]] == [SourceItem] * (len(outcomes) - 1)
    last = outcomes[-1]
    assert isinstance(last, SourceFailure)
    return last


def test_a_list_gives_the_exact_bytes_of_each_object(tmp_path: Path) -> None:
    outcomes = of_file(tmp_path, '[ {"text" : "쌀값\\u0041"},\n\t{"a": {"b": [1]}} , {} ]\n')
    assert payloads(outcomes) == ['{"text" : "쌀값\\u0041"}'.encode(), b'{"a": {"b": [1]}}', b"{}"]
    assert [outcome.record for outcome in outcomes if isinstance(outcome, SourceItem)] == [1, 2, 3]


def test_one_object_is_one_article(tmp_path: Path) -> None:
    (item,) = of_file(tmp_path, ' {"title": "T", "items": [{"price": 1}], "text": "x"} ')
    assert isinstance(item, SourceItem)
    assert item.record is None
    assert json.loads(item.payload)["title"] == "T"


@pytest.mark.parametrize("key", ["items", "articles", "posts", "entries", "results", "data", "hits", "documents"])
def test_an_object_may_hold_the_list(tmp_path: Path, key: str) -> None:
    content = f'{{"title": "Feed", "n": [1, {{"{key}": 2}}], "{key}": [{{"text":"a"}}, {{"text": "b"}}], "z": {{}}}}'
    assert payloads(of_file(tmp_path, content)) == [b'{"text":"a"}', b'{"text": "b"}']


def test_nested_hits_of_a_search_engine(tmp_path: Path) -> None:
    content = '{"took": 1, "hits": {"total": 1, "hits": [{"_id": "1", "_source": {"text": "x"}}]}}'
    assert payloads(of_file(tmp_path, content)) == [b'{"_id": "1", "_source": {"text": "x"}}']


@pytest.mark.parametrize("content", ["[]", " [ ] ", '{"items": []}'])
def test_an_empty_list_is_no_failure(tmp_path: Path, content: str) -> None:
    assert [type(outcome) for outcome in of_file(tmp_path, content)] == [SourceSkip]


@pytest.mark.parametrize("separator", ["\n", "\n\n", "", "\r\n"])
def test_json_lines_in_a_json_file(tmp_path: Path, separator: str) -> None:
    assert payloads(of_file(tmp_path, separator.join(['{"text": "a"}', '{"text": "b"}']) + separator)) == [
        b'{"text": "a"}',
        b'{"text": "b"}',
    ]


def test_a_list_in_a_json_lines_file(tmp_path: Path) -> None:
    assert payloads(of_file(tmp_path, '[\n{"text": "a"},\n{"text": "b"}]', "a.jsonl")) == [
        b'{"text": "a"}',
        b'{"text": "b"}',
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp949"])
@pytest.mark.parametrize(
    ("form", "name"), [("[%s, %s]", "a.json"), ("%s\n%s\n", "a.jsonl"), ("%s\r\n\r\n%s", "b.jsonl")]
)
def test_other_encodings(tmp_path: Path, encoding: str, form: str, name: str) -> None:
    outcomes = of_file(tmp_path, (form % (KOREAN, KOREAN)).encode(encoding), name)
    assert len(payloads(outcomes)) == 2
    for outcome in outcomes:
        assert isinstance(outcome, SourceItem)
        assert extract(outcome).raw_text == json.loads(KOREAN)["text"]


def test_broken_bytes_stay_in_the_payload(tmp_path: Path) -> None:
    record = '{"text": "“a'.encode() + b'\xff"}'
    assert payloads(of_file(tmp_path, b"[" + record + b", {}]")) == [record, b"{}"]
    assert payloads(of_file(tmp_path, record + b"\n{}\n", "a.jsonl")) == [record, b"{}"]


@pytest.mark.parametrize(
    ("content", "whole", "message"),
    [
        ('[{"text": "a"}, {"text": "b', 1, "record 2 is cut off at character 27"),
        ('[{"text": "a"}, {"text": tr', 1, "record 2 is cut off at character 27"),
        ('[{"text": "a"},', 1, "record 2: the list is cut off at character 15"),
        ('[{"text": "a"}', 1, "record 2: the list is cut off at character 14"),
        ("[", 0, "record 1: the list is cut off at character 1"),
        ('[{"text": "a"} {"text": "b"}]', 1, "record 1: no comma follows it at character 16"),
        ('[{"text": "a"}, {"text": nonsense and much more text}]', 1, "record 2 is broken at character 26"),
        ('[{"text": "a"}]]', 1, "text after the end of the list, at character 16"),
        ('{"text": "a"', 0, "the JSON object is cut off at character 12"),
        ("{'text': 'a and much more text after it'}", 0, "the JSON object is broken at character 2"),
        ('{"text": "a"}{"text', 1, "record 2 is cut off at character 19"),
        ("[" * 200_000, 0, "nested too deeply"),
        ('{"a":' * 200_000, 0, "nested too deeply"),
        ("hello", 0, "not JSON: no list or object begins at character 1"),
        (" \n", 0, "empty"),
        ("", 0, "empty"),
        ("\x7fELF\0\0\0\0", 0, "binary content"),
    ],
)
def test_a_broken_file_gives_what_stands_before_the_fault(
    tmp_path: Path, content: str, whole: int, message: str
) -> None:
    outcomes = of_file(tmp_path, content)
    assert len(outcomes) == whole + 1
    assert message in failure(outcomes).error


def test_a_truncation_names_the_record(tmp_path: Path) -> None:
    assert failure(of_file(tmp_path, '[{"text": "a"}, {"te')).record == 2


def test_what_is_no_object_fails_alone(tmp_path: Path) -> None:
    kinds = [type(outcome) for outcome in of_file(tmp_path, '[{"text": "a"}, 12, ["x"], {"text": "b"}]')]
    assert kinds == [SourceItem, SourceFailure, SourceFailure, SourceItem]


def test_limits(tmp_path: Path) -> None:
    long = b'[{"a": 1}, {"text": "' + b"x" * 5000 + b'"}]'

    def source() -> Input:
        return Input("a.json", "a.json", io.BytesIO(long))

    assert (
        "record 2 is longer than the limit of 1,000 bytes"
        in failure(list(read_json(source(), chunk=10, record_limit=1000))).error
    )
    with pytest.raises(ItemTooLarge, match="limit of 2,000 bytes"):
        list(read_json(source(), chunk=10, total_limit=2000))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.text(), JSON, max_size=3), min_size=1, max_size=5),
    st.integers(1, 40),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-16", "utf-32-le"]),
)
def test_streaming_gives_what_json_loads_gives(
    objects: list[dict[str, object]], chunk: int, indent: int | None, escaped: bool, encoding: str
) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=escaped)
    source = Input("a", "a", io.BytesIO(text.encode(encoding, "replace")))
    found = list(read_json(source, chunk=chunk))
    expected = json.loads(text.encode(encoding, "replace").decode(encoding))
    found_in = "utf-16-le" if encoding == "utf-16" else encoding  # a record has no byte order mark of its own
    assert [json.loads(payload.decode(found_in)) for payload in payloads(found)] == expected


@given(st.binary(max_size=60) | st.text('[]{}",:1a\\ue ', max_size=60).map(str.encode), st.integers(1, 8))
def test_no_bytes_crash_the_json_reader(content: bytes, chunk: int) -> None:
    from nkcorpus.errors import NotText

    try:
        outcomes = list(read_json(Input("a", "a", io.BytesIO(b"[" + content)), chunk=chunk))
    except (NotText, UnicodeError):  # turned into failures by the caller
        return
    assert outcomes


def test_lines_are_numbered_and_blank_ones_skipped(tmp_path: Path) -> None:
    outcomes = of_file(tmp_path, b'{"text": "a"}\r\n\n  \nnot json\n{"text": "b"}', "a.ndjson")
    assert payloads(outcomes) == [b'{"text": "a"}', b"not json", b'{"text": "b"}']
    assert [outcome.record for outcome in outcomes if isinstance(outcome, SourceItem)] == [1, 4, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_line_beyond_the_limit_fails_alone(encoding: str) -> None:
    lines = ['{"text": "a"}', '{"text": "' + "x" * 500 + '"}', '{"text": "b"}', '{"text": "' + "y" * 500]
    source = Input("a", "a", io.BytesIO("\n".join(lines).encode(encoding)))
    outcomes = list(read_json_lines(source, limit=100))
    assert [type(outcome) for outcome in outcomes] == [SourceItem, SourceFailure, SourceItem, SourceFailure]
    assert [outcome.record for outcome in outcomes if not isinstance(outcome, SourceSkip)] == [1, 2, 3, 4]


def test_a_binary_or_empty_json_lines_file_fails(tmp_path: Path) -> None:
    assert "binary" in failure(of_file(tmp_path, b"\x89PNG\r\n\x1a\n\0\0", "a.jsonl")).error
    assert "empty" in failure(of_file(tmp_path, b"", "a.jsonl")).error
