"""Whether a sentence holds the kind of thing that is asked for.

Each check looks at form alone: digits, capitals, and closed lists of words (months, units,
speech verbs), and returns a number between 0 (absent) and 1 (present, and not the question's own).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from index.text.words import Word
from rag.question.speech import TELLS

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
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
    """How far a sentence holds the asked kind of thing, 0 to 1.

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


def _date(text: str, found: list[Word], asked: Set[str]) -> float:
    return 1.0 if _DATE.search(text) else 0.0


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


def _speaker(text: str, found: list[Word], asked: Set[str]) -> float:
    return _person(text, found, asked) if _SPEECH.search(text) else 0.0


def _claim(text: str, found: list[Word], asked: Set[str]) -> float:
    if _CLAIM.search(text):
        return 1.0
    return 0.5 if _SPEECH.search(text) else 0.0


_CHECKS: dict[str, Callable[[str, list[Word], Set[str]], float]] = {
    "number": _number,
    "date": _date,
    "person": _person,
    "place": _place,
    "reason": _reason,
    "speaker": _speaker,
    "claim": _claim,
}
