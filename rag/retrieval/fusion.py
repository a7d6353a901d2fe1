"""Scores: rankings fused into one, leant to times, and mixed with a cross-encoder's.

What the fused score means stands in ``rag.retrieval.retriever``. Where a cross-encoder reads the
best passages, the score is half the fused one and half the cross-encoder's, both in [0, 1]
("Pretrained Transformers for Text Ranking", Lin, Nogueira and Yates, 2021, section 3.2.2, has such
interpolations). What it did not read counts with 0 of its half and so stays behind what stood
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from math import exp

from index.models.cross_encoder import Reranker
from rag.types import Passage

# Shares of the score. Fitted on one half of three sets and measured on the other: decision 0002.
_SHARES: Mapping[str, float] = {"words": 0.5, "vectors": 0.2, "sentences": 0.3}
_PART_SHARE = 0.9
_DOUBT = 0.2  # of a report's scores, where its second article is as good as its best
_OUTSIDE_SHARE = 0.5
_ORDER_SHARE = 0.15  # of the score, where the newest or the oldest is asked for
TO_THE_POINT = 0.8  # of the best score: only among such passages does their order in time count
_TIME_SHARE = 0.1  # of the score, where a question leans to a time
_FADES = 30.0  # days in which nearness in time falls to 1/e


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with its score in [0, 1] and its 1-based rank in each ranking that found it."""

    chunk_id: str
    score: float
    found_by: Mapping[str, int]

    @property
    def article_id(self) -> str:
        """Id of the article that the chunk is of."""
        return article_of(self.chunk_id)


def article_of(chunk_id: str) -> str:
    """Id of the article that a chunk is of, by the chunk's own."""
    return chunk_id.rpartition(":")[0]


def fuse(rankings: Mapping[str, Sequence[tuple[str, float]]]) -> list[Hit]:
    """Fuse rankings ("words", "vectors", "sentences"), best first; ties in the order of ids.

    Each is a list of (chunk id, score), best first; an empty one takes no part. A chunk that a
    ranking of vectors does not hold is taken to be as far as the farthest that it holds.
    """
    rankings = {name: ranking for name, ranking in rankings.items() if ranking}
    total = sum(_SHARES[name] for name in rankings)
    scores: dict[str, float] = {}
    ranks: dict[str, dict[str, int]] = {}
    for chunk_id in chain.from_iterable([c for c, _ in ranking] for ranking in rankings.values()):
        scores[chunk_id] = 0.0
    for name, ranking in rankings.items():
        share = _SHARES[name] / total
        best = max(ranking[0][1], 1e-6)
        own = dict(ranking)
        absent = 0.0 if name == "words" else ranking[-1][1]
        for chunk_id in scores:
            relative = own.get(chunk_id, absent) / best
            scores[chunk_id] += share * min(1.0, max(0.0, relative))
        for rank, (chunk_id, _) in enumerate(ranking, start=1):
            ranks.setdefault(chunk_id, {})[name] = rank
    return in_order(Hit(c, round(score, 6), ranks[c]) for c, score in scores.items())


def with_parts(whole: list[Hit], parts: Iterable[list[Hit]]) -> list[Hit]:
    """Chunks of a question and of its parts, each with its best score.

    What only one part of a question is about comes up by that part. A part is less sure than the
    whole, which has all the names, so its scores count for a little less.
    """
    return _best_of([whole, *(scaled(part, _PART_SHARE) for part in parts)])


def with_reports(whole: list[Hit], reports: Iterable[list[Hit]]) -> list[Hit]:
    """Chunks of a question and of each report it speaks of, each with its best score.

    Here the whole counts for less: what is nearest within a report is what is spoken of. The best
    of each report has much the same score, being measured by itself, so that comes first of which
    it is surest that it is the one: the best that is farthest ahead of the next article.
    """
    return _best_of([scaled(_by_lead(whole), _PART_SHARE), *(_by_lead(one) for one in reports)])


def _by_lead(hits: list[Hit]) -> list[Hit]:
    """Scale hits down the more, the nearer the second article comes to the best."""
    if not hits:
        return hits
    best = hits[0]
    second = next((hit.score for hit in hits if hit.article_id != best.article_id), 0.0)
    return scaled(hits, 1 - _DOUBT * second / max(best.score, 1e-6))


