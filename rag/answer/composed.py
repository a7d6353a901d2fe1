"""Reads the evidence, then answers in the form that the question asks for, or says what is missing.

Each composer takes the query, the evidence and what the reader found in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.answer import attribution, fact, latest, quotes, summary, timeline
from rag.answer.silence import nothing_answers
from rag.reader import Reader, Reading
from rag.reader.answerable import ANSWERED, of_years, probability, years_asked
from rag.reader.trained import packaged_reader
from rag.types import Draft, Evidence, Query

_READ = 10  # passages that are read; more take time and add few answers

Composer = Callable[[Query, Evidence, Sequence[Reading]], Draft]
# Forms that have an answer whether or not any words are "the" answer; they tell silence themselves.
_OF_THEIR_OWN: Mapping[str, Composer] = {
    "timeline": timeline.compose,
    "summary": summary.compose,
    "latest": latest.compose,
    "quotes": quotes.compose,
    "attribution": attribution.compose,
}
_COMPOSERS: Mapping[str, Composer] = {"fact": fact.compose}


class ReadingAnswerer:
    """The default answerer: a reader's findings, each sentence quoted and cited."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or packaged_reader()

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Answer in the query's form; where none does, a refusal that says what was sought."""
        if not evidence.passages and query.form not in _OF_THEIR_OWN:
            return Draft(refusal=nothing_answers(query, evidence))
        readings = self._reader.read(query.standalone, evidence.passages[:_READ])
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
