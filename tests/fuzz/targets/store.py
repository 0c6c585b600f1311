"""The store: what is put in comes out the same."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from nkcorpus.config import load_settings
from nkcorpus.errors import SettingsError
from nkcorpus.fetch.policy import policy_from_settings
from nkcorpus.store.text import storable
from tests.fuzz.draw import Draw
from tests.fuzz.oracles import UNSTORABLE
from tests.fuzz.target import target, told
from tests.store.builders import create, prepared

from .render import document, seeds

_LONGEST_LIFE = 100


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp())


@cache
def _numbers() -> Iterator[int]:
    return itertools.count()


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    return tuple(map(_storable, value)) if type(value) is tuple else value


@target(seeds, weight=2, longest=1200, examples=6)
def round_trip(data: bytes) -> None:
    """Any document comes out of a new store as it went in, and of a copy with the same digest."""
    draw = Draw(data)
    drawn = document(draw)
    fields = {name: _storable(getattr(drawn, name)) for name in drawn.__slots__ if name not in ("removed", "repairs")}
    made = replace(drawn, **fields, removed=(), repairs=())  # type: ignore[arg-type]
    item = prepared(
        made.raw_text,
        origin=storable(draw.text()) or "a",
        payload=draw.rest(),
        **{name: getattr(made, name) for name in made.__slots__ if name != "raw_text"},
    )
    path = _folder() / f"{next(_numbers())}.db"
    store = create(path, item)
    try:
        (article,) = store.articles([item.article_id])
        assert article.document == made
        assert (article.text, article.origin) == (made.text, item.origin)
        assert [payload.payload for payload in store.payloads()] == [data[len(data) - item.payload_size :]]
        digest = store.export_hash()
    finally:
        store.close()
    other = create(path.with_suffix(".copy"), item)
    try:
        assert other.export_hash() == digest
    finally:
        other.close()
        for file in _folder().iterdir():
            file.unlink()


def settings() -> list[bytes]:
    return [
        b'corpus = "a.db"\n[search]\nlimit = 5\n[fetch]\ndelay = 1.5\nallow_hosts = ["a.example:80"]\n',
        b'[fetch]\ncontact = "me@x.example"\nmax_bytes = 9\nobey_robots = false\n',
    ]


@target(
    settings,
    weight=25,
    longest=800,
    words=(
        "[fetch]\n",
        "delay = ",
        "retries = ",
        "max_bytes = ",
        "allow_hosts = [",
        "inf",
        "nan",
        "-1",
        "1e400",
        "true",
        "'''",
        "9" * 400,
        "contact = ",
        "0x",
        "\\U00110000",
        "[[",
        "= {",
    ),
)
def settings_file(data: bytes) -> None:
    """A settings file is read, or refused in one line."""
    path = _folder() / f"{os.getpid()}.toml"
    path.write_bytes(data)
    with told(SettingsError):
        settings = load_settings({"NKCORPUS_CONFIG": str(path)})
        policy = policy_from_settings(settings.get("fetch", {}), {})
        assert policy.user_agent.isascii()
        assert 0.0 <= policy.delay < float("inf")


@target(seeds, weight=60, longest=300)
def text(data: bytes) -> None:
    """Any text can be made storable."""
    kept = storable(data.decode("utf-8", "surrogateescape"))
    assert not UNSTORABLE.search(kept)
    assert storable(kept) == kept
