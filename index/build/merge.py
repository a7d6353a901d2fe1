"""What the next generation takes from another one without making it anew.

A rebuild that embeds nothing would spend most of its time on filling Chroma and comparing texts, so
it carries over the finished Chroma folder and what families rest on. A takedown goes on with a copy
that has nothing of what was deleted.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import closing
from itertools import islice

from index.disk import copy_without_deleted, write_failures
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation, copy_checked, file_sum
from index.store.lexical import LexicalIndex
from index.store.rows import EarlierVectors
from index.store.stores import reading_catalog
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex

log = logging.getLogger("newsarchive")

# Both are carried over only where the checksums of the generation's manifest say that they are as
# they were written. Then each row of Chroma is compared by a hash of all that it holds; sketches
# and comparisons are kept under hashes of what they rest on anyway.

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
        with reading_catalog(current) as catalog:
            chunk_ids = catalog.chunk_ids()
        held = earlier.entries(chunk_ids)
        all_known = len(held) == len(chunk_ids) > 0
        if not all_known or len(earlier) > _TIDY * len(held):
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


# Deleting a record leaves its bytes in SQLite's free pages, its vector in Chroma's index and its
# row among the sentence vectors. What is read and written anew, article by article, has none of it.

_TOGETHER = 200  # articles


def compacted(folder: ArchiveFolder, staged: Generation, dimension: int) -> Generation:
    """Stage what a staged generation holds, in new files, and delete it."""
    fresh = folder.stage(copy_current=False)
    try:
        with write_failures(folder.path):  # before the room of what was copied is free again
            copy_without_deleted(staged.catalog, fresh.catalog)
            with closing(Catalog(fresh.catalog)) as catalog:
                _copy_vectors(catalog, staged, fresh, dimension)
                _copy_chunks(catalog, staged, fresh)
    except BaseException:
        folder.discard(fresh)
        raise
    folder.discard(staged)
    return fresh


def _copy_vectors(catalog: Catalog, staged: Generation, fresh: Generation, dimension: int) -> None:
    """Copy sentence vectors without gaps, and chunk vectors with the rows where those are then."""
    old = SentenceVectors(staged.sentences, dimension)
    new = SentenceVectors(fresh.sentences, dimension)
    row = 0
    for article_id in catalog.register.indexed():
        count = len(catalog.sentences(article_id))
        new.append_stored(old.stored(catalog.first_vector(article_id), count))
        catalog.put_first_vector(article_id, row)
        row += count
    catalog.commit()
    rows = catalog.sentence_rows(catalog.chunk_ids())
    EarlierVectors(staged.chunk_vectors, staged.sentences, dimension).copy(
        fresh.chunk_vectors, {chunk_id: first for chunk_id, (first, _) in rows.items()}
    )


def _copy_chunks(catalog: Catalog, staged: Generation, fresh: Generation) -> None:
    """Fill Chroma and the words of a generation from another one's vectors."""
    old, new, words = (
        VectorIndex(staged.chroma), VectorIndex(fresh.chroma), LexicalIndex(fresh.lexical),
    )  # fmt: skip
    try:
        chunked = map(catalog.chunked, catalog.register.indexed())
        while articles := list(islice(chunked, _TOGETHER)):
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
