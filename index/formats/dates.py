"""Normalise dates of publication, in any usual form and zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index.formats.place import DateOrder

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

# Longer strings hold more than a date.
MAX_CHARS = 80

_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?\d", re.ASCII)
_EPOCH = re.compile(r"\d{10}(\d{3})?(\.\d{1,9})?", re.ASCII)
# As databases and archives of the web write it, to the second, the minute or the hour. Ten figures
# that are the hour of a day of these two centuries are none of the seconds from 2030 to 2036.
_COMPACT = re.compile(r"(?:19|20)\d{8}|\d{12}|\d{14}", re.ASCII)
_COMPACT_FORMS = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# A date of XML Schema may tell in which zone the day is; it is a day all the same.
_ZONED_DAY = re.compile(
    r"(\d{4}-\d\d-\d\d) ?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d|\+(?:0\d|1[0-4])[0-5]\d)", re.ASCII
)
_DASHED = re.compile(r"(\w{3,9},? )?(\d{1,2})-([a-z]{3,9})-(\d\d)(?!\d)(.*)", re.ASCII | re.I)
# Two figures of a year are told from those of a time by the time behind them (RFC 822, section 5).
_SHORT_YEAR = re.compile(
    r"((?:\w{3,9},? )?\d{1,2} [a-z]{3,9} )(\d\d)( \d{1,2}:\d\d.*)", re.ASCII | re.I
)
_NUMBERS = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?![\d/-])(.*)", re.ASCII | re.DOTALL)
# The zones are those that the parser for mail knows: it takes any other for UTC.
_RFC_5322 = re.compile(
    r"(\w{3},? )?\d{1,2} \w{3} \d{4} \d\d:\d\d(:\d\d)?"
    r"( ([+-]\d{4}|UTC?|GMT|[ECMP][SD]T|Z)( \(\w+\))?)?",
    re.ASCII,
)
_YEAR = re.compile(r"\d{4}")
_T = re.compile(r"(?<=\d)T(?=\d)")
_ORDERS: dict[str, tuple[int, int, int]] = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}

# American papers write ET for whichever of EST and EDT is on. IST is the time of India first, in
# which most newspapers by far appear, and of Israel and Ireland.
_ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
          "PT": "America/Los_Angeles", "IST": "Asia/Kolkata"}  # fmt: skip
_ZONE = re.compile(r"\b(ET|CT|MT|PT|IST)\b")
_PLACE = re.compile(r"(.*\d)[ \[]{1,2}([A-Z][A-Za-z_]+/[A-Za-z_/+-]+)\]?", re.ASCII)  # RFC 9557

# More of them hold more than a date, and dateparser tries each in two hundred languages.
_MAX_NUMBERS = _MAX_WORDS = 8
_NUMBER, _WORD = re.compile(r"\d+"), re.compile(r"[^\W\d]+")


class AmbiguousDateError(ValueError):
    """A date that is another day in another country, and no order was set."""


def normalise_date(value: str, order: DateOrder | None = None) -> str:
    """Write a date as "YYYY-MM-DD", a date-time as "YYYY-MM-DDTHH:MM:SSZ" in UTC.

    A time without zone is taken as UTC; fractions of seconds are dropped. Dates that depend on
    today ("yesterday") and months without a day are none. Raises AmbiguousDateError for dates
    like 03/04/2021 without an order, ValueError for what is not a date.
    """
    value = value.strip()
    if len(value) > MAX_CHARS:
        raise ValueError("too long for a date")
    found = _normalised(value, order)
    if isinstance(found, ValueError):
        raise type(found)(*found.args)
    return found


@lru_cache(maxsize=8192)
def _normalised(value: str, order: DateOrder | None) -> str | ValueError:
    """Keep what is no date too: a source that errs once errs always, and it takes 50 ms."""
    try:
        return _read(value, order)
    except AmbiguousDateError as error:
        return AmbiguousDateError(*error.args)
    except ValueError as error:
        return ValueError(str(error))


def _read(value: str, order: DateOrder | None) -> str:
    if _DAY.fullmatch(value):
        return date.fromisoformat(value).isoformat()
    if zoned := _ZONED_DAY.fullmatch(value):
        return date.fromisoformat(zoned.group(1)).isoformat()
    if _COMPACT.fullmatch(value):
        with suppress(ValueError):  # figures of something else
            return _written(datetime.strptime(value, _COMPACT_FORMS[len(value)]))
    if _EPOCH.fullmatch(value):
        return normalise_epoch(float(value) if "." in value else int(value))
    with suppress(ValueError):
        return _written(datetime.fromisoformat(value))
    try:
        return _other_forms(value, order)
    except OverflowError as error:
        raise ValueError("out of range") from error


def normalise_epoch(number: float) -> str:
    """Write seconds or milliseconds since 1970 as a date-time; ValueError outside 1973 to 2286."""
    seconds = number / 1000 if number >= 1e11 else number
    if not 1e8 <= seconds < 1e10:
        raise ValueError("no time since 1970 in seconds or milliseconds")
    return _written(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


def _written(moment: datetime) -> str:
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(f"{moment.isoformat()} is out of range in UTC") from error
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _other_forms(value: str, order: DateOrder | None) -> str:
    if place := _PLACE.fullmatch(value):
        # The place whose clocks show the time; an offset beside it says the same.
        try:
            moment = datetime.fromisoformat(place[1])
            return _written(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(place[2])))
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError("no zone of that name") from error
    if numbers := _NUMBERS.fullmatch(value):
        first, mark, second, third, rest = numbers.groups()
        day = _numeric_day((first, second, third), order or ("dmy" if mark == "." else None))
        rest = rest.strip(" ,").removeprefix("T")
        return _in_words(f"{day.isoformat()} {rest}") if rest else day.isoformat()
    if dashed := _DASHED.fullmatch(value):
        _, day_number, month, year, rest = dashed.groups()
        return _in_words(f"{day_number} {month} {_full_year(int(year))}{rest}")
    if short := _SHORT_YEAR.fullmatch(value):
        before, year, time = short.groups()
        value = f"{before}{_full_year(int(year))}{time}"
    if _RFC_5322.fullmatch(value):
        with suppress(ValueError, IndexError):
            return _written(parsedate_to_datetime(value))
    return _in_words(value)


def _numeric_day(parts: tuple[str, str, str], order: DateOrder | None) -> date:
    numbers = [int(part) for part in parts]
    if len(parts[0]) > 2:
        order = "ymd"
    elif len(parts[2]) > 2:
        first, second, _ = numbers
        if first > 12:
            order = "dmy"
        elif second > 12:
            order = "mdy"
        elif order in (None, "ymd"):
            order = "dmy" if first == second else None
    if order is None:
        raise AmbiguousDateError("the order of day, month and year is not known")
    year, month, day = (numbers[place] for place in _ORDERS[order])
    if len(parts[_ORDERS[order][0]]) <= 2:
        year = _full_year(year)
    return date(year, month, day)


def _full_year(year: int) -> int:
    """Complete two digits of a year as POSIX does: 69 is 1969, 68 is 2068."""
    return year + (1900 if year >= 69 else 2000)


def _in_words(value: str) -> str:
    if not _YEAR.search(value):
        raise ValueError("no year")
    value = _T.sub(" ", value)
    if len(_NUMBER.findall(value)) > _MAX_NUMBERS or len(_WORD.findall(value)) > _MAX_WORDS:
        raise ValueError("more than a date")
    zone = _ZONE.search(value)
    found = _dateparser().get_date_data(_ZONE.sub("", value))
    moment: datetime | None = found.date_obj
    if moment is None:
        raise ValueError("not a date")
    if found.period != "time":
        return moment.date().isoformat()
    return _written(moment.replace(tzinfo=ZoneInfo(_ZONES[zone.group()])) if zone else moment)


@lru_cache(maxsize=1)
def _dateparser() -> DateDataParser:
    from dateparser.date import DateDataParser

    # Nothing relative to today, and no memory of the dates before: a date reads the same always.
    return DateDataParser(
        try_previous_locales=False,
        settings={
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
            "RETURN_TIME_AS_PERIOD": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )
