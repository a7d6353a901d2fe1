"""Milliseconds of search and ask over a set's questions, everything loaded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import Archive
from rag.evaluation.sets import Question


@dataclass(frozen=True, slots=True)
class AskingTimes:
    """Milliseconds of each question."""

    search: list[float]
    ask: list[float]


def measure_asking(archive_dir: Path, questions: Sequence[Question]) -> AskingTimes:
    """Put every question to ``search`` (top 10) and to ``ask``, after a first, untimed one."""
    times = AskingTimes([], [])
    with Archive.open(archive_dir) as archive:
        archive.ask(questions[0].question)
        for question in questions:
            started = time.perf_counter()
            archive.search(
                question.question, top_k=10, history=question.history, asked=question.asked
            )
            searched = time.perf_counter()
            archive.ask(question.question, history=question.history, asked=question.asked)
            times.search.append((searched - started) * 1000)
            times.ask.append((time.perf_counter() - searched) * 1000)
    return times
