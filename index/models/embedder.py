"""What an embedder is: anything that makes unit vectors of chunks, sentences and questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Span

Matrix = NDArray[np.float32]

_FAINT = 1e-15  # the squares of shorter rows have lost their digits in float32


@dataclass(frozen=True, slots=True)
class WordPieces:
    """Character offsets of a text's word pieces, special tokens left out, ends exclusive."""

    starts: list[int]
    ends: list[int]


class Embedder(Protocol):
    """Anything that turns texts into unit vectors.

    ``name`` goes into the manifest: an archive is only opened with the embedder that built it.
    ``identity`` tells more: with another one, the same text may have other vectors.
    ``window`` is the number of word pieces read per text, special tokens left out.
    """

    name: str
    identity: str
    dimension: int
    window: int

    @property
    def parts_at_spaces(self) -> bool:
        """Whether a text cut at a space has the pieces of its two parts, no more and no fewer."""
        ...

    def word_pieces(self, texts: Sequence[str]) -> list[WordPieces]:
        """Offsets of the word pieces of each text."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the word pieces of each text."""
        ...

    def workers(self) -> int:
        """How many threads should call ``embed`` at once to use the machine."""
        ...

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, Matrix]:
        """Vectors of texts, and of spans inside them, computed on the calling thread alone.

        ``spans[i]`` are spans of ``texts[i]``. Returns (texts, dimension) and (spans of all texts
        in order, dimension), float32, unit length.
        """
        ...

    def embed_question(self, question: str) -> Matrix:
        """Vector of a question, (dimension,) float32, unit length."""
        ...


def unit(vectors: NDArray[np.floating[Any]]) -> Matrix:
    """Rows scaled to length 1; a row of zeros becomes the first axis, so that it stays finite."""
    rows = np.asarray(vectors, np.float32)
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    faint = (norms[..., 0] > 0) & (norms[..., 0] < _FAINT)
    if faint.any():
        norms[faint] = np.linalg.norm(rows[faint].astype(np.float64), axis=-1, keepdims=True)
    flat = norms[..., 0] == 0
    if flat.any():
        rows = rows.copy()
        rows[flat, 0] = 1.0
        norms[flat] = 1.0
    scaled: Matrix = rows / norms
    return scaled
