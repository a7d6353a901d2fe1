"""An embedder without a model, for tests and trials."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.models.embedder import Matrix, WordPieces, unit
from index.settings import HASHED
from index.types import Span, key_of


class HashedWordsEmbedder:
    """Words hashed to coordinates: texts that share words are near each other.

    Deterministic, and a ranking by it can be wrong.
    """

    name = HASHED
    identity = f"{HASHED} 1"
    dimension = 256
    window = 254
    parts_at_spaces = True
    _word = re.compile(r"\w+|[^\w\s]")

    def word_pieces(self, texts: Sequence[str]) -> list[WordPieces]:
        """Offsets of the words of each text."""
        found = [list(self._word.finditer(text)) for text in texts]
        return [WordPieces([m.start() for m in ms], [m.end() for m in ms]) for ms in found]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the words of each text."""
        return [len(pieces.starts) for pieces in self.word_pieces(texts)]

    def workers(self) -> int:
        """One: hashing is Python's own work, which threads do not share."""
        return 1

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, Matrix]:
        """Vectors of texts and of spans inside them."""
        inner = [text[s.start : s.end] for text, own in zip(texts, spans, strict=True) for s in own]
        return self._vectors(texts), self._vectors(inner)

    def embed_question(self, question: str) -> Matrix:
        """Vector of a question, (dimension,) float32, unit length."""
        vector: Matrix = self._vectors([question])[0]
        return vector

    def _vectors(self, texts: Sequence[str]) -> Matrix:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, int.from_bytes(key_of(word, 4)) % self.dimension] += 1.0
        return unit(vectors)
