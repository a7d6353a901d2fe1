"""A generation copied without anything that was deleted from it.

Deleting a record leaves its bytes in SQLite's free pages, its vector in Chroma's index and its row
among the sentence vectors. What is read and written anew, article by article, has none of it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice

from index.disk import copy_without_deleted, write_failures
from index.models.chunker import ChunkedArticle
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation, copy_checked, file_sum
from index.store.lexical import LexicalIndex
from index.store.rows import EarlierVectors
from index.store.stores import reading_catalog
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


# What a rebuild carries over beside vectors: the finished Chroma folder, what families rest on.
#
# Filling Chroma and comparing texts take longer than all the rest of a rebuild that embeds nothing.
# Both are carried over only where the checksums of the generation's manifest say that they are as
# they were written. Then each row of Chroma is compared by a hash of all that it holds; sketches
# and comparisons are kept under hashes of what they rest on anyway.

log = logging.getLogger("newsarchive")
_TIDY = 1.25  # rows ever written for one that is there; beyond, Chroma is better filled anew


def carry_chroma(
    current: Generation, staged: Generation, settings: Settings, earlier: EarlierVectors
) -> dict[str, bytes]:
    """Copy Chroma's folder into a fresh generation; return what its rows hold, by chunk id.

    Nothing is copied, and nothing returned, where anything about it is in doubt.
    """
    try:
        if not _is_whole(current, settings):
            return {}
        held = _entries(current, earlier)
        if not held or len(earlier) > _TIDY * len(held):
            return {}
        copy_checked(current, staged.folder, under="chroma/")
        return held
    except Exception as error:  # sqlite, Chroma and a broken manifest each raise their own
        log.info("Chroma is filled anew: %s", error)
        shutil.rmtree(staged.chroma, ignore_errors=True)
        return {}


def carry_families(current: Generation, catalog: Catalog, settings: Settings) -> None:
    """Copy sketches and comparisons into a fresh catalogue that holds its articles."""
    try:
        if _is_whole(current, settings):
            catalog.families.take_over(current.catalog)
    except Exception as error:
        log.info("families are compared anew: %s", error)


def _is_whole(current: Generation, settings: Settings) -> bool:
    """Whether all that tells what Chroma holds is as it was written."""
    manifest = current.manifest()
    if manifest.settings != settings or not manifest.intact:
        return False
    paths = (current.catalog, current.chunk_vectors)
    return all(file_sum(path, path.name) == manifest.files.get(path.name) for path in paths)


def _entries(current: Generation, earlier: EarlierVectors) -> dict[str, bytes]:
    """Entries of all chunks of a generation; none where one of them is not known."""
    with reading_catalog(current) as catalog:
        chunk_ids = catalog.chunk_ids()
    entries = earlier.entries(chunk_ids)
    return entries if len(entries) == len(chunk_ids) else {}
