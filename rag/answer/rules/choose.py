"""Which sentences go into the answer: good ones, that say different things, within the length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.sentences import trim
from index.types import Span
from rag.answer.context import runs
from rag.answer.rules.features import MatchedSentence, share
from rag.retrieval.fusion import TO_THE_POINT
from rag.types import Passage

WORDS = 80  # an answer is read, not searched
WORDS_FOR_PARTS = 100
LONGEST_RUN = 80  # words of a sentence with what it leans on
LONGEST = 90  # words of a sentence; some lists and unsplit tables are "sentences" of hundreds
SENTENCES_AT_MOST = 5
FIT_COUNTS = 2.0  # logits for a sentence that holds all words of a part that none held yet
REPEATING_COSTS = 1.0  # logits for saying again what a chosen sentence says
FAR_BELOW = 3.0  # logits under the best sentence: no longer to the point
BELOW_ELSEWHERE = 2.0  # … for a sentence of another article
NAMES_LACKED = 0.5  # share of the question's names that one article has and another does not
OTHER_MATTER = 3.0  # logits for an article that is about someone or something else
OUT_OF_ORDER = 3.0  # logits for the oldest where the newest is asked for, or the reverse
SUPERSEDED = 3.0  # logits for what a newer version has put in other words, or taken back


@dataclass(frozen=True, slots=True)
class Choice:
    """A run of sentences of one article to quote, with its length in words."""

    sentence: MatchedSentence
    span: Span
    words: int

    @property
    def passage(self) -> Passage:
        """The passage that the sentence was found in."""
        return self.sentence.candidate.passage

    @property
    def text(self) -> str:
        """The words of the span, white space folded."""
        return " ".join(self.passage.article.text[self.span.start : self.span.end].split())


def choose(
    parts: Sequence[Mapping[str, float]],
    sentences: Sequence[MatchedSentence],
    scores: NDArray[np.float64],
) -> list[Choice]:
    """Take the sentences of the answer, best first; at least one where there is a candidate.

    ``parts`` are the words of each sub-question with their weights.

    Greedy: the next sentence is the best after what it repeats is taken off and what it adds to
    the question's covered words is put on (maximal marginal relevance, Carbonell and Goldstein
    1998, with coverage in place of a single similarity).
    """
    if not sentences:
        return []
    candidates = stated(sentences)
    left = [i for i in candidates if len(sentences[i].found) <= LONGEST] or list(candidates)
    chosen: list[Choice] = []
    fits = np.array([[share(r.around, part) for part in parts] for r in sentences])
    reached = np.zeros(len(parts))
    vectors = np.stack([r.candidate.vector for r in sentences])
    nearest = np.zeros(len(sentences))
    floors = _floors(sentences, scores, left, alone=len(parts) == 1)
    limit = WORDS if len(parts) == 1 else WORDS_FOR_PARTS
    used = 0
    while left and len(chosen) < SENTENCES_AT_MOST:
        more = np.maximum(0.0, fits - reached).sum(axis=1)
        gains = scores + FIT_COUNTS * more - REPEATING_COSTS * nearest
        best = max(left, key=gains.__getitem__)
        left.remove(best)
        if chosen and scores[best] < floors[best]:
            continue
        choice = _fitting(sentences[best], chosen, limit - used)
        if choice is None:
            continue
        chosen.append(choice)
        used += choice.words
        reached = np.maximum(reached, fits[best])
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def stated(sentences: Sequence[MatchedSentence]) -> Sequence[int]:
    """List the sentences that state something, by index; all of them where none does."""
    return [i for i, r in enumerate(sentences) if not r.junk] or range(len(sentences))


def _floors(
    sentences: Sequence[MatchedSentence],
    scores: NDArray[np.float64],
    left: Sequence[int],
    alone: bool,
) -> NDArray[np.float64]:
    """Score from which each sentence may join the best one.

    Where one thing is asked (``alone``), the article of the best sentence is likely to answer it
    by itself: another's must come nearer to be more than filler.
    """
    best = sentences[max(left, key=scores.__getitem__)].candidate.passage.article.id
    elsewhere = np.array([r.candidate.passage.article.id != best for r in sentences])
    below = np.where(elsewhere & alone, BELOW_ELSEWHERE, FAR_BELOW)
    return float(scores[list(left)].max()) - below


def of_other_matter(
    parts: Sequence[Mapping[str, float]], names: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logits to take off each sentence whose article lacks the names that another one has.

    ``names`` is the share of the question's names that a sentence's article has. "The bombing in
    Jolo" is not answered by another bombing. Articles on several parts share the names out.
    """
    lacks = names < names.max(initial=0.0) - NAMES_LACKED
    return OTHER_MATTER * lacks if len(parts) == 1 else np.zeros(len(names))


