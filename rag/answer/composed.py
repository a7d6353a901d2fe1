"""Reads the evidence, then answers in the form that the question asks for, or says what is missing.

Each composer takes the query, the evidence and what the reader found in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rag.answer import fact
from rag.answer.silence import nothing_answers
from rag.reader import Reader, Reading
from rag.reader.answerable import of_years, probability, years_asked
from rag.reader.trained import packaged_reader
from rag.types import Draft, Evidence, Query

# A fact answer is given from this probability on (docs/decisions/0009).
ANSWERED = 0.5
_OUTSIDE = 1.5  # log odds: what a reading of the question's limits counts against the reader

Composer = Callable[[Query, Evidence, Sequence[Reading]], Draft]
# Forms that have an answer whether or not any words are "the" answer; they tell silence themselves.
_OF_THEIR_OWN: Mapping[str, Composer] = {}
_COMPOSERS: Mapping[str, Composer] = {"fact": fact.compose}


class ReadingAnswerer:
    """The default answerer: a reader's findings, each sentence quoted and cited."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or packaged_reader()

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Answer in the query's form; where nothing answers, refuse and say what was searched."""
        if not evidence.passages and query.form not in _OF_THEIR_OWN:
            return Draft(refusal=nothing_answers(query, evidence))
        readings = self._reader.read(query.standalone, evidence.passages)
        readings = [_weighed(reading) for reading in readings]
        years = years_asked(query.standalone)
        if years:
            readings = of_years(readings, years)
        if query.form in _OF_THEIR_OWN:
            draft = _OF_THEIR_OWN[query.form](query, evidence, readings)
        elif probability(readings) < ANSWERED:
            draft = Draft()
        else:
            draft = _COMPOSERS.get(query.form, fact.compose)(query, evidence, readings)
        if draft.lines or draft.refusal:
            return draft
        return Draft(refusal=nothing_answers(query, evidence))


def _weighed(reading: Reading) -> Reading:
    """Take something off where a passage is outside the limits read from the question's words."""
    if not reading.passage.outside:
        return reading
    spans = tuple(span._replace(score=span.score - _OUTSIDE) for span in reading.spans)
    return replace(reading, spans=spans, answers=reading.answers - _OUTSIDE)
