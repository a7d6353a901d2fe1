"""Evaluation sets: a folder with articles.jsonl and questions.jsonl (docs/evaluation.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from index.settings import StrPath
from rag.evaluation.lines import EvaluationSetError, Record, records
from rag.types import Turn

ARTICLES = "articles.jsonl"
QUESTIONS = "questions.jsonl"
UNANSWERABLE_KINDS = frozenset({"unanswerable", "false_premise"})
HALVES = ("even", "odd")

__all__ = ["ARTICLES", "QUESTIONS", "EvaluationSet", "EvaluationSetError", "Question", "read_set"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what its answer must and must not hold.

    ``must`` holds alternatives: of each inner tuple one must stand in the answer. ``gold`` are
    the ids of the articles that hold the evidence.
    """

    id: str
    question: str
    kind: str = "other"
    answerable: bool = True
    history: tuple[Turn, ...] = ()
    standalone: str | None = None
    asked: str | None = None
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether ``must`` or ``must_not`` can tell a right answer from a wrong one."""
        return bool(self.must or self.must_not)


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The questions of a set and the texts of its articles by id, as the file gives them.

    ``articles`` is None where the folder has questions only.
    """

    folder: Path
    questions: tuple[Question, ...]
    articles: Mapping[str, str] | None

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.resolve().name

    def select(self, half: str | None, limit: int | None) -> tuple[Question, ...]:
        """Select the questions of one half, or all; the first ``limit`` of them."""
        return select(self.questions, half, limit, self.folder)


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


def half_of(item_id: str) -> str:
    """Half by a hash of the id, "even" or "odd": the same in every run, on every machine."""
    return HALVES[int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % 2]


def select(
    items: Sequence[Item], half: str | None, limit: int | None, folder: Path
) -> tuple[Item, ...]:
    """Select what is in one half, or all; the first ``limit`` of it."""
    if half is not None and half not in HALVES:
        raise EvaluationSetError(f"half is {half!r}; choose 'even' or 'odd', or leave it out")
    if limit is not None and limit < 1:
        raise EvaluationSetError(f"limit is {limit}; give 1 or more, or leave it out")
    chosen = tuple(item for item in items if half in (None, half_of(item.id)))[:limit]
    if not chosen:
        raise EvaluationSetError(f"no question of {folder} is in the {half} half")
    return chosen


def read_set(folder: StrPath, *, articles_needed: bool = True) -> EvaluationSet:
    """Read a set; raises EvaluationSetError at the first thing in it that cannot be used."""
    folder, articles = Path(folder), None
    if articles_needed or (folder / ARTICLES).exists():
        articles = _read_articles(folder / ARTICLES)
    questions = tuple(_read_questions(folder / QUESTIONS, articles))
    return EvaluationSet(folder, questions, articles)


def _read_articles(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for record in records(path):
        article_id = record.string("id")
        if article_id in texts:
            raise record.error(f"the id {article_id!r} stands twice; give each article its own")
        texts[article_id] = record.string("text")
    return texts


def _read_questions(path: Path, articles: Mapping[str, str] | None) -> Iterator[Question]:
    seen: set[str] = set()
    for record in records(path):
        question = _question(record)
        if question.id in seen:
            raise record.error(f"the id {question.id!r} stands twice; give each question its own")
        seen.add(question.id)
        for gold in question.gold:
            if articles is not None and gold not in articles:
                raise record.error(f"gold names {gold!r}, which {ARTICLES} does not hold")
        yield question


def _question(record: Record) -> Question:
    kind = record.optional_string("kind") or "other"
    answerable = record.boolean("answerable", default=kind not in UNANSWERABLE_KINDS)
    if answerable and kind in UNANSWERABLE_KINDS:
        raise record.error(f"kind is {kind!r} and answerable is true; change one of them")
    return Question(
        id=record.string("id"),
        question=record.string("question"),
        kind=kind,
        answerable=answerable,
        history=record.history(),
        standalone=record.optional_string("standalone"),
        asked=record.day("asked"),
        must=record.alternatives("must"),
        must_not=record.phrases("must_not"),
        gold=record.strings("gold"),
        evidence=record.strings("evidence"),
    )
