"""Normalise dates of publication."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?\d", re.ASCII)


def normalise_date(value: str) -> str:
    """Write an ISO 8601 date as "YYYY-MM-DD", a date-time as "YYYY-MM-DDTHH:MM:SSZ" in UTC.

    A time without zone is taken as UTC; fractions of seconds are dropped. Raises ValueError
    for anything else.
    """
    value = value.strip()
    if _DAY.fullmatch(value):
        return date.fromisoformat(value).isoformat()
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is not None:
        moment = _in_utc(moment)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is out of range in UTC") from error
