"""Which readings answer, and whether any do: what the reader says with what the search knows.

The reader knows whether words fit the question, and the search what a passage is about: an answer
needs both.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from index.types import Article
from rag.reader import Reading
from rag.retrieval.fusion import TO_THE_POINT
from rag.types import Evidence, Passage

# Log odds that a span gains by how near the search found its passage (times the logarithm of its
# score, as a share of the best one's) and its sentence (times the cosine). Chosen on the even half
# of wikinews (docs/decisions/0011): anything from half to twice of these does about as well.
_PASSAGE, _SENTENCE = 2.0, 6.0
_SUPERSEDED = 2.0  # that it loses in an older version of what is told anew
_LATER = 4.0  # that it loses in a later report where the first one is asked for
# Logit that the archive answers: the readings' summed log odds, the cosine of the nearest sentence.
# Fitted on the even halves of three sets, with the articles that answer and with them left out.
_ODDS, _NEAREST, _CONSTANT = 0.65, 9.7, -6.3
# An answer of fact is given from this probability on: where one in twenty answerable is refused.
ANSWERED = 0.2
_YEAR = re.compile(r"(?<![\d.,-])(?:1[6-9]|20)\d\d(?![\d,]|\.\d)")
_TOLD_AFTER = timedelta(days=45)  # news of December is told in January, and the year not said


def probability(readings: Sequence[Reading], evidence: Evidence) -> float:
    """Probability that one of the passages answers, in [0, 1]."""
    if not readings:
        return 0.0
    odds = float(np.logaddexp.reduce([reading.answers for reading in readings]))
    read = {reading.passage.article.id for reading in readings}
    nearest = max(
        (
            float(one.vector @ evidence.query_vector)
            for one in evidence.sentences
            if one.passage.article.id in read
        ),
        default=0.0,
    )
    return float(1 / (1 + np.exp(-(_ODDS * odds + _NEAREST * nearest + _CONSTANT))))


def weighed(
    readings: Sequence[Reading], evidence: Evidence, *, oldest: bool = False
) -> list[Reading]:
    """Add to each span's score what the search says of its passage and its sentence.

    An older version counts for less; where the ``oldest`` reports are asked for, later ones do.
    ``answers`` stays as it was read.
    """
    cosines: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for one in evidence.sentences:
        cosine = float(one.vector @ evidence.query_vector)
        cosines[one.passage.article.id].append((one.start, one.end, cosine))
    best = max((passage.score for passage in evidence.passages), default=0.0) or 1.0
    first = min(
        (
            passage.article.day
            for passage in evidence.passages
            if passage.article.day and passage.score >= TO_THE_POINT * best
        ),
        default=None,
    )

    def gain(passage: Passage, at: int) -> float:
        about = _PASSAGE * math.log(max(passage.score / best, 1e-3))
        if oldest and passage.article.day != first:
            about -= _LATER
        elif not oldest and passage.superseded_by is not None:
            about -= _SUPERSEDED
        found = (c for start, end, c in cosines[passage.article.id] if start <= at < end)
        return about + _SENTENCE * next(found, 0.0)

    def with_gain(reading: Reading) -> Reading:
        spans = (s._replace(score=s.score + gain(reading.passage, s.start)) for s in reading.spans)
        ordered = tuple(sorted(spans, key=lambda span: -span.score))
        return replace(reading, spans=ordered)

    return [with_gain(reading) for reading in readings]


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
