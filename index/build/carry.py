"""What a rebuild carries over beside vectors: the finished Chroma folder, what families rest on.

Filling Chroma and comparing texts take longer than all the rest of a rebuild that embeds nothing.
Both are carried over only where the checksums of the generation's manifest say that they are as
they were written. Then each row of Chroma is compared by a hash of all that it holds; sketches and
comparisons are kept under hashes of what they rest on anyway.
"""

from __future__ import annotations

import logging
import shutil

from index.settings import Settings
from index.store.catalog import Catalog
from index.store.generation import Generation, copy_checked
from index.store.manifest import file_sum
from index.store.rows import EarlierVectors

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
    catalog = Catalog(current.catalog, read_only=True)
    try:
        chunk_ids = catalog.chunk_ids()
    finally:
        catalog.close()
    entries = earlier.entries(chunk_ids)
    return entries if len(entries) == len(chunk_ids) else {}
