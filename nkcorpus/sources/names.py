"""Names of files and of members of archives: which are wanted, which are no articles, which are not safe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import PurePosixPath

_DRIVE = re.compile("[A-Za-z]:")
_RESOURCES = "_files"
"""What browsers add to the name of a page for the folder with its pictures and scripts."""

_SYSTEM_FOLDERS = frozenset({"__MACOSX"})


@dataclass(frozen=True, slots=True)
class Names:
    """Globs for names. A pattern without `/` is matched with the last part of a name, another with its end.

    `*` stands for `/` too. Case counts. An archive that is included is so with all that it holds.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def forbids(self, origin: str) -> bool:
        """Tell whether a file, folder or archive is excluded."""
        return _matches(self.exclude, origin)

    def wants(self, origin: str) -> bool:
        """Tell whether a file with articles is to be taken."""
        return (not self.include or self._includes(origin)) and not self.forbids(origin)

    def asks_for(self, origin: str) -> bool:
        """Tell whether a file is meant by a pattern, whatever kind it may be of."""
        return _matches(self.include, origin) and not self.forbids(origin)

    def _includes(self, origin: str) -> bool:
        archive = origin
        while not _matches(self.include, archive):
            archive, within, _ = archive.rpartition("!/")
            if not within:
                return False
        return True


class PageFolders:
    """Tells the folders that browsers save beside pages: `Rice_files` beside `Rice.html`."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._pages: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Remember a file; only pages matter."""
        stem, _, extension = name.rpartition(".")
        if extension.lower() in ("html", "htm", "xhtml"):
            self._pages.add(stem)

    def hold(self, path: str) -> bool:
        """Tell whether a path is such a folder or lies in one."""
        end = path.find(_RESOURCES)
        while end >= 0:
            after = path[end + len(_RESOURCES) :]
            if after[:1] in ("", "/") and path[:end] in self._pages:
                return True
            end = path.find(_RESOURCES, end + 1)
        return False


def is_hidden(path: str) -> bool:
    """Tell whether a part of a member's path begins with a dot, or is a folder of an operating system's own."""
    parts = (part for part in path.replace("\\", "/").split("/") if part not in (".", ".."))
    return any(part.startswith(".") or part in _SYSTEM_FOLDERS for part in parts)


def is_unsafe(path: str) -> bool:
    """Tell whether a member's path would lead out of a folder that it was unpacked to."""
    path = path.replace("\\", "/")
    return path.startswith("/") or bool(_DRIVE.match(path)) or ".." in path.split("/")


def member_name(raw: bytes) -> str:
    """Return the name of a member that does not say its encoding: UTF-8, else that of Korean Windows, else Latin."""
    for codec in ("utf-8", "cp949"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437", "replace")


def unknown_kind(name: str) -> str:
    """Return why a file in a folder or an archive is not looked at."""
    extension = " ".join(PurePosixPath(name).suffix.split())
    reason = f"unknown kind of file ({extension})" if extension else "a file without an extension"
    return f"{reason}; name the file itself to take it"


def _matches(patterns: tuple[str, ...], origin: str) -> bool:
    last = re.split(r"/", origin)[-1]
    return any(
        _compiled(pattern).match(origin) or _compiled(f"*/{pattern}").match(origin)
        if "/" in pattern
        else _compiled(pattern).match(last)
        for pattern in patterns
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
