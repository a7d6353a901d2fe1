"""Sub-questions of a question with several parts."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.text.words import MONTHS, WEEKDAYS
from rag.question.followups import NAME

_ASK = r"(?:who|whom|whose|what|when|where|which|why|how)\b"
_AND_ASKS = re.compile(
    r"(?:,| –|;)? (?:and|but) (?:then |also )?"
    rf"(?=(?:in |by |on |to |from |for |at |about )?{_ASK})|\? (?=[A-Z])",
    re.IGNORECASE,
)
_LISTED = re.compile(rf",? (?:and |or )?(?<=, )(?={_ASK})|,? (?:and|or) (?={_ASK})", re.IGNORECASE)
_ASKS = re.compile(rf"\b{_ASK}", re.IGNORECASE)
# Not any word in -er: "After the summer, did prices rise or fall?" compares nothing.
_COMPARES = re.compile(
    r"\b(?:first|more|less|fewer|both|which of|most|better|worse|further|\w+ier|\w+gher|"
    r"(?:bigg|larg|small|low|long|short|old|young|fast|slow|strong|weak|soon|lat|rich|poor|cheap|"
    r"farth|clos|near|hard|stiff|tall|deep|wid|great|warm|cold|hott|saf|hars?h|loud|bright)er)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"(?:[:,] )(?P<first>[^,:?]+?)(?:, (?P<middle>[^,?]+))?,? or (?P<last>[^,?]+)", re.IGNORECASE
)
_NAMED = r"(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*"
_NAMED_THING = rf"{_NAMED}(?: [a-z]+)?"
_PAIRS = (
    re.compile(
        r"\b(?P<cue>both|between|times|two|did|do|were|are|have|by) "
        rf"(?P<first>{_NAMED_THING}) and (?P<last>{_NAMED})"
    ),
    # The preposition again says that there are two: "to Notre-Dame and to the Louvre".
    re.compile(
        rf"\b(?P<cue>to|in|of|by|with|for|from|at|on) (?P<first>{_NAMED_THING}) and (?P=cue) "
        rf"(?P<last>{_NAMED_THING})"
    ),
    re.compile(
        rf"^(?P<cue>[Cc]ompare)\b.*? (?P<first>{_NAMED_THING}) (?:and|with|to|against) "
        rf"(?P<last>{_NAMED_THING})"
    ),
)
_DIFFERS = re.compile(
    rf"^[Hh]ow (?:do|does|did) (?P<first>{_NAMED}?)['’]s? (?P<matter>.+?) (?:differ|vary) "
    rf"from (?:(?:that|those|the \w+) of )?(?P<last>{_NAMED}?)(?:['’]s?)?(?P<end>[ ?].*|)$"
)
# What is asked to be before or after a day, or something that was spoken of, is one thing.
_IN_ORDER = re.compile(
    r"^(?:Did|Was|Were|Has|Had|Is) (?P<first>.+?) (?:happen |take place |begin |start )?"
    r"(?:before|after|earlier than|later than) (?P<last>(?:the |an? )?[^,?]*[A-Z][^,?]*)\??$"
)
_DAY = re.compile(rf"\b(?:{'|'.join(word.title() for word in MONTHS + WEEKDAYS)}|(?:19|20)\d\d)\b")


def split_parts(question: str, outlets: Collection[str] = ()) -> tuple[str, ...]:
    """Sub-questions of a question with several parts; the question alone where it has one.

    Each keeps the words that the parts share: "Which came first: A or B?" becomes
    "Which came first: A?" and "Which came first: B?". Two ``outlets``, as the question calls them,
    are no parts of it.
    """
    choice = _CHOICE.search(question)
    if choice and _COMPARES.search(question[: choice.start()]):
        sides = [side for side in (choice["first"], choice["middle"], choice["last"]) if side]
        start = question[: choice.start()].rstrip(" :,")
        return tuple(f"{start}: {side.strip()}?" for side in sides)
    pair = next((found for one in _PAIRS if (found := one.search(question))), None)
    if pair and any(_DAY.search(pair[side]) for side in ("first", "last")):
        pair = None  # "between March and May" is one time
    if pair and not any(outlet in pair[side] for outlet in outlets for side in ("first", "last")):
        start, end = question[: pair.start("first")], question[pair.end("last") :]
        return tuple(f"{start}{pair[side]}{end}" for side in ("first", "last"))
    return _compared(question, outlets) or _asked_one_by_one(question) or (question,)


def _compared(question: str, outlets: Collection[str]) -> tuple[str, ...]:
    """Two accounts that differ or two events in time, each by itself; () where there are none."""
    differs = _DIFFERS.search(question)
    if differs:
        sides = (re.sub(r"['’]s?$", "", differs[side]) for side in ("first", "last"))
        matter, end = differs["matter"], differs["end"].rstrip("?")
        return tuple(f"{side}’s {matter}{end}?" for side in sides)
    order = _IN_ORDER.search(question)
    if order and any(outlet in order[side] for outlet in outlets for side in ("first", "last")):
        return ()
    if order and NAME.search(order["first"]) and not _DAY.search(order["last"]):
        return f"{order['first']}?", f"{order['last'].strip()}?"
    return ()


def _asked_one_by_one(question: str) -> tuple[str, ...]:
    """Questions joined by "and", or in a list; () where there is one."""
    asked = [one.strip(" ,;") for one in _LISTED.split(question)]
    # A comma inside: "Smith, who was arrested, said" asks nothing of it.
    if len(asked) < 3 or any("," in one or not _ASKS.match(one) for one in asked):
        asked = [half.strip(" ,;") for half in _AND_ASKS.split(question)]
        if len(asked) != 2:
            return ()
    if not all(_ASKS.search(one) and len(one.split()) > 2 for one in asked):
        return ()
    # The capital of a first word names nothing.
    named = [[m[0] for m in NAME.finditer(one) if m.start() > 0] for one in asked]
    return tuple(
        f"{one.rstrip('?')}? ({', '.join(named[0])})"
        if number and named[0] and not named[number]
        else one
        for number, one in enumerate(asked)
    )
