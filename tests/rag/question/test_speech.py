"""Verbs of speech: that a text tells of someone speaking."""

import re

import pytest

from rag.answer.context import says_who
from rag.question.speech import TELLS, TELLS_BESIDE_QUOTATIONS


@pytest.mark.parametrize(
    "form",
    "said says denied denies admitting apologized dismisses quipped concurred wrote written "
    "testifies told urging".split(),
)
def test_every_form_of_a_verb_is_made(form):
    assert re.fullmatch(TELLS, form)


@pytest.mark.parametrize("slip", ["admiting", "denyed", "sayed", "dismisss", "quiped", "writed"])
def test_no_form_is_misspelled(slip):
    assert not re.fullmatch(TELLS_BESIDE_QUOTATIONS, slip)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Voss denied it.",
        "The report states that the pier burned.",
        "Ada Voss, in a statement:",
        "A spokeswoman was on the quay.",
        "It burned, according to Ada Voss.",
        "Officials say that the pier burned.",
    ],
)
def test_someone_speaks(text):
    assert says_who(text)


@pytest.mark.parametrize(
    "text",
    [
        "The United States bought the pier.",
        "The city of Norhaven has a pier.",
        "Its questions and demands were long, thanks to Ada Voss.",
        "Phone calls and protests went unheard.",
        "Sums compared with others are small.",
    ],
)
def test_nobody_speaks(text):
    assert not says_who(text)


def test_a_verb_may_tell_of_a_quotation_alone():
    text = "Ada Voss continued the work of Tomas Lind."
    assert says_who(text)
