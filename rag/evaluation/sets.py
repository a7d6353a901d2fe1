"""Evaluation sets: folders with articles.jsonl and questions.jsonl (docs/evaluation.md).

First what a set is, how sets are found, read and halved; then the lines of its files, each field
read with its type checked. What cannot be used is named with its file, its line and what mends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import orjson

from index.errors import NewsArchiveError
from index.formats.text import UTF8_BOM
from index.settings import StrPath
from rag.evaluation.scoring import fold, short_words
from rag.types import Turn

ARTICLES = "articles.jsonl"
QUESTIONS = "questions.jsonl"
REWRITES = "rewrites.jsonl"
A_SET = (
    "a set is a folder with articles.jsonl and questions.jsonl, or with rewrites.jsonl for "
    "follow-ups"
)
UNANSWERABLE_KINDS = frozenset({"unanswerable", "false_premise"})
HALVES = ("even", "odd")

Item = TypeVar("Item")


class EvaluationSetError(NewsArchiveError):
    """An evaluation set cannot be used: which file, which line, and what mends it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what its answer must and must not hold.

    ``must`` holds alternatives: of each inner tuple one must stand in the answer. ``gold`` are
    the ids of the articles that hold the evidence. ``short`` are the right short answers, any of
    them, ``form`` the form that the answer should take, ``conflict`` the values on which articles
    differ, each by its alternatives.
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
    short: tuple[str, ...] = ()
    form: str | None = None
    conflict: tuple[tuple[str, ...], ...] = ()

    @property
    def judged(self) -> bool:
        """Whether ``must`` or ``must_not`` can tell a right answer from a wrong one."""
        return bool(self.must or self.must_not)

    @property
    def for_retrieval(self) -> bool:
        """Whether retrieval can be scored on it: it has an answer, in articles that are known."""
        return self.answerable and bool(self.gold)


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
        return select({one.id: one for one in self.questions}, half, limit, self.folder)


