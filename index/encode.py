"""Embedding of chunked articles: length-sorted batches, journal, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from index.chunker import ChunkedArticle
from index.embedder import Embedder, Matrix
from index.journal import EmbeddingJournal, vector_key
from index.types import Span

# Texts of one forward pass, as word pieces padding included: large enough to keep two to eight
# cores busy, small enough to stay in their caches.
_BATCH_PIECES = 4_096
# Chunks that are sorted by length together: more of them pad less and hold more in memory.
_WINDOW = 2_048


@dataclass(frozen=True, slots=True)
class EncodedArticle:
    """A chunked article with its vectors.

    ``chunk_vectors`` is (chunks, dimension), ``sentence_vectors`` (sentences, dimension), float32,
    unit length.
    """

    chunked: ChunkedArticle
    chunk_vectors: Matrix
    sentence_vectors: Matrix


@dataclass(frozen=True, slots=True)
class _Job:
    text: str
    spans: tuple[Span, ...]
    key: bytes


def encode(
    articles: Iterable[ChunkedArticle],
    embedder: Embedder,
    journal: EmbeddingJournal,
    advance: Callable[[int], None],
) -> Iterator[EncodedArticle]:
    """Embed articles in order; ``advance`` is told the number of chunks done."""
    stream = iter(articles)
    while window := _take_window(stream):
        jobs = [_job(c, n, embedder.name) for c in window for n in range(len(c.chunks))]
        vectors = _embed_jobs(jobs, embedder, journal, advance)
        first = 0
        for chunked in window:
            own = vectors[first : first + len(chunked.chunks)]
            first += len(chunked.chunks)
            yield EncodedArticle(
                chunked,
                np.stack([matrix[0] for matrix in own]),
                np.concatenate([matrix[1:] for matrix in own]),
            )


def batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield indices in batches of like length, longest first, padded size within the limit."""
    order = sorted(range(len(sizes)), key=lambda index: -sizes[index])
    position = 0
    while position < len(order):
        count = max(1, _BATCH_PIECES // max(1, sizes[order[position]]))
        yield order[position : position + count]
        position += count


def _take_window(stream: Iterator[ChunkedArticle]) -> list[ChunkedArticle]:
    window: list[ChunkedArticle] = []
    chunks = 0
    for chunked in islice(stream, _WINDOW):
        if chunked.chunks:
            window.append(chunked)
            chunks += len(chunked.chunks)
        if chunks >= _WINDOW:
            break
    return window


def _job(chunked: ChunkedArticle, ordinal: int, embedder: str) -> _Job:
    text = chunked.embedded_text(ordinal)
    shift = len(chunked.header) - chunked.chunks[ordinal].start
    spans = tuple(
        Span(chunked.sentences[index].start + shift, chunked.sentences[index].end + shift)
        for index in chunked.chunk_sentences[ordinal]
    )
    return _Job(text, spans, vector_key(embedder, text, spans))


def _embed_jobs(
    jobs: Sequence[_Job],
    embedder: Embedder,
    journal: EmbeddingJournal,
    advance: Callable[[int], None],
) -> list[Matrix]:
    found = [journal.get(job.key) for job in jobs]
    done: list[Matrix] = [np.empty((0, 0), np.float32) if m is None else m for m in found]
    missing = [index for index, matrix in enumerate(found) if matrix is None]
    advance(len(jobs) - len(missing))
    sizes = embedder.count([jobs[index].text for index in missing])
    for batch in batches(sizes):
        indices = [missing[place] for place in batch]
        texts, inner = embedder.embed(
            [jobs[index].text for index in indices], [jobs[index].spans for index in indices]
        )
        first = 0
        for row, index in enumerate(indices):
            count = len(jobs[index].spans)
            done[index] = np.concatenate([texts[row : row + 1], inner[first : first + count]])
            first += count
        journal.put((jobs[index].key, done[index]) for index in indices)
        advance(len(indices))
    return done
