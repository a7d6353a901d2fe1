"""A full or read-only disk is told from a broken file, and is left with its room."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from chromadb.errors import InternalError

import index.build
import index.disk
from index.build import build_archive, remove_articles
from index.disk import write_failures
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
def archive(tmp_path: Path, write_lines: Write) -> Path:
    records = [{"id": name, "text": f"Barge {name} is at the quay."} for name in ("a", "b")]
    archive = tmp_path / "archive"
    build_archive(
        archive, [write_lines(tmp_path / "a.jsonl", *records)], settings=Settings("hashed-words")
    )
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
