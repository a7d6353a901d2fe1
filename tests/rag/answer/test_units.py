"""What a figure must be of: read from the question, told apart in texts."""

import pytest

from rag.answer.rules.kinds import wanted_unit


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How old was Anna Kalven?", "an age"),
        ("At what age did she retire?", "an age"),
        ("How long did the strike last?", "a length of time"),
        ("How long ago was it?", None),
        ("How much did the bridge cost?", "a sum of money"),
        ("What share of votes did she get?", "a share"),
        ("What was the score?", "a score or margin"),
        ("How far off is the star?", "a distance or size"),
        ("How many boats sank?", None),
        ("How many goals did she score?", None),
        ("How many members voted for the budget?", None),
        ("How many lives did the storm cost?", None),
        ("How much rain fell in Fort Worth?", None),
        ("How many days did the budget talks last?", "a length of time"),
        ("How much is the house worth?", "a sum of money"),
        ("What did the pier cost?", "a sum of money"),
        ("What was the final score of the match?", "a score or margin"),
        ("By what margin did she win?", "a score or margin"),
        ("What did he share with her?", None),
        ("Who sang?", None),
    ],
)
def test_the_unit_that_is_asked_for(question: str, name: str | None) -> None:
    unit = wanted_unit(question)
    assert (None if unit is None else unit.name) == name


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("The 79-year-old died on Friday.", True),
        ("He was 79.", True),
        ("Anna Kalven, 43, said so.", True),
        ("She retired at the age of sixty.", True),
        ("A man aged 30 was held.", True),
        ("He turned 18 in May.", True),
        ("The kind is 100 million years old.", True),
        ("He was 10 miles away.", False),
        ("He left after 12 years.", False),
        ("It was 79% full.", False),
        ("It was 79.5 degrees.", False),
    ],
)
def test_how_an_age_is_given(text: str, plainly: bool) -> None:
    unit = wanted_unit("How old was he?")
    assert unit is not None
    assert bool(unit.plainly.search(text)) == plainly


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How high did inflation rise?", "Inflation rose to 9.1 per cent."),
        ("How old is the bridge?", "The bridge was built in 1890."),
        ("How long is the tunnel?", "The tunnel measures 9 km."),
        ("How long was she jailed for?", "She was jailed for life."),
    ],
)
def test_any_way_of_giving_it_is_enough_for_an_answer(question: str, text: str) -> None:
    unit = wanted_unit(question)
    assert unit is not None
    assert unit.given.search(text)
