"""What turns retrieved evidence into a draft answer."""

from __future__ import annotations

from typing import Protocol

from rag.types import Draft, Evidence, Query

__all__ = ["Answerer"]


class Answerer(Protocol):
    """Anything that drafts an answer to a query from its evidence.

    The draft is a proposal: ``rag.answer.support`` checks it before anyone sees it.
    """

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Sentences with the spans they rest on, or one sentence that says what is missing."""
        ...
