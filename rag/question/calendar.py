"""Times as people write them, in words and numbers: to first and last days.

"3 March", "March 3rd", "2024-03-03", "in early 2024", "between 28 December and 3 January". Where a
year is left out, the latest time is meant that had begun; of a range, the one that reaches it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.text.words import MONTHS

_MONTHS = [month[:3] for month in MONTHS]
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
# Days that are called by a name, where they fall on the same date each year: month, day, days.
_FEASTS = {
    "new year['’]?s eve": (12, 31, 1),
    "new year['’]?s day": (1, 1, 1),
    "valentine['’]?s day": (2, 14, 1),
    "st\\.? patrick['’]?s day": (3, 17, 1),
    "bastille day": (7, 14, 1),
    "halloween": (10, 31, 1),
    "christmas eve": (12, 24, 1),
    "christmas day": (12, 25, 1),
    "boxing day": (12, 26, 1),
    "christmas": (12, 24, 3),
}
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_PART = (
    r"(?:(?P<stage>early|mid|late|(?:the )?(?:start|beginning|middle|end) of)[ -]"
    r"(?:the )?(?:month of )?)?"
)
# A day, a month or a year as it is written; each gives what it names of the three.
_POINT = re.compile(
    rf"(?<![\w$£€-])(?:(?P<iso_year>{_YEAR})[-/](?P<iso_month>1[0-2]|0[1-9])"
    r"(?:[-/](?P<iso_day>3[01]|[12]\d|0[1-9]))?(?![\d-])|"
    rf"(?P<a>\d{{1,2}})(?P<mark>[./])(?P<b>\d{{1,2}})(?P=mark)(?P<numbered>{_YEAR})|"
    rf"{_PART}(?:(?:the (?=\d+[a-z]))?(?P<day>{_DAY}) (?:of )?)?(?P<month>{_MONTH})"
    rf"(?: (?:the )?(?P<day_after>{_DAY})(?![\d%:]|-(?!\d\d?\b)|[.,]\d))?"
    rf"(?:,? (?P<year>{_YEAR})\b)?|"
    rf"(?:the )?(?P<season>spring|summer|autumn|fall|winter) (?:of )?(?P<season_year>{_YEAR})\b|"
    rf"(?:Q(?P<quarter>[1-4])|(?:the )?(?P<nth>first|second|third|fourth|last) quarter)"
    rf" (?:of )?(?P<quarter_year>{_YEAR})\b|"
    rf"(?P<feast>{'|'.join(_FEASTS)})(?:,? (?:of )?(?P<feast_year>{_YEAR}))?\b|"
    rf"(?:(?P<year_stage>early|mid|late|(?:the )?(?:start|beginning|middle|end) of)[ -])?"
    rf"(?P<only_year>{_YEAR})(?![\w%-]|[.,]\d))",
    re.IGNORECASE,
)
# "2000 people" are counted, and not of the year 2000.
_COUNTED = re.compile(
    r" (?:people|persons|men|women|children|students|soldiers|troops|workers|jobs|homes|houses|"
    r"tonnes|tons|miles|met(?:er|re)s|kilomet(?:er|re)s|dollars|euros|pounds|votes|deaths|cases|"
    r"refugees|migrants|protesters|demonstrators|passengers|members|flights)\b",
    re.IGNORECASE,
)
_JOIN = r"(?: ?[–—-] ?| (?:and|to|until|till|through|thru) (?:the )?)"
_JOINED = re.compile(_JOIN, re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"{_MONTH}(?: {_DAY})?(?:,? {_YEAR})?{_JOIN}$", re.IGNORECASE)
_MONTH_AFTER = re.compile(rf"{_JOIN}(?:{_DAY} )?{_MONTH}", re.IGNORECASE)
_DAY_BEFORE = re.compile(rf"(?<![\w.,:/-])(?:the )?(?P<day>{_DAY}){_JOIN}$", re.IGNORECASE)
_DAY_AFTER = re.compile(
    rf"{_JOIN}(?P<day>{_DAY})(?:,? (?P<year>{_YEAR}))?(?![\w:%-]|[.,]\d)", re.IGNORECASE
)
_CUE = re.compile(
    r"\b(?:in|during|of|on|from|between|throughout|since|until|till|by|before|after|around|"
    r"through|this|last|over|for|at|early|mid|late|published|dated)[ -]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A time that a text names: its days (both included) and where it stands.

    ``cue`` is the word before it ("in", "since", or ""), ``dated`` whether it has its year,
    ``month`` whether it is a month, a day or a range of them: no more than a few months.
    """

    first: date
    last: date
    start: int
    end: int
    cue: str
    dated: bool
    month: bool


