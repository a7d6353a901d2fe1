"""In words for the command line: how a question was read, why a passage was found, families.

Imported late: what it needs of ``rag`` takes longer to load than ``--help`` may take.
"""

from __future__ import annotations

from collections.abc import Iterator

from index.text.words import words
from rag.about import Family
from rag.question.times import describe_days
from rag.reader.trained import heading
from rag.retrieval.fusion import RANKED_BY
from rag.types import Passage, Query, describe

_RANKED = {"words": "words", "vectors": "meaning of the passage", "sentences": "nearest sentence"}


def explain_query(query: Query) -> Iterator[str]:
    """How a question was read, a line a part."""
    yield f"form of the answer: {query.form}"
    for inference in query.inferred:
        yield f"{inference.text}  [{inference.part}]"
    for name, others in query.also.items():
        part = "places" if name.islower() else "acronyms"  # the latter as the question writes them
        yield f"“{name}” looked up as {', '.join(others)} too  [{part}]"
    for number, report in enumerate(query.reports, start=1):
        limits = [" or ".join(report.sources)] if report.sources else []
        if report.published_from or report.published_to:
            limits.append(describe_days(report.published_from, report.published_to))
        yield f"report {number}: {', '.join(limits)}  [reports]"
    if len(query.parts) > 1:
        for number, part in enumerate(query.parts, start=1):
            yield f"part {number}: {part}  [sub_questions]"


def explain_passage(query: Query, passage: Passage) -> str:
    """Where a passage stood in each ranking, what else counted.

    Of the headline it names the words of the question that it, the outlet or the day has.
    """
    ranks = [
        f"{_RANKED[name]} {rank}." if (rank := passage.found_by.get(name)) else f"{_RANKED[name]} –"
        for name in _RANKED
    ]
    if rank := passage.found_by.get(RANKED_BY):
        ranks.append(f"{RANKED_BY} {rank}.")
    reasons = [", ".join(ranks)]
    title = {word.stem for word in words(heading(passage.article))}
    asked = [word for word in words(query.standalone) if word.content]
    if matched := dict.fromkeys(word.form for word in asked if word.stem in title):
        reasons.append(f"headline has {', '.join(matched)}")
    if query.near:
        reasons.append(f"published {passage.article.day or 'on no known day'}")
    if passage.outside:
        reasons.append("outside the limits read from the question")
    if passage.also_in:
        reasons.append(f"{len(passage.also_in)} with the same text folded in")
    return "; ".join(reasons)


def family_lines(family: Family, with_difference: bool) -> Iterator[str]:
    """One line a member, and below a version what it changed: - before, + after."""
    for member in family.members:
        measure = ""
        if member.of is not None:
            measure = f"  (Jaccard {member.jaccard:.2f}, containment {member.containment:.2f})"
        old = ", superseded" if member.superseded_by else ""
        yield f"{member.role + old:20}  {member.article.id}  {describe(member.article)}{measure}"
        if with_difference and (difference := member.difference) is not None:
            changed = [line for pair in difference.revised for line in zip("-+", pair, strict=True)]
            changed += [("-", sentence) for sentence in difference.removed]
            changed += [("+", sentence) for sentence in difference.added]
            yield from (f"    {sign} {' '.join(sentence.split())}" for sign, sentence in changed)
