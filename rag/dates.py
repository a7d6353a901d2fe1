"""Times that a question names: days of publication that it is limited to, or that it leans to.

A limit ("in August 2024", "last week") is read only where the words are clear and the archive is of
about that time. Any other time leans the ranking mildly towards the days just after it. A time that
is part of a name ("the 2019 election", "the January 6 attack") does neither: it is told of at any
later date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

Days = tuple[str, str]

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = rf"(?:{'|'.join(month.title() for month in _MONTHS)})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
# "between 3 and 10 March 2020", "from March to May 2020", "on 3 March", "in August".
_NAMED = re.compile(
    rf"\b(?P<cue>(?i:in|during|of|on|from|between|throughout|late|early|mid|since|until|by|before|"
    rf"after|around|through|this|last)[ -](?:(?i:the )?(?i:start|beginning|end|middle) of )?)?"
    rf"(?:(?P<first_day>{_DAY})? ?(?P<first_month>{_MONTH})? ?(?:and|to|–|-|until) ?)?"
    rf"(?:(?P<day_before>{_DAY})(?: of)? )?(?P<month>{_MONTH})"
    rf"(?: (?P<day_after>{_DAY})(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?\b"
)
_YEAR = re.compile(
    r"\b(?P<cue>(?:in|during|of|since|throughout|until|by|before|after|late|early|mid)[ -])?"
    r"(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:(?P<word>yesterday|today|tonight|this morning|last night)|"
    r"(?:in |over |during )?(?:the )?(?P<which>last|past|this) "
    r"(?:(?P<count>\d+|few|two|three|four) )?(?P<unit>day|week|fortnight|month)s?)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:latest|most recent(?:ly)?|newest|right now|currently|so far)\b", re.I)
# Words that take a date out of play: the report may then be from any other time.
_ELSEWHEN = re.compile(
    r"\b(?:before|after|since|until|till|by|later|earlier|ago|previous(?:ly)?|anniversary|when|"
    r"which (?:day|month|year)|what (?:day|date|month|year)|first|compared?|than)\b",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"\b(?:the|this|that|a|his|her|their|its|our)\s+(?:\w+\s+)?$", re.I)
_NOUN_FOLLOWS = re.compile(
    r"\s+(?!(?:and|or|to|in|on|of|at|by|for|was|were|is|are|did|do|does|has|have|had|as|with|from|"
    r"who|what|which|when|where|how|why)\b)[A-Za-z]"
)
_LEAD, _LAG = timedelta(days=3), timedelta(days=31)
_NEAR_YEARS = 3
_FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Times:
    """Days of publication that a question is limited to (``limit``) or leans to (``near``)."""

    limit: Days | None = None
    near: Days | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    first: date
    last: date
    cue: str
    month: bool
    dated: bool  # with its year


def read_times(question: str, as_of: str | None, asked: str | None = None) -> Times:
    """Read what a question says of time, as of ``as_of`` (a day, or None for an undated archive).

    ``asked`` is given where the user said on which day it is asked: a question without any time
    is then about the news of the fortnight before.
    """
    if as_of is None:
        return Times()
    today = date.fromisoformat(as_of[:10])
    named = list(_named(question, today))
    relative = list(_RELATIVE.finditer(question))
    if len(named) + len(relative) == 1 and not _ELSEWHEN.search(question):
        limit = _limit(named, relative, today)
        if limit:
            return Times(limit=_days(*limit))
    if named:
        return Times(near=_days(min(n.first for n in named), _until(named, today) + _LAG))
    if _NEWEST.search(question):
        return Times(near=_days(today - 2 * _FORTNIGHT, today))
    if asked and not relative and not _YEAR.search(question) and not _NAMED.search(question):
        return Times(near=_days(today - _FORTNIGHT, today))
    return Times()


def _until(named: list[_Named], today: date) -> date:
    """Last day of what is named; "since May" lasts until today."""
    open_ended = any(n.cue.lower().startswith(("since", "after")) for n in named)
    return today if open_ended else max(n.last for n in named)


def _limit(
    named: list[_Named], relative: list[re.Match[str]], today: date
) -> tuple[date, date] | None:
    if relative:
        return _relative_days(relative[0], today)
    only = named[0]
    if not only.month or not only.dated:
        return None
    if only.last > today or (today - only.first).days > 365 * _NEAR_YEARS:
        # An archive of the news of today reports such a time looking back, at any date.
        return None
    return only.first - _LEAD, only.last + _LAG


def _named(question: str, today: date) -> Iterator[_Named]:
    """Months and years that a question names, those that are part of a name left out."""
    rest = question
    for match in _NAMED.finditer(question):
        if (
            not match["cue"]
            and not match["year"]
            and not (match["day_before"] or match["day_after"])
        ):
            continue  # "May" may be a name or a verb
        rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
        days = _month_days(match, today)
        if days and not _is_part_of_a_name(question, match):
            yield _Named(*days, match["cue"] or "", True, match["year"] is not None)
    for match in _YEAR.finditer(rest):
        year = int(match["year"])
        if year <= today.year and not _is_part_of_a_name(question, match):
            yield _Named(date(year, 1, 1), date(year, 12, 31), match["cue"] or "", False, True)


def _is_part_of_a_name(question: str, match: re.Match[str]) -> bool:
    if match["cue"]:
        return False
    before, after = question[: match.start()], question[match.end() :]
    return bool(_DETERMINED.search(before) and _NOUN_FOLLOWS.match(after))


def _month_days(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month = _MONTHS.index(match["month"].lower()) + 1
    year = int(match["year"]) if match["year"] else today.year - (month > today.month)
    from_month = match["first_month"]
    start = min(month, _MONTHS.index(from_month.lower()) + 1) if from_month else month
    day = _number(match["day_before"]) or _number(match["day_after"])
    first_day = _number(match["first_day"]) or (None if from_month else day)
    try:
        last = date(year, month, day) if day else _month_end(year, month)
        return date(year, start, first_day or 1), last
    except ValueError:  # 31 June
        return None


def _number(day: str | None) -> int | None:
    return int(re.sub(r"\D", "", day)) if day else None


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _relative_days(match: re.Match[str], today: date) -> tuple[date, date]:
    """Days that "yesterday" or "last week" mean, generously, as of ``today``."""
    if match["word"]:
        return today - timedelta(days=2), today
    count = {"few": 5, "two": 2, "three": 3, "four": 4}.get((match["count"] or "").lower(), 0)
    count = count or int(match["count"] or 1)
    length = {"day": 1, "week": 7, "fortnight": 14, "month": 31}[match["unit"].lower()]
    # "Last week" asked on a Sunday may be any day of the fortnight before.
    slack = length if match["which"].lower() == "last" else 1
    return today - timedelta(days=min(count * length + slack, 3660)), today


def _days(first: date, last: date) -> Days:
    return first.isoformat(), last.isoformat()
