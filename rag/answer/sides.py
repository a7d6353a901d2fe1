"""The sides that a question compares: two reports, two times, or two that its words name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.text.words import words
from index.types import Article
from rag.answer.lines import days_told
from rag.question.calendar import spoken_times
from rag.types import Evidence, Filters, Query

_COMPARATIVE = r"(?:more|less|fewer|worse|better|\w{2,}er)"
# "Is A bigger than B?", "Did A begin before B?", "worse in A or in B?", "A vs B"
_BEGINS = r"(?: (?:happen|take place|begin|start|come))?"
_PAIRS = (
    re.compile(
        rf"^\w+ (?P<first>.+?)(?: much| far| any)? {_COMPARATIVE}(?: [a-z]+){{0,3}}? than "
        r"(?P<last>[^?,]+)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:Did|Does|Do|Was|Were|Is|Are|Has|Have|Had) (?P<first>.+?){_BEGINS} "
        r"(?:before or after|after or before|before|after|earlier than|later than) "
        r"(?P<last>[^?,]+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?P<cue>in|at|by|for|from|with|to|of|on) (?P<first>[\w’' -]+?),? (?:or|and) (?P=cue) "
        r"(?P<last>[^?,]+)",
        re.IGNORECASE,
    ),
    re.compile(r"\bbetween (?P<first>[^?,]+?) and (?P<last>[^?,]+)", re.IGNORECASE),
    re.compile(r"(?P<first>[\w’' -]+?),? (?:vs\.?|versus) (?P<last>[\w’' -]+)", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sides: its name, the stems that name it, or the limits of its articles."""

    name: str
    stems: frozenset[str] = frozenset()
    limits: Filters | None = None

    def share(self, article: Article, text: str) -> float:
        """Share of the side's words that a text has, with the headline; 1 inside its limits."""
        if self.limits is not None:
            return float(_inside(article, self.limits))
        return len(self.stems & stems(f"{article.title} {text}")) / len(self.stems)


def stems(text: str) -> frozenset[str]:
    """Stems of the content words of a text."""
    return frozenset(word.stem for word in words(text) if word.content)


def sides_of(query: Query, evidence: Evidence) -> tuple[Side, Side] | None:
    """Tell the two sides of a question apart; None where it has not two."""
    reports = query.reports
    if not reports and query.filters.sources and not query.required.sources:
        days = query.filters.published_from, query.filters.published_to
        reports = tuple(Filters(*days, outlet) for outlet in query.filters.sources)
    if len(reports) == 2:
        first, last = (Side(_called(report), limits=report) for report in reports)
        return first, last
    names = _from_parts(query.parts) or _from_words(query.standalone)
    if names is None:
        return None
    times = [_time(name, query.asked or _newest(evidence)) for name in names]
    if all(times):
        first, last = (Side(n, limits=time) for n, time in zip(names, times, strict=True))
        return first, last
    left, right = (stems(name) for name in names)
    if not (left - right and right - left):
        return None
    return Side(names[0], left - right), Side(names[1], right - left)


def _called(report: Filters) -> str:
    said = [" or ".join(report.sources)] if report.sources else []
    first, last = report.published_from, report.published_to
    if first and last:
        said.append(days_told(first, last))
    return ", ".join(said)


def _newest(evidence: Evidence) -> str | None:
    return evidence.holdings.days()[1] if evidence.holdings else None


def _time(name: str, newest: str | None) -> Filters | None:
    """Read a side that is a time ("March", "the spring of 2025") as days of publication."""
    times = spoken_times(name, date.fromisoformat(newest)) if newest else []
    return Filters(times[0].first, times[0].last) if len(times) == 1 else None


def _from_parts(parts: Sequence[str]) -> tuple[str, str] | None:
    """Take what two parts of a question do not share: "the merger" and "the job cuts"."""
    if len(parts) != 2:
        return None
    left, right = (part.rstrip("?. ").split() for part in parts)
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return (" ".join(left), " ".join(right)) if left and right else None


def _from_words(question: str) -> tuple[str, str] | None:
    pair = next((found for one in _PAIRS if (found := one.search(question))), None)
    return (pair["first"].strip(), pair["last"].strip(" ?.")) if pair else None


def _inside(article: Article, limits: Filters) -> bool:
    outlets = {source.casefold() for source in limits.sources}
    if outlets and (article.source or "").casefold() not in outlets:
        return False
    first, last = limits.published_from, limits.published_to
    if not (first or last):
        return True
    return article.day is not None and (first or "") <= article.day <= (last or "9999")
