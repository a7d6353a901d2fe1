"""A question as it was typed to a query: standing alone, with its parts, times and outlets."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answerers.asks import wanted_kind
from rag.answerers.words import words
from rag.dates import Times, read_times
from rag.followups import is_elliptic, stand_alone
from rag.options import EVERYTHING, RetrievalOptions
from rag.outlets import read_outlets
from rag.parts import split_parts
from rag.places import expansions
from rag.types import Filters, Inference, Query, Turn


def understand(
    question: str,
    *,
    history: Sequence[Turn] = (),
    asked: str | None = None,
    newest: str | None = None,
    outlets: Sequence[str] = (),
    filters: Filters = Filters(),  # noqa: B008  frozen, so sharing it is safe
    options: RetrievalOptions = EVERYTHING,
) -> Query:
    """Read a question: what stands alone, its parts, what it asks for, of when and of whom.

    ``asked`` and ``newest`` are days ("YYYY-MM-DD"); words such as "last week" are read as of the
    first that is given. A filter that the user set is never changed. ``options`` tells which parts
    of a question are read.
    """
    question = " ".join(question.split())
    standalone = stand_alone(question, history if options.follow_ups else ())
    times = _times(question, asked, newest, filters, options)
    sources = read_outlets(question, outlets) if options.outlets and not filters.sources else ()
    first, last = times.limit or (filters.published_from, filters.published_to)
    return Query(
        question=question,
        standalone=standalone,
        parts=split_parts(standalone),
        wants=wanted_kind(standalone if is_elliptic(question) else question),
        filters=Filters(first, last, filters.sources or sources),
        asked=asked,
        inferred=tuple(_inferences(question, standalone, times, sources)),
        near=times.near,
        also=expansions(words(standalone)) if options.places else (),
    )


def _times(
    question: str,
    asked: str | None,
    newest: str | None,
    filters: Filters,
    options: RetrievalOptions,
) -> Times:
    """Read the times that the user has set no limit for and that are switched on."""
    if filters.published_from or filters.published_to:
        return Times()
    times = read_times(question, asked or newest, asked)
    return Times(
        limit=times.limit if options.dates else None, near=times.near if options.near else None
    )


def _inferences(
    question: str, standalone: str, times: Times, sources: Sequence[str]
) -> list[Inference]:
    inferred = []
    if standalone != question:
        words_of_it = f"read with the turns before as: {standalone}"
        inferred.append(Inference("follow_ups", words_of_it))
    if times.limit:
        inferred.append(Inference("dates", f"published from {times.limit[0]} to {times.limit[1]}"))
    if times.near:
        inferred.append(Inference("near", f"rather from {times.near[0]} to {times.near[1]}"))
    if sources:
        inferred.append(Inference("outlets", f"reported by {', '.join(sources)}"))
    return inferred
