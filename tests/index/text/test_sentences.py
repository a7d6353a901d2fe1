"""Sentences: exact, in order, and nothing between them but white space."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.sentences import sentence_spans
from index.types import Span


def sentences(text: str, language: str | None = None) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text, language)]


def test_sentences_of_a_report() -> None:
    text = 'Lloyd Austin called it "dangerous." He blamed a militia. Nobody claimed it.'
    assert sentences(text)[1:] == ["He blamed a militia.", "Nobody claimed it."]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    text = "Dr. Smith of the U.S. Army met Mr. Jones. They talked."
    assert sentences(text) == ["Dr. Smith of the U.S. Army met Mr. Jones.", "They talked."]


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry sank at 9:40 p.m. EST off Norhaven.",
        "Lind died today at 10:00 a.m. Norhaven time (2100 UTC, yesterday).",
        "They counted the boats until 10 a.m. Central European Time on Friday.",
        "The pier opens at 9 a.m. Monday morning.",
        "The pier was opened by then-U.S. President Lind.",
        "The pier was opened by then-U.S.-president Lind.",
        "According to the B.C. Harbour Service, two boats sank.",
        "The boats came from Ft. Lind.",
        "It was built in est. 1890.",
    ],
)
def test_an_abbreviation_that_goes_on_does_not_end_a_sentence(sentence: str) -> None:
    found = sentences(f"It rained. {sentence} It was dry.")
    assert found == ["It rained.", sentence, "It was dry."]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The ferry sank at 9:40 p.m.", "The crew swam ashore."),
        ("The ferry sank at 9:40 p.m.", "Hester Lind swam ashore."),
        ("The pier opens at 9 a.m.", "Monday is a holiday."),
        ("The boats came from Washington, D.C.", "They sank."),
        ("She moved to the B.C.", "In May she left."),
        ("No problem is harder than X.", "An algorithm solves it."),
        ("The water was at 30 °C.", "Lind swam."),
    ],
)
def test_an_abbreviation_may_end_a_sentence(first: str, second: str) -> None:
    assert sentences(f"{first} {second}") == [first, second]


def test_a_blank_line_ends_a_sentence() -> None:
    assert sentences("The first paragraph\n\nThe second.") == ["The first paragraph", "The second."]


def test_chinese_sentences() -> None:
    assert sentences("军方谴责袭击。没有人受伤。", "zh") == ["军方谴责袭击。", "没有人受伤。"]


def test_an_unknown_language_is_cut_too() -> None:
    assert sentences("Eins. Zwei.", "xx-unknown") == ["Eins.", "Zwei."]


def test_no_text_has_no_sentence() -> None:
    assert sentence_spans("") == []
    assert sentence_spans(" \n\n \t") == []


@given(st.text(max_size=400), st.sampled_from([None, "en", "ar", "zh", "ja", "ru", "hi", "??"]))
@example("a\n\n\n\nb", None)
@example("e\u0301. \u0301", "en")
@example("👩‍👩‍👧. 🏴󠁧󠁢󠁥󠁮󠁧󠁿!", "en")
def test_sentences_hold_every_character_that_shows(text: str, language: str | None) -> None:
    spans = sentence_spans(text, language)
    assert all(span.start < span.end for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in spans)
    assert gaps(text, spans).strip() == ""


def gaps(text: str, spans: list[Span]) -> str:
    inside = {position for span in spans for position in range(span.start, span.end)}
    return "".join(c for position, c in enumerate(text) if position not in inside)
