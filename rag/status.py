"""What an archive holds, how far back it can go, and what of it is out of date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from index.store.archive import ArchiveFolder, Generation, Manifest
from index.store.catalog import Catalog
from index.store.logs import source_changes
from index.store.vectors import SentenceVectors


@dataclass(frozen=True, slots=True)
class Stale:
    """What is out of date.

    ``superseded`` articles have a newer version. ``unused_vectors`` is the share of stored sentence
    vectors, in [0, 1], whose article changed or went; Chroma keeps about the same share of chunk
    vectors, and a takedown or ``build --rebuild`` drops both. ``changed_sources`` and
    ``gone_sources`` are files as compared with their time and size when they were read (a file
    may be saved again with the same articles); None where that is not known, as after a rollback.
    """

    superseded: int
    unused_vectors: float
    changed_sources: int | None
    gone_sources: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """What an archive holds. ``sources`` are outlets with their number of articles, most first.

    ``families`` counts those of two articles or more, ``generations`` are the names of those kept,
    the oldest first; ``forward`` is the one that a rollback left.
    """

    articles: int
    copies: int
    chunks: int
    generation: str
    embedder: str
    built: str
    sources: tuple[tuple[str, int], ...]
    first_day: str | None
    last_day: str | None
    rejected: int
    bytes_on_disk: int
    versions: int
    families: int
    undated: int
    generations: tuple[str, ...]
    forward: str | None
    stale: Stale


def read_status(
    folder: ArchiveFolder, generation: Generation, manifest: Manifest, catalog: Catalog
) -> Status:
    """Gather the status of a generation that is open."""
    articles, copies, chunks = catalog.counts()
    first_day, last_day = catalog.days()
    entries = list(catalog.register.entries())
    families = Counter(entry.family for entry in entries)
    return Status(
        articles=articles,
        copies=copies,
        chunks=chunks,
        generation=manifest.generation,
        embedder=manifest.embedder,
        built=manifest.created,
        sources=tuple(catalog.sources()),
        first_day=first_day,
        last_day=last_day,
        rejected=_count_lines(folder.rejected),
        bytes_on_disk=_size(folder.path),
        versions=sum(entry.role == "version" for entry in entries),
        families=sum(count > 1 for count in families.values()),
        undated=sum(entry.published is None for entry in entries),
        generations=tuple(kept.folder.name for kept in folder.finished()),
        forward=folder.forward_name(),
        stale=_stale(folder, generation, manifest, catalog),
    )


def _stale(
    folder: ArchiveFolder, generation: Generation, manifest: Manifest, catalog: Catalog
) -> Stale:
    entries = catalog.register.entries()
    stored = len(SentenceVectors(generation.sentences, manifest.dimension))
    used = sum(len(catalog.sentences(name)) for name in catalog.register.indexed())
    changes = source_changes(folder, catalog.register.files())
    return Stale(
        superseded=sum(entry.superseded_by is not None for entry in entries),
        unused_vectors=round((stored - used) / stored, 4) if stored else 0.0,
        changed_sources=changes.changed if changes else None,
        gone_sources=changes.gone if changes else None,
    )


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0


def _size(folder: Path) -> int:
    """Bytes of the files in a folder, some of which a build may be deleting."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
