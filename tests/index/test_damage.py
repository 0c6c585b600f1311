"""Whatever happens to the cache, a search finds what it found before."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.errors import IndexNotWritable

from .conftest import INSTALLED, folder_of

# Whoosh leaves a file open that it cannot read.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

QUERIES = ("MSS lecture", '"state security"', "보위성", "rice -corn", "NOT rice", "author:rim")
State = list[tuple[int, list[tuple[str, float | None]]]]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(40):
        words = ["MSS", "lecture", "rice", "corn", "state security", "보위성 강연", "Hyesan"]
        text = ". ".join(words[(n * k + k) % 7] for k in range(1, 3 + n % 8))
        (folder / f"{n:02}.txt").write_text(f"{text}, said trader {n}.\n", "utf-8")
    return folder


@pytest.fixture(params=INSTALLED)
def path(request: pytest.FixtureRequest, tmp_path: Path, articles: Path) -> Path:
    """A corpus with an index of several segments."""
    path = tmp_path / "corpus.db"
    with Corpus.open(path) as corpus:
        for number, part in enumerate(sorted(articles.iterdir())[:4]):
            corpus.ingest([part])
            if not number:
                corpus.use_engine(request.param)
        corpus.ingest([articles])
        corpus.remove([corpus.newest().hits[3].id])
    return path


def state(path: Path) -> State:
    with Corpus.open(path) as corpus:
        return [
            (found.total, [(hit.id, hit.score and round(hit.score, 9)) for hit in found])
            for found in (corpus.search(query, limit=0) for query in QUERIES)
        ]


def index_of(path: Path) -> Path:
    with Corpus.open(path) as corpus:
        return Path(corpus.locations().index)


def files_of(path: Path) -> list[Path]:
    return sorted(file for file in index_of(path).iterdir() if file.is_file())


def zeroed(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def scrambled(file: Path) -> None:
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(random.Random(1).randbytes(half) + content[half:])


def halved(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def lengthened(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"more")


def replaced(file: Path) -> None:
    file.write_bytes(b"\x80\x04garbage, and not what was there before" * 40)


def deleted(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [halved, emptied, lengthened, replaced, deleted])
def test_a_damaged_file_changes_no_result(path: Path, damage: Callable[[Path], None]) -> None:
    before = state(path)
    names = [file.name for file in files_of(path)]
    assert len(names) > 5
    for number in range(len(names)):
        files = files_of(path)
        if number >= len(files):
            break
        damage(files[number])
        assert state(path) == before, files[number].name


def test_a_damaged_file_is_named_until_the_index_is_built_anew(path: Path) -> None:
    with Corpus.open(path) as corpus:
        index = corpus._opened.index
        assert index.damage() is None
        files = [file for file in files_of(path) if file.stat().st_size]
        for number, file in enumerate(files):
            content = file.read_bytes()
            (halved, emptied, lengthened, replaced, deleted, zeroed, scrambled)[number % 7](file)
            told = index.damage()
            assert told is not None, file.name
            assert index.place in told
            assert "\n" not in told
            file.write_bytes(content)
        assert index.damage() is None
        scrambled(files[-1])
        corpus.reindex()
        assert index.damage() is None
        shutil.rmtree(folder_of(index))
        assert index.damage() is None, "what is not there is not damaged"


def test_files_that_changed_places_are_found(path: Path) -> None:
    """Each has the size that is expected."""
    before = state(path)
    sizes: dict[int, Path] = {}
    for file in files_of(path):
        twin = sizes.setdefault(file.stat().st_size, file)
        if twin != file and twin.read_bytes() != file.read_bytes():
            one, other = twin.read_bytes(), file.read_bytes()
            twin.write_bytes(other)
            file.write_bytes(one)
            with Corpus.open(path) as corpus:
                assert corpus._opened.index.damage()
            twin.write_bytes(one)
            file.write_bytes(other)
    assert state(path) == before


def test_the_index_of_another_corpus_is_none_of_this_one(path: Path, tmp_path: Path, articles: Path) -> None:
    before = state(path)
    with Corpus.open(tmp_path / "other.db") as other:
        other.ingest(sorted(articles.iterdir())[:5])
        if index_of(path).name != Path(other.locations().index).name:
            other.use_engine("tantivy")
        foreign = other.locations().index
    shutil.rmtree(index_of(path))
    shutil.copytree(foreign, index_of(path))
    assert state(path) == before


def test_damage_is_not_vouched_for_by_what_comes_in_later(path: Path, tmp_path: Path) -> None:
    """An update reads some files and takes others into new ones: what was damaged there would look sound after it."""
    before, index = state(path), index_of(path)
    shutil.copy(path, tmp_path / "whole.db")
    shutil.copytree(index, tmp_path / "whole")
    news = tmp_path / "news"
    news.mkdir()
    (news / "new.txt").write_text("MSS lecture in Sinuiju.")
    files = [file for file in files_of(path) if file.stat().st_size and file.name != "manifest.json"]
    for file in random.Random(3).sample(files, 3):
        shutil.copy(tmp_path / "whole.db", path)
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "whole", index)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 4
        file.write_bytes(content)
        with Corpus.open(path) as corpus:
            corpus.ingest([news])
            corpus.remove([corpus.search("Sinuiju").hits[0].id])
            damage = corpus._opened.index.damage()
        assert damage or state(path) == before, file.name


def test_a_file_of_zeros_raises_nothing_and_reindexing_mends_it(path: Path) -> None:
    before = state(path)
    for number in range(len(files_of(path))):
        files = files_of(path)
        if number >= len(files):
            break
        zeroed(files[number])
        assert len(state(path)) == len(before)
        with Corpus.open(path) as corpus:
            corpus.reindex()
        assert state(path) == before


def test_native_code_writes_nothing_to_the_terminal(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Rust tells of a panic by itself."""
    before = state(path)
    for number in range(len(files_of(path))):
        files = files_of(path)
        if number >= len(files):
            break
        scrambled(files[number])
        assert len(state(path)) == len(before)
        with Corpus.open(path) as corpus:
            corpus.reindex()
    assert capfd.readouterr().err == ""


