"""JSON Lines of an evaluation set: each field read with its type checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from index.errors import NewsArchiveError
from index.formats.text import UTF8_BOM
from rag.evaluation.scoring import fold
from rag.types import Turn

A_SET = (
    "a set is a folder with articles.jsonl and questions.jsonl, or with rewrites.jsonl for "
    "follow-ups"
)


class EvaluationSetError(NewsArchiveError):
    """An evaluation set cannot be used: which file, which line, and what mends it."""


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

    def phrases(self, name: str) -> tuple[str, ...]:
        """Read a list of strings, those without a letter or digit left out."""
        # Without a letter or digit they would be found in any answer.
        return tuple(filter(fold, self.strings(name)))

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
        return tuple(self._turn(turn) for turn in value)

    def _turn(self, turn: object) -> Turn:
        if isinstance(turn, dict):
            role, content = turn.get("role"), turn.get("content")
            if role in ("user", "assistant") and isinstance(content, str):
                return Turn(role, content)
        raise self.error(
            f'history holds {_shown(turn)}; write {{"role": "user" or "assistant", "content": "…"}}'
        )

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
        if line.strip():
            found = True
            yield Record(path, number, _object(path, number, line))
    if not found:
        raise EvaluationSetError(f"{path} is empty; write one JSON object on each line")


def _object(path: Path, number: int, line: bytes) -> dict[str, object]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reason = f"not JSON ({error.msg}, column {error.colno})"
    else:
        if isinstance(value, dict):
            return value
        reason = f"{_shown(value)} is not a JSON object"
    raise EvaluationSetError(f"{path}, line {number}: {reason}; write one {{…}} on each line")


def _shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:59] + "…"
