"""Long and short forms of names as articles give them, "Islamic State (IS)": part of the catalogue.

They are collected when an article is stored, so that a question is read without reading articles.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator

from index.types import Article

SCHEMA = """
CREATE TABLE glosses (
    article_id TEXT NOT NULL,
    short TEXT NOT NULL, long TEXT NOT NULL,
    PRIMARY KEY (article_id, short, long)
) WITHOUT ROWID;
CREATE INDEX glosses_by_short ON glosses (short);
CREATE INDEX glosses_by_long ON glosses (long);
"""
SHORT_FORM = r"[A-Z][A-Za-z]?[A-Z]{1,5}"
JOINING = ("of", "the", "and", "for", "on", "in", "de", "du", "des", "la", "del", "to")
_GIVEN = re.compile(rf",? \((?P<short>{SHORT_FORM})[,)]")
_NAME = re.compile(r"[A-Z][\w’']+")
_LONGEST = 120  # characters of a long form


class Glosses:
    """Which short and long forms of a name the articles of a catalogue put beside each other.

    A catalogue of before there was the table has none until it is written to.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        tables = "SELECT count(*) FROM sqlite_master WHERE name = 'glosses'"
        self._there = bool(db.execute(tables).fetchone()[0])

    def collect(self, articles: Iterable[Article]) -> None:
        """Make the table of ``articles``, all that there are, where there is none."""
        if not self._there:
            self._db.executescript(SCHEMA)
            self._there = True
            for article in articles:
                self.put(article)

    def put(self, article: Article) -> None:
        """Note those of an article, in the place of what was noted of it before."""
        self.forget(article.id)
        found = {pair for text in (article.title, article.text) for pair in glosses(text)}
        self._db.executemany(
            "INSERT INTO glosses VALUES (?, ?, ?)",
            [(article.id, short, long) for short, long in sorted(found)],
        )

    def forget(self, article_id: str) -> None:
        """Forget those of an article."""
        self._db.execute("DELETE FROM glosses WHERE article_id = ?", (article_id,))

    def long_form(self, short: str) -> str | None:
        """Tell what most articles write an acronym out as."""
        return self._commonest("long", "short", short)

    def short_form(self, long: str) -> str | None:
        """Tell the acronym that most articles give for a name."""
        return self._commonest("short", "long", long)

    def _commonest(self, wanted: str, given: str, name: str) -> str | None:
        if not self._there:
            return None
        row = self._db.execute(
            f"SELECT {wanted} FROM glosses WHERE {given} = ?"
            f" GROUP BY {wanted} ORDER BY count(*) DESC, {wanted} LIMIT 1",
            (name,),
        ).fetchone()
        return row[0] if row else None


def glosses(text: str) -> Iterator[tuple[str, str]]:
    """Short and long form of each name that a text gives both of, where their letters agree."""
    # From the bracket back: one pattern for both would try each way to part a name at its hyphens.
    for match in _GIVEN.finditer(text):
        before = text[max(0, match.start() - _LONGEST) : match.start()]
        long = _fitting(match["short"].upper(), before)
        if long:
            yield match["short"], long


def _fitting(short: str, before: str) -> str | None:
    """Most of the last words whose initials spell the short form; small words may be skipped."""
    initials = capitals = ""
    found, start = None, len(before)
    for part in reversed(re.split(r"[ -]", before)):
        start -= len(part)
        if not (part in JOINING or _NAME.fullmatch(part)):
            break
        initials = part[0].upper() + initials
        if part[0].isupper():
            capitals = part[0] + capitals
            if short in (initials, capitals):
                found = before[start:]
        start -= 1
    return found
