"""Example questions are about the names that articles are about."""

from index.types import Article
from rag.question.examples import candidate_questions


def article(article_id, title, text):
    return Article(article_id, title, text)


def test_a_name_is_asked_about_once_and_the_main_ones_come_first():
    found = candidate_questions(
        [
            article("a", "A quiet day", "On the pier stood Mara Venn. It rained."),
            article("b", "Harbour sold", "The buyer is Otto Kranz. Later Otto Kranz said no more."),
            article("c", "Otto Kranz leaves", "In the end Otto Kranz left the town of Selm."),
        ]
    )
    assert list(found) == [
        ("What did Otto Kranz say?", "b"),
        ("What is reported about Mara Venn?", "a"),
    ]


def test_offices_days_and_titles_are_no_names():
    found = candidate_questions(
        [
            article("a", "Vote", "It was the Prime Minister on Sunday March. A minister is prime."),
            article("b", "Vote", "With her came Dr Brandt, and then Dr Brandt left."),
        ]
    )
    assert list(found) == []
