"""Vectors by what was embedded, kept while a build runs so that one that is killed can go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.embedder import Matrix
from index.types import Span


def vector_key(embedder: str, embedded_text: str, spans: Sequence[Span]) -> bytes:
    """Key of a text's vectors: the same text and sentences by the same embedder have the same."""
    cuts = ",".join(f"{span.start}-{span.end}" for span in spans)
    return blake2b(f"{embedder}\x1f{cuts}\x1f{embedded_text}".encode(), digest_size=16).digest()


class EmbeddingJournal:
    """Chunk and sentence vectors on disk, written batch by batch, deleted when a build is done."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vectors BLOB)")

    def put(self, rows: Iterable[tuple[bytes, Matrix]]) -> None:
        """Store (1 + sentences, dimension) float32 matrices: the chunk's vector, then theirs."""
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(key, matrix.tobytes()) for key, matrix in rows],
        )
        self._db.commit()

    def get(self, key: bytes) -> Matrix | None:
        """Vectors stored under a key."""
        row = self._db.execute("SELECT vectors FROM vectors WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        return np.frombuffer(row[0], np.float32).reshape(-1, self._dimension)

    def close(self) -> None:
        """Close the file and keep it."""
        self._db.close()

    def delete(self) -> None:
        """Close and delete the file."""
        self._db.close()
        self._path.unlink(missing_ok=True)
