"""What can be asked: checks of questions, days and turns, with what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from index.clean import clean_title
from rag.errors import QuestionError
from rag.types import Filters, Turn

LONGEST_QUESTION = 4_000  # characters
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def clean_question(question: str) -> str:
    """Fold a question's white space and remove characters that nobody can see.

    Raises QuestionError where nothing or too much is left.
    """
    cleaned = clean_title(question)
    if not cleaned:
        raise QuestionError("the question is empty; ask something like: who claimed the attack?")
    if len(cleaned) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(cleaned)} characters; at most {LONGEST_QUESTION} are read"
        )
    return cleaned


def check_day(name: str, day: str | None) -> None:
    """Raise QuestionError for a day that is not YYYY-MM-DD; ``name`` says which one it is."""
    if day is None:
        return
    try:
        if not _DAY.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise QuestionError(f"{name}: {day!r} is no day; write it as YYYY-MM-DD") from error


def check_filters(filters: Filters) -> None:
    """Raise QuestionError for a limit that is no day, or a range that ends before it begins."""
    first, last = filters.published_from, filters.published_to
    check_day("from", first)
    check_day("to", last)
    if first and last and first > last:
        raise QuestionError(f"the range from {first} to {last} ends before it begins")


def read_turn(turn: Turn | Mapping[str, str]) -> Turn:
    """Read one turn of a history; raises QuestionError for what is none."""
    try:
        role, content = (
            (turn.role, turn.content) if isinstance(turn, Turn) else (turn["role"], turn["content"])
        )
        if role not in ("user", "assistant"):
            raise ValueError(role)
        return Turn(role, clean_title(content))
    except (KeyError, TypeError, ValueError) as error:
        raise QuestionError(
            f"history: {turn!r} is no turn; write {{'role': 'user' or 'assistant', 'content': …}}"
        ) from error
