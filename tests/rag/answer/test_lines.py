"""Sentences as lines of an answer: datelines and stray marks go, days and names are noted."""

import numpy as np
import pytest

from index.text.sentences import sentence_spans
from index.types import Article, Span
from rag.answer.lines import line_of, needs_before
from rag.answer.support import worded
from rag.types import CandidateSentence, Passage


def sentence(text, number=0, published="2026-03-05"):
    """Sentence of an article of 5 March 2026, a Thursday."""
    article = Article("a", "Headline", text, published=published)
    passage = Passage(article, 0, len(text), text, 0.9, 1, {})
    spans = tuple(sentence_spans(text))
    span = spans[number]
    return CandidateSentence(passage, span.start, span.end, number, spans, np.zeros(4, np.float32))


def shown(*given, **more):
    return worded(line_of(sentence(*given, **more)), ()).text


@pytest.mark.parametrize(
    "text",
    [
        "VARDENA, 5 March (SPA) – The ferry burned.",
        "LONDON — The ferry burned.",
        "NORHAVEN (Reuters) - The ferry burned.",
        "Vardena, March 5 (SPA) -- The ferry burned.",
        "(SPA) – The ferry burned.",
    ],
)
def test_a_dateline_does_not_open_a_line(text):
    assert shown(text) == "The ferry burned."


@pytest.mark.parametrize(
    "text",
    [
        "The ferry – a wreck now – burned.",
        "Mila Tarnow – a stewardess – died.",
        "Anna Brandt, the mayor, resigned.",
        "“It burned,” said Brandt.",
    ],
)
def test_what_is_no_dateline_stays(text):
    assert shown(text) == text


def test_a_mark_that_nothing_closes_does_not_open_a_line():
    assert shown("“It burned for hours.") == "It burned for hours."


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("It burned on Tuesday.", "It burned on Tuesday [3 March 2026]."),
        ("It burned yesterday.", "It burned yesterday [4 March 2026]."),
        ("The vote will be on Monday.", "The vote will be on Monday [9 March 2026]."),
        ("The vote is next Thursday.", "The vote is next Thursday [12 March 2026]."),
        ("It burned on Tuesday, 3 March.", "It burned on Tuesday, 3 March."),
        ("It burned on Tuesday March 3.", "It burned on Tuesday March 3."),
    ],
)
def test_a_day_that_is_told_by_its_name_gets_its_date(text, noted):
    assert shown(text) == noted


def test_without_a_day_of_the_article_no_day_gets_a_date():
    assert shown("It burned on Tuesday.", published=None) == "It burned on Tuesday."


def test_she_is_named_where_one_name_can_be_meant():
    text = "The mayor, Anna Brandt, resigned. She gave no reason."
    assert shown(text, 1) == "She [Anna Brandt] gave no reason."


def test_she_is_not_named_where_two_can_be_meant():
    text = "Anna Brandt met Tomas Lind. She gave no reason."
    assert shown(text, 1) == "She gave no reason."
    leaning = sentence(text, 1)
    assert needs_before(leaning, line_of(leaning))


def test_the_words_that_answer_keep_their_place():
    text = "VARDENA – It burned on Tuesday at noon."
    at = text.index("at noon")
    one = worded(line_of(sentence(text), Span(at, at + 7)), ())
    assert one.text[one.short.start : one.short.end] == "at noon"
