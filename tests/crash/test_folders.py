"""Folders that cannot be written or vanish: a typed error that names them, and nothing lost."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.errors import CorpusNotWritable, IndexNotWritable, UnreadableItem
from nkcorpus.index.whoosh.pool import PostingPool
from nkcorpus.sources.bounds import seekable
from nkcorpus.sources.limits import SPOOL_IN_MEMORY
from nkcorpus.store.sqlite import SqliteStore
from tests.cli.support import one_line, run_program
from tests.crash.faults import MODIFYING, Call, Fault, build, environment, lacking
from tests.crash.powercut import read_log
from tests.store.builders import TOOL, create, prepared

READ_ONLY = Fault("fail", 1, MODIFYING, errno.EROFS)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if reason := lacking():
        pytest.skip(reason)
    return build(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def path(tmp_path: Path, news: Path, cache_dir: Path) -> Path:
    """A corpus of two articles in a folder of its own, with an index."""
    file = tmp_path / "corpus" / "c.db"
    file.parent.mkdir()
    with Corpus.open(file) as opened:
        opened.ingest([news])
    return file


def test_a_corpus_on_a_read_only_disk_is_searched_but_not_changed(
    tmp_path: Path, path: Path, news: Path, cache_dir: Path, library: Path
) -> None:
    read_only = environment(library, [path.parent], READ_ONLY) | {"NKCORPUS_CACHE_DIR": str(cache_dir)}
    found = run_program(tmp_path, "-C", path, "search", "rice", "--format", "ids", env=read_only)
    assert (found.code, len(found.lines), found.err) == (0, 1, "")
    news.write_text(news.read_text("utf-8").replace("Hyesan", "Musan"), "utf-8")
    for arguments in (("ingest", news), ("tag", found.out.strip(), "+kept"), ("remove", "--yes", found.out.strip())):
        refused = run_program(tmp_path, "-C", path, *arguments, env=read_only)
        assert refused.code == 3
        assert one_line(refused).startswith(f"{path}: cannot be opened or written")


def test_a_cache_on_a_read_only_disk_is_searched_while_it_is_current(
    tmp_path: Path, path: Path, cache_dir: Path, library: Path
) -> None:
    read_only = environment(library, [cache_dir], READ_ONLY) | {"NKCORPUS_CACHE_DIR": str(cache_dir)}
    assert run_program(tmp_path, "-C", path, "search", "rice", env=read_only).code == 0
    with Corpus.open(path, cache_dir=tmp_path / "other") as corpus:
        corpus.remove([corpus.search("rice").hits[0].id])
    refused = run_program(tmp_path, "-C", path, "search", "corn", env=read_only)
    assert refused.code == 3
    assert one_line(refused).startswith(str(cache_dir))
    assert "NKCORPUS_CACHE_DIR" in refused.err


@pytest.mark.parametrize("at", [3, 6])
def test_a_disk_that_does_not_read_is_not_taken_for_damage(tmp_path: Path, path: Path, library: Path, at: int) -> None:
    faulty = environment(library, [path.parent], Fault("fail", at, (Call.READ,), errno.EIO))
    failed = run_program(tmp_path, "-C", path, "stats", env=faulty)
    assert failed.code == 3
    assert one_line(failed).startswith(f"{path}: the disk reports an error (")


def test_an_archive_that_the_disk_does_not_take_is_told(tmp_path: Path, path: Path, library: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    faulty = environment(library, [folder], Fault("fail", 1, (Call.WRITE, Call.SYNC), errno.EIO))
    failed = run_program(tmp_path, "-C", path, "export", folder / "a.warc", env=faulty)
    assert failed.code == 3
    assert one_line(failed) == f"{folder / 'a.warc'}: could not be written whole: Input/output error"
    assert not list(folder.iterdir())


def test_the_users_own_folder_lasts_before_anything_is_stored_in_it(tmp_path: Path, news: Path, library: Path) -> None:
    log = tmp_path / "log"
    watched = environment(library, [tmp_path / ".local"]) | {"FAULTS_LOG": str(log)}
    assert run_program(tmp_path, "ingest", news, env=watched).code == 0
    entries = read_log(log)
    made = [entry.path for entry in entries if entry.call is Call.MKDIR]
    first = next(number for number, entry in enumerate(entries) if entry.call is Call.WRITE)
    synced = {entry.path for entry in entries[:first] if entry.call is Call.SYNC}
    assert [str(tmp_path / name) for name in (".local", ".local/share", ".local/share/nkcorpus")] == made
    assert {str(tmp_path / ".local"), str(tmp_path / ".local/share")} <= synced


def test_the_users_own_folder_that_cannot_be_made_is_told(tmp_path: Path, news: Path) -> None:
    (tmp_path / "file").touch()
    refused = run_program(tmp_path, "ingest", news, env={"XDG_DATA_HOME": str(tmp_path / "file")})
    assert refused.code == 3
    assert one_line(refused).startswith(f"{tmp_path / 'file' / 'nkcorpus'}: cannot be made (Not a directory)")


def test_a_cache_that_vanishes_while_it_is_searched_is_made_again(path: Path, cache_dir: Path) -> None:
    with Corpus.open(path) as corpus:
        found = corpus.search("rice")
        shutil.rmtree(cache_dir)
        assert corpus.search("rice").hits == found.hits
        shutil.rmtree(cache_dir, ignore_errors=True)
    with Corpus.open(path) as corpus:
        assert corpus.search("rice").hits == found.hits
    assert list(cache_dir.iterdir())


@pytest.mark.parametrize("vanish", [shutil.rmtree, lambda folder: folder.rename(folder.with_name("elsewhere"))])
def test_a_corpus_whose_folder_vanishes_while_it_is_written_is_told(
    tmp_path: Path, vanish: Callable[[Path], None]
) -> None:
    path = tmp_path / "corpus" / "c.db"
    path.parent.mkdir()
    store = create(path, prepared("Rice rose in Hyesan."))
    with (
        pytest.raises(CorpusNotWritable, match=r"c\.db: was moved or deleted while it was written"),
        store.writing([]) as writer,
    ):
        writer.add(prepared("Corn."))
        writer.commit()
        vanish(path.parent)
        writer.add(prepared("Wheat."))
        writer.commit()
    store.close()
    moved = tmp_path / "elsewhere" / "c.db"
    if moved.exists():
        found = SqliteStore(moved, TOOL)
        assert found.stats().articles == 3
        found.close()
        assert [file.name for file in moved.parent.iterdir()] == ["c.db"]


def test_a_folder_of_temporary_files_that_takes_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with pytest.raises(IndexNotWritable, match=f"{folder}: the index's postings cannot be written .*TMPDIR"):
        PostingPool(0).add(("text", b"rice", 0, 1.0, b""))

    class Pipe:
        def seekable(self) -> bool:
            return False

        def read(self, size: int) -> bytes:
            return bytes(SPOOL_IN_MEMORY)

    with pytest.raises(UnreadableItem, match=f"cannot be copied to {folder}: .*TMPDIR"), seekable(Pipe()):  # type: ignore[arg-type]
        pass
