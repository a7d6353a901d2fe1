"""The check after wording: each sentence must stand on words that the stored article holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache

from index.types import Span
from rag.types import Answer, Citation, Draft, Evidence, Passage, Query, Sentence

NOTHING_HELD = "The articles that were found do not hold the words an answer would rest on."

log = logging.getLogger("newsarchive")

Sourced = tuple[Passage, Span]


def verify(draft: Draft, load_text: Callable[[str], str]) -> Draft:
    """Drop and log each sentence that its articles, read again, do not hold word for word.

    ``load_text`` returns the stored text of an article by its id and raises LookupError where
    there is none. A draft of which nothing is left becomes a refusal.
    """
    if draft.refusal:
        return draft
    stored = lru_cache(maxsize=None)(load_text)
    kept = []
    for text, sources in draft.picked:
        fault = _fault(text, sources, stored)
        if fault:
            log.warning("dropped from the answer: %r (%s)", text, fault)
        else:
            kept.append((text, sources))
    return Draft(tuple(kept)) if kept else Draft(refusal=NOTHING_HELD)


def _fault(text: str, sources: tuple[Sourced, ...], stored: Callable[[str], str]) -> str:
    """Say what is wrong with a sentence of the draft, or ""."""
    if not sources:
        return "it names no article"
    quotes = []
    for passage, span in sources:
        article = passage.article
        quote = article.text[span.start : span.end]
        try:
            kept = stored(article.id)[span.start : span.end]
        except LookupError:
            return f"article {article.id} is not stored"
        if not quote.strip() or quote != kept:
            return f"article {article.id} does not hold it at {span.start}-{span.end}"
        quotes.append(quote)
    same = text.split() == " ".join(quotes).split()
    return "" if same else "its words are not those of the quote"


# A verified draft to an answer: citations numbered, copies named.


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
