"""Whether what a generation's catalogue, vectors and words hold fits together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.build.writer import fingerprint
from index.models.chunker import ChunkedArticle
from index.models.embedder import Matrix
from index.models.kept import open_archive_embedder
from index.store.archive import Generation, Manifest
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.vectors import SentenceVectors, VectorIndex
from index.types import Span

_TOGETHER = 500  # chunks
_UNIT = 1e-3  # how far a vector's length may be from 1
_STORED_UNIT = 0.02  # the same for sentences, which are stored as int8
_SAME = 0.98  # cosine of a text's stored vector and of the same text embedded again


def problems(generation: Generation, manifest: Manifest, sample: int) -> Iterator[tuple[str, str]]:
    """Yield where and what is wrong; ``sample`` chunks are embedded again and compared."""
    catalog = Catalog(generation.catalog, read_only=True)
    index = VectorIndex(generation.chroma, for_reading=True)
    words = LexicalIndex(generation.lexical, for_reading=True)
    try:
        articles, _, chunks = catalog.counts()
        if (articles, chunks) != (manifest.articles, manifest.chunks):
            yield "manifest.json", f"says other numbers than {articles} articles, {chunks} chunks"
        yield from _catalog_problems(catalog)
        yield from _family_problems(catalog)
        expected = catalog.chunk_ids()
        yield from _missing("lexical", expected, words.ids())
        yield from _missing("chroma", expected, index.ids())
        yield from _vector_problems(catalog, index)
        sentences = SentenceVectors(generation.sentences, manifest.dimension)
        yield from _sentence_problems(catalog, sentences)
        yield from _other_vectors(generation.archive, catalog, index, manifest, sample)
    finally:
        words.close()
        index.close()
        catalog.close()


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
    archive: Path, catalog: Catalog, index: VectorIndex, manifest: Manifest, sample: int
) -> Iterator[tuple[str, str]]:
    """Embed some texts again: a vector may be whole and stand for another text."""
    indexed = catalog.register.indexed()
    if not indexed or sample < 1:
        return
    embedder = open_archive_embedder(archive, manifest.embedder)
    for article_id in indexed[:: -(-len(indexed) // sample)]:
        chunked = catalog.chunked(article_id)
        spans: list[Span] = []
        again, _ = embedder.embed([chunked.embedded_text(0)], [spans])
        vector = index.vectors([chunked.chunks[0].id]).get(chunked.chunks[0].id)
        if vector is not None and float(again[0] @ vector) < _SAME:
            yield "chroma", f"the vector of chunk {chunked.chunks[0].id!r} is of another text"


def _unit(vectors: Matrix, tolerance: float) -> bool:
    lengths = np.linalg.norm(vectors, axis=-1)
    return bool(np.all(np.abs(lengths - 1.0) <= tolerance))
