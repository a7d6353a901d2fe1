"""A full or read-only disk is told from a broken file; temporary folders go with their process."""

import errno
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from chromadb.errors import InternalError

import index.build
import index.disk
from index.build import build_archive, remove_articles
from index.disk import Scratch, sweep_scratch, write_failures
from index.errors import ArchiveDamagedError, ArchiveWriteError
from index.settings import Settings
from index.store.archive import ArchiveFolder

Write = Callable[..., Path]


def full(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA max_page_count = 3")
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (zeroblob(100000))")


def read_only(path: Path) -> None:
    sqlite3.connect(path).execute("CREATE TABLE t (x)")
    sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize("refuse", [full, read_only])
def test_what_sqlite_may_not_write_is_no_damage(
    tmp_path: Path, refuse: Callable[[Path], None]
) -> None:
    with pytest.raises(ArchiveWriteError, match="run the same command again"):
        with write_failures(tmp_path):
            refuse(tmp_path / "a.sqlite")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            InternalError("error returned from database: (code: 13) database or disk is full"),
            "full",
        ),
        (InternalError("(code: 8) attempt to write a readonly database"), "readonly database"),
        (InternalError("(code: 778) disk I/O error"), "disk I/O error"),
        (ValueError("An IO error occurred: No space left on device (os error 28)"), "No space"),
    ],
)
def test_what_chroma_and_tantivy_may_not_write_is_no_damage(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    with pytest.raises(ArchiveWriteError, match=reason), write_failures(tmp_path):
        raise error


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (InternalError("error loading hnsw index"), ArchiveDamagedError),
        (sqlite3.DatabaseError("database disk image is malformed"), ArchiveDamagedError),
        (ValueError("No such file or directory (os error 2)"), ValueError),
        (ValueError("a full disk"), ValueError),
    ],
)
def test_other_errors_are_what_they_were(
    tmp_path: Path, error: Exception, raised: type[Exception]
) -> None:
    with pytest.raises(raised), write_failures(tmp_path):
        raise error


@pytest.fixture
def archive(tmp_path: Path, write_lines: Write, hashed_settings: Settings) -> Path:
    records = [{"id": name, "text": f"Barge {name} is at the quay."} for name in ("a", "b")]
    archive = tmp_path / "archive"
    source = write_lines(tmp_path / "a.jsonl", *records)
    build_archive(archive, [source], settings=hashed_settings)
    return archive


def left(archive: Path) -> list[str]:
    return [path.name for path in (archive / "generations").iterdir()]


def test_a_disk_is_looked_at_while_it_is_full(
    archive: Path, write_lines: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_write(folder: Path) -> str | None:
        is_full = any(name.endswith(".building") for name in left(folder))
        return os.strerror(errno.ENOSPC) if is_full else None

    def encode(*_: object) -> None:
        raise InternalError("something of its own")

    monkeypatch.setattr(index.disk, "cannot_write", cannot_write)
    monkeypatch.setattr(index.build, "encode", encode)
    in_use = ArchiveFolder(archive).current_name()
    source = write_lines(archive.parent / "b.jsonl", {"id": "c", "text": "A tug is at the quay."})
    with pytest.raises(ArchiveWriteError, match="No space left on device"):
        build_archive(archive, [source])
    assert left(archive) == [in_use]


def test_a_takedown_that_cannot_be_published_leaves_no_copy(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    in_use = ArchiveFolder(archive).current_name()
    with monkeypatch.context() as patched:
        patched.setattr(ArchiveFolder, "publish", publish)
        with pytest.raises(ArchiveWriteError, match="No space left on device"):
            remove_articles(archive, "a")
    assert left(archive) == [in_use]
    assert remove_articles(archive, "a").removed == 1


# Temporary folders

_HOLDING = """
from index.disk import Scratch
with Scratch() as folder:
    (folder / "inside").mkdir()
    (folder / "inside" / "article.txt").write_text("The ferry Ostrel ran aground.")
    print(folder, flush=True)
    input()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else uses."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def holding() -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDING],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_goes_at_the_end_of_the_block(temporary: Path) -> None:
    with Scratch() as folder:
        (folder / "a").write_text("x")
        assert folder.parent == temporary
    assert list(temporary.iterdir()) == []


def test_it_goes_where_nobody_ends_it(temporary: Path) -> None:
    scratch = Scratch()
    assert scratch.path.is_dir()
    del scratch
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_and_what_a_living_one_has_does_not(
    temporary: Path,
) -> None:
    killed, left = holding()
    living, held = holding()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "inside" / "article.txt").is_file()
    with Scratch() as folder:
        assert set(temporary.iterdir()) == {held, folder}
    assert (held / "inside" / "article.txt").is_file()
    living.communicate("\n", timeout=60)
    assert list(temporary.iterdir()) == []


def test_nothing_else_is_swept(temporary: Path) -> None:
    (temporary / "newsarchive-other").mkdir()
    (temporary / "newsarchive-scratch-file").write_text("no folder")
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").write_text("x")
    os.symlink(elsewhere, temporary / "newsarchive-scratch-link")
    before = set(temporary.rglob("*"))
    sweep_scratch()
    assert set(temporary.rglob("*")) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_what_belongs_to_another_user_is_left_alone(temporary: Path) -> None:
    folder = temporary / "newsarchive-scratch-theirs"
    folder.mkdir()
    os.chown(folder, 1234, 1234)
    sweep_scratch()
    assert folder.is_dir()


def test_one_that_is_swept_before_it_was_locked_is_made_anew(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def make(**how: str) -> str:
        folder = tempfile.mkdtemp(**how)
        made.append(folder)
        if len(made) == 1:
            sweep_scratch()  # as another process may in this moment
        return folder

    monkeypatch.setattr(index.disk, "mkdtemp", make)
    with Scratch() as folder:
        assert [str(folder)] == made[1:]
        assert folder.is_dir()
