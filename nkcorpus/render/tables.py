"""Tables for people, drawn by Rich: widths from 40 columns up, nothing wider than the terminal.

Rich takes its time to import, so the modules here are imported only when something is drawn. Text goes in as
`rich.text.Text`, so that markup in it prints literally.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields
from nkcorpus.render.labels import LEAD_MARK, heading, near_duplicate_facts
from nkcorpus.render.safe import one_line
from nkcorpus.results import Hit, SearchResult, Snippet

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

SHORT_ID = 12
# Below these widths the column moves into a line under the title.
_WIDTH_FOR_DATE_AND_ID = 72
_WIDTH_FOR_SOURCE = 100
_SOURCE_WIDTH = 20
_DAY_LENGTH = len("2019-06-13")


def draw_hits(result: SearchResult, env: Environment) -> None:
    """Write a table of hits: rank, title over snippet, and as the width allows date, source, short id.

    What finds no column stands under the title. A hit without a title shows its lead, marked.
    Columns that would be empty in every row are left out.
    """
    if not result.hits:
        return
    documents = [hit.article.document for hit in result.hits]
    columns = []
    if env.columns >= _WIDTH_FOR_DATE_AND_ID and any(document.date for document in documents):
        columns.append("date")
    if env.columns >= _WIDTH_FOR_SOURCE and any(document.source for document in documents):
        columns.append("source")
    if env.columns >= _WIDTH_FOR_DATE_AND_ID:
        columns.append("id")

    table = _table(["#", "title", *columns], env)
    table.columns[0].justify = "right"
    for index, name in enumerate(columns, start=2):
        column = table.columns[index]
        column.no_wrap = True
        column.overflow = "ellipsis"
        column.max_width = _SOURCE_WIDTH if name == "source" else None
    for hit in result.hits:
        facts = _facts(hit)
        below = [value for name, value in facts.items() if name not in columns and value]
        cells = [_plain(facts[name]) for name in columns]
        table.add_row(_plain(str(hit.rank)), _title_cell(hit, below + near_duplicate_facts(hit)), *cells)
    draw(table, env)


def draw_removed(removed: Sequence[Fields], env: Environment, explanations: Mapping[str, str]) -> None:
    """Write a table of cuts: number, rule with its explanation, kind, place in the raw text, text."""
    if not removed:
        return
    table = _table(["#", "rule", "span", "text"], env)
    for number, cut in enumerate(removed, 1):
        rule = one_line(cut["rule"])
        rule_cell = _plain(f"{rule}\n{one_line(cut['kind'])}")
        explanation = explanations.get(cut["rule"])
        if explanation:
            rule_cell.append(f"\n{one_line(explanation)}", "dim")
        table.add_row(
            _plain(str(number)),
            rule_cell,
            _plain(f"{cut['start']}-{cut['end']}"),
            _plain(one_line(cut["text"]).strip(" ")),
        )
    table.columns[1].ratio = 2
    table.columns[2].no_wrap = True
    table.columns[3].ratio = 3
    draw(table, env)


def draw_rows(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    env: Environment,
    *,
    widest: str | Collection[str] | None = None,
) -> None:
    """Write a table of short cells; the column or columns `widest`, by default the last, take what width is left. Empty
    columns are left out.
    """
    if not rows:
        return
    shown = [number for number in range(len(headers)) if any(row[number] for row in rows)]
    table = _table([headers[number] for number in shown], env)
    wide = {widest or headers[shown[-1]]} if isinstance(widest, str | None) else widest
    for column, number in zip(table.columns, shown, strict=True):
        if headers[number] in wide:
            continue
        column.no_wrap = env.columns >= _WIDTH_FOR_DATE_AND_ID
        column.max_width = _SOURCE_WIDTH
        column.overflow = "ellipsis" if column.no_wrap else "fold"
    for row in rows:
        table.add_row(*(_plain(one_line(row[number])) for number in shown))
    draw(table, env)


def draw_pairs(pairs: Sequence[tuple[str, str]], env: Environment) -> None:
    """Write a table of two columns without a header."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", overflow="fold")
    table.add_column(overflow="fold")
    for label, value in pairs:
        table.add_row(_plain(one_line(label)), _plain(one_line(value)))
    draw(table, env)


def _facts(hit: Hit) -> dict[str, str]:
    document = hit.article.document
    return {
        "date": one_line(document.date.value[:_DAY_LENGTH]) if document.date else "",
        "source": one_line(document.source or ""),
        "id": one_line(hit.id[:SHORT_ID]),
    }


def _title_cell(hit: Hit, facts_below: Sequence[str]) -> Text:
    title = heading(hit.article.document, hit.article.text)
    snippets = [_snippet(snippet) for snippet in hit.snippets]
    below = [_plain(" · ".join(facts_below)), *snippets]
    below[0].stylize("dim")
    cell = _plain("")
    if not title.is_lead:
        cell.append(title.text, "bold")
    elif snippets and snippets[0].plain.startswith(title.text.removesuffix("…")):
        # The snippet starts where the article does: showing the lead above it would say the same twice.
        cell.append(f"{LEAD_MARK} ", "dim").append_text(snippets[0])
        below.pop(1)
    else:
        cell.append(f"{LEAD_MARK} ", "dim").append(title.text, "dim italic")
    for line in below:
        if line.plain.strip():
            cell.append("\n").append_text(line)
    return cell


def _snippet(snippet: Snippet) -> Text:
    text = _plain("")
    position = 0
    for start, end in sorted(snippet.matches):
        if not position <= start < end <= len(snippet.text):
            continue
        text.append(one_line(snippet.text[position:start]))
        text.append(one_line(snippet.text[start:end]), "bold underline")
        position = end
    return text.append(one_line(snippet.text[position:]))


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)


def _table(headers: Sequence[str], env: Environment) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in headers:
        table.add_column(name, overflow="fold")
    return table


def draw(content: Table | Text, env: Environment) -> None:
    """Write what Rich lays out, no wider than the terminal and without trailing spaces."""
    from rich.console import Console

    # Drawn into memory: Rich would end the process itself when the reader closes the pipe.
    buffer = io.StringIO()
    Console(
        file=buffer,
        width=env.columns,
        color_system="standard" if env.use_color else None,
        force_terminal=env.use_color,
        force_jupyter=False,
        no_color=False,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    ).print(content)
    env.write("".join(f"{line.rstrip(' ')}\n" for line in buffer.getvalue().splitlines()))
