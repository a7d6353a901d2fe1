"""A generation copied without anything that was deleted from it.

Deleting a record leaves its bytes in SQLite's free pages, its vector in Chroma's index and its row
among the sentence vectors. What is read and written anew, article by article, has none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from index.disk import copy_without_deleted, write_failures
from index.models.chunker import ChunkedArticle
from index.store.archive import ArchiveFolder, Generation
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.rows import EarlierVectors
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex

_TOGETHER = 200  # articles


def compacted(folder: ArchiveFolder, staged: Generation, dimension: int) -> Generation:
    """Stage what a staged generation holds, in new files, and delete it."""
    fresh = folder.stage(copy_current=False)
    try:
        with write_failures(folder.path):  # before the room of what was copied is free again
            _copy(staged, fresh, dimension)
    except BaseException:
        folder.discard(fresh)
        raise
    folder.discard(staged)
    return fresh


def _copy(staged: Generation, fresh: Generation, dimension: int) -> None:
    copy_without_deleted(staged.catalog, fresh.catalog)
    catalog = Catalog(fresh.catalog)
    try:
        _copy_sentences(catalog, staged, fresh, dimension)
        catalog.commit()
        _copy_chunk_vectors(catalog, staged, fresh, dimension)
        _copy_chunks(catalog, staged, fresh)
    finally:
        catalog.close()


def _copy_sentences(
    catalog: Catalog, staged: Generation, fresh: Generation, dimension: int
) -> None:
    old = SentenceVectors(staged.sentences, dimension)
    new = SentenceVectors(fresh.sentences, dimension)
    row = 0
    for article_id in catalog.register.indexed():
        count = len(catalog.sentences(article_id))
        new.append_stored(old.stored(catalog.first_vector(article_id), count))
        catalog.put_first_vector(article_id, row)
        row += count


def _copy_chunk_vectors(
    catalog: Catalog, staged: Generation, fresh: Generation, dimension: int
) -> None:
    old = EarlierVectors(staged.chunk_vectors, staged.sentences, dimension)
    rows = catalog.sentence_rows(catalog.chunk_ids())
    old.copy(fresh.chunk_vectors, {chunk_id: first for chunk_id, (first, _) in rows.items()})


def _copy_chunks(catalog: Catalog, staged: Generation, fresh: Generation) -> None:
    old, new, words = (
        VectorIndex(staged.chroma), VectorIndex(fresh.chroma), LexicalIndex(fresh.lexical),
    )  # fmt: skip
    try:
        for articles in _together(catalog):
            vectors = old.vectors([chunk.id for a in articles for chunk in a.chunks])
            for a in articles:
                words.add((chunk, a.article.title) for chunk in a.chunks)
            new.add(
                [EmbeddedChunk(c, a.article, vectors[c.id]) for a in articles for c in a.chunks]
            )
        words.commit()
        new.persist()
    finally:
        old.close()
        new.close()


def _together(catalog: Catalog) -> Iterator[Sequence[ChunkedArticle]]:
    articles = (catalog.chunked(article_id) for article_id in catalog.register.indexed())
    while some := list(islice(articles, _TOGETHER)):
        yield some
