"""Times counted from an event: "two days after the attack on Ain al-Asad".

When the event was, the archive tells: the earliest of the articles that are most about it. That can
be another event of the kind, so the days are leant to and never a limit.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Protocol

from rag.question.times import NUMBER_WORDS, Days, Times

_NUMBERS = NUMBER_WORDS | {"a": 1, "an": 1, "the": 1, "a few": 3, "several": 3, "a couple of": 2}
_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_COUNTED = re.compile(
    rf"\b(?P<count>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}|\d{{1,3}}) "
    rf"(?P<unit>{'|'.join(_UNITS)})s? (?P<way>after|before|following|prior to) "
    r"(?P<event>(?!that|this|it\b|he\b|she\b|they\b)[^,;:?.]+)",
    re.IGNORECASE,
)
_LEAST = 2  # words that an event must be named by
_SLACK = 0.25  # of what is counted: "a month after" is no day
_TOLD = timedelta(days=7)


class Events(Protocol):
    """What an archive can say of events."""

    def day_of(self, event: str) -> str | None:
        """Day on which an event is first told of, "YYYY-MM-DD"; None where it is not."""
        ...


def near_event(question: str, events: Events) -> Times:
    """Read the days that a question counts from an event that it names, and lean to them."""
    counted = _COUNTED.search(question)
    if counted is None or len(counted["event"].split()) < _LEAST:
        return Times()
    told = events.day_of(counted["event"])
    if told is None:
        return Times()
    written = counted["count"].lower()
    days = (_NUMBERS.get(written) or int(written)) * _UNITS[counted["unit"].lower()]
    later = counted["way"].lower() in ("after", "following")
    try:
        meant = date.fromisoformat(told) + timedelta(days=days if later else -days)
        slack = timedelta(days=1 + int(_SLACK * days))
        near: Days = ((meant - slack).isoformat(), (meant + slack + _TOLD).isoformat())
    except OverflowError:
        return Times()
    event = counted["event"].strip()
    return Times(near=near, why=f"“{event}” is first told of on {told}")
