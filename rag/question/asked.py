"""What is asked, and what a question is read against: checked, with how to mend what is wrong.

``Question`` is all that a user says when something is asked, ``BatchQuestion`` the same from a line
of a file. ``Background`` is what an archive brings to reading it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import orjson

from index.formats.text import UTF8_BOM
from index.settings import Day, check_days, written_day
from index.settings import check_day as check_written
from index.text.clean import clean_title
from rag.options import EVERYTHING, RetrievalOptions
from rag.types import Filters, QuestionError, Turn

LONGEST_QUESTION = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Question:
    """All that is said when something is asked; ``asked`` is the day, "YYYY-MM-DD"."""

    text: str
    history: tuple[Turn, ...] = ()
    asked: str | None = None
    filters: Filters = Filters()
    options: RetrievalOptions = EVERYTHING

    @classmethod
    def read(
        cls,
        text: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: Day | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Self:
        """Clean and check what a user gave; raises QuestionError for what cannot be asked."""
        text = clean_question(text)
        filters = Filters() if filters is None else filters
        asked = written_day(asked)
        check_day("asked", asked)
        check_filters(filters)
        return cls(text, tuple(read_turn(turn) for turn in history), asked, filters, options)


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
    try:
        check_written(name, day)
    except ValueError as error:
        raise QuestionError(str(error)) from error


def check_filters(filters: Filters) -> None:
    """Raise QuestionError for a limit that is no day, or a range that ends before it begins."""
    try:
        check_days(filters.published_from, filters.published_to)
    except ValueError as error:
        raise QuestionError(str(error)) from error


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


class Vocabulary(Protocol):
    """What an archive says of its words, names and events.

    The one seam between reading questions and searching, which stands above it: the retriever of
    an archive is such a vocabulary.
    """

    def has_word(self, word: str) -> bool:
        """Whether any article has the word in one of its forms."""
        ...

    def texts_with_near(self, word: str, distance: int) -> Iterable[str]:
        """Return some texts with words of up to ``distance`` edits from a word."""
        ...

    def long_form(self, short: str) -> str | None:
        """Tell what most articles write an acronym out as."""
        ...

    def short_form(self, long: str) -> str | None:
        """Tell the acronym that most articles give for a name."""
        ...

    def day_of(self, event: str) -> str | None:
        """Day on which an event is first told of, "YYYY-MM-DD"; None where it is not."""
        ...


class Rewriter(Protocol):
    """Makes a question stand alone."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the question with what it leans on in the turns before; may raise anything."""
        ...


@dataclass(frozen=True, slots=True)
class Background:
    """What questions are read against: an archive's outlets, its newest day and its vocabulary.

    ``newest`` is "YYYY-MM-DD"; words such as "last week" are read as of it where a question does
    not say on which day it is asked. ``rewriter`` makes follow-ups stand alone in the place of the
    rules. Where there is no ``vocabulary``, names are taken as they are written.
    """

    outlets: tuple[str, ...] = ()
    newest: str | None = None
    vocabulary: Vocabulary | None = None
    rewriter: Rewriter | None = None


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A question of a file, with its id as given; ``history`` are the turns before it."""

    id: str | int
    question: str
    history: tuple[Turn, ...] = ()
    asked: str | None = None


def read_questions(path: Path) -> list[BatchQuestion]:
    """Read a JSON Lines file whole, so that a bad line is found before the first answer.

    Raises QuestionError with file, line and mend.
    """
    questions = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number == 1:
                line = line.removeprefix(UTF8_BOM)
            if not line.strip():
                continue
            try:
                questions.append(_question(orjson.loads(line)))
            except (ValueError, TypeError, QuestionError) as error:
                raise QuestionError(
                    f"{path}, line {number}: {error}; each line is a JSON object with id and "
                    "question, and history and asked if there are any"
                ) from error
    return questions


def _question(fields: object) -> BatchQuestion:
    if not isinstance(fields, dict):
        raise TypeError("not a JSON object")
    for name in ("id", "question"):
        value = fields.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise ValueError(f"{name!r} is missing or empty")
        if not (isinstance(value, str) or (name == "id" and type(value) is int)):
            raise TypeError(f"{name!r} is {value!r}, and no string")
    clean_question(fields["question"])
    check_day("asked", fields.get("asked"))
    history = fields.get("history") or []
    if not isinstance(history, list):
        raise TypeError("'history' is not a list")
    turns = tuple(read_turn(turn) for turn in history)
    return BatchQuestion(fields["id"], fields["question"], turns, fields.get("asked"))
