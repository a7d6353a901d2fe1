"""SQLite files as files: sums, whole copies, copies without what was deleted, refused writing."""

from __future__ import annotations

import hashlib
import marshal
import sqlite3
from contextlib import closing
from pathlib import Path

# Chroma inserts a row into it at each opening. The full-text tables are made from the others.
_VOLATILE = "acquire_write"
_ROWS = 2_000
_REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)


def content_sum(path: Path) -> str:
    """Sum of all rows of a file's ordinary tables, but for those that opening it writes.

    Raises sqlite3.DatabaseError where the file is broken.
    """
    found = hashlib.sha256()
    with closing(_open(path)) as db:
        for name, sql in _tables(db):
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


def _tables(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return db.execute(
        "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'table'"
        " AND name <> ? AND name NOT LIKE 'embedding_fulltext%' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name",
        (_VOLATILE,),
    ).fetchall()


def is_refusal(error: BaseException) -> bool:
    """Whether SQLite could not write: the disk is full or read-only, or gives errors."""
    # Errors of Python's module itself have no code; the lower byte is what the others detail.
    code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None
    return code is not None and code & 0xFF in _REFUSED
