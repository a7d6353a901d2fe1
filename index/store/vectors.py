"""Vectors: chunks in Chroma (its only importer), sentences in a memory-mapped file.

The collection holds each chunk's text and metadata beside its vector, so that any Chroma or
LlamaIndex program can read it.
"""

from __future__ import annotations

import os
import struct
import warnings
from collections.abc import Collection as Some
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from index.disk import open_or_copy
from index.models.embedder import Matrix
from index.models.encode import dequantised, row_type
from index.types import Article, Chunk, key_of

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import UpdateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

COLLECTION = "newsarchive"
_BATCH = 2_000
# hnswlib's header.bin: version, offset, rows there is room for, rows, bytes of a row.
_HNSW_HEADER = struct.Struct("<iQQQQ")


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk, its article and its vector ((dimension,) float32, unit length)."""

    chunk: Chunk
    article: Article
    vector: Matrix

    @property
    def entry(self) -> bytes:
        """Hash of all that Chroma holds of the chunk."""
        fields = orjson.dumps([self.chunk.id, self.chunk.text, _metadata(self)])
        return key_of(fields + self.vector.tobytes())


class VectorIndex:
    """Chunk vectors in an embedded Chroma, cosine distance.

    ``for_reading`` opens a private copy where the folder cannot be written.
    """

    def __init__(self, folder: Path, *, for_reading: bool = False) -> None:
        self._folder = folder
        self._client, self._copy = (
            open_or_copy(folder, _client) if for_reading else (_client(folder), None)
        )
        self._collection = _collection(self._client)
        self._size: int | None = None  # counting takes Chroma as long as a third of a search

    def close(self) -> None:
        """Release the folder."""
        self._client.close()
        if self._copy is not None:
            self._copy.cleanup()

    def add(self, rows: Sequence[EmbeddedChunk]) -> None:
        """Add chunks."""
        self._size = None
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
        self._size = None
        for first in range(0, len(chunk_ids), _BATCH):
            self._collection.delete(ids=list(chunk_ids[first : first + _BATCH]))

    def persist(self) -> None:
        """Write the nearest-neighbour index out, so that opening it has nothing to make up for.

        Chroma writes it every thousand changes; until then each opening repeats the changes and
        writes to the folder, which is not to change once it is finished.
        """
        some = self._collection.get(limit=3, include=["embeddings"])
        if not some["ids"]:
            return
        self._reopen({"sync_threshold": 2, "batch_size": 2})
        for _ in range(4 - len(some["ids"])):  # three changes or more
            self._collection.update(ids=some["ids"], embeddings=some["embeddings"])
        self._reopen({"sync_threshold": 1_000, "batch_size": 100})

    def _reopen(self, hnsw: dict[str, int]) -> None:
        """Open the index anew, to be written when ``hnsw`` says, which counts from then on.

        What Chroma has written of memory that it never filled is overwritten: anything may stand
        there. ``length.bin`` is such for all but its own kinds of distance, and nothing reads it.
        ``data_level0.bin`` has room for more chunks than there are; vectors and words of what was
        taken down were found in that room.
        """
        with warnings.catch_warnings():
            # A collection without embedding function counts as of an old kind in 1.5.9.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._collection.modify(
                configuration=cast("UpdateCollectionConfiguration", {"hnsw": hnsw})
            )
        self._client.close()
        for path in self._folder.glob("*/length.bin"):
            path.write_bytes(bytes(path.stat().st_size))
        for path in self._folder.glob("*/data_level0.bin"):
            header = path.with_name("header.bin").read_bytes()
            _version, _, _room, count, row_bytes = _HNSW_HEADER.unpack_from(header)
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.truncate(min(size, count * row_bytes))
                file.truncate(size)  # what is grown is of zeros
        self._client = _client(self._folder)
        self._collection = _collection(self._client)

    def vectors(self, chunk_ids: Sequence[str]) -> dict[str, Matrix]:
        """Vectors of chunks, (dimension,) float32, as they were added; unknown ids are left out."""
        found: dict[str, Matrix] = {}
        for first in range(0, len(chunk_ids), _BATCH):
            some = self._collection.get(
                ids=list(chunk_ids[first : first + _BATCH]), include=["embeddings"]
            )
            matrix = np.asarray(some["embeddings"], np.float32)
            found.update(zip(some["ids"], matrix, strict=True))
        return found

    def ids(self) -> list[str]:
        """Ids of all chunks."""
        return self._collection.get(include=[])["ids"]

    def records(self, chunk_ids: Sequence[str]) -> dict[str, tuple[str, dict[str, Any]]]:
        """Text and metadata of chunks by their ids."""
        some = self._collection.get(ids=list(chunk_ids), include=["documents", "metadatas"])
        rows = zip(some["documents"] or [], some["metadatas"] or [], strict=True)
        return {
            chunk_id: (text, dict(fields))
            for chunk_id, (text, fields) in zip(some["ids"], rows, strict=True)
        }

    def count(self) -> int:
        """Count the chunks."""
        return self._collection.count()

    def search(
        self, vector: Matrix, top_k: int, chunk_ids: Some[str] | None = None
    ) -> list[tuple[str, float]]:
        """Nearest chunks as (chunk id, cosine), best first; ``chunk_ids`` limits the search."""
        if self._size is None:
            self._size = self.count()
        top_k = min(top_k, self._size if chunk_ids is None else len(chunk_ids))
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


def _client(folder: Path) -> Client:
    # By the environment and not by an argument: Chroma refuses a second client of a folder in
    # one process whose settings differ, and a program's own client has the default ones.
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb

    return cast("Client", chromadb.PersistentClient(str(folder)))


def _collection(client: Client) -> Collection:
    # No embedding function: Chroma's own would fetch a model, and vectors are always given.
    # The inner product of unit vectors is their cosine, and for "cosine" Chroma would divide them
    # by their length again at each copy, so that the last bit changes.
    return client.get_or_create_collection(
        COLLECTION, configuration={"hnsw": {"space": "ip"}}, embedding_function=None
    )


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
    """Sentence vectors as rows of int8. Rows are only appended; an article names its first row."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._row = row_type(dimension)
        if not path.exists():  # reading a finished generation changes nothing in it
            path.touch()

    def __len__(self) -> int:
        return self._path.stat().st_size // self._row.itemsize

    def stored(self, first: int, count: int) -> bytes:
        """Rows from ``first`` on, as they are stored."""
        with self._path.open("rb") as file:
            file.seek(first * self._row.itemsize)
            return file.read(count * self._row.itemsize)

    def append_stored(self, rows: bytes) -> None:
        """Append rows as ``stored`` gives them."""
        with self._path.open("ab") as file:
            file.write(rows)

    def nearest(self, ranges: Sequence[tuple[int, int]], vector: Matrix) -> list[float]:
        """Highest cosine to a unit vector in each range of rows (end exclusive)."""
        if not ranges:
            return []
        # By their numbers: joining slices of rows with fields takes numpy several times as long.
        numbers = np.concatenate([np.arange(first, last) for first, last in ranges])
        rows: NDArray[Any] = np.memmap(self._path, self._row, mode="r").view(np.ndarray)[numbers]
        cosines = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
        starts = np.cumsum([0, *(last - first for first, last in ranges[:-1])])
        highest: list[float] = np.maximum.reduceat(cosines, starts).tolist()
        return highest

    def read(self, first: int, count: int) -> Matrix:
        """Rows from ``first`` on, (count, dimension) float32."""
        return dequantised(
            np.fromfile(self._path, self._row, count=count, offset=first * self._row.itemsize)
        )
