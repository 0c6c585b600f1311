"""Site profiles: CSS selectors for the markup of one publisher, as TOML data beside the code.

A profile file is `profiles/NAME.toml` with the keys

    hosts           host names; subdomains are meant too
    site_name       the publisher's name, for pages that do not give it
    detect          selectors, any of which tells the site in a page without a known address; tried on the
                    `meta` elements named in `_MARKS` and on the canonical `link` alone
    date_attribute  attribute that holds the machine-readable date (default `datetime`)
    [select]        title, date, authors, body, tags, drop: lists of selectors; of the first five the first
                    selector that finds something counts, `drop` is what to leave out within the body

A field that the selectors do not find falls back to the generic rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from types import MappingProxyType
from urllib.parse import urlsplit

import soupsieve
from bs4 import Tag
from soupsieve import SelectorSyntaxError, SoupSieve

from nkcorpus.errors import SettingsError

FIELDS = ("title", "date", "authors", "body", "tags", "drop")
_MARKS = frozenset(("og:site_name", "og:url", "generator", "application-name"))
"""The `property` or `name` of the `meta` elements that may tell a site."""

_MAX_MARKS = 300
_KEYS = frozenset(("hosts", "site_name", "detect", "date_attribute", "select"))


@dataclass(frozen=True, slots=True)
class Profile:
    """The markup of one site. `selectors` maps a field of `FIELDS` to compiled selectors in order."""

    name: str
    hosts: tuple[str, ...]
    site_name: str
    detect: SoupSieve
    date_attribute: str
    selectors: MappingProxyType[str, tuple[SoupSieve, ...]]

    def detects(self, marks: Iterable[Tag]) -> bool:
        """Return whether one of the `meta` and `link` elements `marks` tells the site."""
        return any(self.detect.match(tag) for tag in marks)

    def select(self, field: str, root: Tag) -> list[Tag]:
        """Return what the first selector for `field` that finds anything finds, in document order."""
        for selector in self.selectors.get(field, ()):
            if found := list(selector.select(root)):
                return found
        return []

    def dropped(self, body: Tag) -> Iterator[Tag]:
        """Yield the elements within `body` that are no article text."""
        for selector in self.selectors.get("drop", ()):
            yield from selector.select(body)

    def covers(self, url: str) -> bool:
        """Return whether `url` is on one of the site's hosts."""
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return False
        return any(host == known or host.endswith(f".{known}") for known in self.hosts)


def parse_profile(toml_text: str, name: str, origin: str) -> Profile:
    """Return the profile written in `toml_text`.

    `origin` names the file in messages. Raises SettingsError, naming file and key, for whatever is not as
    the module's description says.
    """
    try:
        data = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{origin}: not valid TOML ({error}): correct the file") from None
    for key in data.keys() - _KEYS:
        raise SettingsError(f"{origin}: unknown key '{key}': use {', '.join(sorted(_KEYS))}")
    select = data.get("select", {})
    if not isinstance(select, dict):
        raise SettingsError(f"{origin}: 'select' must be a table of selector lists")
    for key in select.keys() - set(FIELDS):
        raise SettingsError(f"{origin}: unknown key 'select.{key}': use {', '.join(FIELDS)}")
    return Profile(
        name=name,
        hosts=tuple(host.lower() for host in _strings(data, "hosts", origin)),
        site_name=_string(data, "site_name", origin),
        detect=soupsieve.compile(", ".join(found.pattern for found in _selectors(data, "detect", origin, "detect"))),
        date_attribute=_string(data, "date_attribute", origin, default="datetime"),
        selectors=MappingProxyType({key: _selectors(select, key, origin, f"select.{key}") for key in select}),
    )


@cache
def load_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with the package, by name. Read once."""
    folder = files("nkcorpus.extract") / "profiles"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(
        parse_profile(entry.read_text(encoding="utf-8"), entry.name.removesuffix(".toml"), entry.name)
        for entry in found
    )


def find_profile(root: Tag, url: str | None) -> Profile | None:
    """Return the profile for a page: by its address where that is known, else by what the page shows."""
    if url:
        return next((profile for profile in load_profiles() if profile.covers(url)), None)
    found = (tag for tag in root.descendants if isinstance(tag, Tag) and _is_mark(tag))
    marks = list(islice(found, _MAX_MARKS))
    return next((profile for profile in load_profiles() if profile.detects(marks)), None)


def site_name(url: str) -> str | None:
    """Return the name of the site that `url` is on, None without a profile for it."""
    return next((profile.site_name for profile in load_profiles() if profile.covers(url)), None)


def _is_mark(tag: Tag) -> bool:
    if tag.name == "link":
        return "canonical" in str(tag.attrs.get("rel")).lower()
    if tag.name != "meta":
        return False
    return str(tag.attrs.get("property") or tag.attrs.get("name")).strip().lower() in _MARKS


def _string(data: dict[str, object], key: str, origin: str, *, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{origin}: '{key}' must be a text that is not empty")
    return value


def _strings(data: dict[str, object], key: str, origin: str, label: str | None = None) -> list[str]:
    value = data.get(key)
    if not isinstance(value, list) or not value:
        raise SettingsError(f"{origin}: '{label or key}' must be a list of texts that is not empty")
    texts = [entry for entry in value if isinstance(entry, str) and entry.strip()]
    if len(texts) != len(value):
        raise SettingsError(f"{origin}: '{label or key}' must hold texts only")
    return texts


def _selectors(data: dict[str, object], key: str, origin: str, label: str) -> tuple[SoupSieve, ...]:
    compiled = []
    for text in _strings(data, key, origin, label):
        try:
            compiled.append(soupsieve.compile(text))
        except SelectorSyntaxError as error:
            reason = str(error).partition("\n")[0]
            raise SettingsError(f"{origin}: '{label}': no CSS selector: {text!r} ({reason})") from None
    return tuple(compiled)
