"""A verified draft to an answer: citations numbered, copies named."""

from __future__ import annotations

from index.types import Span
from rag.types import Answer, Citation, Draft, Evidence, Passage, Query, Sentence


def assemble(query: Query, draft: Draft, evidence: Evidence) -> Answer:
    """Make the answer of a draft; a draft without sentences becomes a refusal."""
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = [
        Sentence(text, tuple(_cite(citations, passage, span) for passage, span in spans))
        for text, spans in draft.picked
    ]
    refused = not sentences
    return Answer(
        question=query.question,
        query=query,
        sentences=tuple(sentences),
        citations=tuple(citations.values()),
        passages=evidence.passages,
        refused=refused,
        reason=(draft.refusal or "The archive does not say.") if refused else "",
    )


def _cite(citations: dict[tuple[str, int, int], Citation], passage: Passage, span: Span) -> int:
    """Marker of a span's citation; the same span has the same marker."""
    key = (passage.article.id, span.start, span.end)
    if key not in citations:
        citations[key] = Citation(
            marker=len(citations) + 1,
            article=passage.article,
            start=span.start,
            end=span.end,
            quote=passage.article.text[span.start : span.end],
            also_in=passage.also_in,
            superseded_by=passage.superseded_by,
        )
    return citations[key].marker
