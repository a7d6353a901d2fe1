"""Reports that a question tells apart, each with its outlets and its days of publication.

"Did the Courier's report of 3 May 2024 agree with that of the Post?" speaks of two: one of the
Courier, published about 3 May, and one of the Post. Each is looked for within its own limits, so
that the one that says more does not hide the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rag.question.calendar import Spoken
from rag.question.outlets import Mention
from rag.types import Filters

_WORK = (
    r"(?:reports?|reported|reporting|articles?|pieces?|stor(?:y|ies)|coverage|interview|review|"
    r"guide|analysis|editorial|column|one|published|posted|dated|updated)"
)
_CUE = re.compile(
    r"(?:\b(?P<cue>on|in|of|from|after|before|since|until|between|during|at))? ?[\"'“‘(]*$",
    re.IGNORECASE,
)
_OF_WORK = re.compile(rf"\b{_WORK}$", re.IGNORECASE)
# Without an outlet "the review in 2022" and "the one in May" are no works of the press.
_OF_PRESS = re.compile(r"\b(?:published|posted|dated|updated)$", re.IGNORECASE)
_OF_PRESS_OF = re.compile(
    r"\b(?:reports?|articles?|pieces?|stor(?:y|ies)|coverage)$", re.IGNORECASE
)
_OF_OUTLET = re.compile(rf"[\"'”’]?(?:['’]s)?(?: {_WORK})?,? ?", re.IGNORECASE)
_APART = 22  # words between an outlet and the day of its report, at most
_SLACK = timedelta(days=1)  # a day begins at other hours elsewhere


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    outlets: tuple[str, ...] = ()
    days: tuple[str | None, str | None] | None = None

    @property
    def limits(self) -> Filters:
        first, last = self.days or (None, None)
        return Filters(first, last, self.outlets)


def read_reports(
    question: str, mentions: Sequence[Mention], times: Sequence[Spoken]
) -> tuple[Filters, ...]:
    """Limits of each report that a question speaks of, each once, in order.

    A time counts where it is that of a publication: "published on 3 May", "the Courier's article
    from May", "reported after 3 May".
    """
    places = [_Place(mention.start, mention.end, mention.outlets) for mention in mentions]
    for time in times:
        cue = _CUE.search(question[: time.start])
        assert cue is not None  # it may be empty
        before = [n for n, place in enumerate(places) if place.end <= time.start]
        nearest = max(before, key=lambda n: places[n].end, default=None)
        if not _is_publication(question, cue, None if nearest is None else places[nearest].end):
            continue
        days = _days(time, (cue["cue"] or "").lower())
        if nearest is not None and _is_of(question, places[nearest], time):
            places[nearest] = replace(places[nearest], days=days)
        else:
            outlets = () if nearest is None else places[nearest].outlets
            places.append(_Place(time.start, time.end, outlets, days))
    places.sort(key=lambda place: place.start)
    return tuple(dict.fromkeys(place.limits for place in places))


def covering(reports: Sequence[Filters]) -> tuple[str | None, str | None]:
    """Days that all reports are inside of; None on a side where one of them has none."""
    firsts = [report.published_from for report in reports]
    lasts = [report.published_to for report in reports]
    return (
        min((day for day in firsts if day), default=None) if all(firsts) else None,
        max((day for day in lasts if day), default=None) if all(lasts) else None,
    )


def _is_publication(question: str, cue: re.Match[str], outlet_end: int | None) -> bool:
    head = question[: cue.start()].rstrip()
    if outlet_end is None:
        of_day = (cue["cue"] or "").lower() in ("of", "from", "on")
        return bool(_OF_PRESS.search(head) or (of_day and _OF_PRESS_OF.search(head)))
    return bool(_OF_WORK.search(head)) or bool(
        _OF_OUTLET.fullmatch(question, outlet_end, max(outlet_end, cue.start()))
    )


def _is_of(question: str, place: _Place, time: Spoken) -> bool:
    """Whether a day is that of an outlet named before, and not of another report of it."""
    return place.days is None and len(question[place.end : time.start].split()) <= _APART


def _days(time: Spoken, cue: str) -> tuple[str | None, str | None]:
    first, last = (time.first - _SLACK).isoformat(), (time.last + _SLACK).isoformat()
    if cue == "before":
        return None, last
    return (first, None) if cue in ("after", "since") else (first, last)
