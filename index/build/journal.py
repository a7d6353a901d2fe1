"""Vectors by what was embedded, kept while a build runs so that one that is killed can go on."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from index.models.encoding import Encoding, read_encoding

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS vectors"
    " (key BLOB PRIMARY KEY, checksum INTEGER NOT NULL, encoding BLOB NOT NULL)"
)


class EmbeddingJournal:
    """Encodings on disk, written batch by batch, deleted when a build is done.

    One that is damaged is begun anew, and so is one that an earlier version wrote.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._db = _open(path)

    def put(self, rows: Iterable[tuple[bytes, Encoding]]) -> None:
        """Store encodings under their keys."""
        stored = [(key, encoding.tobytes()) for key, encoding in rows]
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            [(key, zlib.crc32(encoding), encoding) for key, encoding in stored],
        )
        self._db.commit()

    def get(self, key: bytes) -> Encoding | None:
        """Return the encoding under a key; None also where it is damaged."""
        try:
            row = self._db.execute(
                "SELECT checksum, encoding FROM vectors WHERE key = ?", (key,)
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        if row is None or zlib.crc32(row[1]) != row[0]:
            return None
        return read_encoding(row[1], self._dimension)

    def close(self) -> None:
        """Close the file and keep it."""
        self._db.close()


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_SCHEMA)
        db.execute("SELECT key, checksum, encoding FROM vectors LIMIT 0")
        with closing(db.execute("PRAGMA quick_check(1)")) as found:
            if found.fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
