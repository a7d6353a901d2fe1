"""Whether two rankings of the same questions differ by more than chance.

A paired randomization test, as Smucker, Allan and Carterette recommend it ("A Comparison of
Statistical Significance Tests for Information Retrieval Evaluation", CIKM 2007): if the rankings
were alike, each question's difference might as well bear the other sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from scipy.stats import permutation_test

LEVEL = 0.05
Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
Key = TypeVar("Key")
_RESAMPLES = 9_999
_SEED = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two rankings over the same questions.

    ``difference`` is the mean of the first minus that of the second; ``better`` and ``worse``
    count the questions on which the first is ahead or behind. ``p`` is two-sided, not corrected.
    """

    questions: int
    difference: float
    better: int
    worse: int
    p: float


def compare(first: Mapping[str, float], second: Mapping[str, float]) -> Difference:
    """Compare two rankings' scores by question id.

    Raises ValueError where the questions are not the same.
    """
    if first.keys() != second.keys():
        odd = sorted(first.keys() ^ second.keys())
        raise ValueError(f"only one of the rankings has a score of {odd[0]!r}; give both the same")
    apart = [first[question] - second[question] for question in first]
    return Difference(
        questions=len(apart),
        difference=sum(apart) / len(apart) if apart else 0.0,
        better=sum(gap > 0 for gap in apart),
        worse=sum(gap < 0 for gap in apart),
        p=_p_value(apart),
    )


def _p_value(apart: Sequence[float]) -> float:
    """Two-sided p of a mean of 0; exact up to 13 differences, by 9,999 random signs beyond."""
    # A tie has no sign to flip, and so no weight in the test.
    gaps = np.array([gap for gap in apart if gap], float)
    if gaps.size < 2:
        return 1.0
    found = permutation_test(
        (gaps,),
        lambda signed, axis: np.sum(signed, axis=axis),
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    )
    return float(min(1.0, found.pvalue))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference and its p-value, corrected for the other tests of the same table."""

    difference: Difference
    p: float

    @property
    def significant(self) -> bool:
        """Whether it is more than chance at the level of .05."""
        return self.p < LEVEL

    @property
    def mark(self) -> str:
        """Return ▲ for significantly better, ▼ for significantly worse, else a space."""
        if not self.significant:
            return " "
        return "▲" if self.difference.difference > 0 else "▼"


def against(
    scores: Scores, reference: str, measures: Sequence[str]
) -> dict[tuple[str, str], Comparison]:
    """Test each other ranking against the reference in each measure, corrected together.

    ``scores`` are by ranking, question id and measure; the result is by ranking and measure.
    """
    pairs: dict[tuple[str, str], Difference] = {}
    for ranking, measure in product(scores, measures):
        if ranking != reference:
            own, other = (
                {question: score[measure] for question, score in scores[name].items()}
                for name in (ranking, reference)
            )
            pairs[ranking, measure] = compare(own, other)
    return correct_together(pairs)


def correct_together(pairs: Mapping[Key, Difference]) -> dict[Key, Comparison]:
    """Correct the p-values of tests that were made together."""
    p_values = corrected([pair.p for pair in pairs.values()])
    return {key: Comparison(pairs[key], p) for key, p in zip(pairs, p_values, strict=True)}


def corrected(p_values: Sequence[float]) -> list[float]:
    """Correct p-values of tests that were made together, in their order (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def tests_json(tests: Mapping[tuple[str, str], Comparison]) -> dict[str, dict[str, object]]:
    """Give tests as what JSON can hold: by ranking, then by measure."""
    nested: dict[str, dict[str, object]] = {}
    for (ranking, measure), test in tests.items():
        own = {**asdict(test.difference), "p_corrected": test.p, "significant": test.significant}
        nested.setdefault(ranking, {})[measure] = own
    return nested
