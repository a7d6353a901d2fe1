"""What embedding a chunk yields, its key, and whether stored bytes can still be it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from index.models.embedder import Matrix
from index.models.quantised import Rows, row_type
from index.types import Span

_OFF_UNIT = 2e-3  # of a squared length; rounding leaves far less
_OFF_UNIT_QUANTISED = 0.1


@dataclass(frozen=True, slots=True)
class Encoding:
    """A chunk's vector, (dimension,) float32 of unit length, and its sentences' int8 rows."""

    vector: Matrix
    sentences: Rows

    def tobytes(self) -> bytes:
        """Return vector and rows as one run of bytes."""
        return self.vector.tobytes() + self.sentences.tobytes()

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
    return blake2b(f"{embedder}\x1f{cuts}\x1f{embedded_text}".encode(), digest_size=16).digest()
