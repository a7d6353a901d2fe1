"""Places by their other names, and which of a question's names an article has."""

import pytest

from index.text.words import words
from rag.question.names import names_any, names_in, other_names, question_names


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What is the Danish group paying?", "A firm from Denmark pays"),
        ("Which Kremlin ally fell ill?", "Moscow said that he was ill"),
        ("What did the White House say?", "The United States said nothing"),
        ("Who leads North Korea?", "The North Korean leader"),
        ("What did New Zealanders vote on?", "Voting in Wellington"),
        ("What did British commuters wear?", "Travellers in the UK"),
        ("What did US officials say?", "U.S. officials said so"),
        ("What did the U.N. decide?", "The UN decided"),
        ("What does the U.K. pay?", "British commuters pay"),
    ],
)
def test_a_place_has_several_names(question: str, article: str) -> None:
    found = words(question)
    names = question_names(found)
    assert names
    assert names_in(words(article), names, other_names(found)) == names


def test_other_places_do_not_count() -> None:
    found = words("What did the Danish group pay?")
    assert not names_in(words("A Swedish firm from Norway"), question_names(found), {})
    assert not names_any(other_names(found)["danish"], frozenset({"norway", "swed"}))


def test_a_small_letter_names_no_place() -> None:
    assert other_names(words("how to polish silver and turkey")) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Aleksei", "Alexei Navalny fell ill"),
        ("Ayn", "the base of Ain al-Asad"),
        ("WHO", "The World Health Organization said"),
        ("Peshmerga", "Two peshmerga died; the Peshmergas withdrew"),
    ],
)
def test_another_spelling_counts(name: str, text: str) -> None:
    found = words(f"what of {name}")
    assert names_in(words(text), question_names(found), {}) == question_names(found)


def test_months_and_first_words_are_no_names() -> None:
    assert question_names(words("Which vote was held in March on a Sunday?")) == frozenset()
    assert question_names(words("What happened in 2019 in Oslo?")) == {"2019", "oslo"}


def test_a_pronoun_is_no_country() -> None:
    found = words("What did US officials say?")
    told = words("British officials told us the raid was over.")
    assert not names_in(told, question_names(found), other_names(found))


@pytest.mark.parametrize("name", ["Scott Morrison", "Dan Evans", "Pol Pot"])
def test_a_first_name_is_no_people(name: str) -> None:
    assert other_names(words(f"What did {name} say?")) == {}


def test_initials_are_those_of_words_that_stand_together() -> None:
    text = "Sorva said that Anna met Mirko. The Selm Airport Group agreed."
    names = question_names(words("What did Sam say?"))
    assert not names_in(words(text), names, {})
