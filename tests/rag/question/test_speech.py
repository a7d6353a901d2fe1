"""Verbs of speech: what a text tells, whom a question asks for, whose words it asks for."""

import re

import pytest

from index.text.words import words
from rag.answer.context import says_who
from rag.answer.rules.kinds import holds
from rag.question.kind import wanted_kind
from rag.question.speech import ASKS_WHAT, TELLS, TELLS_BESIDE_QUOTATIONS


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
    assert holds("speaker", "Ada Voss: " + text, words("Ada Voss: " + text), set()) > 0


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
    assert holds("speaker", text, words(text), set()) == 0


def test_a_verb_may_tell_of_a_quotation_alone():
    text = "Ada Voss continued the work of Tomas Lind."
    assert says_who(text)
    assert holds("speaker", text, words(text), set()) == 0


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who denied that the pier burned?", "speaker"),
        ("Which mayor compared the pier to a candle?", "speaker"),
        ("Who criticized the council?", "speaker"),
        ("Who wrote the book about the pier?", "person"),
        ("Who added a light to the pier?", "person"),
        ("Who signed the pledge?", "person"),
        ("WHO DENIED THAT THE PIER BURNED?", "speaker"),
        ("What did the WHO call the illness?", "text"),
        ("In May, who denied it?", "speaker"),
        ("What happened to the woman who accused the mayor?", "person"),
        ("What did the mayor share with the council?", "text"),
        ("What did the Times say about the pier?", "text"),
        ("Which opposition figure died?", "text"),
        ("What share of the pier burned?", "number"),
        ("What's the price of a ticket?", "number"),
    ],
)
def test_a_question_asks_for_a_speaker(question, kind):
    assert wanted_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Ada Voss say about the pier?", "Ada Voss"),
        ("What has Ada Voss written about the pier?", "Ada Voss"),
        ("What does the mayor of Norhaven deny?", "the mayor of Norhaven"),
        ("What did Ada Voss add to the pier?", None),
        ("What did Ada Voss do after Tomas Lind rejected the pier?", None),
    ],
)
def test_a_question_asks_for_someones_words(question, who):
    found = re.search(ASKS_WHAT, question, re.IGNORECASE)
    assert (found["who"] if found else None) == who
