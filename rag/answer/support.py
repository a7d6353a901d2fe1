"""The check after wording: each sentence must stand on words that the stored article holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache

from index.types import Span
from rag.types import Draft, Passage

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
