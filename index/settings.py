"""What callers give: the settings of an archive, and paths, days and values in any usual form.

The settings are what an archive's manifest names and what opening it must find again. The rest is
written alike here, or refused, before anything is done with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from index.errors import SettingsError

StrPath = str | os.PathLike[str]
Day = str | date  # "YYYY-MM-DD", or a date; a datetime is one, too

FORMAT_VERSION = 3
PACKAGED = "all-MiniLM-L6-v2"
HASHED = "hashed-words"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Settings:
    """How an archive is indexed.

    ``embedder``: "all-MiniLM-L6-v2" (packaged), "hashed-words", or a sentence-transformers model.
    ``chunk_pieces``: word pieces of a chunk, headline and date included; see
    docs/decisions/0002-retrieval.md for why it is well under the embedder's window.
    """

    embedder: str = PACKAGED
    chunk_pieces: int = 160

    def __post_init__(self) -> None:
        if self.chunk_pieces < 48:
            raise SettingsError(
                f"chunk_pieces is {self.chunk_pieces}; at least 48 are needed for a headline and "
                "a sentence"
            )


def absolute(path: Path) -> Path:
    """Write a path in full, with its links as they are: what one leads to may change."""
    return Path(os.path.abspath(path))


def several(values: str | Iterable[str]) -> tuple[str, ...]:
    """Return one value or several as a tuple: a string is one, and not its letters."""
    return (values,) if isinstance(values, str) else tuple(values)


def written_day(day: Day | None) -> str | None:
    """Write a date as "YYYY-MM-DD", and a datetime as its day in UTC; text stays as it is."""
    if isinstance(day, datetime):
        day = (day.astimezone(UTC) if day.tzinfo else day).date()
    return day.isoformat() if isinstance(day, date) else day


def check_day(name: str, day: str | None) -> None:
    """Raise ValueError for a day that is not YYYY-MM-DD; ``name`` says which one it is."""
    if day is None:
        return
    try:
        if not _DAY.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {day!r} is no day; write it as YYYY-MM-DD") from error


def check_days(first: str | None, last: str | None) -> None:
    """Raise ValueError for a limit that is no day, and for a range that ends before it begins."""
    check_day("from", first)
    check_day("to", last)
    if first and last and first > last:
        raise ValueError(f"the range from {first} to {last} ends before it begins")
