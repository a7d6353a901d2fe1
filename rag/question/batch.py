"""Questions from a JSON Lines file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from index.formats.text import UTF8_BOM
from rag.errors import QuestionError
from rag.question.asked import check_day, clean_question, read_turn
from rag.types import Turn


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A question of a file, with its id as given; ``history`` are the turns before it."""

    id: str | int
    question: str
    history: tuple[Turn, ...] = ()
    asked: str | None = None


def read_questions(path: Path) -> list[BatchQuestion]:
    """Read a questions file whole, so that a bad line is found before the first answer.

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
