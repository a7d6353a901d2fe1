"""Which day a weekday means in an article."""

import pytest

from index.types import Article, Span
from rag.answer.lines import line_of
from rag.answer.support import worded
from rag.types import CandidateSentence, Passage


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The pier burned on Monday.", "The pier burned on Monday [9 March 2026]."),
        ("It will open on Monday.", "It will open on Monday [16 March 2026]."),
        ("The funeral is on Monday.", "The funeral is on Monday [16 March 2026]."),
        (
            "Ilvane will lead the inquiry, the government decided on Wednesday.",
            "Ilvane will lead the inquiry, the government decided on Wednesday [11 March 2026].",
        ),
        (
            "Groups angry at a vote stolen from Brandt met on Monday.",
            "Groups angry at a vote stolen from Brandt met on Monday [9 March 2026].",
        ),
        ("Monday’s march was the largest.", "Monday’s [9 March 2026] march was the largest."),
    ],
)
def test_a_weekday_is_told_as_a_day(text, shown):
    article = Article("a", "Inquiry", text, "2026-03-12")
    passage = Passage(article, 0, len(text), text, 1.0, 1, {})
    span = Span(0, len(text))
    sentence = CandidateSentence(passage, 0, len(text), 0, (span,), None)
    assert worded(line_of(sentence), ()).text == shown
