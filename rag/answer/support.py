"""What drafts an answer, the check that each sentence stands on stored words, and the answer made.

The check comes after the wording: whoever words a draft, no sentence is shown that the stored
article does not hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from index.types import Span
from rag.types import Answer, Citation, Draft, Evidence, Passage, Query, Sentence

NOTHING_HELD = "The articles that were found do not hold the words an answer would rest on."

log = logging.getLogger("newsarchive")


class Answerer(Protocol):
    """Anything that drafts an answer to a query from its evidence.

    The draft is a proposal: ``verify`` checks it before anyone sees it.
    """

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Sentences with the spans they rest on, or one sentence that says what is missing."""
        ...


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


def _fault(
    text: str, sources: tuple[tuple[Passage, Span], ...], stored: Callable[[str], str]
) -> str:
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


def assemble(query: Query, draft: Draft, evidence: Evidence) -> Answer:
    """Make the answer of a verified draft; one without sentences becomes a refusal.

    Citations are numbered as they come, the same span by the same marker, and name the copies.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    for text, sources in draft.picked:
        markers = []
        for passage, span in sources:
            article = passage.article
            key = (article.id, span.start, span.end)
            if key not in citations:
                citations[key] = Citation(
                    marker=len(citations) + 1,
                    article=article,
                    start=span.start,
                    end=span.end,
                    quote=article.text[span.start : span.end],
                    also_in=passage.also_in,
                    superseded_by=passage.superseded_by,
                )
            markers.append(citations[key].marker)
        sentences.append(Sentence(text, tuple(markers)))
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
