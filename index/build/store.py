"""Storing of encoded articles in all three indexes, and the check that they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.errors import ArchiveDamagedError
from index.models.encode import EncodedArticle
from index.store.archive import Generation
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.rows import ChunkVectors
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex

_BATCH = 1_000  # chunks


class Store:
    """Writes encoded articles to Chroma, tantivy and the sentence vectors, in batches.

    ``held`` are the entries that Chroma has already, by the ids of their chunks: those that come
    again are not written again, the others go.
    """

    def __init__(
        self, generation: Generation, dimension: int, held: Mapping[str, bytes] | None = None
    ) -> None:
        self._held = dict(held or {})
        self._replaced: list[str] = []
        self._changed = False
        self._vectors = VectorIndex(generation.chroma)
        self._lexical = LexicalIndex(generation.lexical)
        self._sentences = SentenceVectors(generation.sentences, dimension)
        self._chunks = ChunkVectors(generation.chunk_vectors, dimension)
        self._next_sentence = len(self._sentences)
        self._waiting: list[EmbeddedChunk] = []

    def delete(self, chunk_ids: Sequence[str]) -> None:
        """Remove chunks, and so all chunks of their articles."""
        self._delete(chunk_ids)
        self._lexical.delete(sorted({chunk_id.rpartition(":")[0] for chunk_id in chunk_ids}))

    def add(self, encoded: EncodedArticle, catalog: Catalog) -> None:
        """Take in an encoded article and note in the catalogue where its vectors begin."""
        article, chunks = encoded.chunked.article, encoded.chunked.chunks
        self._lexical.add((chunk, article.title) for chunk in chunks)
        rows = [
            EmbeddedChunk(chunk, article, encoding.vector)
            for chunk, encoding in zip(chunks, encoded.encodings, strict=True)
        ]
        entries = [row.entry for row in rows]
        self._queue(rows, entries)
        self._chunks.append(
            [chunk.id for chunk in chunks], encoded.keys, entries, encoded.encodings,
            self._next_sentence,
        )  # fmt: skip
        self._sentences.append_stored(b"".join(e.sentences.tobytes() for e in encoded.encodings))
        catalog.put_first_vector(article.id, self._next_sentence)
        self._next_sentence += sum(len(encoding.sentences) for encoding in encoded.encodings)
        if len(self._waiting) >= _BATCH:
            self._add_waiting()

    def flush(self) -> None:
        """Write what is waiting."""
        self._add_waiting()
        self._delete(list(self._held))
        if self._changed:
            self._vectors.persist()
        self._lexical.commit()

    def check(self, chunks: int) -> None:
        """Catalogue, vectors and words must hold the same number of chunks."""
        found = (self._vectors.count(), self._lexical.count())
        if found != (chunks, chunks):
            raise ArchiveDamagedError(
                f"{chunks} chunks in the catalogue, vectors and words hold {found}; build anew "
                "with: newsarchive build --rebuild PATH…"
            )

    def close(self) -> None:
        """Release the files."""
        self._vectors.close()

    def _delete(self, chunk_ids: Sequence[str]) -> None:
        self._changed = self._changed or bool(chunk_ids)
        self._vectors.delete(chunk_ids)

    def _queue(self, rows: Sequence[EmbeddedChunk], entries: Sequence[bytes]) -> None:
        for row, entry in zip(rows, entries, strict=True):
            held = self._held.pop(row.chunk.id, None)
            if held == entry:
                continue
            if held is not None:
                self._replaced.append(row.chunk.id)
            self._waiting.append(row)

    def _add_waiting(self) -> None:
        self._delete(self._replaced)
        self._replaced.clear()
        self._changed = self._changed or bool(self._waiting)
        self._vectors.add(self._waiting)
        self._waiting.clear()
