"""Rankings of articles and their scores, computed by ir_measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures

from rag.types import Passage

# As the report names them, in its order.
MEASURES = {
    "hit@1": ir_measures.Success @ 1,
    "hit@5": ir_measures.Success @ 5,
    "recall@10": ir_measures.R @ 10,
    "MRR@10": ir_measures.RR @ 10,
    "nDCG@10": ir_measures.nDCG @ 10,
}
_NAMES = {measure: name for name, measure in MEASURES.items()}


@dataclass(frozen=True, slots=True)
class RankedArticles:
    """Articles in the order in which a search finds them, and the gold ones to find.

    Copies of a text are one article: it bears the id of a gold article where one is among them.
    """

    found: tuple[str, ...]
    gold: frozenset[str]

    @property
    def gold_rank(self) -> int | None:
        """Rank of the first gold article, counted from 1; None where none was found."""
        ranks = (rank for rank, article in enumerate(self.found, 1) if article in self.gold)
        return next(ranks, None)


def rank_articles(passages: Iterable[Passage], gold: Sequence[str]) -> RankedArticles:
    """Articles by their best passage, copies folded together.

    Two gold articles that a passage shows to be copies are one to find, not two.
    """
    wanted = dict.fromkeys(gold)
    found: dict[str, None] = {}
    for passage in passages:
        own = {passage.article.id, *(article.id for article in passage.also_in)}
        # One that was found already stays: it came first.
        hits = sorted(
            (article for article in wanted if article in own),
            key=lambda article: article not in found,
        )
        found.setdefault(hits[0] if hits else passage.article.id)
        for other in hits[1:]:
            if other not in found:
                del wanted[other]
    return RankedArticles(tuple(found), frozenset(wanted))


def score_rankings(rankings: Mapping[str, RankedArticles]) -> dict[str, dict[str, float]]:
    """Score every measure of each question's ranking, by question id.

    Questions without a gold article are left out; a question that found nothing scores 0.
    """
    judged = {question: ranked for question, ranked in rankings.items() if ranked.gold}
    relevant = {question: dict.fromkeys(ranked.gold, 1) for question, ranked in judged.items()}
    # Negative ranks as scores, since ir_measures orders by score and breaks ties by id.
    run = {
        question: {article: -float(rank) for rank, article in enumerate(ranked.found, 1)}
        for question, ranked in judged.items()
    }
    scores: dict[str, dict[str, float]] = {question: {} for question in judged}
    if judged:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), relevant, run):
            scores[metric.query_id][_NAMES[metric.measure]] = metric.value
    return scores
