"""Sub-questions of a question with several parts."""

from __future__ import annotations

import re
from collections.abc import Collection

from rag.followups import NAME

_AND_ASKS = re.compile(
    r"(?:,| –|;)? (?:and|but) (?:then |also )?(?=(?:in |by |on |to |from |for |at |about )?"
    r"(?:who|whom|whose|what|when|where|which|why|how)\b)|\? (?=[A-Z])",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:first|more|less|both|which of|most|\w+er)\b", re.IGNORECASE)
_CHOICE = re.compile(
    r"(?:[:,] )(?P<first>[^,:?]+?)(?:, (?P<middle>[^,?]+))?,? or (?P<last>[^,?]+)", re.IGNORECASE
)
_PAIR = re.compile(
    r"\b(?P<cue>both|between|times|two|did|do|were|are|have|by) "
    r"(?P<first>(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*(?: [a-z]+)?) and "
    r"(?P<last>(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*)"
)


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
    pair = _PAIR.search(question)
    if pair and not any(outlet in pair[side] for outlet in outlets for side in ("first", "last")):
        start, end = question[: pair.start("first")], question[pair.end("last") :]
        return tuple(f"{start}{pair[side]}{end}" for side in ("first", "last"))
    halves = [half.strip(" ,;") for half in _AND_ASKS.split(question)]
    if len(halves) == 2 and all(_ASKS.search(half) and len(half.split()) > 2 for half in halves):
        names = [m[0] for m in NAME.finditer(halves[0]) if m.start() > 0]
        if names and not any(m.start() > 0 for m in NAME.finditer(halves[1])):
            halves[1] = f"{halves[1].rstrip('?')}? ({', '.join(names)})"
        return tuple(halves)
    return (question,)
