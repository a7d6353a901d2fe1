"""Limits that were only read from a question's words, and are dropped where they were misread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from rag.types import Filters, Query

_READ = ("dates", "outlets")
_NOTHING = "the archive has nothing there"


def unlimited(query: Query, why: str, parts: Collection[str] = _READ) -> Query:
    """Drop the limits that were read from the question's words, and say so and why.

    ``parts`` names which: those of "dates", of "outlets", or both.
    """
    dropped = tuple(
        replace(inference, text=f"not {inference.text}: {why}", used=False)
        if inference.part in parts
        else inference
        for inference in query.inferred
    )
    dates = query.required if "dates" in parts else query.filters
    outlets = query.required if "outlets" in parts else query.filters
    filters = Filters(dates.published_from, dates.published_to, outlets.sources)
    return replace(query, filters=filters, reports=(), inferred=dropped)


def within_archive(query: Query, holds: Callable[[Filters], bool]) -> Query:
    """Drop the limits that no article meets: days first, then outlets, then both.

    ``holds`` tells whether any article is inside limits. What the user set is kept whatever it
    holds.
    """
    reports = tuple(report for report in query.reports if holds(report))
    query = replace(query, reports=reports if len(reports) > 1 else ())
    if query.filters == query.required or holds(query.filters):
        return query
    for part in _READ:
        fewer = unlimited(query, _NOTHING, [part])
        if fewer.filters != query.required and holds(fewer.filters):
            return fewer
    return unlimited(query, _NOTHING)
