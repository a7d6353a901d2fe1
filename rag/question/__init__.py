"""A question as it was typed to a query: standing alone, with its parts, times and outlets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from index.text.words import words
from rag.options import EVERYTHING, RetrievalOptions
from rag.question.calendar import spoken_times
from rag.question.followups import Rewriter, is_elliptic, rewrite
from rag.question.kind import wanted_kind
from rag.question.names import ShortForms, expansions, other_forms, respell
from rag.question.names import Vocabulary as Spellings
from rag.question.outlets import (
    Mention,
    covering,
    outlet_mentions,
    outlet_words,
    outlets_of,
    read_reports,
)
from rag.question.parts import split_parts
from rag.question.times import (
    Events,
    Times,
    describe_days,
    names_time,
    near_event,
    read_order,
    read_times,
)
from rag.types import Filters, Inference, Query, Turn


class Vocabulary(Spellings, ShortForms, Events, Protocol):
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
    rewriter: Rewriter | None = None,
) -> Query:
    """Read a question: what stands alone, its parts, what it asks for, of when and of whom.

    ``asked`` and ``newest`` are days ("YYYY-MM-DD"); words such as "last week" are read as of the
    first that is given. A filter that the user set is never changed. ``options`` tells which parts
    of a question are read. ``archive`` knows the words that spellings and acronyms are looked up
    in. ``rewriter`` makes follow-ups stand alone in the place of the rules.
    """
    question = " ".join(question.split())
    turns = history if options.follow_ups else ()
    standalone, fault = rewrite(question, turns, rewriter)
    leant = standalone != question
    # "What about Gaza?" is asked of the same outlet and time as what it continues.
    continued = standalone if leant and is_elliptic(question) else question
    mended: Mapping[str, str] = {}
    if archive and options.spelling:
        standalone, mended = respell(standalone, archive, outlet_words(outlets))
    order = read_order(continued) if options.order else None
    known = outlets if options.outlets and not filters.sources else ()
    own = outlet_mentions(question, known)
    is_continued = continued != question and not own
    # Where it says when by itself, what it continues says only of which outlet.
    named = continued if is_continued and not names_time(question) else question
    continuing = outlet_mentions(continued, known) if is_continued else own
    mentions = continuing if named is continued else own
    try:
        times, reports = _times(named, asked, newest, filters, mentions, options, archive)
    except OverflowError:  # near the end of the calendar
        times, reports = Times(), ()
    sources = outlets_of(continuing, outlets)
    if len(reports) > 1 and not all(report.sources for report in reports):
        sources = ()  # one of the reports may be any outlet's
    first, last = times.limit or (filters.published_from, filters.published_to)
    return Query(
        question=question,
        standalone=standalone,
        parts=split_parts(standalone, {named[m.start : m.end] for m in mentions}),
        wants=wanted_kind(standalone if is_elliptic(question) else question),
        filters=Filters(first, last, filters.sources or sources),
        required=filters,
        reports=reports if len(reports) > 1 and not filters else (),
        asked=asked,
        inferred=tuple(
            _inferences(standalone if leant else "", fault, mended, times, order, sources)
        ),
        near=times.near,
        order=order,
        also=_other_names(standalone, options, archive),
    )


def _other_names(
    standalone: str, options: RetrievalOptions, archive: Vocabulary | None
) -> dict[str, tuple[str, ...]]:
    places = expansions(words(standalone)) if options.places else {}
    forms = other_forms(standalone, archive) if archive and options.acronyms else {}
    return {**places, **{name: (other,) for name, other in forms.items()}}


def _times(
    question: str,
    asked: str | None,
    newest: str | None,
    filters: Filters,
    mentions: Sequence[Mention],
    options: RetrievalOptions,
    archive: Vocabulary | None,
) -> tuple[Times, tuple[Filters, ...]]:
    """Read the times that the user has set no limit for, and the limits of each report."""
    as_of = asked or newest
    if filters.published_from or filters.published_to or as_of is None:
        return Times(), read_reports(question, mentions, ())
    spoken = spoken_times(question, date.fromisoformat(as_of[:10])) if options.dates else ()
    reports = read_reports(question, mentions, spoken)
    if any(report.published_from or report.published_to for report in reports):
        span = covering(reports)
        return Times(limit=span if any(span) else None), reports
    if options.near and archive and not spoken:
        counted = near_event(question, archive)
        if counted.near:
            return counted, reports
    times = read_times(question, as_of, asked)
    limit = times.limit if options.dates else None
    return Times(limit=limit, near=times.near if options.near else None), reports


def _inferences(
    leant: str,
    fault: str,
    mended: Mapping[str, str],
    times: Times,
    order: str | None,
    sources: Sequence[str],
) -> list[Inference]:
    """``leant`` is what the turns before made of the question, ``fault`` why by rules; or ""."""
    inferred = []
    if leant or fault:
        read = f"read with the turns before as: {leant}" if leant else "read as it was asked"
        inferred.append(Inference("follow_ups", f"{read} ({fault})" if fault else read))
    for typed, meant in mended.items():
        inferred.append(Inference("spelling", f"“{typed}” read as “{meant}”"))
    if times.limit:
        inferred.append(Inference("dates", describe_days(*times.limit)))
    if times.near:
        why = f": {times.why}" if times.why else ""
        inferred.append(Inference("near", f"rather from {times.near[0]} to {times.near[1]}{why}"))
    if order:
        inferred.append(Inference("order", f"the {order} first of what is to the point"))
    if sources:
        inferred.append(Inference("outlets", f"reported by {', '.join(sources)}"))
    return inferred
