"""Storing of encoded articles in all three indexes, and the check that they agree."""

from __future__ import annotations

from collections.abc import Sequence

from index.catalog import Catalog
from index.encode import EncodedArticle
from index.errors import ArchiveDamagedError
from index.generations import Generation
from index.lexical import LexicalIndex
from index.vectors import EmbeddedChunk, SentenceVectors, VectorIndex

_BATCH = 1_000  # chunks


class Store:
    """Writes encoded articles to Chroma, tantivy and the sentence vectors, in batches."""

    def __init__(self, generation: Generation, dimension: int) -> None:
        self._vectors = VectorIndex(generation.chroma)
        self._lexical = LexicalIndex(generation.lexical)
        self._sentences = SentenceVectors(generation.sentences, dimension)
        self._next_sentence = len(self._sentences)
        self._waiting: list[EmbeddedChunk] = []

    def delete(self, chunk_ids: Sequence[str]) -> None:
        """Remove chunks, and so all chunks of their articles."""
        self._vectors.delete(chunk_ids)
        self._lexical.delete(sorted({chunk_id.rpartition(":")[0] for chunk_id in chunk_ids}))

    def add(self, encoded: EncodedArticle, catalog: Catalog) -> None:
        """Take in an encoded article and note in the catalogue where its vectors begin."""
        article = encoded.chunked.article
        self._lexical.add((chunk, article.title) for chunk in encoded.chunked.chunks)
        self._waiting.extend(
            EmbeddedChunk(chunk, article, vector)
            for chunk, vector in zip(encoded.chunked.chunks, encoded.chunk_vectors, strict=True)
        )
        self._sentences.append([encoded.sentence_vectors])
        catalog.put_first_vector(article.id, self._next_sentence)
        self._next_sentence += len(encoded.sentence_vectors)
        if len(self._waiting) >= _BATCH:
            self._add_waiting()

    def flush(self) -> None:
        """Write what is waiting."""
        self._add_waiting()
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

    def _add_waiting(self) -> None:
        self._vectors.add(self._waiting)
        self._waiting.clear()