def find_sets(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Folders of sets: each folder that is one, else those right inside it that are, by name.

    Raises EvaluationSetError for a folder that is no set and holds none.
    """

    def is_set(folder: Path) -> bool:
        return any((folder / name).exists() for name in (ARTICLES, QUESTIONS, REWRITES))

    found: dict[Path, None] = {}
    for folder in folders:
        if is_set(folder):
            found[folder] = None
            continue
        inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and is_set(path)]
        if not inside:
            raise EvaluationSetError(f"{folder} is no set and no folder of sets; {A_SET}")
        found.update(dict.fromkeys(inside))
    return tuple(found)


def has_follow_ups(folder: Path) -> bool:
    """Whether a set is one of follow-ups and their standalone forms."""
    return (folder / REWRITES).exists() and not (folder / QUESTIONS).exists()


def read_set(folder: StrPath, *, articles_needed: bool = True) -> EvaluationSet:
    """Read a set; raises EvaluationSetError at the first thing in it that cannot be used."""
    folder = Path(folder)
    articles: dict[str, str] | None = None
    if articles_needed or (folder / ARTICLES).exists():
        articles = {}
        for record in records(folder / ARTICLES):
            article_id = record.string("id")
            if article_id in articles:
                raise record.error(f"the id {article_id!r} stands twice; give each article its own")
            articles[article_id] = record.string("text")
    questions: dict[str, Question] = {}
    for record in records(folder / QUESTIONS):
        question = _question(record)
        if question.id in questions:
            raise record.error(f"the id {question.id!r} stands twice; give each question its own")
        questions[question.id] = question
        for gold in question.gold:
            if articles is not None and gold not in articles:
                raise record.error(f"gold names {gold!r}, which {ARTICLES} does not hold")
    return EvaluationSet(folder, tuple(questions.values()), articles)


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
        # Without a letter or digit they would be found in any answer.
        must_not=tuple(filter(fold, record.strings("must_not"))),
        gold=record.strings("gold"),
        evidence=record.strings("evidence"),
        # What folds to nothing would be met by an answer without short words.
        short=tuple(filter(short_words, record.strings("short"))),
        form=record.optional_string("form"),
        conflict=record.alternatives("conflict"),
    )


def select(
    items: Mapping[str, Item], half: str | None, limit: int | None, folder: Path
) -> tuple[Item, ...]:
    """Select what is in one half by its id, or all; the first ``limit`` of it.

    The halves, "even" and "odd", go by a hash of the id: the same in every run, on every machine.
    """
    if half is not None and half not in HALVES:
        raise EvaluationSetError(f"half is {half!r}; choose 'even' or 'odd', or leave it out")
    if limit is not None and limit < 1:
        raise EvaluationSetError(f"limit is {limit}; give 1 or more, or leave it out")
    chosen = []
    for item_id, item in items.items():
        digest = hashlib.sha256(item_id.encode()).hexdigest()
        if half in (None, HALVES[int(digest, 16) % 2]):
            chosen.append(item)
    if not chosen:
        raise EvaluationSetError(f"no question of {folder} is in the {half} half")
    return tuple(chosen[:limit])


# -- lines of a set's files ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file; its fields are read with their types checked. null is as if absent."""

    path: Path
    line: int
    fields: Mapping[str, object]

    def error(self, reason: str) -> EvaluationSetError:
        """Make the error that names this line."""
        return EvaluationSetError(f"{self.path}, line {self.line}: {reason}")

    def string(self, name: str) -> str:
        """Read a field that must have some text."""
        value = self.optional_string(name)
        if value is None or not value.strip():
            raise self.error(f"{name} is missing or empty; give it some text")
        return value

    def optional_string(self, name: str) -> str | None:
        """Read a field that may be missing."""
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise self.error(f"{name} is {_shown(value)}; write a string")
        return value

    def boolean(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(f"{name} is {_shown(value)}; write true or false")
        return value

    def day(self, name: str) -> str | None:
        """Read a day, "YYYY-MM-DD"; of a date-time, its day."""
        value = self.optional_string(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value[:10]).isoformat()
        except ValueError:
            raise self.error(f"{name} is {value!r}; write a date as YYYY-MM-DD") from None

    def strings(self, name: str) -> tuple[str, ...]:
        """Read a list of strings."""
        return self._strings(name, self.fields.get(name) or [])

    def alternatives(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Read a list of lists of strings."""
        value = self.fields.get(name) or []
        if not isinstance(value, list):
            raise self.error(f"{name} is {_shown(value)}; write a list of lists of strings")
        lists = tuple(tuple(filter(fold, self._strings(name, inner))) for inner in value)
        if not all(lists):
            raise self.error(
                f"{name} holds a list without a letter or digit, which no answer can be held "
                "against; leave it out"
            )
        return lists

    def history(self) -> tuple[Turn, ...]:
        """Read the turns before a question."""
        value = self.fields.get("history") or []
        if not isinstance(value, list):
            raise self.error(f"history is {_shown(value)}; write a list of turns")
        turns = []
        for turn in value:
            given = turn if isinstance(turn, dict) else {}
            role, content = given.get("role"), given.get("content")
            if role not in ("user", "assistant") or not isinstance(content, str):
                raise self.error(
                    f"history holds {_shown(turn)}; "
                    'write {"role": "user" or "assistant", "content": "…"}'
                )
            turns.append(Turn(role, content))
        return tuple(turns)

    def _strings(self, name: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{name} holds {_shown(value)}; write a list of strings")
        return tuple(value)


def records(path: Path) -> Iterator[Record]:
    """Read the objects of a file; raises EvaluationSetError at the first line that is none."""
    try:
        lines: Sequence[bytes] = path.read_bytes().removeprefix(UTF8_BOM).split(b"\n")
    except OSError as error:
        raise EvaluationSetError(f"{path} cannot be read ({error.strerror}); {A_SET}") from error
    found = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = True
        try:
            value = orjson.loads(line)
            reason = "" if isinstance(value, dict) else f"{_shown(value)} is not a JSON object"
        except orjson.JSONDecodeError as error:
            reason = f"not JSON ({error.msg}, column {error.colno})"
        if reason:
            raise EvaluationSetError(
                f"{path}, line {number}: {reason}; write one {{…}} on each line"
            )
        yield Record(path, number, value)
    if not found:
        raise EvaluationSetError(f"{path} is empty; write one JSON object on each line")


def _shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:59] + "…"
