"""The catalogue's register: every article without its text, for what concerns many of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """An article's place: where it came from, and where it stands in its family."""

    id: str
    title: str
    published: str | None
    source: str | None
    url: str | None
    file: str
    line: int | None
    family: str
    role: str
    superseded_by: str | None

    @property
    def day(self) -> str | None:
        """Day of publication, "YYYY-MM-DD" in UTC."""
        return None if self.published is None else self.published[:10]


class Register:
    """Reads of all articles what is not their text; part of the catalogue."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def entries(self) -> Iterator[Entry]:
        """Every article, by id."""
        rows = self._db.execute(
            "SELECT id, title, published, source, url, file, line, original, role, superseded_by"
            " FROM articles ORDER BY id"
        )
        for row in rows:
            yield Entry(*row)

    def fingerprints(self) -> Iterator[tuple[str, bytes]]:
        """Each article's id with the hash of its fields, by id."""
        yield from self._db.execute("SELECT id, fingerprint FROM articles ORDER BY id")

    def files(self) -> set[str]:
        """Files that articles were read from."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT file FROM articles")}

    def places(self) -> Iterator[tuple[str, str, int | None]]:
        """Each article's id, and file and line that it was read from, by id."""
        yield from self._db.execute("SELECT id, file, line FROM articles ORDER BY id")

    def versions(self, item: str, mark: str) -> list[str]:
        """Ids of an item's versions: its own, and those with the mark (one of ASCII) behind it."""
        rows = self._db.execute(
            "SELECT id FROM articles WHERE id = ? OR (id >= ? AND id < ?) ORDER BY id",
            (item, f"{item}{mark}", f"{item}{chr(ord(mark) + 1)}"),
        )
        return [row[0] for row in rows]

    def indexed(self) -> list[str]:
        """Articles with vectors, in the order of their sentence vectors."""
        rows = self._db.execute(
            "SELECT id FROM articles WHERE first_vector NOT NULL ORDER BY first_vector"
        )
        return [row[0] for row in rows]
