"""Which sentences go into the answer: good ones, that say different things, within the length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Span
from rag.answerers.features import Reading, share
from rag.answerers.junk import is_junk, leans_back
from rag.types import Passage

WORDS = 80  # an answer is read, not searched
WORDS_FOR_PARTS = 100
LONGEST = 90  # words of a sentence; some lists and unsplit tables are "sentences" of hundreds
SENTENCES_AT_MOST = 5
FIT_COUNTS = 2.0  # logits for a sentence that holds all words of a part that none held yet
REPEATING_COSTS = 1.0  # logits for saying again what a chosen sentence says
ENOUGH_WORDS = 30  # until then a lesser sentence is welcome, so that no answer is a lone lead-in
FAR_BELOW = 3.0  # logits under the best sentence: no longer to the point
NAMES_LACKED = 0.5  # share of the question's names that one article has and another does not
OTHER_MATTER = 3.0  # logits for an article that is about someone or something else


@dataclass(frozen=True, slots=True)
class Choice:
    """A run of sentences of one article to quote, with its length in words."""

    reading: Reading
    span: Span
    words: int

    @property
    def passage(self) -> Passage:
        """The passage that the sentence was found in."""
        return self.reading.candidate.passage

    @property
    def text(self) -> str:
        """The words of the span, white space folded."""
        return " ".join(self.passage.article.text[self.span.start : self.span.end].split())


def choose(
    parts: Sequence[Mapping[str, float]],
    readings: Sequence[Reading],
    scores: NDArray[np.float64],
) -> list[Choice]:
    """Take the sentences of the answer, best first; at least one where there is a candidate.

    ``parts`` are the words of each sub-question with their weights.

    Greedy: the next sentence is the best after what it repeats is taken off and what it adds to
    the question's covered words is put on (maximal marginal relevance, Carbonell and Goldstein
    1998, with coverage in place of a single similarity).
    """
    if not readings:
        return []
    stated = [i for i, r in enumerate(readings) if not is_junk(r.text)] or range(len(readings))
    left = [i for i in stated if len(readings[i].found) <= LONGEST] or list(stated)
    chosen: list[Choice] = []
    fits = np.array([[share(r.around, part) for part in parts] for r in readings])
    reached = np.zeros(len(parts))
    vectors = np.stack([r.candidate.vector for r in readings])
    nearest = np.zeros(len(readings))
    floor = float(scores.max()) - FAR_BELOW
    limit = WORDS if len(parts) == 1 else WORDS_FOR_PARTS
    used = 0
    while left and len(chosen) < SENTENCES_AT_MOST:
        more = np.maximum(0.0, fits - reached).sum(axis=1)
        gains = scores + FIT_COUNTS * more - REPEATING_COSTS * nearest
        best = max(left, key=gains.__getitem__)
        left.remove(best)
        if scores[best] < floor and used >= ENOUGH_WORDS:
            continue
        choice = _fitting(readings[best], chosen)
        if choice is None or (chosen and used + choice.words > limit):
            continue
        chosen.append(choice)
        used += choice.words
        reached = np.maximum(reached, fits[best])
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def of_other_matter(
    parts: Sequence[Mapping[str, float]], names: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logits to take off each sentence whose article lacks the names that another one has.

    ``names`` is the share of the question's names that a sentence's article has. "The bombing in
    Jolo" is not answered by another bombing. Articles on several parts share the names out.
    """
    lacks = names < names.max(initial=0.0) - NAMES_LACKED
    return OTHER_MATTER * lacks if len(parts) == 1 else np.zeros(len(names))


def _fitting(reading: Reading, chosen: Sequence[Choice]) -> Choice | None:
    """Extend the sentence, or leave it bare where what it leans on is there; None if all is."""
    for choice in (extend(reading), _bare(reading)):
        if not _overlaps(choice, chosen):
            return choice
    return None


def extend(reading: Reading) -> Choice:
    """Take the sentence, and the one before where it cannot be read without it."""
    candidate = reading.candidate
    if not candidate.position or not leans_back(reading.text):
        return _bare(reading)
    before = candidate.sentences[candidate.position - 1]
    text = candidate.passage.article.text
    inner = text[before.start : before.end]
    if is_junk(inner) or len(inner.split()) > WORDS // 2:
        return _bare(reading)
    length = len(text[before.start : candidate.end].split())
    return Choice(reading, Span(before.start, candidate.end), length)


def _bare(reading: Reading) -> Choice:
    candidate = reading.candidate
    return Choice(reading, Span(candidate.start, candidate.end), len(reading.text.split()))


def _overlaps(choice: Choice, chosen: Sequence[Choice]) -> bool:
    return any(
        other.passage.article.id == choice.passage.article.id
        and other.span.start < choice.span.end
        and choice.span.start < other.span.end
        for other in chosen
    )


def arrange(chosen: Sequence[Choice], by_day: bool) -> list[Choice]:
    """Put into reading order: articles by day or by their best sentence, then as they read."""
    rank: dict[str, int] = {}
    for choice in chosen:
        rank.setdefault(choice.passage.article.id, len(rank))

    def key(choice: Choice) -> tuple[str, int, int]:
        article = choice.passage.article
        day = (article.published or "") if by_day else ""
        return day, rank[article.id], choice.span.start

    return sorted(chosen, key=key)
