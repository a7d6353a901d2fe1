"""Measures a trained reader on held-out questions, and fits how its odds become a probability."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from index.models.kept import model_folder
from index.models.span_reader import SpanReader
from index.settings import PACKAGED
from rag.training.reader_data import Context, Example, NearMisses, held_out

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """What a reader does on held-out questions.

    ``exact`` and ``f1`` are of the best span against people's, as in SQuAD; ``auc`` is the chance
    that a question with its passage gets higher odds than one with near misses alone. A passage
    answers with probability ``1 / (1 + exp(-(slope * odds + constant)))``; ``reliability`` are
    pairs of what such probabilities said and what held, a pair a fifth of the questions.
    """

    questions: int
    exact: float
    f1: float
    auc: float
    slope: float
    constant: float
    reliability: tuple[tuple[float, float], ...]

    def as_json(self) -> dict[str, object]:
        """Return the figures, rounded, as the card of the model has them."""
        rounded: dict[str, object] = {}
        for name, value in asdict(self).items():
            rounded[name] = round(value, 4) if isinstance(value, float) else value
        rounded["reliability"] = [[round(a, 3), round(b, 3)] for a, b in self.reliability]
        return rounded


def check(
    weights: Path, contexts: Sequence[Context], misses: NearMisses, questions: int = 3000
) -> ReaderFigures:
    """Read held-out questions, half of them with what does not answer, and measure."""
    folder = model_folder(PACKAGED)
    assert folder is not None
    reader = SpanReader(folder, weights)
    examples = list(held_out(contexts, misses, seed=5))
    Random(5).shuffle(examples)
    odds, answered, scores = [], [], []
    for example in islice(examples, questions):
        passages = [(candidate.heading, candidate.text) for candidate in example.candidates]
        readings = reader.read(example.question, passages)
        odds.append(float(np.logaddexp.reduce([reading.answers for reading in readings])))
        answered.append(example.answered)
        if example.answered:
            found = [
                (span.score, text[span.start : span.end])
                for (_, text), reading in zip(passages, readings, strict=True)
                for span in reading.spans[:1]
            ]
            text = max(found, default=(0.0, ""))[1]
            scores.append(short_scores(text, _answers(example)))
    x, y = np.array(odds), np.array(answered, dtype=float)
    slope, constant = logistic(x, y)
    return ReaderFigures(
        questions=len(odds),
        exact=float(np.mean([exact for exact, _ in scores])),
        f1=float(np.mean([f1 for _, f1 in scores])),
        auc=area(x[y > 0], x[y == 0]),
        slope=slope,
        constant=constant,
        reliability=_reliability(1 / (1 + np.exp(-(slope * x + constant))), y),
    )


def _answers(example: Example) -> list[str]:
    return [c.text[span.start : span.end] for c in example.candidates for span in c.spans]


def short_scores(text: str, answers: Sequence[str]) -> tuple[float, float]:
    """Exact match and word F1 of a short answer against the best of several, as in SQuAD."""
    got = _folded(text)
    best = (0.0, 0.0)
    for answer in answers:
        right = _folded(answer)
        shared = sum((Counter(got) & Counter(right)).values())
        f1 = 2 * shared / (len(got) + len(right)) if shared else 0.0
        best = max(best, (float(got == right), f1))
    return best


def _folded(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and constant of the logistic curve through (x, y), by Newton's method."""
    design = np.stack([x, np.ones_like(x)], axis=1)
    beta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        beta += np.linalg.solve(hessian, design.T @ (y - p))
    return float(beta[0]), float(beta[1])


def area(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Area under the ROC curve: the chance that a positive one is above a negative one."""
    ranks = np.concatenate([positive, negative]).argsort().argsort()[: len(positive)] + 1
    own = len(positive) * (len(positive) + 1) / 2
    return float((ranks.sum() - own) / (len(positive) * len(negative)))


def _reliability(p: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    parts = np.array_split(np.argsort(p), 5)
    return tuple((float(p[part].mean()), float(y[part].mean())) for part in parts)
