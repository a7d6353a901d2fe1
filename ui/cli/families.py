"""Families as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from rag.about import Difference, Family
from rag.types import describe


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
