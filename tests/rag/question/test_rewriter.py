"""Follow-ups by a language model: its form is looked up and shown, its faults mended by rules."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag import Archive, LLMRewriter, Turn
from rag.question import understand
from rag.question.followups import rewrite

HISTORY = (Turn("user", "Who won the Kestrel regatta?"), Turn("assistant", "Ines Okafor. [1]"))


class Scripted:
    """Writes what it is told to and keeps what it was asked."""

    def __init__(self, written: str | Exception) -> None:
        self.written = written
        self.asked: list[tuple[str, Sequence[Turn]]] = []

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        self.asked.append((question, history))
        if isinstance(self.written, Exception):
            raise self.written
        return self.written


def test_the_models_form_is_taken_and_shown() -> None:
    rewriter = Scripted("How old is Ines Okafor?")
    query = understand("How old is she?", history=HISTORY, rewriter=rewriter)
    assert query.standalone == "How old is Ines Okafor?"
    assert query.question == "How old is she?"
    assert query.inferred[0].text == "read with the turns before as: How old is Ines Okafor?"
    assert rewriter.asked == [("How old is she?", HISTORY)]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (OSError("no route"), "the language model failed (no route)"),
        ("", "the language model wrote no question"),
        ("She is 31.\nIs there anything else?", "the language model wrote no question"),
        ("How old " * 200, "the language model wrote no question"),
    ],
)
def test_a_fault_falls_back_to_the_rules_and_is_told(
    written: str | Exception, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    query = understand("How old is she?", history=HISTORY, rewriter=Scripted(written))
    assert "Ines Okafor" in query.standalone
    assert query.inferred[0].text == (
        f"read with the turns before as: {query.standalone} ({fault})"
    )
    assert "language model" in caplog.text


def test_what_models_put_around_a_question_is_left_out() -> None:
    written = 'Standalone question: "How old is Ines Okafor?"\n'
    assert rewrite("How old is she?", HISTORY, Scripted(written))[0] == "How old is Ines Okafor?"


def test_a_first_question_is_not_given_to_the_model() -> None:
    rewriter = Scripted("something else")
    assert understand("Who won?", rewriter=rewriter).standalone == "Who won?"
    assert rewriter.asked == []


def test_any_model_of_llamaindex_rewrites_for_an_archive(
    news_archive: Path, scripted: Callable[[str], Any]
) -> None:
    llm = scripted("Who won the regatta at Selm?")
    with Archive.open(news_archive, rewriter=LLMRewriter(llm)) as archive:
        query = archive.understand("And who was second?", history=HISTORY)
    assert query.standalone == "Who won the regatta at Selm?"
    assert "Who won the Kestrel regatta?" in llm.prompts[0]
    assert "Last question: And who was second?" in llm.prompts[0]
