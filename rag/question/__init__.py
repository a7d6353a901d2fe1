"""Reading questions: one as it was typed comes in, and the query that is looked up goes out.

The query stands alone, with its sub-questions, its times and outlets, and what was read from its
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from index.text.words import words
from rag.question.asked import Background, Question
from rag.question.calendar import spoken_times
from rag.question.followups import is_elliptic, rewrite
from rag.question.names import expansions, other_forms, respell
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
    Times,
    describe_days,
    names_time,
    near_event,
    read_order,
    read_times,
)
from rag.types import Filters, Inference, Query


class _Limits(NamedTuple):
    """What a question says of when and of whom: of all that it asks, and of each report.

    ``named`` are the outlets as the question calls them.
    """

    times: Times
    sources: tuple[str, ...]
    reports: tuple[Filters, ...]
    named: frozenset[str]


def understand(
    question: Question,
    background: Background = Background(),  # noqa: B008  frozen, so sharing it is safe
) -> Query:
    """Read a question: what stands alone, its parts, what it asks for, of when and of whom.

    Words such as "last week" are read as of the day on which it is asked, or of the newest of the
    archive. A filter that the user set is never changed.
    """
    text = " ".join(question.text.split())
    standalone, continued, inferred = _stand_alone(text, question, background)
    limits = _limits(text, continued, question, background)
    order = read_order(continued) if question.options.order else None
    own = question.filters
    first, last = limits.times.limit or (own.published_from, own.published_to)
    also: dict[str, tuple[str, ...]] = {}
    if question.options.places:
        also |= expansions(words(standalone))
    if question.options.acronyms and background.vocabulary:
        forms = other_forms(standalone, background.vocabulary)
        also |= {name: (other,) for name, other in forms.items()}
    return Query(
        question=text,
        standalone=standalone,
        parts=split_parts(standalone, limits.named),
        filters=Filters(first, last, own.sources or limits.sources),
        required=own,
        reports=limits.reports if len(limits.reports) > 1 and not own else (),
        asked=question.asked,
        inferred=(*inferred, *_in_words(limits, order)),
        near=limits.times.near,
        perhaps=limits.times.perhaps,
        order=order,
        also=also,
    )


def _stand_alone(
    text: str, question: Question, background: Background
) -> tuple[str, str, list[Inference]]:
    """Return the question as it stands alone, as far as it continues another, and what was read.

    "What about Gaza?" is asked of the same outlet and time as what it continues.
    """
    turns = question.history if question.options.follow_ups else ()
    standalone, fault = rewrite(text, turns, background.rewriter)
    leant = standalone != text
    continued = standalone if leant and is_elliptic(text) else text
    slips = []
    if background.vocabulary and question.options.spelling:
        known = outlet_words(background.outlets)
        standalone, mended = respell(standalone, background.vocabulary, known)
        slips = [
            Inference("spelling", f"“{typed}” read as “{meant}”") for typed, meant in mended.items()
        ]
    if not (leant or fault):
        return standalone, continued, slips
    read = f"read with the turns before as: {standalone}" if leant else "read as it was asked"
    said = Inference("follow_ups", f"{read} ({fault})" if fault else read)
    return standalone, continued, [said, *slips]


def _limits(text: str, continued: str, question: Question, background: Background) -> _Limits:
    looks = question.options.outlets and not question.filters.sources
    known = background.outlets if looks else ()
    own = outlet_mentions(text, known)
    is_continued = continued != text and not own
    continuing = outlet_mentions(continued, known) if is_continued else own
    # Where it says when by itself, what it continues says only of which outlet.
    timed = continued if is_continued and not names_time(text) else text
    mentions = continuing if timed is continued else own
    try:
        times, reports = _times(timed, mentions, question, background)
    except OverflowError:  # near the end of the calendar
        times, reports = Times(), ()
    sources = outlets_of(continuing, background.outlets)
    if len(reports) > 1 and not all(report.sources for report in reports):
        sources = ()  # one of the reports may be any outlet's
    named = frozenset(timed[mention.start : mention.end] for mention in mentions)
    return _Limits(times, sources, reports, named)


def _times(
    text: str, mentions: Sequence[Mention], question: Question, background: Background
) -> tuple[Times, tuple[Filters, ...]]:
    """Read the times that the user has set no limit for, and the limits of each report."""
    options, filters = question.options, question.filters
    as_of = question.asked or background.newest
    if filters.published_from or filters.published_to or as_of is None:
        return Times(), read_reports(text, mentions, ())
    spoken = spoken_times(text, date.fromisoformat(as_of[:10])) if options.dates else []
    reports = read_reports(text, mentions, spoken)
    if any(report.published_from or report.published_to for report in reports):
        span = covering(reports)
        return Times(limit=span if any(span) else None), reports
    if options.near and background.vocabulary and not spoken:
        counted = near_event(text, background.vocabulary)
        if counted.near:
            return counted, reports
    times = read_times(text, as_of, question.asked)
    limit, perhaps = (times.limit, times.perhaps) if options.dates else (None, None)
    return Times(limit, times.near if options.near else None, perhaps), reports


def _in_words(limits: _Limits, order: str | None) -> Iterator[Inference]:
    times = limits.times
    if times.limit:
        yield Inference("dates", describe_days(*times.limit))
    if times.perhaps:
        yield Inference("dates", f"perhaps {describe_days(*times.perhaps)}")
    if times.near:
        why = f": {times.why}" if times.why else ""
        yield Inference("near", f"rather from {times.near[0]} to {times.near[1]}{why}")
    if order:
        yield Inference("order", f"the {order} first of what is to the point")
    if limits.sources:
        yield Inference("outlets", f"reported by {', '.join(limits.sources)}")