@dataclass(frozen=True, slots=True)
class _Point:
    """What is written of one day, month or year, and from where to where."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    months: int = 1  # how many, from ``month`` on
    days: int = 1  # how many, from ``day`` on
    stage: str = ""


def spoken_times(text: str, today: date) -> list[Spoken]:
    """Return the times that a text names, in order; what is no day of the calendar is left out."""
    points = [p for match in _POINT.finditer(text) if (p := _point(text, match))]
    found: list[Spoken] = []
    while points:
        first, *points = points
        last = first
        if points and _JOINED.fullmatch(text, first.end, points[0].start):
            last, *points = points
        first, last = _with_bare_days(text, first, last)
        points = [point for point in points if point.start >= last.end]
        days = _resolve(first, last, today)
        if days:
            cue = _CUE.search(text[: first.start])
            dated = first.year is not None or last.year is not None
            word = cue[0].split()[0].strip("-").lower() if cue else ""
            found.append(Spoken(*days, first.start, last.end, word, dated, last.month is not None))
    return found


def _point(text: str, match: re.Match[str]) -> _Point | None:
    if match["iso_year"]:
        day = _number(match["iso_day"])
        return _Point(*match.span(), int(match["iso_year"]), int(match["iso_month"]), day)
    if match["numbered"]:
        return _numbered(match)
    if match["season"]:
        month = _SEASONS[match["season"].lower()]
        return _Point(*match.span(), int(match["season_year"]), month, months=3)
    if match["quarter_year"]:
        quarter = int(match["quarter"] or _QUARTERS[match["nth"].lower()])
        return _Point(*match.span(), int(match["quarter_year"]), 3 * quarter - 2, months=3)
    if match["feast"]:
        return _feast(text, match)
    if match["only_year"]:
        if _COUNTED.match(text, match.end()) and not _CUE.search(text[: match.start()]):
            return None
        stage = _stage(match["year_stage"])
        return _Point(*match.span(), int(match["only_year"]), months=12, stage=stage)
    point = _Point(
        *match.span(),
        _number(match["year"]),
        1 + _MONTHS.index(match["month"][:3].lower()),
        _number(match["day"]) or _number(match["day_after"]),
        stage=_stage(match["stage"]),
    )
    return point if _is_month(text, match, point) else None


def _feast(text: str, match: re.Match[str]) -> _Point | None:
    """Read a feast with its year or as a time: "Christmas" alone is mostly a subject."""
    year = _number(match["feast_year"])
    if year is None and not _CUE.search(re.sub(r"the $", "", text[: match.start()])):
        return None
    written = match["feast"].lower()
    month, day, days = next(d for name, d in _FEASTS.items() if re.fullmatch(name, written))
    return _Point(*match.span(), year, month, day, days=days)


def _numbered(match: re.Match[str]) -> _Point | None:
    """5/3/2024 may be either's day: only what can be read one way is read."""
    a, b = int(match["a"]), int(match["b"])
    if match["mark"] == "." or a > 12 or a == b:
        a, b = b, a
    elif b <= 12:
        return None
    return _Point(*match.span(), int(match["numbered"]), a, b) if 1 <= a <= 12 else None


def _is_month(text: str, match: re.Match[str], point: _Point) -> bool:
    """Whether a month's name is meant: "May" and "march" are also a name and words."""
    if point.year or point.day:
        return True
    before, after = text[: match.start()], text[match.end() :]
    written = match["month"].rstrip(".")
    if len(written) < 4 and written.lower() != "may":
        return False
    if written in ("may", "march"):
        return False
    # "March to May" begins a range, and "to May" after another month ends one.
    ranged = (written[0].isupper() and _MONTH_AFTER.match(after)) or _MONTH_BEFORE.search(before)
    return bool(point.stage or _CUE.search(before) or ranged)


def _with_bare_days(text: str, first: _Point, last: _Point) -> tuple[_Point, _Point]:
    """Read "3 and 10 March" and "March 3-10, 2024", where a day stands without its month."""
    if first is not last or first.month is None or first.day is None:
        return first, last
    before = _DAY_BEFORE.search(text[: first.start])
    if before:
        return replace(first, start=before.start(), day=_number(before["day"])), last
    after = _DAY_AFTER.match(text, first.end)
    if after and first.months == 1:
        year = _number(after["year"]) or first.year
        day = _number(after["day"])
        return replace(first, year=year), replace(first, end=after.end(), year=year, day=day)
    return first, last


def _resolve(first: _Point, last: _Point, today: date) -> tuple[date, date] | None:
    """Days from the first of one point to the last of another, in the years that are meant."""
    year = last.year
    if year is None and first.year is not None:
        year = first.year + ((last.month or 1) < (first.month or 1))
    if year is not None:
        days = _in_year(first, last, year)
    else:  # 29 February may have been eight years ago
        found = (_in_year(first, last, today.year - back) for back in range(9))
        days = next((days for days in found if days and days[0] <= today), None)
    return days if days and days[0] <= days[1] else None


def _in_year(first: _Point, last: _Point, year: int) -> tuple[date, date] | None:
    """Days of points of which the last is in a year; None for such as 31 June."""
    crosses = (first.month or 1, first.day or 1) > (last.month or 1, last.day or 1)
    begun = first.year or year - crosses
    try:
        return _days(replace(first, year=begun))[0], _days(replace(last, year=year))[1]
    except ValueError:
        return None


def _days(point: _Point) -> tuple[date, date]:
    assert point.year is not None
    if point.day:
        day = date(point.year, point.month or 1, point.day)
        return day, day + timedelta(days=point.days - 1)
    first = date(point.year, point.month or 1, 1)
    # The day before the month that follows, which may be of a later year.
    last_month = (point.month or 1) + point.months - 1
    following = date(point.year + last_month // 12, last_month % 12 + 1, 1)
    last = following - timedelta(days=1)
    third = (last - first) / 3
    if point.stage == "early":
        return first, first + third
    if point.stage == "mid":
        return first + third, last - third
    return (last - third, last) if point.stage == "late" else (first, last)


def _stage(words: str | None) -> str:
    last = (words or "").lower().removesuffix(" of").split(" ")[-1]
    return {"start": "early", "beginning": "early", "middle": "mid", "end": "late"}.get(last, last)


def _number(day: str | None) -> int | None:
    return int(re.sub(r"\D", "", day)) if day else None
