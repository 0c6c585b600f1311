"""One corpus file and several processes: what one has stored stays, whatever the others do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from nkcorpus.store.sqlite import SqliteStore

from .builders import TOOL, add, create, prepared

REPOSITORY = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from nkcorpus.store.sqlite.connection import close_writer, open_writer
connection = open_writer(Path(sys.argv[1]), "test", create=False)
print("open", flush=True)
sys.stdin.readline()
print(close_writer(connection), flush=True)
"""


def test_a_writer_that_closes_leaves_the_log_to_those_that_opened_the_file_meanwhile(tmp_path: Path) -> None:
    """Whoever opens and closes the file by other means than SQLite's lets go of the locks that SQLite holds on it."""
    path = tmp_path / "corpus.db"
    create(path, prepared("Rice rose.")).close()
    later = prepared("Corn fell.", origin="b.txt")
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "open\n"
    with closing(SqliteStore(path, TOOL)) as store:
        assert store.stats().articles == 1
        with store.writing([]) as writer:
            writer.add(later)
            writer.commit()
            assert other.communicate("\n", timeout=30)[0] == "False\n"
            add(SqliteStore(path, TOOL), prepared("Wheat fell.", origin="c.txt"))
            writer.add(prepared("Salt fell.", origin="d.txt"))
            writer.commit()
    with closing(SqliteStore(path, TOOL)) as store:
        assert store.stats().articles == 4
