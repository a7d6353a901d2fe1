"""Checking an archive from end to end: every file as it was written, all parts in agreement."""

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
from index.store.vectors import SentenceVectors, VectorIndex
from index.types import Span

# Whether what a generation's catalogue, vectors and words hold fits together.

_TOGETHER = 500  # chunks
_UNIT = 1e-3  # how far a vector's length may be from 1
_STORED_UNIT = 0.02  # the same for sentences, which are stored as int8
_SAME = 0.98  # cosine of a text's stored vector and of the same text embedded again


def problems(generation: Generation, manifest: Manifest, sample: int) -> Iterator[tuple[str, str]]:
    """Yield where and what is wrong; ``sample`` chunks are embedded again and compared."""
    with Stores(generation, manifest.dimension) as stores:
        catalog = stores.catalog
        articles, _, chunks = catalog.counts()
        if (articles, chunks) != (manifest.articles, manifest.chunks):
            yield "manifest.json", f"says other numbers than {articles} articles, {chunks} chunks"
        yield from _catalog_problems(catalog)
        yield from _family_problems(catalog)
        expected = catalog.chunk_ids()
        yield from _missing("lexical", expected, stores.lexical.ids())
        yield from _missing("chroma", expected, stores.vectors.ids())
        yield from _vector_problems(catalog, stores.vectors)
        yield from _sentence_problems(catalog, stores.sentences)
        yield from _other_vectors(generation.archive, stores, manifest, sample)


def _catalog_problems(catalog: Catalog) -> Iterator[tuple[str, str]]:
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


def _family_problems(catalog: Catalog) -> Iterator[tuple[str, str]]:
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


def _missing(
    place: str, expected: Sequence[str], found: Sequence[str]
) -> Iterator[tuple[str, str]]:
    wanted, there = Counter(expected), Counter(found)
    for what, some in (("lacks", wanted - there), ("has besides", there - wanted)):
        if some:
            yield place, f"{what} {some.total()} chunks, {min(some)!r} among them"


def _vector_problems(catalog: Catalog, index: VectorIndex) -> Iterator[tuple[str, str]]:
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


def _sentence_problems(catalog: Catalog, stored: SentenceVectors) -> Iterator[tuple[str, str]]:
    for article_id in catalog.register.indexed():
        first, count = catalog.first_vector(article_id), len(catalog.sentences(article_id))
        if first + count > len(stored):
            yield "sentences.i8", f"ends before the vectors of {article_id!r}"
        elif not _unit(stored.read(first, count), _STORED_UNIT):
            yield "sentences.i8", f"a vector of article {article_id!r} is not of length 1"


def _other_vectors(
    archive: Path, stores: Stores, manifest: Manifest, sample: int
) -> Iterator[tuple[str, str]]:
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


_SAMPLE = 8  # chunks that are embedded again; with the packaged model a second or two


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
        report = _Check(folder, sample).report()
        if folder.current_name() == name:
            return report  # else a build has put another generation in its place meanwhile


class _Check:
    def __init__(self, folder: ArchiveFolder, sample: int) -> None:
        self._folder = folder
        self._sample = sample
        self._rollback = f"newsarchive rollback --archive {folder.path}"

    def report(self) -> CheckReport:
        finished = self._folder.finished()
        if not finished and self._folder.current_name() is None:
            self._folder.current()  # raises
        current = self._current()
        others = [generation for generation in finished if generation != current]
        findings = [*self._beside(), *self._models(finished)]
        older = [(generation, list(_file_problems(generation))) for generation in others]
        for generation, found in older:
            mend = "nothing now: it is kept for a rollback only, and goes with the builds to come"
            findings += [self._finding(generation, *problem, mend) for problem in found]
        if current is None:
            problem = "names no finished generation"
            mend = f"put the newest one in use: {self._rollback}" if finished else _rebuild()
            return self._ended([*findings, Finding("CURRENT", problem, mend)])
        whole = [g for g, found in older if not found and g.folder.name < current.folder.name]
        mend = f"{self._rollback}, or {_rebuild()}" if whole else _rebuild()
        damage = list(_file_problems(current))
        # Native code is not given files that are known to be damaged.
        damage = damage or list(self._contents(current))
        findings += [self._finding(current, *problem, mend) for problem in damage]
        return self._ended(findings, current, None if damage else digest(current))

    def _current(self) -> Generation | None:
        """Return the generation in use, whole or not; None where CURRENT names nothing."""
        name = self._folder.current_name()
        folders = {path.name for path in (self._folder.path / "generations").glob("*")}
        return self._folder.current() if name in folders else None

    def _ended(
        self,
        findings: list[Finding],
        current: Generation | None = None,
        found: Digest | None = None,
    ) -> CheckReport:
        manifest = None if current is None or found is None else current.manifest()
        return CheckReport(
            generation=None if current is None else current.folder.name,
            articles=manifest.articles if manifest else 0,
            chunks=manifest.chunks if manifest else 0,
            digest=found,
            findings=tuple(findings),
        )

    def _finding(self, generation: Generation, name: str, problem: str, mend: str) -> Finding:
        place = (generation.folder / name).relative_to(self._folder.path).as_posix()
        return Finding(place, problem, mend)

    def _beside(self) -> Iterator[Finding]:
        """Check what stands beside the generations."""
        if not is_list_of_rejections(self._folder.rejected):
            mend = "build or add again, which writes it anew; no answer rests on it"
            yield Finding(self._folder.rejected.name, "is damaged", mend)
        if not is_sound(self._folder.source_times):
            mend = "build or add again, which writes it anew; till then no change of a source shows"
            yield Finding(self._folder.source_times.name, "is damaged", mend)

    def _models(self, finished: Sequence[Generation]) -> Iterator[Finding]:
        """Check the models that generations name and the archive keeps."""
        named = {generation.named_embedder() for generation in finished}
        for name in sorted(filter(None, named)):
            if is_tuned(name) and not is_whole(self._folder.path, name):
                yield Finding(name, "is not as it was written", MEND)

    def _contents(self, generation: Generation) -> Iterator[tuple[str, str]]:
        try:
            yield from problems(generation, generation.manifest(), self._sample)
        except EmbedderError as error:
            yield "manifest.json", str(error)
        except Exception as error:  # each of the libraries raises its own
            yield "", f"cannot be read ({error})"


def _file_problems(generation: Generation) -> Iterator[tuple[str, str]]:
    try:
        manifest = generation.manifest()
    except NewsArchiveError as error:
        yield "manifest.json", str(error)
        return
    if not manifest.intact or manifest.generation != generation.folder.name:
        yield "manifest.json", "is not as it was written"
    elif not manifest.files:
        yield "manifest.json", "has no checksums: it is of an earlier version"
    else:
        yield from _sum_problems(generation, manifest)


def _sum_problems(generation: Generation, manifest: Manifest) -> Iterator[tuple[str, str]]:
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


def _rebuild() -> str:
    return "build anew: newsarchive build --rebuild PATH…"
