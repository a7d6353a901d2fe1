"""What drafts an answer, the check that each sentence stands on stored words, and the answer made.

The check comes after the wording: whoever words a draft, no sentence is shown that the stored
article does not hold.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from index.types import Article, Span
from rag.types import (
    REMARKING,
    Answer,
    Citation,
    Conflict,
    Draft,
    Evidence,
    Line,
    Query,
    Quoted,
    Sentence,
)

NOTHING_HELD = "The articles that were found do not hold the words an answer would rest on."

log = logging.getLogger("newsarchive")


class Answerer(Protocol):
    """Anything that drafts an answer to a query from its evidence.

    The draft is a proposal: ``verify`` checks it before anyone sees it.
    """

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Sentences with the spans they rest on, or one sentence that says what is missing."""
        ...


def verify(draft: Draft, load: Callable[[str], Article]) -> Draft:
    """Drop and log each line whose quotes its articles, read again, do not hold word for word.

    ``load`` returns a stored article by its id and raises LookupError where there is none. A draft
    of which nothing is left becomes a refusal. A remark quotes nothing and stays, without lines.
    """
    if draft.refusal or (draft.remark and not draft.lines):
        return draft
    stored = lru_cache(maxsize=None)(load)

    def holds(line: Line) -> bool:
        fault = "it names no article" if not line.quotes else ""
        fault = fault or next(filter(None, (_fault(quote, stored) for quote in line.quotes)), "")
        if fault:
            log.warning("dropped from the answer: %r (%s)", line.quoted, fault)
        return not fault

    lines = tuple(filter(holds, draft.lines))
    values = tuple(value for value in draft.values if holds(value.line))
    if not lines:
        return Draft(refusal=NOTHING_HELD)
    short = draft.short if any(line.short for line in lines) else ""
    return Draft(lines, short, values if len(values) > 1 else ())


def _fault(quote: Quoted, stored: Callable[[str], Article]) -> str:
    """Say what is wrong with a quote, or ""."""
    article = quote.passage.article
    try:
        kept = stored(article.id)
    except LookupError:
        return f"article {article.id} is not stored"
    words = kept.text if quote.of == "text" else kept.title
    if not quote.text.strip() or quote.text != words[quote.span.start : quote.span.end]:
        return f"article {article.id} does not hold it at {quote.span.start}-{quote.span.end}"
    return ""


def assemble(query: Query, draft: Draft, evidence: Evidence) -> Answer:
    """Make the answer of a verified draft; one without lines becomes a refusal.

    A remark is an answer to the forms that may have one. Citations are numbered as they come, the
    same span by the same marker, and name the copies.
    """
    citations: dict[tuple[str, str, Span], Citation] = {}

    def markers(line: Line) -> tuple[int, ...]:
        found = []
        for quote in line.quotes:
            passage = quote.passage
            key = (passage.article.id, quote.of, quote.span)
            if key not in citations:
                citations[key] = Citation(
                    marker=len(citations) + 1,
                    article=passage.article,
                    start=quote.span.start,
                    end=quote.span.end,
                    quote=quote.text,
                    also_in=passage.also_in,
                    superseded_by=passage.superseded_by,
                    of=quote.of,
                )
            found.append(citations[key].marker)
        return tuple(dict.fromkeys(found))

    sentences = tuple(worded(line, markers(line)) for line in draft.lines)
    if not sentences and draft.remark and query.form in REMARKING:
        sentences = (Sentence(draft.remark, (), (Span(0, len(draft.remark)),)),)
    conflicts = tuple(Conflict(value.text, markers(value.line)) for value in draft.values)
    refused = not sentences
    return Answer(
        question=query.question,
        query=query,
        sentences=sentences,
        citations=tuple(citations.values()),
        passages=evidence.passages,
        short=draft.short,
        conflicts=conflicts,
        refused=refused,
        reason=(draft.refusal or "The archive does not say.") if refused else "",
    )


def worded(line: Line, markers: tuple[int, ...]) -> Sentence:
    """Put what is ours before and into the quoted words; white space becomes one space."""
    pieces: list[tuple[str, bool]] = [(f"{line.lead} ", True)] if line.lead else []
    at = 0
    for offset, note in sorted(line.notes):
        pieces += [(line.quoted[at:offset], False), (f" [{note}]", True)]
        at = offset
    pieces.append((line.quoted[at:], False))
    text, ours, read = "", list[Span](), 0
    short = line.short if line.short_of == "lead" else None  # the lead opens the sentence
    for piece, is_ours in pieces:
        shown = re.sub(r"\s", " ", piece)
        if is_ours:
            ours.append(Span(len(text), len(text + shown.rstrip())))
        elif (
            line.short
            and line.short_of == "quotes"
            and read <= line.short.start < read + len(piece)
        ):
            start = len(text) + line.short.start - read
            short = Span(start, start + min(line.short.end, read + len(piece)) - line.short.start)
        if not is_ours:
            read += len(piece)
        text += shown
    return Sentence(text, markers, tuple(ours), short)
