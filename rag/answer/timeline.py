"""A timeline: how a story developed, a line for each news, under its day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answer.story import Report, dated, is_told, story_of
from rag.reader import Reading
from rag.types import Draft, Evidence, Query

_MOST = 12  # lines


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Tell a story day by day, oldest first; newest first where the newest are asked for.

    A superseded version has a line where it told something else than the newest. Articles without
    a day have none. A draft without lines where no article is about the matter.
    """
    news: list[Report] = []
    # The newest version of a day, and the most reprinted, tell its news.
    for report in sorted(story_of(query, evidence), key=_preferred):
        told = [one.news for one in news]
        if report.article.day and not is_told(report.news, told):
            news.append(report)
    chosen = [dated(report.news) for report in _spread(news)]
    return Draft(tuple(reversed(chosen) if query.order == "newest" else chosen))


def _preferred(report: Report) -> tuple[str, bool, int]:
    return report.article.day or "9999", report.superseded, -report.told


def _spread(news: Sequence[Report]) -> list[Report]:
    """Choose the most, from beginning to end: of each stretch of the story the most reprinted."""
    if len(news) <= _MOST:
        return list(news)
    first, *between, last = news
    stretches = np.array_split(np.arange(len(between)), _MOST - 2)
    return [
        first,
        *(max((between[n] for n in s), key=lambda one: one.told) for s in stretches),
        last,
    ]
