"""Times that a question names: days of publication that it is limited to, or that it leans to.

A limit ("in August 2024", "last week") is read only where the words are clear and the archive is of
about that time. Any other time leans the ranking mildly towards the days just after it. A time that
is part of a name ("the 2019 election", "the January 6 attack") does neither: it is told of at any
later date.

Some times are counted from an event: "two days after the attack on Ain al-Asad". When the event
was, the archive tells: the earliest of the articles that are most about it. That can be another
event of the kind, so these days are leant to and never a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from index.text.words import NUMBER_WORDS, WEEKDAYS
from rag.question.asked import Vocabulary
from rag.question.calendar import Spoken, spoken_times

Days = tuple[str, str]

_COUNT = rf"(?P<{{}}>\d{{{{1,3}}}}|a|an|{'|'.join(NUMBER_WORDS[1:11])}|few|couple of)"
_RELATIVE = re.compile(
    r"\b(?:(?P<word>yesterday|today|tonight|this morning|last night)|"
    r"(?:in |over |during |within )?(?:the )?(?P<which>last|past|this) "
    rf"(?:{_COUNT.format('count')} )?(?P<unit>day|week|weekend|fortnight|month)s?(?! of\b)|"
    r"(?:over|at|on|during) the (?P<weekend>weekend)\b(?! of| after| before)|"
    rf"(?:a )?{_COUNT.format('ago')} (?P<ago_unit>day|week|fortnight|month)s? ago)\b",
    re.IGNORECASE,
)
_TO_TEN = {word: number for number, word in enumerate(NUMBER_WORDS[:11]) if number}
_NUMBERS = _TO_TEN | {"a": 1, "an": 1, "few": 5, "couple of": 2}
# A limit is drawn wide: the longest month, and "a few" days are up to five.
_UNITS = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14, "month": 31}
_WEEKDAY = re.compile(
    rf"\b(?P<cue>on|last|this|since|until|by)(?: last| this)? (?P<day>{'|'.join(WEEKDAYS)})\b"
    r"(?! [A-Z]| (?:night|morning|evening)s? [A-Z])",
    re.IGNORECASE,
)
# Years are leant to and limit nothing: what happened in them is told of later too.
_YEARS = re.compile(
    rf"\b(?:the (?:last|past) (?:{_COUNT.format('count')} )?(?P<unit>year|decade)s?(?! of\b)|"
    rf"(?:last|past) {_COUNT.format('counted')} (?P<counted_unit>year|decade)s|"
    rf"{_COUNT.format('ago')} (?P<ago_unit>year|decade)s? ago|"
    r"the (?P<decade>(?:19|20)\d0)s)\b",
    re.IGNORECASE,
)
_YEAR_OF_TODAY = re.compile(r"\b(?P<which>this|last) year\b", re.IGNORECASE)
_NEWEST = re.compile(r"\b(?:latest|most recent(?:ly)?|newest|right now|currently|so far)\b", re.I)
_LATEST = re.compile(
    r"(?<!at the )\b(?:latest|newest|most recent(?:ly)?)\b(?! (?:than|in the series))",
    re.IGNORECASE,
)
_EARLIEST = re.compile(
    r"\b(?:(?:first|earliest|oldest|initial) (?:report(?:s|ed)?|"
    r"articles?(?! of the (?:constitution|treaty|charter|convention|law))|stor(?:y|ies)|coverage|"
    r"news|accounts?|said|told|became known|emerged|mention(?:s|ed)?)|"
    r"first time .{0,40}\breported)\b",
    re.IGNORECASE,
)
# Words that take a date out of play: the report may then be from any other time.
_ELSEWHEN = re.compile(
    r"\b(?:before|after|since|until|till|by|later|earlier|previous(?:ly)?|anniversary|when|"
    r"which (?:day|month|year)|what (?:day|date|month|year)|first|compared?|than)\b",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"\b(?:the|this|that|a|his|her|their|its|our)\s+(?:\w+\s+)?$", re.I)
_NOUN_FOLLOWS = re.compile(
    r"\s+(?!(?:and|or|to|in|on|of|at|by|for|was|were|is|are|did|do|does|has|have|had|as|with|from|"
    r"who|what|which|when|where|how|why)\b)[A-Za-z]"
)
_SINCE = re.compile(r"\bsince\b", re.IGNORECASE)
_LEAD = timedelta(days=1)  # it was the day after elsewhere
_TOLD = timedelta(days=7)  # days in which what happened is reported: to these a limit is widened
_LAG = timedelta(days=31)  # days in which it is still told of: these the ranking leans to
_NEAR_YEARS = 3
_FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Times:
    """Days of publication that a question is limited to (``limit``) or leans to (``near``).

    A limit may be open on one side (None). ``perhaps`` are days that it means if it is asked today,
    which nobody said. ``why`` says what ``near`` follows from, where that is not in the question.
    """

    limit: tuple[str | None, str | None] | None = None
    near: Days | None = None
    perhaps: Days | None = None
    why: str = ""


def read_times(question: str, as_of: str | None, asked: str | None = None) -> Times:
    """Read what a question says of time, as of ``as_of`` (a day, or None for an undated archive).

    ``asked`` is given where the user said on which day it is asked: a question without any time
    is then about the news of the fortnight before. Where nobody said, "this week" may be any week.
    """
    if as_of is None:
        return Times()
    today = date.fromisoformat(as_of[:10])
    spoken = spoken_times(question, today)
    # With no word such as "in" before it, a time is part of a name: "the 2019 election".
    named = [
        t
        for t in spoken
        if t.first <= today
        if t.cue
        or not _DETERMINED.search(question[: t.start])
        or not _NOUN_FOLLOWS.match(question[t.end :])
    ]
    rest = "".join(
        " " if any(t.start <= place < t.end for t in spoken) else character
        for place, character in enumerate(question)
    )
    relative = [] if _YEARS.search(rest) else list(_relative(rest))
    if len(named) + len(relative) == 1 and not _ELSEWHEN.search(rest):
        limit = _limit(named, relative, today)
        if limit and relative and asked is None:
            return Times(perhaps=_days(*limit))
        if limit:
            return Times(limit=_days(*limit))
    if named:
        return Times(near=_near(named, bool(_SINCE.search(question[: named[0].start])), today))
    years = _YEARS.search(rest)
    if years:
        return Times(near=_near_years(years, today))
    near = _near_today(rest, today, asked if not spoken and not relative else None)
    return Times(near=near) if asked or _NEWEST.search(rest) else Times(perhaps=near)


def _relative(text: str) -> Iterator[re.Match[str]]:
    """Find the times as of today; "USA Today" and "The Tonight Show" are names."""
    for match in _RELATIVE.finditer(text):
        if not (match["word"] and match.start() and match["word"][0].isupper()):
            yield match


def _limit(
    named: list[Spoken], relative: list[re.Match[str]], today: date
) -> tuple[date, date] | None:
    """Days that the only time of a question is widened to; None where it is too vague or old."""
    if relative:
        return _relative_days(relative[0], today)
    only = named[0]
    if not only.month or not only.dated or only.cue in ("before", "after", "since", "until", "by"):
        return None
    if (today - only.first).days > 365 * _NEAR_YEARS:
        # An archive of the news of today reports such a time looking back, at any date.
        return None
    return only.first - _LEAD, only.last + _TOLD


def _relative_days(match: re.Match[str], today: date) -> tuple[date, date]:
    """Days that "yesterday" or "last week" mean, generously, as of ``today``."""
    if match["word"]:
        return today - timedelta(days=2), today
    if match["weekend"]:
        saturday = today - timedelta(days=(today.weekday() - 5) % 7)
        return saturday - _LEAD, min(today, saturday + timedelta(days=3))
    if match["ago"]:
        unit = _UNITS[match["ago_unit"].lower()]
        return today - timedelta(days=(_number(match["ago"]) + 1) * unit), today
    unit = _UNITS[match["unit"].lower()]
    # "Last week" asked on a Sunday may be any day of the fortnight before.
    slack = unit if match["which"].lower() == "last" else 1
    days = _number(match["count"] or "one") * unit + slack
    return today - timedelta(days=min(days, 3660)), today


def _near_years(match: re.Match[str], today: date) -> Days:
    """Days that "the last two years", "10 years ago" or "the 1990s" lean to."""
    if match["decade"]:
        first = date(int(match["decade"]), 1, 1)
        return _days(first, date(first.year + 9, 12, 31) + _LAG)
    unit = match["unit"] or match["counted_unit"] or match["ago_unit"]
    count = max(1, _number(match["count"] or match["counted"] or match["ago"] or "one"))
    days = 3650 if unit.lower() == "decade" else 365
    begun = today.toordinal() - count * days
    if not match["ago"]:
        return _days(_day(begun), today)
    return _days(_day(begun - days // 2), _day(min(today.toordinal(), begun + days // 2)))


def _day(ordinal: int) -> date:
    return date.fromordinal(max(1, ordinal))


def _near(named: list[Spoken], since: bool, today: date) -> Days:
    """Days that a question leans to: those that it names, and the month in which they are told.

    ``since``: the word stands before them, though maybe not right before: "since the vote in May".
    """
    first, last = min(n.first for n in named), max(n.last for n in named)
    cues = {n.cue for n in named}
    if since or cues & {"since", "after"}:
        return _days(first, max(today, last) + _LAG)
    if cues <= {"until", "till", "by", "before"}:
        return _days(first - _LAG, last)
    return _days(first, last + _LAG)


def _near_today(question: str, today: date, asked: str | None) -> Days | None:
    """Days that words lean to which only say something of the day on which they are asked."""
    if _NEWEST.search(question):
        return _days(today - 2 * _FORTNIGHT, today)
    year = _YEAR_OF_TODAY.search(question)
    if year:
        number = today.year - (year["which"].lower() == "last")
        return _days(date(number, 1, 1), min(today, date(number, 12, 31) + _LAG))
    weekday = _WEEKDAY.search(question)
    if weekday and (asked or weekday["cue"].lower() in ("last", "since")):
        back = (today.weekday() - WEEKDAYS.index(weekday["day"].lower()) - 1) % 7 + 1
        return _days(today - timedelta(days=back), today)
    return _days(today - _FORTNIGHT, today) if asked else None


def _number(count: str) -> int:
    return _NUMBERS.get(count.lower()) or int(count)


def names_time(question: str) -> bool:
    """Whether a question says when, in any of the ways that are read here."""
    spoken = spoken_times(question, date(2100, 1, 1))
    told = _YEARS.search(question) or _WEEKDAY.search(question)
    return bool(spoken or told or any(_relative(question)))


def read_order(question: str) -> Literal["newest", "oldest"] | None:
    """Read whether the newest or the oldest reports are asked for; the order of events is neither.

    "What was first said of it?" asks for the oldest, "Who was first?" for no order of reports.
    """
    if _LATEST.search(question):
        return "newest"
    return "oldest" if _EARLIEST.search(question) else None


def describe_days(first: str | None, last: str | None) -> str:
    """Say in words which days of publication are meant."""
    days = [f"from {first}"] if first else []
    return " ".join(["published", *days, *([f"to {last}"] if last else [])])


def _days(first: date, last: date) -> Days:
    return first.isoformat(), last.isoformat()


# Times counted from an event.

_COUNTS = _TO_TEN | {"a": 1, "an": 1, "the": 1, "a few": 3, "several": 3, "a couple of": 2}
# What is leant to lies about the middle of what is meant: a month has 30 days, "a few" are three.
_COUNTED_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_COUNTED = re.compile(
    rf"\b(?P<count>{'|'.join(sorted(_COUNTS, key=len, reverse=True))}|\d{{1,3}}) "
    rf"(?P<unit>{'|'.join(_COUNTED_DAYS)})s? (?P<way>after|before|following|prior to) "
    r"(?P<event>(?!that|this|it\b|he\b|she\b|they\b)[^,;:?.]+)",
    re.IGNORECASE,
)
_LEAST = 2  # words that an event must be named by
_SLACK = 0.25  # of what is counted: "a month after" is no day


def near_event(question: str, vocabulary: Vocabulary) -> Times:
    """Read the days that a question counts from an event that it names, and lean to them."""
    counted = _COUNTED.search(question)
    if counted is None or len(counted["event"].split()) < _LEAST:
        return Times()
    told = vocabulary.day_of(counted["event"])
    if told is None:
        return Times()
    written = counted["count"].lower()
    days = (_COUNTS.get(written) or int(written)) * _COUNTED_DAYS[counted["unit"].lower()]
    later = counted["way"].lower() in ("after", "following")
    try:
        meant = date.fromisoformat(told) + timedelta(days=days if later else -days)
        slack = timedelta(days=1 + int(_SLACK * days))
        near: Days = ((meant - slack).isoformat(), (meant + slack + _TOLD).isoformat())
    except OverflowError:
        return Times()
    event = counted["event"].strip()
    return Times(near=near, why=f"“{event}” is first told of on {told}")
