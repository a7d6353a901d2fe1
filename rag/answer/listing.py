"""Which articles there are, or which outlets reported: a line each, found in the whole archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.text.sentences import sentence_spans
from index.text.words import words
from index.types import Article, Span
from rag.answer import about
from rag.answer.context import is_junk
from rag.answer.lines import days_told, headline_of, line_of, origin, passage_of
from rag.answer.matter import Matter, asks_mentions, asks_outlets, counted, find_matter, naming
from rag.answer.silence import no_article
from rag.reader import Reading
from rag.types import CandidateSentence, Draft, Evidence, Line, Query

_MOST = 12  # lines


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """List the articles that name what is asked for, newest first, or the outlets, first first.

    A refusal that says so where there is none.
    """
    holdings = evidence.holdings
    if holdings is None:
        return Draft()
    matter = find_matter(query, holdings, evidence)
    if not matter.words and not matter.limits:
        return about.compose(query, evidence, readings)
    if not matter.articles:
        return Draft(refusal=no_article(matter.words, matter.limits, holdings))
    of_outlets = asks_outlets(query.standalone)
    if of_outlets and not asks_mentions(query.standalone):
        matter = matter.told()
    outlets = len({article.source for article in matter.articles if article.source})
    short = counted(len(matter.articles), "article")
    if of_outlets and outlets:
        short = counted(outlets, "outlet")
        told, lines = f"{short}, {naming(matter)}", list(_by_outlet(matter))
    else:
        told = naming(matter) + (f", {counted(outlets, 'outlet')}" if outlets > 1 else "")
        lines = list(_articles(query, matter))
    days = sorted(article.day for article in matter.articles if article.day)
    told += f", {days_told(days[0], days[-1])}." if days else "."
    first, *others = lines[:_MOST]
    answer = Span(0, len(short))
    first = replace(first, lead=f"{told} {first.lead}".rstrip(), short=answer, short_of="lead")
    shown = [first, *others]
    if len(lines) > _MOST:
        last, more = shown[-1], f"and {len(lines) - _MOST:,} more"
        shown[-1] = replace(last, notes=(*last.notes, (len(last.quoted), more)))
    return Draft(tuple(shown), short)


def _by_outlet(matter: Matter) -> Iterator[Line]:
    """Yield the headline of each outlet's first report, in the order in which they came."""
    reports: dict[str, list[Article]] = {}
    for article in sorted(matter.articles, key=lambda one: one.published or "9999"):
        if article.source:
            reports.setdefault(article.source, []).append(article)
    for first, *later in reports.values():
        of = f", the first of {1 + len(later):,}" if later else ""
        yield headline_of(first, f"{origin(first)}{of}:")


def _articles(query: Query, matter: Matter) -> Iterator[Line]:
    """Yield each article, its copies with it: the sentence that mentions the matter, or the head.

    The oldest first where these are asked for.
    """
    mentions = bool(matter.words) and asks_mentions(query.standalone)
    articles = matter.originals[::-1] if query.order == "oldest" else matter.originals
    for number, article in enumerate(articles):
        copies, lead = matter.copies_of(article), f"{origin(article)}:".removeprefix(":")
        # Beyond those that are shown only their number matters.
        found = _mention(article, matter.words, copies) if mentions and number < _MOST else None
        yield replace(found, lead=lead) if found else headline_of(article, lead, copies)


def _mention(article: Article, said: str, copies: Sequence[Article]) -> Line | None:
    """Make a line of the first sentence with the most of some words; None where none has any."""
    asked = {word.stem for word in words(said)}
    spans = tuple(sentence_spans(article.text, article.language))
    texts = [article.text[span.start : span.end] for span in spans]
    shares = [
        0 if is_junk(text, article.language) else len(asked & {word.stem for word in words(text)})
        for text in texts
    ]
    if not any(shares):
        return None
    at = shares.index(max(shares))
    span, passage = spans[at], passage_of(article, copies)
    no_vector = np.empty(0, np.float32)  # nothing is compared with it
    return line_of(CandidateSentence(passage, span.start, span.end, at, spans, no_vector))
