"""Whether a sentence holds the kind of thing that is asked for: a person, a figure of some unit.

``holds`` checks the kind, ``wanted_unit`` reads of what a figure must be. All go by form alone:
digits, capitals, and closed lists of words (months, units, speech verbs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass

from index.text.words import NUMBER_WORDS, Word
from rag.question.speech import TELLS

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NUMBER = re.compile(
    rf"\d|\b(?:{'|'.join(NUMBER_WORDS[1:])}|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|twice|double|"
    r"no|none|zero|all|several|both)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b(?:(?:{_MONTHS})\b\.?\s+\d|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|"
    rf"(?:1[5-9]|20)\d\d\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    rf"(?:in|since|until|by|last|next|this)\s+(?:{_MONTHS})\b|"
    r"yesterday|today|tomorrow|tonight|last (?:week|month|year|night)|"
    r"(?:days?|weeks?|months?|years?|hours?) (?:ago|earlier|later|before|after)|"
    r"\d\d?(?::\d\d)? ?[ap]\.?m\b|centur(?:y|ies)\b|\d0s\b)",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|as a result|result(?:ed|ing) (?:in|from)|caus(?:e|ed|es|ing)|"
    r"led to|leads to|in order to|so that|since|therefore|after|blam(?:e|ed|ing)|citing|cited|"
    r"reasons?|thanks to|in response to|in protest|over (?:the|its|his|her|their|concerns)|"
    r"aim(?:ed|ing)? (?:at|to)|intended to|for fear|concern(?:s|ed)?|sparked|prompted|as|for|to)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(rf"[\"“”]|{TELLS}", re.IGNORECASE)
_CLAIM = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|responsib(?:le|ility)|blam(?:e|ed|es|ing)|accus(?:ed|es|ing)|"
    r"suspect(?:s|ed)?|conducted by|carried out by|behind the|attribut(?:ed|es)|believed to)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|off|across|outside|around|into|north|south|east|west)"
    r"\s+(?:the\s+)?(?:[a-z]+\s+)?[A-Z]"
)


def holds(kind: str, text: str, found: list[Word], asked: Set[str]) -> float:
    """How far a sentence holds the asked kind of thing: 0 (absent) to 1 (not the question's own).

    ``found`` are the sentence's words, ``asked`` the stems of the question: what the question
    itself names is no answer to it.
    """
    check = _CHECKS.get(kind)
    return 0.0 if check is None else check(text, found, asked)


def _number(text: str, found: list[Word], asked: Set[str]) -> float:
    fresh = [w for w in found if w.form[0].isdigit() and w.form not in asked]
    if any(len(w.form) != 4 or not w.form.startswith(("19", "20")) for w in fresh):
        return 1.0
    return 0.6 if any(_NUMBER.fullmatch(w.form) for w in found) else 0.0


def _person(text: str, found: list[Word], asked: Set[str]) -> float:
    """Two capitals in a row that the question does not name count in full, one counts half."""
    best = 0.0
    for index, word in enumerate(found):
        if not word.capital or not word.content or word.stem in asked:
            continue
        pair = index + 1 < len(found) and found[index + 1].capital
        adjacent = pair and found[index + 1].start - word.end <= 2
        best = max(best, 1.0 if adjacent else 0.5 if index else 0.2)
    return best


def _place(text: str, found: list[Word], asked: Set[str]) -> float:
    return max(1.0 if _PLACE.search(text) else 0.0, 0.5 * _person(text, found, asked))


def _reason(text: str, found: list[Word], asked: Set[str]) -> float:
    count = len(set(match.lower() for match in _REASON.findall(text)))
    return min(1.0, count / 3)


_CHECKS: dict[str, Callable[[str, list[Word], Set[str]], float]] = {
    "number": _number,
    "date": lambda text, found, asked: 1.0 if _DATE.search(text) else 0.0,
    "person": _person,
    "place": _place,
    "reason": _reason,
    "speaker": lambda text, found, asked: (
        _person(text, found, asked) if _SPEECH.search(text) else 0.0
    ),
    "claim": lambda text, found, asked: (
        1.0 if _CLAIM.search(text) else 0.5 if _SPEECH.search(text) else 0.0
    ),
}


# -- units of figures that questions ask for: a sum of money, a share, an age, a distance ---------

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
