"""Two sides, a line each, and only such a relation as the lines show."""

import pytest

from rag.answer import comparison


@pytest.fixture
def compared(found):
    def compare(question):
        return comparison.compose(*found(question, "comparison"), ())

    return compare


def leads(draft):
    return [line.lead for line in draft.lines]


def test_of_two_figures_the_larger_comes_first_where_it_is_asked_for(compared):
    draft = compared("Who scored more goals, Marlow United or Castell Rovers?")
    assert leads(draft) == [
        "More, by 8: Castell Rovers (Radio Sorva, 1 May 2026):",
        "Marlow United (Radio Sorva, 2 May 2026):",
    ]
    assert draft.short == "Castell Rovers"
    assert draft.values == ()


def test_two_outlets_that_differ_are_a_conflict(compared):
    draft = compared(
        "How do the Harbour Courier and the Vardena Gazette differ on how many people the ferry "
        "fire killed?"
    )
    assert leads(draft) == [
        "Less, by 3: Harbour Courier, 10 March 2026:",
        "Vardena Gazette, 12 March 2026:",
    ]
    assert [value.text for value in draft.values] == ["4", "7"]


def test_what_came_first_goes_by_the_days_that_are_told(compared):
    draft = compared("Which came first, the fire on the ferry or the strike of the dockers?")
    assert leads(draft)[0].startswith("Earlier: strike of the dockers (")
    assert draft.short == "strike of the dockers"


def test_without_days_in_the_text_it_says_that_reports_are_compared(compared):
    draft = compared("Did the regatta begin before the ferry fire?")
    assert leads(draft)[0].startswith("Reported earlier: the regatta (")


def test_a_day_on_which_someone_spoke_is_not_that_of_the_event(compared):
    draft = compared("Which came first, the fire on the ferry or the closing of the quarry?")
    assert leads(draft)[0].startswith("Reported earlier: fire on the ferry (")


def test_figures_of_different_things_are_not_compared(compared):
    draft = compared("Is Castell Rovers bigger than the ferry Ostrel?")
    assert not any(lead.startswith(("More", "Less", "The same")) for lead in leads(draft))


def test_a_side_that_nothing_tells_of_leaves_no_comparison(compared):
    assert compared("Who scored more goals, Marlow United or Ferrante?").lines == ()
