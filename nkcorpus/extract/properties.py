"""What documents of word processors and printers say of themselves: who wrote them, and what is no answer to that."""

from __future__ import annotations

import re

from nkcorpus.extract.bylines import split_names
from nkcorpus.extract.fields import single_line

_NOBODY = re.compile(
    r"\(?(?:anonymous|unknown|user|admin|administrator|owner|author|microsoft office user|python-docx|windows user)\)?",
    re.IGNORECASE,
)
"""What stands for an author where nobody wrote one."""

_FILE_TITLE = re.compile(
    r"(?:microsoft \w+ - .*|\(?(?:untitled|anonymous)\b.*|.*\.(?:docx?|pdf|indd|hwpx?|odt))", re.IGNORECASE
)


def authors_of(value: object) -> tuple[str, ...]:
    """Return the names in a property, without those that programs put there."""
    name = " ".join(str(value or "").split())
    return () if _NOBODY.fullmatch(name) else split_names(name)


def title_of(value: object) -> str | None:
    """Return the title in a property, None for what is none: the name of a file, a program's words for no title."""
    title = single_line(value)
    return None if title and _FILE_TITLE.fullmatch(title) else title
