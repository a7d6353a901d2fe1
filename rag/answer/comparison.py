"""Two sides of a question, each in a line of its own, and what figures or days show between them.

A relation is said only where the two lines show it: one figure each of what is asked about, or one
day each; else the days on which the articles came out, and then it says that these are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from index.text.words import words
from index.types import Span
from rag.answer.context import is_junk
from rag.answer.lines import line_of, origin
from rag.answer.sides import Side, sides_of, stems
from rag.answer.values import figures
from rag.question.calendar import spoken_times
from rag.question.speech import TELLS
from rag.reader import Reading
from rag.types import CandidateSentence, Draft, Evidence, Line, Query, Value

_OF_TIME = re.compile(
    r"\b(?:first|earlier|earliest|later|latest|before|after|sooner|older|oldest|newer)\b", re.I
)
_ASKS_LESS = re.compile(r"\b(?:less|fewer|later|smaller|lower|newer|latest|lowest|least)\b", re.I)
_WHICH = re.compile(r"\b(?:which|who|what)\b", re.I)
_UP = ("More", "Earlier", "Reported earlier")
_DOWN = ("Less", "Later", "Reported later")
_SPELLED = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|"
    "(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?"
)
_MEASURE = re.compile(
    rf"(?<![\w.,])(?P<figure>[$£€]?(?:\d[\d,]*(?:\.\d+)?|(?:{_SPELLED})\b)"
    r"(?: (?:hundred|thousand|million|billion|trillion)\b)?)(?P<percent> ?(?:%|per ?cent|pct))?"
    r"(?P<after>(?:[ -][^\W\d]+){0,3})",
    re.IGNORECASE,
)
# A figure beside these is another's, or was so before.
_OF_ANOTHER = re.compile(
    r"\b(?:replac\w+|earlier|previous\w*|instead|from|than|not|no longer|had been|correct\w+|"
    r"forecast\w*|expect\w*|target\w*|plan\w*|would|could|may|might)\b",
    re.IGNORECASE,
)
_SPOKE = re.compile(rf"{TELLS}[^,;.]{{0,40}}$", re.IGNORECASE)
_LEAST = 0.5  # of a side's words that a sentence must have, its headline included


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a side."""

    side: Side
    sentence: CandidateSentence
    line: Line


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Tell each side in a line, and before the first how they compare where that is shown.

    A draft without lines where not both sides are told of.
    """
    sides = sides_of(query, evidence)
    told = _both(query, evidence, readings, sides) if sides else None
    if told is None:
        return Draft()
    relation = _relation(query, *told)
    asks = bool(_WHICH.search(query.standalone))
    if asks and relation.startswith(_UP if _ASKS_LESS.search(query.standalone) else _DOWN):
        told = told[1], told[0]
        relation = _relation(query, *told)
    lines = [replace(one.line, lead=_lead(one)) for one in told]
    short = ""
    if relation:
        short = told[0].side.name if asks and relation.startswith(_UP + _DOWN) else relation
        lead = f"{relation}: {lines[0].lead}"
        at = lead.index(short)
        span = Span(at, at + len(short))
        lines[0] = replace(lines[0], lead=lead, short=span, short_of="lead")
    return Draft(tuple(lines), short, _differing(query, told, lines))


def _both(
    query: Query, evidence: Evidence, readings: Sequence[Reading], sides: tuple[Side, Side]
) -> tuple[_Told, _Told] | None:
    """Find the sentence that tells best of each side; None where one has none of its own."""
    scores = _reader_scores(evidence, readings)
    found: list[CandidateSentence] = []
    for side, other in (sides, sides[::-1]):
        ranked = [
            (rank, n)
            for n, one in enumerate(evidence.sentences)
            if (rank := _rank(query, evidence, one, side, other, scores.get(n, -np.inf)))
        ]
        if not ranked:
            return None
        found.append(evidence.sentences[max(ranked)[1]])
    if found[0] is found[1]:
        return None
    first, last = (_Told(side, one, line_of(one)) for side, one in zip(sides, found, strict=True))
    return first, last


def _rank(
    query: Query,
    evidence: Evidence,
    sentence: CandidateSentence,
    side: Side,
    other: Side,
    score: float,
) -> tuple[float, ...]:
    """How well a sentence tells of a side and not of the other; () where it does not.

    Of events in time the first article that names them counts, of figures a sentence with one.
    """
    article = sentence.passage.article
    here, headed = stems(sentence.text), stems(f"{article.title} {sentence.text}")
    matter = stems(query.standalone) - stems(side.name) - stems(other.name)
    in_time = bool(_OF_TIME.search(query.standalone))
    share = side.share(article, sentence.text)
    told_of = side.limits is not None or side.stems & here or in_time
    if share < _LEAST or not told_of or is_junk(sentence.text, article.language):
        return ()
    to_the_point = side.limits is not None or in_time or not matter
    if not to_the_point and len(matter & headed) < _LEAST * len(matter):
        return ()
    words_here = sum(len(some & here) / max(1, len(some)) for some in (side.stems, matter))
    near = float(sentence.vector @ evidence.query_vector) + 1 / (1 + np.exp(-score))
    own = words_here + near - (other.limits is None) * other.share(article, sentence.text)
    if in_time and side.limits is None:
        day = date.fromisoformat(article.day).toordinal() if article.day else 10**6
        return share, -day, own
    measured = any(_measures(sentence.text, stems(query.standalone)))
    return (own + measured - bool(_OF_ANOTHER.search(sentence.text)),)


def _reader_scores(evidence: Evidence, readings: Sequence[Reading]) -> dict[int, float]:
    """Best score that the reader gives to words of each sentence."""
    scores: dict[int, float] = {}
    for n, one in enumerate(evidence.sentences):
        for reading in readings:
            if reading.passage.article.id == one.passage.article.id:
                for span in reading.spans:
                    if one.start <= span.start < one.end:
                        scores[n] = max(scores.get(n, -np.inf), span.score)
    return scores


def _lead(told: _Told) -> str:
    """Name the side, its outlet and its day, none of them twice."""
    article, name = told.sentence.passage.article, told.side.name
    if told.side.limits is not None and told.side.limits.sources:
        return f"{origin(article) or name}:"
    return f"{name} ({origin(article)}):" if origin(article) else f"{name}:"


# -- what is shown between them ----------------------------------------------------------------


def _relation(query: Query, first: _Told, last: _Told) -> str:
    """Say how the first side stands to the last; "" where the lines do not show it."""
    if _OF_TIME.search(query.standalone):
        named = all(
            one.side.share(one.sentence.passage.article, one.sentence.text) == 1
            for one in (first, last)
        )
        return _in_time(first, last) if named else ""
    shown = _figures(query, first, last)
    if shown is None:
        return ""
    left, right = (figures(text)[0] for text in shown)
    if left == right:
        return "The same figure"
    return f"{'More' if left > right else 'Less'}, by {abs(left - right):,.10g}"


def _in_time(first: _Told, last: _Told) -> str:
    """Compare the days that the sentences tell, or else those on which they were published."""
    days = [_day(one) for one in (first, last)]
    reported = "" if all(days) else "Reported "
    if reported:
        days = [one.sentence.passage.article.day for one in (first, last)]
    left, right = days
    if left is None or right is None:
        return ""
    if left == right:
        return f"{reported}on the same day".capitalize()
    return f"{reported}{'earlier' if left < right else 'later'}".capitalize()


def _day(told: _Told) -> str | None:
    """Day on which a sentence says that something happened, if it tells one and no more.

    "The toll has risen, police said on Thursday" tells when police spoke.
    """
    published, text = told.sentence.passage.article.day, told.line.quoted
    if published is None:
        return None
    today = date.fromisoformat(published)
    days = {
        time.first
        for at, words_there in ((0, text), *told.line.notes)
        for time in spoken_times(words_there, today)
        if time.first == time.last
        if not _SPOKE.search(text[: at + time.start if words_there is text else at])
    }
    return days.pop().isoformat() if len(days) == 1 else None


def _figures(query: Query, first: _Told, last: _Told) -> tuple[str, str] | None:
    """Find the one figure that each line has of what is asked about, in the same unit."""
    asked = stems(query.standalone)
    if any(_OF_ANOTHER.search(one.line.quoted) for one in (first, last)):
        return None
    left, right = (dict(_measures(one.line.quoted, asked)) for one in (first, last))
    for unit in left.keys() & right.keys():
        several = [
            {figures(text) for one, text in _measures(told.line.quoted, asked) if one == unit}
            for told in (first, last)
        ]
        if all(len(values) == 1 for values in several):
            return left[unit], right[unit]
    return None


def _measures(text: str, asked: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield units and figures of a text: percent, or a thing that the question has the word for."""
    for match in _MEASURE.finditer(text):
        if not figures(match["figure"]):
            continue
        after = (word.stem for word in words(match["after"]))
        unit = "%" if match["percent"] else next((stem for stem in after if stem in asked), "")
        if unit:
            yield unit, match["figure"]


def _differing(query: Query, told: Sequence[_Told], lines: Sequence[Line]) -> tuple[Value, ...]:
    """Two figures on which two reports disagree; none where the sides are two different things."""
    shown = _figures(query, told[0], told[1])
    outlets = all(one.side.limits is not None and one.side.limits.sources for one in told)
    if not shown or not outlets or figures(shown[0]) == figures(shown[1]):
        return ()
    return tuple(Value(text, line) for text, line in zip(shown, lines, strict=True))
