"""Write docs/cli.md from the commands' help, docs/schema.md and the digest of the schema from the migrations.

Run `python docs/generate.py` after a change of any; a test compares the files with what this would write.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import click

from nkcorpus.cli.app import COMMANDS, root
from nkcorpus.store.sqlite import trust
from nkcorpus.store.sqlite.connection import APPLICATION_ID
from nkcorpus.store.sqlite.migrating import empty_corpus, schema_version
from nkcorpus.store.sqlite.seals import SEALED, VERSION_SEALED

DOCS = Path(__file__).parent


def cli_page() -> str:
    """Return docs/cli.md."""
    parts = [
        "# Commands\n",
        "Made from the commands' own help by `python docs/generate.py`.\n",
        "Any option but `--help`, `--version` and `--yes` can also come from the environment, `NKCORPUS_` and its name for the"
        " ones before the command, `NKCORPUS_COMMAND_` and its name for a command's, or from `nkcorpus.toml`, in the command's"
        " table. The command line wins over the environment, the environment over the file.\n",
    ]
    with _context(root, "nkcorpus", None) as ctx:
        parts.append(f"```text\n{ctx.get_help()}\n```\n")
        for name in COMMANDS:
            command = root.get_command(ctx, name)
            assert command is not None
            with _context(command, name, ctx) as own:
                parts.append(f"## {name}\n\n```text\n{own.get_help()}\n```\n")
    return "\n".join(parts)


def schema_digest() -> str:
    """Return the digest by which a corpus of the newest schema is known."""
    with contextlib.closing(empty_corpus(schema_version())) as connection:
        return f"{trust.schema_digest(connection)}\n"


def schema_page() -> str:
    """Return docs/schema.md."""
    connection = empty_corpus(schema_version())
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    statements = "\n\n".join(f"{sql};" for _, _, sql in rows)
    connection.close()
    return _SCHEMA.format(
        application_id=f"0x{APPLICATION_ID:08X}",
        version=schema_version(),
        sealed=_names(VERSION_SEALED),
        sealed_article=_names(SEALED["article"]),
        statements=statements,
    )


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


_SCHEMA = """# The corpus file

A corpus is one SQLite file. Its header says so: application id {application_id} ("NKC1"), `user_version` {version} (the schema's number).
At rest it is in journal mode DELETE, one file that copies whole and opens from read-only media; while nkcorpus writes, it is in WAL mode.
Read it with any SQLite tool (`sqlite3 corpus.db`, Datasette); write it with nkcorpus only. A file with a table, index, view or trigger that
nkcorpus did not make, or with a changed one, is refused: such things run while a file is read, and files come from strangers. (A program that
itself has it open by SQLite must not open and close it by other means: that lets go of SQLite's locks, and what it writes then may be lost.)
A file of an older schema is migrated when it is opened, in one transaction; a copy of it as it was stays beside it, as `NAME.schema-N`. A newer one is refused.

- The articles that there are: `SELECT * FROM article JOIN version ON version.article = article.id AND version.number = article.version`.
- `version.text` is `version.raw_text` without the spans in `cut`, with the texts in `repair` in place. Offsets count Unicode code points.
- `version.kind` says how the payload is read: `text`, `markdown`, `html`, `record` (a JSON object), `row` (a table's head and one row), `entry` (a
  feed with one entry), `mail`, `docx`, `pdf`. The `retrieval_` columns and `retrieved_at` are null for what came from a file that does not tell.
- `payload.bytes` is a Zstandard frame of the original bytes; `payload.sha256` is the SHA-256 of what it unpacks to.
  Where `payload.encoding` is `none` the bytes were not kept (`ingest --no-payload`).
- `version.content_sha256` is the SHA-256 of a JSON object in UTF-8 with sorted keys and no white space: `document` (the fields of
  `nkcorpus.model.Document`; `date` as `[value, precision, source]`, spans as `[start, end, kind, rule]`, repairs as
  `[start, end, text, rule]`), `origin`, `payload_sha256`.
- `version.row_sha256` is the SHA-256 of a JSON array in UTF-8 without white space: {sealed}. So both digests and the payload's prove together
  what was found when and where. `seal` in other tables is the CRC-32 of such an array of the row's other columns (in `article`, of
  {sealed_article}); rows without one follow from others. `nkcorpus check` compares all of them.
- `quarantine` has the rows that `nkcorpus repair` found damaged beyond repair and took out of use, `quarantine_value` their columns as they were.
- `nkcorpus reclean` replaces in the newest version of an article what cleaning derives: `cut`, `text`, `words`, the facts that rules gave,
  `cleaner`, and so `content_sha256`. Number, times and `raw_text` stay.
- An article's `id` is the first 32 hex digits of the SHA-256 of NUL-joined parts: `url` and the canonical address; else `record`, the file's base name
  and the record's own id; else `text`, title, date and the raw text with white space made single.
- A removed article keeps its row in `article`, with `removed_at` set and no version: ingesting it again skips it.
- `user_tag`, `note` and `saved_search` are the user's own. Nothing that comes in changes them, and the export hash leaves them out;
  `nkcorpus remove` deletes the tags and notes of an article with it.
- `fetch` is the journal of what was fetched from the web or is to be, `followed` the sources that are asked again. A removed article leaves the
  address that it was fetched from in the journal, so that nobody fetches it again. The export hash leaves both out, and `gone_at`.
- `corpus` has a row `engine` once a search engine was chosen (`nkcorpus engine`): `whoosh` or `tantivy`.
- `change` has a row for every change. An index remembers the `seq` and `token` up to which it has read; another token at that
  `seq` means another file, and the index is built anew.

```sql
{statements}
```
"""


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return command.make_context(name, [], parent, resilient_parsing=True, terminal_width=100)


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(cli_page(), "utf-8")
    trust.DIGEST.write_text(schema_digest(), "ascii")
    (DOCS / "schema.md").write_text(schema_page(), "utf-8")
