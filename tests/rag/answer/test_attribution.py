"""Claim, blame and denial are three things."""

import pytest

from index.models.span_reader import ScoredSpan
from rag.answer import attribution
from rag.reader import Reading


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The Front claimed responsibility for the bomb.", ["claim"]),
        ("Responsibility for the bomb was claimed by the Front.", ["claim"]),
        ("No group has claimed responsibility for the blast.", ["none"]),
        ("There was no immediate claim of responsibility.", ["none"]),
        ("The Front has not claimed the bomb.", ["none"]),
        ("Rehn blamed the Front.", ["blame"]),
        ("Rehn held the Front responsible, which the group denied.", ["denial", "blame"]),
        ("The Front denied that it had claimed responsibility.", ["denial"]),
        ("Salmer has not been charged.", []),
        ("The ferry sank.", []),
    ],
)
def test_what_a_sentence_reports(text, kinds):
    assert attribution.reports(text) == kinds


def reading(*answers):
    """Make a reader of the words that answer, the likeliest first."""

    def read(evidence):
        return [
            Reading(
                passage,
                tuple(
                    ScoredSpan(at, at + len(words), 5.0 - n)
                    for n, words in enumerate(answers)
                    if passage.start <= (at := passage.article.text.find(words)) < passage.end
                ),
                5.0,
            )
            for passage in evidence.passages
        ]

    return read


def test_who_claimed(composing, said):
    read = reading("Olaf Rehn", "The Free Hills Front")
    draft = composing(attribution, "Who claimed the bomb at the court of Orsk?", read)
    lead, article, _ = said(draft)[0]
    assert (lead, article, draft.short) == ("", "bomb", "The Free Hills Front")


def test_who_is_blamed_has_not_claimed(composing, said):
    lines = said(composing(attribution, "Who claimed the ambush near Velden?"))
    assert [(lead, article) for lead, article, _ in lines] == [
        ("No article that was found reports a claim of responsibility; blamed:", "ambush"),
        ("Denies:", "denial"),
    ]


def test_that_nobody_claimed_is_quoted(composing, said):
    (lead, article, words), *_ = said(composing(attribution, "Who claimed the blast at Tarm?"))
    assert lead == "No article that was found reports a claim of responsibility;"
    assert article == "blast" and words.startswith("No group has claimed")


def test_who_is_blamed(composing, said):
    read = reading("the Free Hills Front", "Olaf Rehn")
    draft = composing(attribution, "Who was blamed for the ambush near Velden?", read)
    assert said(draft)[0][:2] == ("", "ambush")
    assert draft.short == "the Free Hills Front"
    assert ("Denies:", "denial") in [line[:2] for line in said(draft)]


def test_who_denied(composing, said):
    read = reading("The Free Hills Front")
    draft = composing(attribution, "Who denied the ambush near Velden?", read)
    assert said(draft)[0][:2] == ("", "denial")
    assert draft.short == "The Free Hills Front"


def test_silence_about_what_no_article_tells(composing):
    assert not composing(attribution, "Who claimed the Zorbian landing?").lines
