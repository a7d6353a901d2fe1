"""Embedding of chunked articles: length-sorted batches on all cores, journal, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np

from index.chunker import ChunkedArticle
from index.embedder import Embedder, Matrix
from index.journal import EmbeddingJournal, vector_key
from index.types import Span

# Texts of one forward pass, as word pieces padding included: large enough that calling it does not
# count, small enough to stay in a core's cache.
_BATCH_PIECES = 2_048
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
    pieces: int


def encode(
    articles: Iterable[ChunkedArticle],
    embedder: Embedder,
    journal: EmbeddingJournal,
    advance: Callable[[int], None],
) -> Iterator[EncodedArticle]:
    """Embed articles in order; ``advance`` is told the number of chunks done.

    The next articles are embedded while the caller stores those that it was given.
    """
    stream = iter(articles)
    pool = ThreadPoolExecutor(embedder.workers(), "embedding")
    try:
        ahead: _Window | None = None
        while chunked := _take_window(stream):
            current, ahead = ahead, _Window(chunked, embedder, journal, pool)
            if current is not None:
                yield from current.finish(advance)
        if ahead is not None:
            yield from ahead.finish(advance)
    finally:
        pool.shutdown(cancel_futures=True)


class _Window:
    """Articles whose chunks are sorted by length together; embedding begins at once."""

    def __init__(
        self,
        articles: Sequence[ChunkedArticle],
        embedder: Embedder,
        journal: EmbeddingJournal,
        pool: Executor,
    ) -> None:
        self._articles = articles
        self._journal = journal
        self._jobs = [_job(c, n, embedder.name) for c in articles for n in range(len(c.chunks))]
        self._done = {
            index: matrix
            for index, job in enumerate(self._jobs)
            if (matrix := journal.get(job.key)) is not None
        }
        missing = [index for index in range(len(self._jobs)) if index not in self._done]
        self._begun: dict[Future[list[Matrix]], list[int]] = {}
        for batch in batches([self._jobs[index].pieces for index in missing]):
            indices = [missing[place] for place in batch]
            jobs = [self._jobs[index] for index in indices]
            self._begun[pool.submit(_embed, embedder, jobs)] = indices

    def finish(self, advance: Callable[[int], None]) -> Iterator[EncodedArticle]:
        """Wait for the vectors, keeping each batch in the journal as it comes."""
        advance(len(self._done))
        for future in as_completed(self._begun):
            indices, matrices = self._begun[future], future.result()
            self._journal.put(
                (self._jobs[index].key, matrix)
                for index, matrix in zip(indices, matrices, strict=True)
            )
            self._done.update(zip(indices, matrices, strict=True))
            advance(len(indices))
        first = 0
        for chunked in self._articles:
            own = [self._done[first + ordinal] for ordinal in range(len(chunked.chunks))]
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
    return _Job(text, spans, vector_key(embedder, text, spans), chunked.chunk_pieces[ordinal])


def _embed(embedder: Embedder, jobs: Sequence[_Job]) -> list[Matrix]:
    """For each job a matrix of (1 + sentences, dimension): the chunk's vector, then theirs."""
    texts, inner = embedder.embed([job.text for job in jobs], [job.spans for job in jobs])
    ends = list(accumulate(len(job.spans) for job in jobs))
    return [
        np.concatenate([texts[row : row + 1], inner[end - len(job.spans) : end]])
        for row, (job, end) in enumerate(zip(jobs, ends, strict=True))
    ]
