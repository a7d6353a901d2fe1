"""Why a passage was found: what each ranking gave it, in words for the command line."""

from __future__ import annotations

from collections.abc import Iterator

from index.text.words import words
from rag.about import Difference, Family
from rag.answer.rules.features import headline
from rag.question.times import describe_days
from rag.retrieval.fusion import RANKED_BY
from rag.types import Filters, Passage, Query, describe

_RANKED = {"words": "words", "vectors": "meaning of the passage", "sentences": "nearest sentence"}


def explain_query(query: Query) -> Iterator[str]:
    """How a question was read, a line a part."""
    yield f"asks for: {query.wants}"
    for inference in query.inferred:
        yield f"{inference.text}  [{inference.part}]"
    for name, others in query.also.items():
        part = "places" if name.islower() else "acronyms"  # the latter as the question writes them
        yield f"“{name}” looked up as {', '.join(others)} too  [{part}]"
    for number, report in enumerate(query.reports, start=1):
        yield f"report {number}: {_limits(report)}  [reports]"
    if len(query.parts) > 1:
        for number, part in enumerate(query.parts, start=1):
            yield f"part {number}: {part}  [sub_questions]"


def explain_passage(query: Query, passage: Passage) -> str:
    """Where a passage stood in each ranking, what its headline has, and what else counted."""
    ranks = [
        f"{_RANKED[name]} {rank}." if (rank := passage.found_by.get(name)) else f"{_RANKED[name]} –"
        for name in _RANKED
    ]
    if rank := passage.found_by.get(RANKED_BY):
        ranks.append(f"{RANKED_BY} {rank}.")
    reasons = [", ".join(ranks)]
    matched = headline_words(query, passage)
    if matched:
        reasons.append(f"headline has {', '.join(matched)}")
    if query.near:
        reasons.append(f"published {passage.article.day or 'on no known day'}")
    if passage.outside:
        reasons.append("outside the limits read from the question")
    if passage.also_in:
        reasons.append(f"{len(passage.also_in)} with the same text folded in")
    return "; ".join(reasons)


def _limits(filters: Filters) -> str:
    parts = [" or ".join(filters.sources)] if filters.sources else []
    if filters.published_from or filters.published_to:
        parts.append(describe_days(filters.published_from, filters.published_to))
    return ", ".join(parts)


def headline_words(query: Query, passage: Passage) -> list[str]:
    """Words of the question that the headline, the outlet's name or the day has."""
    title = {word.stem for word in words(headline(passage.article))}
    asked = [word for word in words(query.standalone) if word.content]
    return list(dict.fromkeys(word.form for word in asked if word.stem in title))


# Families as lines of text.


def family_lines(family: Family, with_difference: bool) -> Iterator[str]:
    """One line a member, and below a version what it changed: - before, + after."""
    for member in family.members:
        measure = ""
        if member.of is not None:
            measure = f"  (Jaccard {member.jaccard:.2f}, containment {member.containment:.2f})"
        old = ", superseded" if member.superseded_by else ""
        yield f"{member.role + old:20}  {member.article.id}  {describe(member.article)}{measure}"
        if with_difference and member.difference is not None:
            yield from _difference_lines(member.difference)


def _difference_lines(difference: Difference) -> Iterator[str]:
    for before, after in difference.revised:
        yield f"    - {_folded(before)}"
        yield f"    + {_folded(after)}"
    yield from (f"    - {_folded(sentence)}" for sentence in difference.removed)
    yield from (f"    + {_folded(sentence)}" for sentence in difference.added)


def _folded(sentence: str) -> str:
    return " ".join(sentence.split())
