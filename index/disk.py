"""What a full or read-only disk and a broken file make of the libraries' errors: one of ours."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ArchiveDamagedError, ArchiveWriteError, NewsArchiveError
from index.sqlite_files import is_refusal

_REFUSED = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EIO,
}  # fmt: skip
# Chroma and tantivy hand on no code: Rust writes the system's into the message, and the SQLite in
# Chroma its own words.
_OS_ERROR = re.compile(r"\(os error (\d{1,4})\)")
_SQLITE_WORDS = re.compile("database or disk is full|disk I/O error|readonly database")
_LIBRARIES = ("sqlite3", "chromadb", "tantivy")
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
        if isinstance(error, OSError) and error.errno in _REFUSED:
            reason = error.strerror or str(error)
            return f"{reason} ({error.filename})" if error.filename else reason
        if is_refusal(error):
            return str(error)
        if words := _refused_in_words(str(error)):
            return words
        error = error.__cause__ or error.__context__
    return None


def _refused_in_words(message: str) -> str | None:
    for code in map(int, _OS_ERROR.findall(message)):
        if code in _REFUSED:
            return os.strerror(code)
    words = _SQLITE_WORDS.search(message)
    return words.group() if words else None
