"""Significance: by hand where it can be counted, and against scipy's other tests."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_rel

from rag.evaluation.significance import compare, corrected


def scores(*values: float) -> dict[str, float]:
    return {f"q{number}": value for number, value in enumerate(values)}


def test_all_of_six_questions_better_is_two_in_sixty_four() -> None:
    found = compare(scores(1, 1, 1, 1, 1, 1, 1), scores(0, 0, 0, 0, 0, 0, 1))
    # Six differences of one size: only +++++ + and its mirror are as far apart, of 2 ** 6.
    assert found.p == pytest.approx(2 / 64)
    assert (found.questions, found.better, found.worse) == (7, 6, 0)
    assert found.difference == pytest.approx(6 / 7)


def test_hits_are_tested_as_the_sign_test_does() -> None:
    found = compare(scores(*[1] * 9, *[0] * 2, *[1] * 50), scores(*[0] * 9, *[1] * 2, *[1] * 50))
    assert (found.better, found.worse) == (9, 2)
    assert found.p == pytest.approx(binomtest(9, 11).pvalue)


def test_many_differences_come_near_to_the_t_test() -> None:
    chance = random.Random(3)
    first = [chance.random() for _ in range(300)]
    second = [value + chance.gauss(-0.02, 0.2) for value in first]
    found = compare(scores(*first), scores(*second))
    assert found.p == pytest.approx(ttest_rel(first, second).pvalue, abs=0.02)
    assert compare(scores(*first), scores(*second)) == found, "the same in every run"


@pytest.mark.parametrize("values", [(), (0.5,), (0.1, 0.2, 0.3)])
def test_what_does_not_differ_is_not_significant(values: tuple[float, ...]) -> None:
    found = compare(scores(*values), scores(*values))
    assert (found.p, found.difference, found.better, found.worse) == (1, 0, 0, 0)


def test_one_question_proves_nothing() -> None:
    assert compare(scores(1, 0), scores(0, 0)).p == 1


def test_other_questions_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match=r"only one of the rankings has a score of 'q1'"):
        compare(scores(1, 0), scores(1))


def test_correction_by_hand() -> None:
    # Holm: the smallest times 3, the next times 2, the last times 1, never falling.
    assert corrected([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert corrected([0.6, 0.7]) == [1.0, 1.0]
    assert corrected([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_correction_keeps_the_order_and_never_helps(p_values: list[float]) -> None:
    adjusted = corrected(p_values)
    assert all(own <= new <= 1 for own, new in zip(p_values, adjusted, strict=True))
    by_own = [new for _, new in sorted(zip(p_values, adjusted, strict=True))]
    assert by_own == sorted(by_own)
