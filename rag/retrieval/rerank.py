"""Reranking of the best passages by a cross-encoder.

The score of a passage is then half the fused score and half the cross-encoder's, both in [0, 1]
("Pretrained Transformers for Text Ranking", Lin, Nogueira and Yates, 2021, section 3.2.2, has such
interpolations). What the cross-encoder did not read counts with 0 of its half and so stays behind
what stood before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.models.cross_encoder import Reranker
from rag.types import Passage

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
    found_by = {place: rank for rank, place in enumerate(by_model, start=1)}
    mixed = [
        (1 - _SHARE) * passage.score + _SHARE * (scores[place] if place < len(read) else 0.0)
        for place, passage in enumerate(passages)
    ]
    order = sorted(range(len(passages)), key=lambda place: -mixed[place])
    return [
        (place, _placed(passages[place], rank, mixed[place], found_by.get(place)))
        for rank, place in enumerate(order, start=1)
    ]


def _placed(passage: Passage, rank: int, score: float, by_model: int | None) -> Passage:
    found_by = dict(passage.found_by)
    if by_model is not None:
        found_by[RANKED_BY] = by_model
    return replace(passage, rank=rank, score=round(score, 6), found_by=found_by)
