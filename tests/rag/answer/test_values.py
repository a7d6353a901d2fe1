"""Which answers are one value, and which figures a text has."""

import pytest

from index.models.span_reader import ScoredSpan
from index.types import Article
from rag.answer.values import figures, grouped, same_value
from rag.reader import Reading
from rag.types import Passage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("seven", (7,)),
        ("7 people", (7,)),
        ("forty-two", (42,)),
        ("two hundred", (200,)),
        ("3.2 million crowns", (3_200_000,)),
        ("14,000", (14_000,)),
        ("$340m", (340_000_000,)),
        ("between 5 and 9", (5, 9)),
        ("a dozen", (12,)),
        ("nobody", ()),
        ("Seventh", ()),
        ("often", ()),
    ],
)
def test_figures_are_read_in_digits_and_in_words(text, found):
    assert figures(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("seven", "7 people"),
        ("at least seven", "seven"),
        ("about 5,000", "5,100"),
        ("Lloyd Austin", "Austin"),
        ("the blocked valve", "a blocked valve"),
        ("2 March 2024", "on 2 March"),
    ],
)
def test_one_value(one, other):
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5,500", "14,000"),
        ("5,000", "5,100"),
        ("Anna Brandt", "Tomas Lind"),
        ("2 March", "2 April"),
        ("seven", "nobody"),
    ],
)
def test_two_values(one, other):
    assert not same_value(one, other)


def reading(article_id, text, *scored):
    article = Article(article_id, "March", text)
    passage = Passage(article, 0, len(text), text, 0.9, 1, {})
    spans = tuple(
        ScoredSpan(text.index(words), text.index(words) + len(words), score)
        for words, score in scored
    )
    return Reading(passage, spans, 0.0)


def test_a_value_that_several_articles_give_comes_before_one_that_scores_a_little_better():
    groups = grouped(
        [
            reading("a", "Police counted 5,500 marchers.", ("5,500", 1.0)),
            reading("b", "The union spoke of 14,000.", ("14,000", 1.2)),
            reading("c", "Some 5,500 came.", ("5,500", 0.9)),
        ]
    )
    assert [group.best.text for group in groups] == ["5,500", "14,000"]
    assert [answer.reading.passage.article.id for answer in groups[0].answers] == ["a", "c"]


def test_words_inside_a_better_answer_are_no_answer_of_their_own():
    text = "It belongs to Anna Brandt, the mayor."
    groups = grouped([reading("a", text, ("Anna Brandt", 2.0), ("Brandt, the mayor", 1.0))])
    assert [group.best.text for group in groups] == ["Anna Brandt"]
