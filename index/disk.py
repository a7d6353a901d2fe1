"""What is done with files and folders, whatever they hold, so that nothing is lost on the disk.

Writing that outlives a crash; what a full or read-only disk and a broken file make of the
libraries' errors: one of ours; SQLite files taken as files; temporary folders that go with their
process, and reading where nothing may be written, out of one of these.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import marshal
import os
import re
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TypeVar

from index.errors import ArchiveDamagedError, ArchiveWriteError, NewsArchiveError

# Writing that outlives a crash of the machine: a file is its old or its new self, never a half.


def put(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside the one of that name, and put it in its place."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.writelines(parts)
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until a folder and all that is below it are on the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def file_digest(path: Path) -> str:
    """Checksum of a file's bytes."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


# What refuses to be written, or cannot be read, told apart by the errors of whoever met it.

_LIBRARIES = ("sqlite3", "chromadb", "tantivy")
_REFUSED = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EIO,
}  # fmt: skip
_SQLITE_REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
# Chroma and tantivy hand on no code: Rust writes the system's into the message, and the SQLite in
# Chroma its own words.
_OS_ERROR = re.compile(r"\(os error (\d{1,4})\)")
_SQLITE_WORDS = re.compile("database or disk is full|disk I/O error|readonly database")
_PROBE_BYTES = 1 << 20


@contextmanager
def write_failures(folder: Path) -> Iterator[None]:
    """Turn what refuses to be written, or cannot be read, into an error that says how to go on.

    Raises ArchiveWriteError for a full or read-only disk, ArchiveDamagedError where a file that
    SQLite, Chroma or tantivy should read is broken; other errors pass.
    """
    try:
        yield
    except NewsArchiveError:
        raise
    except Exception as error:
        reason = _refused(error) or cannot_write(folder)
        if reason:
            raise ArchiveWriteError(
                f"{folder} cannot be written: {reason}; the archive is as it was before. Make "
                "room or make the folder writable, then run the same command again: it goes on "
                "where it was"
            ) from error
        if type(error).__module__.partition(".")[0] in _LIBRARIES:
            raise ArchiveDamagedError(
                f"a file in {folder} cannot be read ({error}); find out which, and what to do, "
                f"with: newsarchive check --archive {folder}"
            ) from error
        raise


def is_fault(error: BaseException) -> bool:
    """Whether something went wrong, and was not ended on purpose: in Rust that may be a panic."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def cannot_write(folder: Path) -> str | None:
    """Say why nothing can be written in a folder, None where it can."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(os.urandom(_PROBE_BYTES))
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _refused(error: BaseException | None) -> str | None:
    """Find the system's refusal among an error and what led to it.

    It is looked for before the folder is tried: what was staged may be deleted by then, and a disk
    that was full has room again.
    """
    while error is not None:
        message = str(error)
        if isinstance(error, OSError) and error.errno in _REFUSED:
            reason = error.strerror or message
            return f"{reason} ({error.filename})" if error.filename else reason
        if isinstance(error, sqlite3.Error):
            # Errors of Python's module itself have no code; the lower byte is what others detail.
            code = getattr(error, "sqlite_errorcode", None)
            if code is not None and code & 0xFF in _SQLITE_REFUSED:
                return message
        for code in map(int, _OS_ERROR.findall(message)):
            if code in _REFUSED:
                return os.strerror(code)
        if words := _SQLITE_WORDS.search(message):
            return words.group()
        error = error.__cause__ or error.__context__
    return None


# SQLite files as files: sums, whole copies, copies without what was deleted.

# Chroma inserts a row into it at each opening. The full-text tables are made from the others.
_VOLATILE = "acquire_write"
_ROWS = 2_000


def content_sum(path: Path) -> str:
    """Sum of all rows of a file's ordinary tables, but for those that opening it writes.

    Raises sqlite3.DatabaseError where the file is broken.
    """
    found = hashlib.sha256()
    with closing(_open(path)) as db:
        tables = db.execute(
            "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'table'"
            " AND name <> ? AND name NOT LIKE 'embedding_fulltext%' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name",
            (_VOLATILE,),
        ).fetchall()
        for name, sql in tables:
            found.update(f"{name}\x1f{sql}\x1f".encode())
            rows = db.execute(f'SELECT * FROM "{name}"')
            while some := rows.fetchmany(_ROWS):
                # Version 2 has no references, so the same rows always give the same bytes.
                found.update(marshal.dumps(some, 2))
    return found.hexdigest()


def broken(path: Path) -> str | None:
    """Run SQLite's own check: what is wrong in a file, None where it is whole."""
    try:
        with closing(_open(path)) as db:
            found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        return str(error)
    return None if found == ["ok"] else "; ".join(map(str, found))


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file as of one moment, though another process may be writing to it."""
    with closing(_open(source)) as db, closing(sqlite3.connect(target)) as copy:
        db.backup(copy)


def copy_without_deleted(source: Path, target: Path) -> None:
    """Copy what a file holds; what was deleted from it is nowhere in the copy."""
    with closing(_open(source)) as db:
        db.execute("VACUUM INTO ?", (str(target),))


def _open(path: Path) -> sqlite3.Connection:
    # Not read-only: where a process died while Chroma was writing its row, that is undone here.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)


# Temporary folders that do not outlive their process for long, even where that was killed.
#
# They hold texts of articles. A killed process leaves its folder behind, and nothing would ever
# delete it: so each holds a lock as long as its process lives, and whoever makes one deletes those
# that are locked no more.

_PREFIX = "newsarchive-scratch-"


class Scratch:
    """A temporary folder, deleted at the end of the block, by ``cleanup``, or with the process."""

    def __init__(self) -> None:
        sweep_scratch()
        while True:
            self.path = Path(mkdtemp(prefix=_PREFIX))
            descriptor = _lock(self.path, wait=True)
            if descriptor is not None:
                break
            # Another process took it for one that was left, in the moment before it was locked.
        self._finalizer = weakref.finalize(self, _end, self.path, descriptor)

    def cleanup(self) -> None:
        """Delete the folder."""
        self._finalizer()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()


def sweep_scratch() -> None:
    """Delete the folders that processes of this user have left behind when they were killed."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        descriptor = _lock(folder, wait=False)
        if descriptor is not None:
            _end(folder, descriptor)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder of this user; None where another process has it locked, or has deleted it.

    The lock is the kernel's: it ends with the process.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # locked by another; or a file system without locks, where nothing is swept
        if not wait:
            os.close(descriptor)
            return None
    opened = os.fstat(descriptor)
    try:
        if opened.st_uid == os.getuid() and os.path.samestat(opened, os.stat(folder)):
            return descriptor
    except OSError:  # deleted while it was waited for
        pass
    os.close(descriptor)
    return None


def _end(folder: Path, descriptor: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(descriptor)


# Chroma and tantivy write when they open, for reading too. On a read-only or full disk they are
# given a private copy, which goes when it is closed.

Opened = TypeVar("Opened")


def open_or_copy(folder: Path, opener: Callable[[Path], Opened]) -> tuple[Opened, Scratch | None]:
    """Open a folder, or a copy of it where it cannot be written; the copy is the caller's to end.

    Raises what ``opener`` raises.
    """
    try:
        return opener(folder), None
    except BaseException as error:
        if not is_fault(error) or cannot_write(folder) is None:
            raise
    copy = Scratch()
    try:
        private = copy.path / folder.name
        shutil.copytree(folder, private)
        return opener(private), copy
    except BaseException:
        copy.cleanup()
        raise
