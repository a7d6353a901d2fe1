"""Reads the evidence, then answers in the form that the question asks for, or says what is missing.

Each composer takes the query, the evidence and what the reader found in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.answer import (
    about,
    attribution,
    comparison,
    count,
    fact,
    latest,
    listing,
    quotes,
    summary,
    talk,
    timeline,
)
from rag.answer.silence import nothing_answers
from rag.reader import Reader, Reading
from rag.reader.answerable import ANSWERED, of_years, probability, weighed, years_asked
from rag.reader.trained import packaged_reader
from rag.types import Draft, Evidence, Query

Composer = Callable[[Query, Evidence, Sequence[Reading]], Draft]
# Forms that have an answer whether or not any words are "the" answer; they tell silence themselves.
_OF_THEIR_OWN: Mapping[str, Composer] = {
    "about": about.compose,
    "attribution": attribution.compose,
    "comparison": comparison.compose,
    "count": count.compose,
    "latest": latest.compose,
    "list": listing.compose,
    "quotes": quotes.compose,
    "summary": summary.compose,
    "talk": talk.compose,
    "timeline": timeline.compose,
}
# Of these, the ones for which no passage is read: they look through the archive, or at none of it.
_UNREAD = frozenset({"about", "count", "list", "talk"})
_COMPOSERS: Mapping[str, Composer] = {"fact": fact.compose}


class ReadingAnswerer:
    """The default answerer: a reader's findings, each sentence quoted and cited."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or packaged_reader()

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Answer in the query's form; where nothing answers, refuse and say what was searched."""
        if not evidence.passages and query.form not in _OF_THEIR_OWN:
            return Draft(refusal=nothing_answers(query, evidence))
        read = () if query.form in _UNREAD else evidence.passages
        readings = weighed(
            self._reader.read(query.standalone, read), evidence, oldest=query.order == "oldest"
        )
        years = years_asked(query.standalone)
        if years:
            readings = of_years(readings, years)
        draft = Draft()
        if query.form in _OF_THEIR_OWN:
            draft = _OF_THEIR_OWN[query.form](query, evidence, readings)
        # A comparison whose sides cannot be told apart is still a question.
        if draft == Draft() and probability(readings, evidence) >= ANSWERED:
            draft = _COMPOSERS.get(query.form, fact.compose)(query, evidence, readings)
        if draft.lines or draft.refusal or draft.remark:
            return draft
        return Draft(refusal=nothing_answers(query, evidence))
