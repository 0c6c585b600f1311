"""Articles by the thousand, the same ones each time."""

from __future__ import annotations

import json
import random
from pathlib import Path

WORDS = (
    "trader border market rice lecture police phone river night source province winter price coal truck school factory"
    " mine guard family order meeting party harvest station road"
).split()
TAILS = (
    "",
    "*Translated by {name}",
    "Please direct any comments or questions about this article to desk@example.org.",
    "Read in Korean",
)
KNOWN_WORD = "quicksilver"


def write_articles(folder: Path, count: int) -> int:
    """Write `count` articles, four in five as JSON lines, the others as text files; return how many.

    Every fiftieth has the text of the one before. One holds KNOWN_WORD.
    """
    random_ = random.Random(20260704)
    folder.mkdir()
    records = []
    text = ""
    for number in range(count):
        if number % 50 or not text:
            words = " ".join(random_.choices(WORDS, k=30))
            tail = random_.choice(TAILS).format(name=random_.choice(["Ara Fictional", "Ben Invented"]))
            known = f" {KNOWN_WORD}" if number == count // 2 + 1 else ""
            text = f"Story {number} of a {words}{known}.\n\nThe end came as told.\n\n{tail}\n"
        if number % 5:
            records.append({"id": f"r{number}", "title": f"Story {number}", "text": text, "source": "Invented Post"})
        else:
            (folder / f"{number:05}.txt").write_text(text, "utf-8")
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "records.jsonl").write_text(lines, "utf-8")
    return count
