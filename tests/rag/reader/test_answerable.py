"""Whether an archive answers: what the odds say, and what a year in the question rules out."""

import numpy as np
import pytest

from index.types import Article, Span
from rag.reader import Reading
from rag.reader.answerable import of_years, probability, years_asked
from rag.types import CandidateSentence, Evidence, Passage


def reading(text="The regatta was won by Lind.", published=None, odds=0.0):
    article = Article("a", "Regatta", text, published=published)
    passage = Passage(article, 0, len(text), text, 1.0, 1, {})
    return Reading(passage, (), odds)


def evidence(one, cosine=0.5):
    passage, text = one.passage, one.passage.text
    vector = np.array([cosine, (1 - cosine**2) ** 0.5], np.float32)
    sentence = CandidateSentence(passage, 0, len(text), 0, (Span(0, len(text)),), vector)
    return Evidence((passage,), (sentence,), np.array([1, 0], np.float32), {})


def test_the_better_the_odds_the_likelier_an_answer():
    bad, good = reading(odds=-3.0), reading(odds=3.0)
    low, high = probability([bad], evidence(bad)), probability([good], evidence(good))
    assert 0 < low < high < 1
    assert probability([good, good], evidence(good)) > high


def test_the_nearer_a_sentence_the_likelier_an_answer():
    one = reading(odds=1.0)
    assert probability([one], evidence(one, 0.2)) < probability([one], evidence(one, 0.8))


def test_nothing_that_was_read_answers_nothing():
    assert probability([], evidence(reading())) == 0.0


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("Who won the regatta of 2011?", {"2011"}),
        ("Who won in 2011 and 2012?", {"2011", "2012"}),
        ("Who paid 2,011 crowns?", set()),
        ("Who paid 2011.50?", set()),
        ("Who won?", set()),
    ],
)
def test_years_of_a_question(question, years):
    assert years_asked(question) == years


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (reading("The regatta of 2011 was won by Lind."), True),
        (reading(published="2011-06-16"), True),
        (reading(published="2012-01-03"), True),
        (reading(published="2021-06-16"), False),
        (reading("The regatta of 2021 was won by Lind.", "2021-06-16"), False),
        (reading(), False),
    ],
)
def test_another_years_winner_is_no_answer(one, kept):
    assert of_years([one], frozenset({"2011"})) == ([one] if kept else [])
