"""JSON files: a list of articles, streamed; one article; or an object that holds a list of articles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from types import MappingProxyType

from nkcorpus.errors import BadRecord, ItemTooLarge
from nkcorpus.extract.charset import bom_charset
from nkcorpus.extract.fields import candidates
from nkcorpus.model import SourceItem, SourceSkip
from nkcorpus.sources.limits import HEAD_BYTES, JSON_BYTES, JSON_CHUNK, RECORD_BYTES, megabytes
from nkcorpus.sources.sniff import record_charset
from nkcorpus.sources.stream import Input, Outcome, peek, text_of

LIST_KEYS = ("items", "articles", "posts", "entries", "results", "data", "hits", "documents")
"""Keys under which an object holds the list of its articles."""

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_SPACE = re.compile(r"[ \t\n\r]*")
_UNDECIDED = 16
"""An error this close to the end of what was read may go away with more: `-Infinity`, surrogate escapes."""

# Only the bounds of values are wanted: numbers stay strings, so that a huge one costs nothing.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)


def read_json(
    source: Input,
    *,
    mapping: Mapping[str, str] = _NO_MAPPING,
    chunk: int = JSON_CHUNK,
    record_limit: int = RECORD_BYTES,
    total_limit: int = JSON_BYTES,
) -> Iterator[Outcome]:
    """Yield an item for each object of a JSON file, with the object's exact source bytes.

    At most two records are held at a time (`chunk` characters are read at once). Records before a fault are
    yielded, then one failure with the record's number and the character's position. Limits are in characters.
    Raises NotText for binary input, ItemTooLarge beyond `total_limit`.
    """
    head, stream = peek(source.stream, HEAD_BYTES)
    charset = record_charset(head, complete=len(head) < HEAD_BYTES) if head else "utf-8"
    mark = bom_charset(head)
    stream.read(mark[1] if mark else 0)
    with text_of(stream, charset) as text:
        window = _Window(text, chunk, record_limit, total_limit)
        reader = _Reader(source, window, charset, mapping)
        first = window.next_character()
        if first is None:
            yield source.failure("the file is empty")
            return
        try:
            if first == "[":
                yield from reader.whole_list()
            elif first == "{":
                yield from reader.objects()
            else:
                yield source.failure(f"not JSON: no list or object begins at character {window.place}")
        except BadRecord as error:
            yield source.failure(error, reader.number + 1)


class _Window:
    """The part of a JSON text that is in memory, and the place where reading goes on."""

    def __init__(self, text: TextIOWrapper, chunk: int, record_limit: int, total_limit: int) -> None:
        self._text = text
        self._chunk = chunk
        self._record_limit = record_limit
        self._total_limit = total_limit
        self._dropped = 0
        self._ended = False
        self.content = ""
        self.position = 0

    @property
    def place(self) -> int:
        """The 1-based number, in the whole text, of the character at `position`."""
        return self._dropped + self.position + 1

    def next_character(self) -> str | None:
        """Skip white space and return the next character without taking it; None at the end."""
        while True:
            space = _SPACE.match(self.content, self.position)
            self.position = space.end() if space else self.position
            if self.position < len(self.content):
                return self.content[self.position]
            if not self._fill():
                return None

    def take_value(self) -> tuple[object, int]:
        """Take the JSON value at `position`; return it and where it starts in `content`.

        Raises BadRecord when it is broken, cut off, too long or nested too deeply.
        """
        while True:
            try:
                value, end = _DECODER.raw_decode(self.content, self.position)
            except json.JSONDecodeError as error:
                undecided = error.msg.startswith("Unterminated string") or error.pos >= len(self.content) - _UNDECIDED
                if undecided and self._fill():
                    continue
                if undecided:
                    raise BadRecord(f"cut off at character {self._dropped + len(self.content)}") from None
                raise BadRecord(f"broken at character {self._dropped + error.pos + 1}: {error.msg}") from None
            except RecursionError:
                raise BadRecord(f"nested too deeply at character {self.place}") from None
            # A number that ends where the window ends may go on.
            if end == len(self.content) and self.content[end - 1] not in '}]"' and self._fill():
                continue
            start, self.position = self.position, end
            return value, start

    def release(self) -> None:
        """Drop what was read, when it is worth the copy."""
        if self.position > max(self._chunk, len(self.content) // 2):
            self.content = self.content[self.position :]
            self._dropped += self.position
            self.position = 0

    def _fill(self) -> bool:
        """Read on; each time as much as is held, so that a long value is not parsed again too often."""
        if self._ended:
            return False
        held = len(self.content) - self.position
        if held > self._record_limit:
            raise BadRecord(f"longer than the limit of {megabytes(self._record_limit)} for one record")
        more = self._text.read(max(self._chunk, held))
        if not more:
            self._ended = True
            return False
        self.content += more
        if self._dropped + len(self.content) > self._total_limit:
            raise ItemTooLarge(f"larger than the limit of {megabytes(self._total_limit)}; use JSON lines")
        return True


class _Reader:
    """Yields the outcomes of one JSON text. `number` is that of the last record taken."""

    def __init__(self, source: Input, window: _Window, charset: str, mapping: Mapping[str, str]) -> None:
        self._source = source
        self._window = window
        self._charset = charset
        self._mapping = mapping
        self.number = 0

    def whole_list(self) -> Iterator[Outcome]:
        """Yield the elements of the list that is all of the text."""
        yield from self._elements()
        if self._window.next_character() is not None:
            place = self._window.place
            yield self._source.failure(f"text after the end of the list, at character {place}, was left out")

    def objects(self) -> Iterator[Outcome]:
        """Yield the one object, the elements of the list that it holds, or the objects one after another."""
        try:
            value, start = self._window.take_value()
        except BadRecord as error:
            raise BadRecord(f"the JSON object is {error}") from None
        end = self._window.position
        if self._window.next_character() is None:
            key = _list_key(value, self._mapping)
            if key is None:
                yield self._item(start, end, None)
                return
            self._seek_list(start, key)
            yield from self._elements()
            return
        self.number = 1
        yield self._item(start, end, 1)
        while self._window.next_character() is not None:
            yield self._record()

    def _elements(self) -> Iterator[Outcome]:
        """Yield the elements of the list at the window's position, one record each."""
        window = self._window
        window.position += 1
        while (character := window.next_character()) != "]":
            if character is None:
                raise BadRecord(f"record {self.number + 1}: the list is cut off at character {window.place - 1}")
            yield self._record()
            character = window.next_character()
            if character == ",":
                window.position += 1
            elif character not in ("]", None):
                raise BadRecord(f"record {self.number}: no comma follows it at character {window.place}")
        window.position += 1
        if not self.number:
            yield SourceSkip(self._source.origin, "an empty list")

    def _record(self) -> Outcome:
        self._window.release()
        try:
            value, start = self._window.take_value()
        except BadRecord as error:
            raise BadRecord(f"record {self.number + 1} is {error}") from None
        self.number += 1
        if not isinstance(value, dict):
            return self._source.failure(f"record {self.number} is no JSON object", self.number)
        return self._item(start, self._window.position, self.number)

    def _item(self, start: int, end: int, record: int | None) -> SourceItem:
        payload = self._window.content[start:end].encode(self._charset, "surrogateescape")
        source = self._source
        return SourceItem(source.origin, source.name, "record", payload, record=record, charset=self._charset)

    def _seek_list(self, start: int, path: tuple[str, ...]) -> None:
        """Move the window to the list under `path` in the object at `start`."""
        window = self._window
        window.position = start
        for key in path:
            window.position += 1
            while True:
                window.next_character()
                name, _ = window.take_value()
                window.next_character()
                window.position += 1  # the colon
                window.next_character()
                if name == key:
                    break
                window.take_value()
                window.next_character()
                window.position += 1  # the comma


def _list_key(value: object, mapping: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the path to the list of objects in an object that is no article itself."""
    if not isinstance(value, dict):
        return None
    if any(isinstance(text, str) and text.strip() for text in candidates(value, "text", mapping)):
        return None
    for key in LIST_KEYS:
        inner = value.get(key)
        path: tuple[str, ...] = (key,)
        if isinstance(inner, dict) and isinstance(inner.get(key), list):  # {"hits": {"hits": [...]}}
            inner, path = inner[key], (key, key)
        if isinstance(inner, list) and all(isinstance(element, dict) for element in inner):
            return path
    return None
