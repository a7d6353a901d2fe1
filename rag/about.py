"""What an archive tells of itself: its families, its status.

Of families: who copies whom, how like they are, what a version changed. Of the status: what the
archive holds, how far back it can go, and what of it is out of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from index.errors import ArchiveDamagedError
from index.families.compare import compare, worded_article
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.logs import source_changes
from index.store.vectors import SentenceVectors
from index.types import Article
from rag.retrieval.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentences that a later version removed, added and revised (as it was, as it is)."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    revised: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """An article of a family.

    ``role`` is "original", "copy" or "version". ``of`` is the article that it is compared with: for
    a copy the one it copies, for a version the one before it; None for the original.
    ``jaccard`` is of their word shingles, ``containment`` the share of the words of the one that
    the other holds; both in [0, 1]. ``difference`` is given for versions.
    """

    article: Article
    role: str
    of: str | None = None
    jaccard: float = 1.0
    containment: float = 1.0
    superseded_by: str | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Articles that carry one text, or one story as it changed; the original first."""

    id: str
    members: tuple[FamilyMember, ...]


def families(catalog: Catalog) -> Iterator[Family]:
    """Every family of two or more articles, by the original's id, members in the order of time."""
    relations = catalog.families.relations()
    for family, members in groupby(catalog.families.members(), key=lambda member: member.family):
        versions: list[Article] = []  # the original and those after it
        found = []
        for member in members:
            article = _article(catalog, member.article_id)
            of: Article | None = None
            difference: Difference | None = None
            measures = (1.0, 1.0)
            if member.role == "version":
                of = versions[-1]
                difference, measures = _compared(of, article)
            elif member.role == "copy":
                of = _article(catalog, member.reference)
                known = relations.get((member.reference, member.article_id))
                if known is not None:
                    measures = known.jaccard, known.containment
                elif of.text != article.text:
                    _, measures = _compared(of, article)
            of_id, newer = None if of is None else of.id, member.superseded_by
            found.append(FamilyMember(article, member.role, of_id, *measures, newer, difference))
            if member.role != "copy":
                versions.append(article)
        yield Family(family, tuple(found))


def family_record(family: Family) -> dict[str, Any]:
    """Turn a family into a JSON object: its members and the pairs that were compared."""
    pairs: list[dict[str, Any]] = [
        {
            "article_id": m.article.id,
            "of": m.of,
            "kind": m.role,
            "jaccard": m.jaccard,
            "containment": m.containment,
            **({"difference": asdict(m.difference)} if m.difference else {}),
        }
        for m in family.members
        if m.of is not None
    ]
    return {
        "id": family.id,
        "members": [
            {
                "article_id": m.article.id,
                "title": m.article.title,
                "source": m.article.source,
                "published": m.article.published,
                "role": m.role,
                "superseded_by": m.superseded_by,
            }
            for m in family.members
        ],
        "pairs": pairs,
    }


def _compared(before: Article, after: Article) -> tuple[Difference, tuple[float, float]]:
    """Tell what a later text changed, and how like the two are: Jaccard and containment."""
    found = compare(worded_article(before), worded_article(after))
    difference = Difference(
        tuple(before.text[s.span.start : s.span.end] for s in found.removed),
        tuple(after.text[s.span.start : s.span.end] for s in found.added),
        tuple(
            (
                before.text[pair.before.span.start : pair.before.span.end],
                after.text[pair.after.span.start : pair.after.span.end],
            )
            for pair in found.revised
        ),
    )
    return difference, (round(found.jaccard, 4), round(found.containment, 4))


def _article(catalog: Catalog, article_id: str) -> Article:
    article = catalog.article(article_id)
    if article is None:
        raise ArchiveDamagedError(
            f"article {article_id!r} of a family is not in the catalogue; build anew with --rebuild"
        )
    return article


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


def read_status(folder: ArchiveFolder, snapshot: Snapshot) -> Status:
    """Gather the status of an archive of which a generation is open."""
    manifest, catalog = snapshot.manifest, snapshot.retriever.catalog
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
        stale=_stale(folder, snapshot),
    )


def _stale(folder: ArchiveFolder, snapshot: Snapshot) -> Stale:
    catalog = snapshot.retriever.catalog
    entries = catalog.register.entries()
    stored = len(SentenceVectors(snapshot.generation.sentences, snapshot.manifest.dimension))
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
