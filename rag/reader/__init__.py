"""Reading: a question and passages come in; which words answer it, and how likely any do, go out.

``Reader`` is the seam; rag/reader/trained.py is the packaged one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.models.span_reader import ScoredSpan
from rag.types import Passage


@dataclass(frozen=True, slots=True)
class Reading:
    """What a passage answers: spans of its article's text, best first, each with its score.

    ``answers`` is the logarithm of the odds that any words of the passage do; a span's score is
    that of these words alone. Both compare between the passages that are read together.
    """

    passage: Passage
    spans: tuple[ScoredSpan, ...]
    answers: float


class Reader(Protocol):
    """Anything that reads a question with passages."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Read each passage with the question, in the order given."""
        ...
