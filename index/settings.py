"""Settings of an archive: what its manifest names and what opening it must find again."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import SettingsError
from index.models.embedder import PACKAGED

FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """How an archive is indexed.

    ``embedder``: "all-MiniLM-L6-v2" (packaged), "hashed-words", or a sentence-transformers model.
    ``chunk_pieces``: word pieces of a chunk, headline and date included; see
    docs/decisions/0002-retrieval.md for why it is well under the embedder's window.
    """

    embedder: str = PACKAGED
    chunk_pieces: int = 160

    def __post_init__(self) -> None:
        if self.chunk_pieces < 48:
            raise SettingsError(
                f"chunk_pieces is {self.chunk_pieces}; at least 48 are needed for a headline and "
                "a sentence"
            )