def with_outside(inside: list[Hit], everywhere: list[Hit]) -> list[Hit]:
    """Hits inside limits that were read from the question, then the others at half their score."""
    known = {hit.chunk_id for hit in inside}
    others = [hit for hit in everywhere if hit.chunk_id not in known]
    return in_order([*inside, *scaled(others, _OUTSIDE_SHARE)])


def scaled(hits: Iterable[Hit], share: float) -> list[Hit]:
    """Give the same hits with a share of their score."""
    return [replace(hit, score=round(share * hit.score, 6)) for hit in hits]


def _best_of(rankings: Iterable[list[Hit]]) -> list[Hit]:
    best: dict[str, Hit] = {}
    for hit in chain.from_iterable(rankings):
        known = best.get(hit.chunk_id)
        if known is None or known.score < hit.score:
            best[hit.chunk_id] = hit
    return in_order(best.values())


def lean(hits: list[Hit], days: Mapping[str, str | None], near: tuple[str, str]) -> list[Hit]:
    """Prefer mildly what was published within the days of ``near``, or not long before or after.

    ``days`` maps chunk ids to dates of publication; what has none counts as far away.
    """
    first, last = date.fromisoformat(near[0]), date.fromisoformat(near[1])
    leant = []
    for hit in hits:
        closeness = 0.0
        published = days.get(hit.chunk_id)
        if published is not None:
            day = date.fromisoformat(published[:10])
            closeness = exp(-max(0, (first - day).days, (day - last).days) / _FADES)
        score = (1 - _TIME_SHARE) * hit.score + _TIME_SHARE * closeness
        leant.append(replace(hit, score=round(score, 6)))
    return in_order(leant)


def by_time(hits: list[Hit], days: Mapping[str, str | None], newest: bool) -> list[Hit]:
    """Prefer, among the hits that are to the point, the newest or the oldest of them.

    ``days`` maps chunk ids to dates of publication. Far from the point nothing is preferred: the
    newest article of an archive is seldom about what was asked.
    """
    best = hits[0].score if hits else 0.0
    near = {
        hit.chunk_id: date.fromisoformat(day[:10]).toordinal()
        for hit in hits
        if hit.score >= TO_THE_POINT * best and (day := days.get(hit.chunk_id))
    }
    first, last = min(near.values(), default=0), max(near.values(), default=0)
    if first == last:
        return hits
    ordered = []
    for hit in hits:
        share = (near.get(hit.chunk_id, first if newest else last) - first) / (last - first)
        place = share if newest else 1.0 - share
        score = (1 - _ORDER_SHARE) * hit.score + _ORDER_SHARE * place
        ordered.append(replace(hit, score=round(score, 6)))
    return in_order(ordered)


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Best first; equal scores in the order of their ids."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))


# Reranking of the best passages by a cross-encoder.

DEPTH = 30  # passages that are read: each costs as much as embedding one
RANKED_BY = "cross-encoder"
_SHARE = 0.5


def rerank(
    reranker: Reranker, question: str, passages: Sequence[Passage]
) -> list[tuple[int, Passage]]:
    """Put passages, best first by the fused score, into the order of both scores.

    Returns each passage with its place before, counted from 0. Equal scores keep their order.
    """
    read = passages[:DEPTH]
    # The headline as when a chunk is embedded: a passage may name nobody.
    scores = reranker.scores(question, [f"{p.article.title}\n{p.text}" for p in read])
    by_model = sorted(range(len(read)), key=lambda place: -scores[place])
    ranks = {place: {RANKED_BY: rank} for rank, place in enumerate(by_model, start=1)}
    mixed = [
        (1 - _SHARE) * passage.score + _SHARE * (scores[place] if place < len(read) else 0.0)
        for place, passage in enumerate(passages)
    ]
    order = sorted(range(len(passages)), key=lambda place: -mixed[place])
    reranked = []
    for rank, place in enumerate(order, start=1):
        found_by = {**passages[place].found_by, **ranks.get(place, {})}
        score = round(mixed[place], 6)
        passage = replace(passages[place], rank=rank, score=score, found_by=found_by)
        reranked.append((place, passage))
    return reranked
