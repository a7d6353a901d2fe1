"""Embedding of chunked articles: length-sorted batches on all cores, nothing embedded twice.

What embedding a chunk yields, an Encoding, is kept by others under its key: in the stores, in the
journal of a build that has not ended. How its sentence vectors are stored, as int8 with a scale
each, is told here alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.models.chunker import ChunkedArticle
from index.models.embedder import Embedder, Matrix
from index.models.runtime import give_back
from index.types import Span, key_of

Rows = NDArray[np.void]
_OFF_UNIT = 2e-3  # of a squared length; rounding leaves far less
_OFF_UNIT_QUANTISED = 0.1


# -- encodings --------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def row_type(dimension: int) -> np.dtype[np.void]:
    """Type of one row of sentence vectors: ``scale * values`` is the unit vector.

    int8 keeps the cosine to within 0.01 and takes a quarter of the room of float32.
    """
    return np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])


def quantised(matrix: Matrix) -> Rows:
    """Rows of a (sentences, dimension) float32 matrix."""
    rows = np.empty(len(matrix), row_type(matrix.shape[1]))
    rows["scale"] = np.abs(matrix).max(axis=1, initial=1e-9) / 127.0
    rows["values"] = np.rint(matrix / rows["scale"][:, None])
    return rows


def dequantised(rows: NDArray[Any]) -> Matrix:
    """Return the (sentences, dimension) float32 matrix that rows stand for."""
    matrix: Matrix = rows["values"] * rows["scale"][:, None]
    return matrix


@dataclass(frozen=True, slots=True)
class Encoding:
    """A chunk's vector, (dimension,) float32 of unit length, and its sentences' int8 rows."""

    vector: Matrix
    sentences: Rows

    def tobytes(self) -> bytes:
        """Return vector and rows as one run of bytes."""
        return self.vector.tobytes() + self.sentences.tobytes()

    @property
    def checksum(self) -> int:
        """CRC-32 of these bytes."""
        return zlib.crc32(self.tobytes())

    @property
    def is_sound(self) -> bool:
        """Whether all is finite and of unit length, as damaged bytes hardly are."""
        values = self.sentences["values"].astype(np.float32)
        # Squared lengths, for speed. A comparison with NaN is false.
        squares = self.sentences["scale"] ** 2 * np.einsum("ij,ij->i", values, values)
        return bool(
            abs(self.vector @ self.vector - 1) < _OFF_UNIT
            and np.all(np.abs(squares - 1) < _OFF_UNIT_QUANTISED)
        )


def read_encoding(stored: bytes, dimension: int) -> Encoding | None:
    """Read an encoding from its bytes; None where they are none."""
    rows = len(stored) - 4 * dimension
    row = row_type(dimension)
    if rows < 0 or rows % row.itemsize:
        return None
    return Encoding(
        np.frombuffer(stored, np.float32, dimension),
        np.frombuffer(stored, row, offset=4 * dimension),
    )


def vector_key(embedder: str, embedded_text: str, spans: Sequence[Span]) -> bytes:
    """Key of a text's vectors: the same text and sentences by the same embedder have the same."""
    cuts = ",".join(f"{span.start}-{span.end}" for span in spans)
    return key_of(f"{embedder}\x1f{cuts}\x1f{embedded_text}")


# -- embedding --------------------------------------------------------------------------------

# Texts of one forward pass, as word pieces padding included: large enough that calling it does not
# count, small enough to stay in a core's cache.
_BATCH_PIECES = 2_048
# Chunks that are sorted by length together: more of them pad less and hold more in memory.
_WINDOW = 1_024


# Finds what was embedded under a key; None where that is not known.
LookUp = Callable[[bytes], Encoding | None]


class Journal(Protocol):
    """Keeps what was embedded, so that a build that is killed can go on.

    A Protocol, though one class is all that it describes: that one is a file of the build's, and
    what embeds knows of no files.
    """

    def get(self, key: bytes) -> Encoding | None:
        """Return the encoding under a key, None where it is not known."""
        ...

    def put(self, rows: Iterable[tuple[bytes, Encoding]]) -> None:
        """Keep encodings under their keys."""
        ...


@dataclass(frozen=True, slots=True)
class EncodedArticle:
    """A chunked article with its encodings, one for each chunk, and the keys of these."""

    chunked: ChunkedArticle
    keys: tuple[bytes, ...]
    encodings: tuple[Encoding, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    text: str
    spans: tuple[Span, ...]
    key: bytes
    pieces: int


def encode(
    articles: Iterable[ChunkedArticle],
    embedder: Embedder,
    journal: Journal,
    advance: Callable[[int], None],
    earlier: LookUp | None = None,
) -> Iterator[EncodedArticle]:
    """Embed articles in order; ``advance`` is told the number of chunks done.

    What ``earlier`` or the journal finds is taken from there. The next articles are embedded while
    the caller stores those that it was given.
    """
    stream = iter(articles)
    pool = ThreadPoolExecutor(embedder.workers(), "embedding")
    known = (journal.get,) if earlier is None else (earlier, journal.get)
    try:
        ahead: _Window | None = None
        while chunked := _take_window(stream):
            current, ahead = ahead, _Window(chunked, embedder, journal, known, pool)
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
        journal: Journal,
        known: Sequence[LookUp],
        pool: Executor,
    ) -> None:
        self._articles = articles
        self._journal = journal
        self._jobs: list[_Job] = []
        for chunked in articles:
            for n in range(len(chunked.chunks)):
                text, spans = chunked.embedded_text(n), chunked.embedded_spans(n)
                key = vector_key(embedder.identity, text, spans)
                self._jobs.append(_Job(text, spans, key, chunked.chunk_pieces[n]))
        self._done: dict[int, Encoding] = {}
        for index, job in enumerate(self._jobs):
            for look_up in known:
                encoding = look_up(job.key)
                # One with other sentences than the job's is not taken.
                if encoding is not None and len(encoding.sentences) == len(job.spans):
                    self._done[index] = encoding
                    break
        missing = [index for index in range(len(self._jobs)) if index not in self._done]
        self._begun: dict[Future[list[Encoding]], list[int]] = {}
        for batch in batches([self._jobs[index].pieces for index in missing]):
            indices = [missing[place] for place in batch]
            jobs = [self._jobs[index] for index in indices]
            self._begun[pool.submit(_embed, embedder, jobs)] = indices

    def finish(self, advance: Callable[[int], None]) -> Iterator[EncodedArticle]:
        """Wait for the vectors, keeping each batch in the journal as it comes."""
        advance(len(self._done))
        for future in as_completed(self._begun):
            indices, encodings = self._begun[future], future.result()
            self._journal.put(
                (self._jobs[index].key, encoding)
                for index, encoding in zip(indices, encodings, strict=True)
            )
            self._done.update(zip(indices, encodings, strict=True))
            advance(len(indices))
        if self._begun:
            give_back()
        first = 0
        for chunked in self._articles:
            own = range(first, first + len(chunked.chunks))
            first = own.stop
            yield EncodedArticle(
                chunked,
                tuple(self._jobs[index].key for index in own),
                tuple(self._done.pop(index) for index in own),
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


def _embed(embedder: Embedder, jobs: Sequence[_Job]) -> list[Encoding]:
    texts, inner = embedder.embed([job.text for job in jobs], [job.spans for job in jobs])
    rows = quantised(inner)
    ends = list(accumulate(len(job.spans) for job in jobs))
    return [
        Encoding(vector, rows[end - len(job.spans) : end])
        for vector, job, end in zip(texts, jobs, ends, strict=True)
    ]
