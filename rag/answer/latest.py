"""The latest: the newest news of a matter, then what led to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rag.answer.story import Report, dated, in_order, is_told, matter_of, reports, story_of
from rag.reader import Reading
from rag.types import Draft, Evidence, Filters, Query

_MOST = 3  # lines
_RECENT = (7, 31, 366)  # days back in which the latest of everything is looked for, by turns


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Tell the newest news first, each line under its day.

    Of a question without a matter ("the latest news"), the newest of all. A draft without lines
    where no article is about the matter.
    """
    found = story_of(query, evidence) if matter_of(query) else _recent(query, evidence)
    dated_first = [one for one in found if one.article.day] or found
    chosen: list[Report] = []
    for report in reversed(dated_first):
        told = [one.news for one in chosen]
        if len(chosen) < _MOST and not report.superseded and not is_told(report.news, told):
            chosen.append(report)
    return Draft(tuple(dated(report.news) for report in chosen))


def _recent(query: Query, evidence: Evidence) -> list[Report]:
    """Find the newest articles inside the limits, whatever they are about, oldest first."""
    holdings, limits = evidence.holdings, query.filters
    newest = limits.published_to or (holdings.days()[1] if holdings else None)
    if holdings is None or newest is None:
        return []
    for days in _RECENT:
        since = (date.fromisoformat(newest) - timedelta(days)).isoformat()
        within = Filters(max(since, limits.published_from or since), newest, limits.sources)
        found = reports(holdings.beginnings("", within), ())
        if len(found) >= _MOST:
            break
    return in_order(found)
