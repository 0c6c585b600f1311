"""The folder in which a size is measured: its articles, further ones to add, and a place for each tool."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from benchmarks import generate
from benchmarks.measure import Usage, measure
from benchmarks.tools import MILLION, ROOT, Command, Tool

_FURTHER = 2_000  # articles, enough for some runs of adding 1, 10 and 100
_WHOLE = "whole"  # the file in a tool's folder that tells so
_TINY = 30  # articles
_LETTERS = "bcdfghjklmnpqrstvwxz"


class Workspace:
    """The files of one size, in a folder below `folder`. What exists is taken as it is: parts can be measured again."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self._work = folder
        self.folder = folder / str(size)

    def tiny(self) -> Workspace:
        """Return one beside it of a few articles, to try what is to be measured."""
        return Workspace(self._work, _TINY)

    @property
    def short(self) -> bool:
        """Whether the articles are short ones, in one file: a million long ones would be 2 GB in as many files."""
        return self.size >= MILLION

    def articles(self) -> Path:
        """Return the articles: a folder of text files, or for short ones a file of JSON lines."""
        folder = self.folder / "articles"
        if not folder.exists():
            self._write_articles(folder)
        return folder / "articles.jsonl" if self.short else folder

    def pages(self) -> Path:
        """Return a folder with as many pages in HTML."""
        folder = self.folder / "pages"
        if not folder.exists():
            part = _part(folder)
            generate.write(part, self.size, "html")
            part.rename(folder)
        return folder

    def further(self, count: int) -> tuple[Path, str]:
        """Return a folder with `count` articles that no tool has had yet, and a word that only the last one has."""
        self.articles()
        marker = "".join(secrets.choice(_LETTERS) for _ in range(12))
        stories = self._unused(count)
        folder = self.folder / "further"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, story in enumerate(stories):
            text = f"{story['text']}\n\n{marker}" if number == count - 1 else story["text"]
            (folder / f"{story['date']}-{story['number']}.txt").write_text(text, encoding="utf-8")
        return folder, marker

    def place(self, tool: Tool) -> Path:
        """Return the tool's own folder."""
        return self.folder / "tools" / tool.key

    def fresh_place(self, tool: Tool) -> Path:
        """Return the tool's own folder, emptied."""
        place = self.place(tool)
        tool.clear(place)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def index(self, tool: Tool, source: Path) -> Usage:
        """Index all of `source` from scratch in the tool's own folder, and return what it took."""
        command = tool.index(source, self.place(tool))
        assert command is not None, tool.key
        return self.made(tool, command)

    def made(self, tool: Tool, command: Command) -> Usage:
        """Run a command that indexes all articles from scratch, and return what it took."""
        self.fresh_place(tool)
        usage = self.measure(tool, command)
        self.set_whole(tool)
        return usage

    def set_whole(self, tool: Tool) -> None:
        """Remember that the tool has indexed all articles."""
        (self.place(tool) / _WHOLE).touch()

    def is_whole(self, tool: Tool) -> bool:
        """Whether the tool has indexed all articles."""
        return (self.place(tool) / _WHOLE).exists()

    def measure(self, tool: Tool, command: Command, codes: tuple[int, ...] = (0,)) -> Usage:
        """Run a command of the tool in a fresh process and return what it took."""
        return measure(command, self.environment(tool), codes)

    def output(self, tool: Tool, command: Command) -> str:
        """Run a command of the tool, unmeasured, and return its stdout."""
        environment = {**os.environ, **self.environment(tool)}
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    def environment(self, tool: Tool) -> dict[str, str]:
        """Return the variables to add for a command of the tool.

        Bytecode is written, as pip does at an install: a checkout may lack it, or not be allowed to have it.
        """
        return {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self._work / "bytecode"),
            **tool.environment(self.place(tool)),
        }

    def _write_articles(self, folder: Path) -> None:
        words = generate.SHORT_WORDS if self.short else generate.WORDS
        stories = generate.stories(self.size + _FURTHER, words=words)
        form = "jsonl" if self.short else "text"
        part = _part(folder)
        generate.write_stories(part, itertools.islice(stories, self.size), form)
        with self._further_file.open("w", encoding="utf-8") as file:
            for story in stories:
                file.write(json.dumps({"number": story.number, "date": story.date, "text": story.text}) + "\n")
        part.rename(folder)

    def _unused(self, count: int) -> list[dict[str, str]]:
        """Return the next articles of those to add, and remember that they are used: the tools keep them."""
        position = self._further_file.with_suffix(".position")
        start = int(position.read_text()) if position.exists() else 0
        with self._further_file.open(encoding="utf-8") as lines:
            found = [json.loads(line) for line in itertools.islice(lines, start, start + count)]
        if len(found) < count:
            raise RuntimeError(f"all articles to add are used up; delete {self.folder} to begin anew")
        position.write_text(str(start + count))
        return found

    @property
    def _further_file(self) -> Path:
        return self.folder / "further.jsonl"


def _part(folder: Path) -> Path:
    """Return where a folder is written until it is whole."""
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    return part
