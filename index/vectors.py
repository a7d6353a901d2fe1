"""Vectors: chunks in Chroma (its only importer), sentences in a memory-mapped file.

The collection holds each chunk's text and metadata beside its vector, so that any Chroma or
LlamaIndex program can read it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from index.embedder import Matrix
from index.types import Article, Chunk

if TYPE_CHECKING:
    from chromadb.api.client import Client

COLLECTION = "newsarchive"
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk, its article and its vector ((dimension,) float32, unit length)."""

    chunk: Chunk
    article: Article
    vector: Matrix


class VectorIndex:
    """Chunk vectors in an embedded Chroma, cosine distance."""

    def __init__(self, folder: Path) -> None:
        # By the environment and not by an argument: Chroma refuses a second client of a folder in
        # one process whose settings differ, and a program's own client has the default ones.
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb

        self._client = cast("Client", chromadb.PersistentClient(str(folder)))
        # No embedding function: Chroma's own would fetch a model, and vectors are always given.
        self._collection = self._client.get_or_create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    def close(self) -> None:
        """Release the folder."""
        self._client.close()

    def add(self, rows: Sequence[EmbeddedChunk]) -> None:
        """Add chunks."""
        for first in range(0, len(rows), _BATCH):
            batch = rows[first : first + _BATCH]
            self._collection.add(
                ids=[row.chunk.id for row in batch],
                embeddings=np.stack([row.vector for row in batch]),
                documents=[row.chunk.text for row in batch],
                metadatas=[_metadata(row) for row in batch],
            )

    def delete(self, chunk_ids: Sequence[str]) -> None:
        """Remove chunks."""
        for first in range(0, len(chunk_ids), _BATCH):
            self._collection.delete(ids=list(chunk_ids[first : first + _BATCH]))

    def count(self) -> int:
        """Count the chunks."""
        return self._collection.count()

    def search(
        self, vector: Matrix, top_k: int, chunk_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Nearest chunks as (chunk id, cosine), best first; ``chunk_ids`` limits the search."""
        top_k = min(top_k, self.count() if chunk_ids is None else len(chunk_ids))
        if top_k < 1:
            return []
        found = self._collection.query(
            query_embeddings=vector[None, :],
            n_results=top_k,
            ids=None if chunk_ids is None else list(chunk_ids),
            include=["distances"],
        )
        distances = found["distances"]
        assert distances is not None
        return [
            (chunk_id, 1.0 - distance)
            for chunk_id, distance in zip(found["ids"][0], distances[0], strict=True)
        ]


def _metadata(row: EmbeddedChunk) -> dict[str, Any]:
    """Chroma takes only str, int, float and bool: unknown fields are left out, days are epochs."""
    article, moment = row.article, row.article.published_at
    fields: dict[str, Any] = {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "published_epoch": None if moment is None else int(moment.timestamp()),
        "start": row.chunk.start,
        "end": row.chunk.end,
    }
    return {name: value for name, value in fields.items() if value is not None}


class SentenceVectors:
    """Sentence vectors as int8 with a scale each: ``scale * values`` is the unit vector.

    Rows are only appended; an article names its first row. int8 keeps the cosine to within 0.01
    and takes a quarter of the room of float32.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._row = np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])
        path.touch()

    def __len__(self) -> int:
        return self._path.stat().st_size // self._row.itemsize

    def append(self, vectors: Iterable[Matrix]) -> None:
        """Append matrices of (sentences, dimension), float32."""
        with self._path.open("ab") as file:
            for matrix in vectors:
                rows = np.empty(len(matrix), self._row)
                rows["scale"] = np.abs(matrix).max(axis=1, initial=1e-9) / 127.0
                rows["values"] = np.rint(matrix / rows["scale"][:, None])
                file.write(rows.tobytes())

    def nearest(self, ranges: Sequence[tuple[int, int]], vector: Matrix) -> list[float]:
        """Highest cosine to a unit vector in each range of rows (end exclusive)."""
        if not ranges:
            return []
        # As a plain array: a memmap's own slices cost 0.1 ms each, and there are hundreds.
        stored = np.asarray(np.memmap(self._path, self._row, mode="r"))
        rows: NDArray[Any] = np.concatenate([stored[first:last] for first, last in ranges])
        cosines = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
        starts = np.cumsum([0, *(last - first for first, last in ranges[:-1])])
        highest: list[float] = np.maximum.reduceat(cosines, starts).tolist()
        return highest

    def read(self, first: int, count: int) -> Matrix:
        """Rows from ``first`` on, (count, dimension) float32."""
        rows: NDArray[Any] = np.fromfile(
            self._path, self._row, count=count, offset=first * self._row.itemsize
        )
        matrix: Matrix = rows["values"] * rows["scale"][:, None]
        return matrix
