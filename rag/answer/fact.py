"""The answer to a question of fact: first the words that answer, then what adds to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from index.text.words import words
from index.types import Span
from rag.answer.context import is_junk
from rag.answer.lines import line_of, needs_before
from rag.answer.values import Answering, Group, figures, grouped
from rag.reader import Reading
from rag.types import CandidateSentence, Draft, Evidence, Line, Query, Value

MORE = 3  # sentences behind the first
_WORDS = 110  # of an answer, but for its first sentence
_NEAR = 6.0  # log odds below the best at which a sentence still adds something
_RIVAL = 1.2  # log odds below the best value at which another figure is said to differ
_UNIT_WITHIN = 24  # characters behind a figure in which its unit stands
_ALIKE = 0.6  # share of words: two sentences that say the same


def compose(query: Query, evidence: Evidence, readings: Sequence[Reading]) -> Draft:
    """Answer with the likeliest words, in the sentence that has them, and say who else does.

    A draft without lines where no sentence that can be quoted has any.
    """
    groups = grouped(readings)
    best = next(
        (
            (group, answer, sentence)
            for group in groups
            for answer in group.answers
            if (sentence := _sentence(evidence, answer)) is not None
        ),
        None,
    )
    if best is None:
        return Draft()
    group, answer, sentence = best
    first = line_of(sentence, Span(answer.span.start, answer.span.end))
    lines = [first, *_more(evidence, readings, sentence, first)]
    return Draft(tuple(lines), answer.text, tuple(_differing(evidence, groups, group)))


def _sentence(evidence: Evidence, answer: Answering) -> CandidateSentence | None:
    """Find the sentence that has the words, if it can be quoted."""
    article = answer.reading.passage.article
    for one in evidence.sentences:
        same = one.passage.article.id == article.id
        if same and one.start <= answer.span.start < one.end:
            return None if is_junk(one.text, article.language) else one
    return None


def _more(
    evidence: Evidence,
    readings: Sequence[Reading],
    chosen: CandidateSentence,
    first: Line,
) -> Iterator[Line]:
    """Yield the sentences that add to the first: what it leans on, then what else answers."""
    kept = [chosen.text]
    left = _WORDS
    if needs_before(chosen, first) and (before := _before(evidence, chosen)) is not None:
        kept.append(before.text)
        left -= len(before.text.split())
        yield line_of(before)
    count = len(kept) - 1
    current = chosen.passage.superseded_by is None
    for sentence in _by_score(evidence, readings):
        length = len(sentence.text.split())
        if count == MORE:
            return
        if current and sentence.passage.superseded_by is not None:
            continue
        if length > left or any(_alike(sentence.text, text) for text in kept):
            continue
        kept.append(sentence.text)
        left -= length
        count += 1
        yield line_of(sentence)


def _before(evidence: Evidence, sentence: CandidateSentence) -> CandidateSentence | None:
    return next(
        (
            one
            for one in evidence.sentences
            if one.passage.article.id == sentence.passage.article.id
            and one.position == sentence.position - 1
        ),
        None,
    )


def _by_score(evidence: Evidence, readings: Sequence[Reading]) -> list[CandidateSentence]:
    """Sentences by the odds that words of theirs answer, as long as they come near the best."""
    scores: dict[int, float] = {}
    for reading in readings:
        for span in reading.spans:
            for n, one in enumerate(evidence.sentences):
                same = one.passage.article.id == reading.passage.article.id
                if same and one.start <= span.start < one.end:
                    scores[n] = float(np.logaddexp(scores.get(n, -np.inf), span.score))
                    break
    if not scores:
        return []
    least = max(scores.values()) - _NEAR
    ranked = sorted((n for n in scores if scores[n] >= least), key=lambda n: -scores[n])
    sentences = [evidence.sentences[n] for n in ranked]
    return [one for one in sentences if not is_junk(one.text, one.passage.article.language)]


def _alike(one: str, other: str) -> bool:
    left, right = set(one.lower().split()), set(other.lower().split())
    return len(left & right) >= _ALIKE * min(len(left), len(right))


def _unit(answer: Answering) -> str:
    """Stem of what a figure counts: "150 seats" and "71 of them" count other things."""
    text = answer.reading.passage.article.text
    after = words(text[answer.span.start : answer.span.end + _UNIT_WITHIN])
    return next((one.stem for one in after if one.form.isalpha() and not figures(one.form)), "")


def _differing(evidence: Evidence, groups: Sequence[Group], chosen: Group) -> Iterator[Value]:
    """Yield each value of a figure on which articles differ, the chosen one first."""
    if not figures(chosen.best.text):
        return
    rivals = [
        group
        for group in groups
        if group.score >= chosen.score - _RIVAL
        and figures(group.best.text)
        and _unit(group.best) == _unit(chosen.best)
        and group.best.reading.passage.article.id
        not in {answer.reading.passage.article.id for answer in chosen.answers}
    ]
    for group in [chosen, *rivals] if rivals else ():
        sentence = _sentence(evidence, group.best)
        if sentence is not None:
            span = Span(group.best.span.start, group.best.span.end)
            yield Value(group.best.text, line_of(sentence, span))
