"""A question as it was typed to a query: standing alone, with its parts, times and outlets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.acronyms import Texts, other_forms
from rag.answerers.asks import wanted_kind
from rag.answerers.words import words
from rag.dates import Times, read_times
from rag.followups import is_elliptic, stand_alone
from rag.options import EVERYTHING, RetrievalOptions
from rag.outlets import read_outlets
from rag.parts import split_parts
from rag.places import expansions
from rag.spelling import Vocabulary as Spellings
from rag.spelling import respell
from rag.types import Filters, Inference, Query, Turn


class Vocabulary(Spellings, Texts, Protocol):
    """An archive that questions are read against."""


def understand(
    question: str,
    *,
    history: Sequence[Turn] = (),
    asked: str | None = None,
    newest: str | None = None,
    outlets: Sequence[str] = (),
    filters: Filters = Filters(),  # noqa: B008  frozen, so sharing it is safe
    options: RetrievalOptions = EVERYTHING,
    archive: Vocabulary | None = None,
) -> Query:
    """Read a question: what stands alone, its parts, what it asks for, of when and of whom.

    ``asked`` and ``newest`` are days ("YYYY-MM-DD"); words such as "last week" are read as of the
    first that is given. A filter that the user set is never changed. ``options`` tells which parts
    of a question are read. ``archive`` knows the words that spellings and acronyms are looked up
    in.
    """
    question = " ".join(question.split())
    standalone = stand_alone(question, history if options.follow_ups else ())
    leant = standalone != question
    mended: Mapping[str, str] = {}
    if archive and options.spelling:
        standalone, mended = respell(standalone, archive)
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
        inferred=tuple(_inferences(standalone if leant else "", mended, times, sources)),
        near=times.near,
        also=_other_names(standalone, options, archive),
    )


def _other_names(
    standalone: str, options: RetrievalOptions, archive: Vocabulary | None
) -> tuple[str, ...]:
    places = expansions(words(standalone)) if options.places else ()
    forms = other_forms(standalone, archive) if archive and options.acronyms else ()
    return (*places, *forms)


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
    leant: str, mended: Mapping[str, str], times: Times, sources: Sequence[str]
) -> list[Inference]:
    """``leant`` is what the turns before made of the question, "" where nothing."""
    inferred = []
    if leant:
        inferred.append(Inference("follow_ups", f"read with the turns before as: {leant}"))
    for typed, meant in mended.items():
        inferred.append(Inference("spelling", f"“{typed}” read as “{meant}”"))
    if times.limit:
        inferred.append(Inference("dates", f"published from {times.limit[0]} to {times.limit[1]}"))
    if times.near:
        inferred.append(Inference("near", f"rather from {times.near[0]} to {times.near[1]}"))
    if sources:
        inferred.append(Inference("outlets", f"reported by {', '.join(sources)}"))
    return inferred
