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
_SIZE = (
    r"\d[ -]?(?:k?m|cm|mm|ft|ly|AU)\b|\b(?:\w*met(?:er|re)s?|miles?|foot|feet|inch(?:es)?|"
    r"light[- ]years?|yards?|storeys?|stories)\b"
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


# Of what a noun is asked after: "what was the price", and no "did" between, which makes it a verb.
_WHAT = r"\b(?:what|which)(?:['’]s)? (?:(?:is|was|are|were) )?(?:(?!did|does|do|will)\w+ ){0,3}?"
_PAYS = r"(?:pay|paid|spen[dt]|earn(?:ed)?|fine[ds]?|cost|(?-i:worth))"
_UNITS = (
    _unit(
        "a sum of money",
        rf"{_WHAT}(?:price|cost|fee|salary|wages?|revenue|budget)\b|"
        r"\bwhat (?:did|does|do|will|would)\b[^,]*\bcost\b|\bhow much (?:money|cash)\b|"
        r"\bhow much\b.*\bbox office\b|"
        rf"\bhow much (?:did|do|does|will|would|is|was|are|were|has|have|had|must)\b.*\b{_PAYS}\b",
        _MONEY + r"|\b(?:million|billion|thousand)\b|\d,\d{3}",
    ),
    _unit(
        "a share",
        rf"{_WHAT}(?:share|percentage|proportion|percent)\b",
        r"%|\bper ?cent|\b(?:half|third|quarter|fifth)s?\b|\bout of\b",
    ),
    _unit(
        "a score or margin",
        rf"{_WHAT}(?:score|margin)\b|\bby (?:what|how (?:big|large|wide) a) margin\b",
        r"\d+ ?(?:[-–:]|to) ?\d+|%|\bper ?cent|\bby \d",
    ),
    # "How high" and "how deep" may be a price or a crisis: any figure will do, a size is nearer.
    _unit(
        "a distance or size",
        r"\bhow (?:far (?:is|was|away|off|from)|tall|wide|high|deep)\b|\bdiameter\b|\bheight\b",
        rf"\d|{_SIZE}",
        _SIZE,
    ),
    _unit("an age", r"\bhow old\b|\b(?:what|which) age\b", rf"{_TIME}|\b(?:1\d|20)\d\d\b", _AGE),
    _unit(
        "a length of time",
        r"\bhow long (?!ago)",
        f"{_TIME}|{_FOR_LIFE}|{_SIZE}",  # a tunnel is long too
        in_words=_FOR_LIFE,
    ),
)
_COUNTED_TIME = _unit(
    "a length of time",
    r"\bhow many (?:seconds|minutes|hours|days|weeks|months|years|decades)\b",
    f"{_TIME}|{_FOR_LIFE}",
    in_words=_FOR_LIFE,
)


def wanted_unit(question: str) -> Unit | None:
    """Read the unit that a question asks for a figure of; None where it names none.

    "How many goals did she score?" asks for goals, whatever comes after.
    """
    if _COUNTED_TIME.asks.search(question):
        return _COUNTED_TIME
    if re.search(r"\bhow many\b", question, re.IGNORECASE):
        return None
    return next((unit for unit in _UNITS if unit.asks.search(question)), None)
