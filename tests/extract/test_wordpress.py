"""Posts of the WordPress REST interface, as single objects, lists and lines, without any --map."""

import json
from pathlib import Path
from typing import Any

import pytest

from nkcorpus import Cleaned, clean_sources

POST: dict[str, Any] = {
    "id": 4711,
    "date": "2024-05-13T08:30:00",
    "date_gmt": "2024-05-12T23:30:00",
    "modified": "2024-05-14T09:00:00",
    "modified_gmt": "2024-05-14T00:00:00",
    "slug": "ferry-waits",
    "link": "https://www.dailynk.com/english/ferry-waits/",
    "title": {"rendered": "Ferry waits &#8211; &#8216;no fuel&#8217;"},
    "content": {
        "rendered": "<p>The ferry at Sinpo waited for fuel.</p>\n<ul><li>One day</li><li>Two days</li></ul>"
        "<figure><img src='a.png'><figcaption>Image: Daily NK</figcaption></figure>\n"
        "<p>*Translated by Hannah Corwin</p>",
        "protected": False,
    },
    "author": 12,
    "tags": [3, 4],
    "_embedded": {
        "author": [{"id": 12, "name": "Kang Yun Ah"}],
        "wp:term": [
            [{"taxonomy": "category", "name": "Economy"}],
            [{"taxonomy": "post_tag", "name": "Ferries"}, {"taxonomy": "post_tag", "name": "Sinpo"}],
        ],
    },
}


def cleaned(path: Path, content: str) -> list[Cleaned]:
    path.write_text(content, encoding="utf-8")
    return list(clean_sources([path]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("post.json", json.dumps(POST)),
        ("posts.json", json.dumps([POST, POST])),
        ("posts.jsonl", f"{json.dumps(POST)}\n{json.dumps(POST)}\n"),
    ],
)
def test_post_is_an_article(tmp_path: Path, name: str, content: str) -> None:
    for item in cleaned(tmp_path / name, content):
        document = item.document
        assert document is not None, item.error
        assert document.text.strip() == "The ferry at Sinpo waited for fuel.\n\n- One day\n- Two days"
        assert document.title == "Ferry waits – ‘no fuel’"
        assert document.date is not None
        assert document.date.value == "2024-05-12T23:30:00Z"
        assert document.updated is not None
        assert document.updated.value == "2024-05-14T00:00:00Z"
        assert (document.url, document.external_id) == (POST["link"], "4711")
        assert (document.source, document.section) == ("Daily NK", "Economy")
        assert (document.authors, document.tags) == (("Kang Yun Ah",), ("Ferries", "Sinpo"))
        assert document.translator == "Hannah Corwin"


def test_post_without_embedded_names(tmp_path: Path) -> None:
    bare = {key: value for key, value in POST.items() if key != "_embedded"}
    bare |= {"date_gmt": "0000-00-00T00:00:00", "link": "https://sea.example/ferry/"}
    (item,) = cleaned(tmp_path / "a.json", json.dumps(bare))
    document = item.document
    assert document is not None
    assert document.date is not None
    assert document.date.value == "2024-05-13T08:30:00"
    assert (document.authors, document.tags, document.source, document.section) == ((), (), None, None)


@pytest.mark.parametrize("embedded", [None, [], {"author": "x", "wp:term": {}}, {"author": [3], "wp:term": [[3], 4]}])
def test_broken_embedding_does_no_harm(tmp_path: Path, embedded: object) -> None:
    (item,) = cleaned(tmp_path / "a.json", json.dumps(POST | {"_embedded": embedded}))
    assert item.document is not None
    assert item.document.authors == ()