def superseded(sentences: Sequence[MatchedSentence]) -> NDArray[np.float64]:
    """Logits to take off each sentence of an article that has a newer version.

    "Four people died" is what the archive said first. It is still quoted, and marked, where the
    newer version does not come near it.
    """
    older = [r.candidate.passage.superseded_by is not None for r in sentences]
    return SUPERSEDED * np.array(older, dtype=np.float64)


def out_of_order(sentences: Sequence[MatchedSentence], order: str | None) -> NDArray[np.float64]:
    """Logits to take off each sentence for what was published after its article, or before it.

    ``order`` is what the question asks for, "newest" or "oldest" first. Only articles that are to
    the point have a place in time; one without a date has the last.
    """
    passages = [r.candidate.passage for r in sentences]
    best = max((passage.score for passage in passages), default=0.0)
    days = {
        passage.article.id: moment.toordinal()
        for passage in passages
        if passage.score >= TO_THE_POINT * best and (moment := passage.article.published_at)
    }
    first, last = min(days.values(), default=0), max(days.values(), default=0)
    if order is None or first == last:
        return np.zeros(len(sentences))
    worst = first if order == "newest" else last
    goal = first + last - worst
    away = [abs(goal - days.get(passage.article.id, worst)) for passage in passages]
    return OUT_OF_ORDER * np.array(away, dtype=np.float64) / (last - first)


def _fitting(sentence: MatchedSentence, chosen: Sequence[Choice], room: int) -> Choice | None:
    """Take the sentence with what it leans on, but for what is quoted already; None without room.

    The first choice may be longer than the room.
    """
    choice = extend(sentence)
    fresh = choice and _fresh(choice, chosen)
    return fresh if fresh and (not chosen or fresh.words <= room) else None


def extend(sentence: MatchedSentence) -> Choice | None:
    """Take the sentence with as much of what it leans on as is readable; None if it must not be."""
    candidate = sentence.candidate
    text = candidate.passage.article.text
    for run in runs(candidate.passage.article, candidate.sentences, candidate.position):
        start, end = candidate.sentences[run[0]].start, candidate.sentences[run[-1]].end
        length = len(text[start:end].split())
        if run[0] == candidate.position or length <= LONGEST_RUN:
            return Choice(sentence, Span(start, end), length)
    return None


def _fresh(choice: Choice, chosen: Sequence[Choice]) -> Choice | None:
    """Cut off what is quoted already; None where the sentence itself is."""
    candidate = choice.sentence.candidate
    article = choice.passage.article
    start, end = choice.span.start, choice.span.end
    for other in chosen:
        if other.passage.article.id != article.id:
            continue
        if other.span.start < candidate.end and candidate.start < other.span.end:
            return None
        if other.span.start < candidate.start:
            start = max(start, other.span.end)
        else:
            end = min(end, other.span.start)
    span = trim(article.text, start, end)
    if span is None:
        return None
    return Choice(choice.sentence, span, len(article.text[span.start : span.end].split()))


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
