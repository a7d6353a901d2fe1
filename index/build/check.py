"""Checking an archive from end to end: every file as it was written, all parts in agreement.

First comes what stands beside the generations, then the checksums of all files, and where those of
the generation in use are right, what its catalogue, vectors and words make of each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.build.digest import Digest, digest
from index.build.writer import fingerprint
from index.disk import broken
from index.errors import EmbedderError, NewsArchiveError
from index.models.chunker import ChunkedArticle
from index.models.embedder import Matrix
from index.models.kept import MEND, is_tuned, is_whole, open_archive_embedder
from index.settings import StrPath
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import CHROMA, Generation, Manifest, file_sum, files_of
from index.store.logs import is_list_of_rejections, is_sound
from index.store.stores import Stores
from index.types import Span

_SAMPLE = 8  # chunks that are embedded again; with the packaged model a second or two
_REBUILD = "build anew: newsarchive build --rebuild PATH…"

Problems = Iterator[tuple[str, str]]  # file, as its path in the generation, and what is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the file, relative to the archive, the problem and what mends it."""

    file: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was checked and found; ``digest`` is None where there was damage before it."""

    generation: str | None
    articles: int
    chunks: int
    digest: Digest | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_archive(archive: StrPath, *, sample: int = _SAMPLE) -> CheckReport:
    """Check an archive; it may be in use, and a build may be running.

    ``sample`` chunks are embedded again and compared with their vectors. Raises
    ArchiveNotFoundError where there is no archive; whatever else is wrong is a Finding.
    """
    folder = ArchiveFolder(archive)
    while True:
        name = folder.current_name()
        report = _report(folder, sample)
        if folder.current_name() == name:
            return report  # else a build has put another generation in its place meanwhile


def _report(folder: ArchiveFolder, sample: int) -> CheckReport:
    finished, name = folder.finished(), folder.current_name()
    if not finished and name is None:
        folder.current()  # raises
    # Whole or not, what CURRENT names is what is checked first.
    there = {path.name for path in (folder.path / "generations").glob("*")}
    current = folder.current() if name in there else None
    rollback = f"newsarchive rollback --archive {folder.path}"
    findings = list(_beside(folder, finished))
    whole = []  # generations to roll back to
    for generation in finished:
        if generation != current:
            problems = list(_file_problems(generation))
            mend = "nothing now: it is kept for a rollback only, and goes with the builds to come"
            findings += _findings(generation, problems, mend)
            if not problems and current and generation.folder.name < current.folder.name:
                whole.append(generation)
    if current is None:
        mend = f"put the newest one in use: {rollback}" if finished else _REBUILD
        findings.append(Finding("CURRENT", "names no finished generation", mend))
        return CheckReport(None, 0, 0, None, tuple(findings))
    # Native code is not given files that are known to be damaged.
    damage = list(_file_problems(current)) or list(_contents(current, sample))
    if damage:
        findings += _findings(current, damage, f"{rollback}, or {_REBUILD}" if whole else _REBUILD)
        return CheckReport(current.folder.name, 0, 0, None, tuple(findings))
    found, manifest = digest(current), current.manifest()
    return CheckReport(
        current.folder.name, manifest.articles, manifest.chunks, found, tuple(findings)
    )


def _findings(
    generation: Generation, problems: Sequence[tuple[str, str]], mend: str
) -> Iterator[Finding]:
    for name, problem in problems:
        place = (generation.folder / name).relative_to(generation.archive).as_posix()
        yield Finding(place, problem, mend)


def _beside(folder: ArchiveFolder, finished: Sequence[Generation]) -> Iterator[Finding]:
    """Check what stands beside the generations, the models that they name among it."""
    again = "build or add again, which writes it anew"
    if not is_list_of_rejections(folder.rejected):
        yield Finding(folder.rejected.name, "is damaged", f"{again}; no answer rests on it")
    if not is_sound(folder.source_times):
        mend = f"{again}; till then no change of a source shows"
        yield Finding(folder.source_times.name, "is damaged", mend)
    named = {generation.named_embedder() for generation in finished}
    for name in sorted(filter(None, named)):
        if is_tuned(name) and not is_whole(folder.path, name):
            yield Finding(name, "is not as it was written", MEND)


# Whether the files of a generation are as they were written.


def _file_problems(generation: Generation) -> Problems:
    try:
        manifest = generation.manifest()
    except NewsArchiveError as error:
        yield "manifest.json", str(error)
        return
    if not manifest.intact or manifest.generation != generation.folder.name:
        yield "manifest.json", "is not as it was written"
        return
    if not manifest.files:
        yield "manifest.json", "has no checksums: it is of an earlier version"
        return
    there = files_of(generation.folder)
    for name in sorted(manifest.files.keys() | there.keys()):
        if name not in there:
            yield name, "is missing"
        elif name not in manifest.files:
            yield name, "is no part of the generation"
        elif problem := _sum_problem(there[name], name, manifest.files[name]):
            yield name, problem


def _sum_problem(path: Path, name: str, expected: str) -> str | None:
    try:
        if file_sum(path, name) != expected:
            return "is not as it was written"
    except Exception as error:  # SQLite's, or the disk's
        return f"cannot be read ({error})"
    return broken(path) if name == CHROMA else None


# Whether what its catalogue, vectors and words hold fits together.

_TOGETHER = 500  # chunks
_UNIT = 1e-3  # how far a vector's length may be from 1
_STORED_UNIT = 0.02  # the same for sentences, which are stored as int8
_SAME = 0.98  # cosine of a text's stored vector and of the same text embedded again


def _contents(generation: Generation, sample: int) -> Problems:
    """Yield where and what is wrong; ``sample`` chunks are embedded again and compared."""
    try:
        manifest = generation.manifest()
        with Stores(generation, manifest.dimension) as stores:
            articles, _, chunks = stores.catalog.counts()
            if (articles, chunks) != (manifest.articles, manifest.chunks):
                problem = f"says other numbers than {articles} articles, {chunks} chunks"
                yield "manifest.json", problem
            yield from _catalog_problems(stores.catalog)
            yield from _family_problems(stores.catalog)
            expected = stores.catalog.chunk_ids()
            yield from _missing("lexical", expected, stores.lexical.ids())
            yield from _missing("chroma", expected, stores.vectors.ids())
            yield from _vector_problems(stores)
            yield from _other_vectors(generation.archive, stores, manifest, sample)
    except EmbedderError as error:
        yield "manifest.json", str(error)
    except Exception as error:  # each of the libraries raises its own
        yield "", f"cannot be read ({error})"


def _catalog_problems(catalog: Catalog) -> Problems:
    cut = set(catalog.register.indexed())
    for entry in catalog.register.entries():
        article = catalog.article(entry.id)
        if article is None or fingerprint(article) != catalog.fingerprint(entry.id):
            yield "catalog.sqlite", f"article {entry.id!r} is not what was stored"
        elif entry.id in cut:
            yield from (("catalog.sqlite", p) for p in _chunk_problems(catalog.chunked(entry.id)))
        elif entry.role != "copy":
            yield "catalog.sqlite", f"article {entry.id!r} was never embedded"


def _chunk_problems(chunked: ChunkedArticle) -> Iterator[str]:
    name, length = chunked.article.id, len(chunked.article.text)
    previous = 0
    for span in chunked.sentences:
        if not previous <= span.start < span.end <= length:
            yield f"a sentence of {name!r} is at {span.start}-{span.end} of {length} characters"
        previous = span.end
    for ordinal, (chunk, own) in enumerate(
        zip(chunked.chunks, chunked.chunk_sentences, strict=True)
    ):
        inside = chunked.sentences[own.start : own.stop]
        place = (inside[0].start, inside[-1].end) if inside else None
        if chunk.id != f"{name}:{ordinal}" or (chunk.start, chunk.end) != place:
            yield f"chunk {chunk.id!r} is at {chunk.start}-{chunk.end}, its sentences at {place}"


def _family_problems(catalog: Catalog) -> Problems:
    members = {m.article_id: m for m in catalog.families.members(several=False)}
    for m in members.values():
        original, reference = members.get(m.family), members.get(m.reference)
        sound = (
            original is not None
            and original.role == "original"
            and (m.role == "original") == (m.family == m.article_id)
            and reference is not None
            and reference.role != "copy"
            and reference.family == m.family
            and (m.role == "copy") == (m.reference != m.article_id)
            and (m.superseded_by is None or m.superseded_by in members)
        )
        if not sound:
            yield "catalog.sqlite", f"article {m.article_id!r} does not fit into its family"


def _missing(place: str, expected: Sequence[str], found: Sequence[str]) -> Problems:
    wanted, there = Counter(expected), Counter(found)
    for what, some in (("lacks", wanted - there), ("has besides", there - wanted)):
        if some:
            yield place, f"{what} {some.total()} chunks, {min(some)!r} among them"


def _vector_problems(stores: Stores) -> Problems:
    """Whether vectors are unit vectors, with what the catalogue says of their chunks."""
    catalog, index = stores.catalog, stores.vectors
    chunk_ids = catalog.chunk_ids()
    for first in range(0, len(chunk_ids), _TOGETHER):
        some = chunk_ids[first : first + _TOGETHER]
        vectors, records = index.vectors(some), index.records(some)
        for chunk_id in some:
            chunk = catalog.chunk(chunk_id).chunk
            if chunk_id in vectors and not _unit(vectors[chunk_id], _UNIT):
                yield "chroma", f"the vector of chunk {chunk_id!r} is not of length 1"
            text, fields = records.get(chunk_id, (chunk.text, None))
            place = (chunk.article_id, chunk.start, chunk.end)
            held = fields and (fields["article_id"], fields["start"], fields["end"])
            if text != chunk.text or (held and held != place):
                yield "chroma", f"chunk {chunk_id!r} is not what the catalogue says"
    for article_id in catalog.register.indexed():
        row, count = catalog.first_vector(article_id), len(catalog.sentences(article_id))
        if row + count > len(stores.sentences):
            yield "sentences.i8", f"ends before the vectors of {article_id!r}"
        elif not _unit(stores.sentences.read(row, count), _STORED_UNIT):
            yield "sentences.i8", f"a vector of article {article_id!r} is not of length 1"


def _other_vectors(archive: Path, stores: Stores, manifest: Manifest, sample: int) -> Problems:
    """Embed some texts again: a vector may be whole and stand for another text."""
    indexed = stores.catalog.register.indexed()
    if not indexed or sample < 1:
        return
    embedder = open_archive_embedder(archive, manifest.embedder)
    for article_id in indexed[:: -(-len(indexed) // sample)]:
        chunked = stores.catalog.chunked(article_id)
        spans: list[Span] = []
        again, _ = embedder.embed([chunked.embedded_text(0)], [spans])
        vector = stores.vectors.vectors([chunked.chunks[0].id]).get(chunked.chunks[0].id)
        if vector is not None and float(again[0] @ vector) < _SAME:
            yield "chroma", f"the vector of chunk {chunked.chunks[0].id!r} is of another text"


def _unit(vectors: Matrix, tolerance: float) -> bool:
    lengths = np.linalg.norm(vectors, axis=-1)
    return bool(np.all(np.abs(lengths - 1.0) <= tolerance))
