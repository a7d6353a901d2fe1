"""The stores of a finished generation, opened together for reading and closed together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Self

from index.store.catalog import Catalog
from index.store.generation import Generation
from index.store.lexical import LexicalIndex
from index.store.vectors import SentenceVectors, VectorIndex


class Stores:
    """Catalogue, vectors, words and sentence vectors of one generation.

    ``dimension`` is that of its vectors. Opening raises whatever SQLite, Chroma or tantivy makes of
    a broken file; what was opened before it is closed.
    """

    def __init__(self, generation: Generation, dimension: int) -> None:
        with ExitStack() as opened:
            self.catalog = Catalog(generation.catalog, read_only=True)
            opened.callback(self.catalog.close)
            self.vectors = VectorIndex(generation.chroma, for_reading=True)
            opened.callback(self.vectors.close)
            self.lexical = LexicalIndex(generation.lexical, for_reading=True)
            opened.callback(self.lexical.close)
            self.sentences = SentenceVectors(generation.sentences, dimension)
            self.close: Callable[[], None] = opened.pop_all().close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def reading_catalog(generation: Generation) -> closing[Catalog]:
    """Open the catalogue alone, for what needs no vectors and no words."""
    return closing(Catalog(generation.catalog, read_only=True))
