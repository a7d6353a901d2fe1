"""Units of figures that questions ask for: a sum of money, a share, an age, a distance."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONEY = (
    r"[$£€₹¥]|\b(?:dollars?|pounds?|euros?|yen|yuan|rupees?|rubles?|francs?|pesos?|cents?|USD)\b"
)
_TIME = (
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|aged?)\b|"
    r", \d\d,|\b(?:was|is|turned) \d{1,3}\b(?![.,:]\d|%)|\bsince\b|\buntil\b"
)
_AGE = (
    r"\b\w+[- ]years?[- ]olds?\b|\baged (?:\d|\w+ty|\w+teen)|\bage of \w|\bage \d|"
    r", \d{1,3}(?=[,.;]|$)|\bturn(?:ed|s) \d{1,3}\b(?!%)|"
    r"\b(?:was|is|were|at) \d{1,3}\b(?![.,:%]?\d|%| (?!when\b)[a-z])"
)
_FOR_LIFE = r"\blife (?:in prison|imprisonment|sentences?|terms?|behind bars)\b|\b(?:for|to) life\b"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of figures: its name, how it is asked for, and how a text gives it.

    ``plainly`` is how a text gives nothing else by; ``given`` is met by every way that is thought
    of, so that a question is not refused for a way of writing. ``in_words`` is how it is given
    without a figure.
    """

    name: str
    asks: re.Pattern[str]
    given: re.Pattern[str]
    plainly: re.Pattern[str]
    in_words: re.Pattern[str]


def _unit(
    name: str, asks: str, given: str, plainly: str | None = None, in_words: str = r"(?!)"
) -> Unit:
    ways = (asks, given, plainly or given, in_words)
    return Unit(name, *(re.compile(way, re.IGNORECASE) for way in ways))


_UNITS = (
    _unit(
        "a sum of money",
        r"\b(?:price|cost|fee|salary|wages?|revenue|budget|how much (?:money|cash)|"
        r"box office|how much\b.*\b(?:pay|paid|spen[dt]|earn(?:ed)?|fine[ds]?|worth))\b",
        _MONEY + r"|\b(?:million|billion|thousand)\b|\d,\d{3}",
    ),
    _unit(
        "a share",
        r"\b(?:what|which) (?:\w+ ){0,2}?(?:share|percentage|proportion|percent)\b",
        r"%|\bper ?cent|\b(?:half|third|quarter|fifth)s?\b|\bout of\b",
    ),
    _unit(
        "a score or margin",
        r"\b(?:score|margin)\b",
        r"\d+ ?(?:[-–:]|to) ?\d+|%|\bper ?cent|\bby \d",
    ),
    _unit(
        "a distance or size",
        r"\bhow (?:far (?:is|was|away|off|from)|tall|wide|high|deep)\b|\bdiameter\b|\bheight\b",
        r"\d[ -]?(?:k?m|cm|mm|ft|ly|AU)\b|\b(?:\w*met(?:er|re)s?|miles?|foot|feet|inch(?:es)?|"
        r"light[- ]years?|yards?|storeys?|stories)\b",
    ),
    _unit("an age", r"\bhow old\b|\b(?:what|which) age\b", _TIME, _AGE),
    _unit(
        "a length of time",
        r"\bhow long (?!ago)|"
        r"\bhow many (?:seconds|minutes|hours|days|weeks|months|years|decades)\b",
        f"{_TIME}|{_FOR_LIFE}",
        in_words=_FOR_LIFE,
    ),
)


def wanted_unit(question: str) -> Unit | None:
    """Read the unit that a question asks for a figure of; None where it names none."""
    return next((unit for unit in _UNITS if unit.asks.search(question)), None)