def test_without_any_cache_it_is_built_anew(path: Path, cache_dir: Path) -> None:
    before = state(path)
    shutil.rmtree(cache_dir)
    assert state(path) == before
    assert cache_dir.is_dir()


def test_foreign_files_in_the_cache_do_no_harm(path: Path, cache_dir: Path) -> None:
    before = state(path)
    index = index_of(path)
    (index / "garbage.bin").write_bytes(os.urandom(100))
    (index / "_MAIN_99999.toc").write_bytes(b"\x80\x04garbage")
    (index.parent / "whoosh-0-0-0.0").mkdir()
    (index.parent / "whoosh-0-0-0.0" / "x").write_text("old")
    (index.parent / f"{index.name}.new").mkdir()
    (index.parent / f"{index.name}.new" / "x").write_text("broken off")
    (index.parent / f"{index.name}.old").mkdir()
    (cache_dir / "index" / "note").write_text("x")
    assert state(path) == before


def test_a_manifest_of_another_time_does_no_harm(path: Path, articles: Path) -> None:
    index = index_of(path)
    stale = (index / "manifest.json").read_bytes()
    (articles / "new.txt").write_text("MSS lecture in Sinuiju.")
    with Corpus.open(path) as corpus:
        corpus.ingest([articles])
    before = state(path)
    for manifest in (stale, b"", b"[]", b"{}", b"nonsense", b'{"x": 1}'):
        (index_of(path) / "manifest.json").write_bytes(manifest)
        assert state(path) == before


def test_an_old_copy_of_the_index_is_brought_up_to_date(path: Path, articles: Path, tmp_path: Path) -> None:
    index = index_of(path)
    shutil.copytree(index, tmp_path / "copy")
    (articles / "new.txt").write_text("MSS lecture in Sinuiju.")
    with Corpus.open(path) as corpus:
        corpus.ingest([articles])
    before = state(path)
    shutil.rmtree(index)
    shutil.copytree(tmp_path / "copy", index)
    assert state(path) == before


def test_a_restored_older_corpus_is_told_from_the_newer_one(path: Path, articles: Path, tmp_path: Path) -> None:
    """The restored file and the one it replaces have the same number of changes, but not the same changes."""
    shutil.copy(path, tmp_path / "backup.db")
    for word in ("Sinuiju", "Chongjin"):
        (articles / "new.txt").write_text(f"MSS lecture in {word}.")
        with Corpus.open(path) as corpus:
            corpus.ingest([articles / "new.txt"])
            assert corpus.search(word).total == 1
        if word == "Sinuiju":
            shutil.copy(tmp_path / "backup.db", path)
    with Corpus.open(path) as corpus:
        assert corpus.search("Sinuiju").total == 0
    shutil.copy(tmp_path / "backup.db", path)
    with Corpus.open(path) as corpus:
        assert corpus.search("Chongjin").total == corpus.search("Sinuiju").total == 0


def test_a_copied_corpus_has_an_index_of_its_own(path: Path, tmp_path: Path) -> None:
    before = state(path)
    (tmp_path / "elsewhere").mkdir()
    copy = Path(shutil.copy(path, tmp_path / "elsewhere" / "copy.db"))
    assert state(copy) == before
    assert index_of(copy) != index_of(path)
    with Corpus.open(copy) as corpus:
        corpus.remove([hit.id for hit in corpus.search("MSS", limit=0)])
        assert corpus.search("MSS").total == 0
    assert state(path) == before


def test_two_names_of_one_corpus_share_its_index(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link.db").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    assert index_of(tmp_path / "link.db") == index_of(path) == index_of(Path("corpus.db"))


def test_nothing_is_written_beside_the_corpus(path: Path, cache_dir: Path) -> None:
    state(path)
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["articles", "corpus.db"]
    assert index_of(path).is_relative_to(cache_dir)


def test_an_index_beside_the_corpus_is_never_opened(path: Path, tmp_path: Path) -> None:
    """An engine may unpickle what it opens, so that an index that came with a corpus could run anything."""
    before = state(path)
    target = tmp_path / "came"
    target.mkdir()
    shutil.copytree(index_of(path), target / "index")
    shutil.copytree(index_of(path), target / "corpus.db.index")
    copy = Path(shutil.copy(path, target / "corpus.db"))
    for file in target.rglob("*"):
        if file.is_file() and file != copy:
            file.write_bytes(b"garbage")
    assert state(copy) == before


def test_a_cache_that_cannot_be_written_is_told(path: Path, cache_dir: Path, articles: Path) -> None:
    shutil.rmtree(cache_dir)
    cache_dir.write_text("a file where the folder should be")
    with Corpus.open(path) as corpus:
        with pytest.raises(IndexNotWritable) as caught:
            corpus.search("rice")
        assert "NKCORPUS_CACHE_DIR" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert corpus.stats().articles == 39, "the corpus itself can be used"
