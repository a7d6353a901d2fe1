"""A conversation: each question is read with the turns before."""

import pytest

from rag import Answer, Archive, Conversation, Filters, QuestionError, Turn


def test_turns_are_remembered(opened: Archive) -> None:
    chat = opened.chat()
    assert isinstance(chat, Conversation)
    first = chat.ask("Where did the ferry Ostrel run aground?")
    assert chat.turns == (
        Turn("user", "Where did the ferry Ostrel run aground?"),
        Turn("assistant", first.text),
    )
    second = chat.ask("And how many passengers were on it?")
    assert len(chat.turns) == 4
    assert "40 passengers" in second.text


def test_an_archive_is_given_the_turns_before() -> None:
    given: list[tuple[str, tuple[Turn, ...], object, object]] = []

    class Scripted:
        def ask(self, question: str, *, history: tuple[Turn, ...], **limits: object) -> object:
            given.append((question, history, limits["asked"], limits["filters"]))
            return type("Reply", (), {"text": f"reply to {question}"})

    chat = Conversation(Scripted())  # type: ignore[arg-type]
    limits = Filters(sources=("Radio Sorva",))
    chat.ask("one", asked="2024-03-04", filters=limits)
    chat.ask("two")
    assert given[0] == ("one", (), "2024-03-04", limits)
    assert given[1] == ("two", (Turn("user", "one"), Turn("assistant", "reply to one")), None, None)
    for n in range(20):
        chat.ask(f"more {n}")
    assert len(chat.turns) == 12
    assert chat.turns[-1] == Turn("assistant", "reply to more 19")


def test_a_question_that_cannot_be_used_leaves_the_turns(opened: Archive) -> None:
    chat = opened.chat()
    answer = chat.ask("Where did the ferry run aground?")
    assert isinstance(answer, Answer)
    with pytest.raises(QuestionError, match="the question is empty"):
        chat.ask(" ")
    assert len(chat.turns) == 2


def test_conversations_do_not_mix(opened: Archive) -> None:
    one, other = opened.chat(), opened.chat()
    one.ask("Where did the ferry run aground?")
    assert other.turns == ()
