"""What is asked of someone's relative is not answered of the one who is named."""

import pytest

from index.types import Article
from rag.answer.rules.premise import Relative
from tests.rag.answer.test_rules import answer, draft

OBITUARY = Article(
    "obituary",
    "Composer Henrik Aldane dies at 79",
    "Composer Henrik Aldane died on Friday in Norhaven. "
    "Aldane wrote four operas and said music was a way of listening. "
    "Aldane's sister Petra said he had worked until the last day. "
    "Critics called Aldane the voice of Norhaven.",
    "2024-08-06",
    "Harbour Courier",
)
TRIAL = Article(
    "trial",
    "Two jailed over Norhaven harbour fraud",
    "Marta Velk was jailed in Norhaven for life on Monday. "
    "Her clerk Iven Rask was sentenced to six years over 14 million pounds that went missing.",
    "2024-09-02",
    "The Post",
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Johnson's wife say?", "wife"),
        ("What did James’ younger brother say?", "brother"),
        ("Who are his daughters?", "daughter"),
        ("Who is the mayor's husband?", "husband"),
        ("Did the ferry's sister ship sail?", None),
        ("What did the mother company's lawyers say?", None),
        ("Who killed a brother of the mayor?", None),
        ("Is it Baloch's mother-in-law?", None),
        ("Who wrote the Observer's sister paper?", None),
    ],
)
def test_the_relative_that_is_asked_about(question: str, name: str | None) -> None:
    relative = Relative.asked(question)
    assert (None if relative is None else relative.name) == name


def test_the_relative_answers_and_not_the_one_who_is_named() -> None:
    said = answer("What did composer Henrik Aldane's sister say of music?", [OBITUARY])
    assert "Petra said he had worked" in said
    assert "four operas" not in said


def test_refuses_where_no_such_relative_is_told_of() -> None:
    refusal = draft("What did Composer Aldane's wife say of music in Norhaven?", [OBITUARY]).refusal
    assert refusal == "Nothing that was found in the archive tells of a wife in this."


def test_a_sentence_for_life_is_a_length_of_time() -> None:
    assert "for life" in answer("How long was Marta Velk jailed for?", [TRIAL])
