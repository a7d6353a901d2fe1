"""Whether an archive answers a question at all, from the readings of the passages found for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from index.types import Article
from rag.reader import Reading

# Logits of "answered" from the readings' summed log odds: slope and constant, fitted on held-out
# questions of the training data with and without the passage that answers (rag/training/README).
SLOPE, CONSTANT = 1.0, 0.0
# An answer of fact is given from this probability on (docs/decisions/0009).
ANSWERED = 0.5
_YEAR = re.compile(r"(?<![\d.,-])(?:1[6-9]|20)\d\d(?![\d,]|\.\d)")
_TOLD_AFTER = timedelta(days=45)  # news of December is told in January, and the year not said


def probability(readings: Sequence[Reading]) -> float:
    """Probability that one of the passages answers, in [0, 1]."""
    if not readings:
        return 0.0
    odds = np.logaddexp.reduce([reading.answers for reading in readings])
    return float(1 / (1 + np.exp(-(SLOPE * odds + CONSTANT))))


def years_asked(question: str) -> frozenset[str]:
    """Years that a question names in figures."""
    return frozenset(_YEAR.findall(question))


def of_years(readings: Sequence[Reading], years: frozenset[str]) -> list[Reading]:
    """Keep the readings of passages that tell of one of the years: no other year's winner answers.

    Those that name it, and those published in it or just after it.
    """
    return [
        reading
        for reading in readings
        if years
        & frozenset(_YEAR.findall(f"{reading.passage.article.title} {reading.passage.text}"))
        or years & _published_in(reading.passage.article)
    ]


def _published_in(article: Article) -> frozenset[str]:
    if article.day is None:
        return frozenset()
    day = date.fromisoformat(article.day)
    return frozenset({str(day.year), str((day - _TOLD_AFTER).year)})
