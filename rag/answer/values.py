"""Which answers are the same: figures by their size, names and words by what they have in common.

"seven", "7 people" and "at least seven" are one value; so are "Lloyd Austin" and "Austin, the US
defence secretary". Figures that differ are several.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.models.span_reader import ScoredSpan
from index.text.words import MONTHS, NUMBER_WORDS, words
from rag.reader import Reading

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_COUNTS = {word: float(n) for n, word in enumerate(NUMBER_WORDS)} | {
    word: float(10 * n) for n, word in enumerate(_TENS, start=2)
}
_TIMES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_TIMES |= {"m": 1e6, "mn": 1e6, "bn": 1e9, "dozen": 12.0}
_WORDS = "|".join(sorted((*_COUNTS, *_TIMES), key=len, reverse=True))
_PIECE = re.compile(
    r"(?P<digits>\d+(?:[,\u00a0 ]\d{3})*(?:\.\d+)?)|"
    rf"(?<![A-Za-z])(?P<word>(?i:{_WORDS}))(?![a-z])"
)
_ROUNDED = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|over|more)\b", re.I
)
_CLOSE = 0.05  # of the larger figure: where one is told as rounded


@dataclass(frozen=True, slots=True)
class Answering:
    """Words that answer, in the reading of their passage."""

    reading: Reading
    span: ScoredSpan

    @property
    def text(self) -> str:
        """The words."""
        return self.reading.passage.article.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Group:
    """Answers that are one value, the best first; ``score`` is of all of them together."""

    answers: tuple[Answering, ...]
    score: float

    @property
    def best(self) -> Answering:
        """The answer that the reader gives the best score."""
        return self.answers[0]


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[float, ...]:
    """Figures of a text in order, in digits or spelled: "3.2 million" is 3,200,000."""
    found: list[float] = []
    end = -2
    for match in _PIECE.finditer(text):
        beside = match.start() - end <= 1 and found
        end = match.end()
        word = (match["word"] or "").lower()
        if word in _TIMES:
            if beside:
                found[-1] *= _TIMES[word]
            elif len(word) > 2:
                found.append(_TIMES[word])
        elif word and beside and found[-1] >= 20 and _COUNTS[word] < 10:
            found[-1] += _COUNTS[word]  # "forty-two"
        else:
            digits = (match["digits"] or "").replace(",", "").replace(" ", "").replace("\u00a0", "")
            found.append(float(digits) if digits else _COUNTS[word])
    return tuple(found)


def same_value(one: str, other: str) -> bool:
    """Whether two answers to one question say the same."""
    left, right = figures(one), figures(other)
    if bool(left) != bool(right):
        return False
    if left:
        rounded = _ROUNDED.search(one) or _ROUNDED.search(other)
        near = _CLOSE if rounded else 1e-9
        months = _months(one), _months(other)
        fewer, more = sorted((left, right), key=len)
        if not all(months) and len(fewer) < len(more):
            return False  # "5" is not "5 to 9"; "2 March" is "2 March 2024"
        shared = all(any(math.isclose(a, b, rel_tol=near) for b in more) for a in fewer)
        return shared and (not all(months) or months[0] == months[1])
    mine, others = _stems(one), _stems(other)
    shorter, longer = sorted((mine, others), key=len)
    common = len(shorter & longer)
    return bool(shorter) and (shorter <= longer or 2 * common >= len(longer))


def _months(text: str) -> frozenset[str]:
    return frozenset(word.form for word in words(text)) & frozenset(MONTHS)


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    found = words(text)
    return frozenset(word.stem for word in found if word.content) or frozenset(
        word.stem for word in found
    )


def grouped(
    readings: Sequence[Reading],
    same: Callable[[str, str], bool] = same_value,
    most: int = 5,
) -> list[Group]:
    """Put the readings' answers together by value, the likeliest value first.

    Of each passage the best ``most`` spans count; several of one passage that are one value count
    once, with the best.
    """
    answers = [
        Answering(reading, span) for reading in readings for span in _apart(reading.spans, most)
    ]
    answers.sort(key=lambda answer: -answer.span.score)
    groups: list[list[Answering]] = []
    for answer in answers:
        home = next((group for group in groups if same(group[0].text, answer.text)), None)
        if home is None:
            groups.append([answer])
        else:
            home.append(answer)
    return sorted(
        (Group(tuple(group), _together(group)) for group in groups), key=lambda g: -g.score
    )


def _apart(spans: Sequence[ScoredSpan], most: int) -> list[ScoredSpan]:
    """Spans, best first, without those that overlap a better one."""
    kept: list[ScoredSpan] = []
    for span in spans:
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return kept[:most]


def _together(group: Sequence[Answering]) -> float:
    """Log of the summed odds of a group's answers, one a passage."""
    best: dict[tuple[str, int], float] = {}
    for answer in group:
        passage = answer.reading.passage
        key = (passage.article.id, passage.start)
        best[key] = max(best.get(key, -np.inf), answer.span.score)
    return float(np.logaddexp.reduce(list(best.values())))
