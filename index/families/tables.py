"""The catalogue's tables of families: sketches of texts, relations of pairs, members."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.families.sketches import Hashes
from index.types import Article, Span

SCHEMA = """
CREATE TABLE sketches (
    text_hash BLOB PRIMARY KEY,
    keys BLOB NOT NULL,          -- uint32, hashes of the text's sentences
    without BLOB NOT NULL,       -- which boilerplate the signature leaves out
    signature BLOB NOT NULL      -- uint32, MinHash of the word shingles
) WITHOUT ROWID;
CREATE TABLE relations (
    earlier TEXT, later TEXT,    -- article ids
    key BLOB NOT NULL,           -- of all that the rest follows from
    kind TEXT,                   -- copy, version, or NULL: compared and found different
    jaccard REAL NOT NULL, containment REAL NOT NULL,
    own BLOB NOT NULL,           -- int32 pairs (start, end): what only the later, a copy, says
    PRIMARY KEY (earlier, later)
) WITHOUT ROWID;
"""
IN_TIME = "coalesce(published, '9999'), id"  # an order of articles
MEMBER = "id, original, role, reference, superseded_by, own"  # columns that make a Member


@dataclass(frozen=True, slots=True)
class Sketch:
    """What of a text finds its relatives."""

    text_hash: bytes
    keys: Hashes
    without: bytes
    signature: Hashes


@dataclass(frozen=True, slots=True)
class SketchedText:
    """A text of the archive under its earliest article; ``others`` have the very same text."""

    id: str
    published: str | None
    fingerprint: bytes
    sketch: Sketch
    others: tuple[str, ...]
    boilerplate: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """How a later article compares with an earlier one.

    ``kind`` is "copy", "version" or None; ``own`` are the spans that only a copy has.
    """

    key: bytes
    kind: str | None
    jaccard: float
    containment: float
    own: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An article's place in its family.

    ``role`` is "original", "copy" or "version". ``reference`` is the article whose chunks stand for
    it, its own id unless it is a copy; ``superseded_by`` the newest version where there is a newer.
    """

    article_id: str
    family: str
    role: str
    reference: str
    superseded_by: str | None
    own: tuple[Span, ...] = ()


class FamilyTables:
    """Reads and writes what families rest on; part of the catalogue."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def take_over(self, catalog: Path) -> None:
        """Copy the sketches of texts that are here too, and all relations, from a catalogue."""
        self._db.commit()
        self._db.execute("ATTACH ? AS earlier", (f"{catalog.absolute().as_uri()}?mode=ro",))
        try:
            self._db.execute(
                "INSERT OR IGNORE INTO sketches SELECT * FROM earlier.sketches"
                " WHERE text_hash IN (SELECT text_hash FROM articles)"
            )
            self._db.execute("INSERT OR IGNORE INTO relations SELECT * FROM earlier.relations")
        finally:
            self._db.commit()
            self._db.execute("DETACH earlier")

    def unsketched(self) -> Iterator[tuple[bytes, str]]:
        """Hash and text of each text without a sketch, once."""
        new = self._db.execute(
            "SELECT min(id), text_hash FROM articles"
            " WHERE text_hash NOT IN (SELECT text_hash FROM sketches) GROUP BY text_hash"
        ).fetchall()
        for article_id, text_hash in new:
            (text,) = self._db.execute(
                "SELECT text FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
            yield text_hash, text

    def put_sketch(self, sketch: Sketch) -> None:
        """Insert or replace a sketch."""
        self._db.execute(
            "INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)",
            (sketch.text_hash, sketch.keys.tobytes(), sketch.without, sketch.signature.tobytes()),
        )

    def drop_unused_sketches(self) -> None:
        """Forget texts that no article has any more."""
        self._db.execute(
            "DELETE FROM sketches WHERE text_hash NOT IN (SELECT text_hash FROM articles)"
        )

    def sketched_texts(self) -> list[SketchedText]:
        """Each text once, under its earliest article, in the order of time."""
        rows = self._db.execute(
            "SELECT a.id, published, fingerprint, a.text_hash, keys, without, signature"
            " FROM articles a JOIN sketches s ON s.text_hash = a.text_hash"
            f" ORDER BY {IN_TIME}"
        )
        firsts: dict[bytes, tuple[str, str | None, bytes, Sketch]] = {}
        others: dict[bytes, list[str]] = {}
        for article_id, published, fingerprint, text_hash, keys, without, signature in rows:
            if text_hash in firsts:
                others.setdefault(text_hash, []).append(article_id)
                continue
            sketch = Sketch(
                text_hash, np.frombuffer(keys, np.uint32), without,
                np.frombuffer(signature, np.uint32),
            )  # fmt: skip
            firsts[text_hash] = (article_id, published, fingerprint, sketch)
        return [
            SketchedText(*first, tuple(others.get(text_hash, ())))
            for text_hash, first in firsts.items()
        ]

    def article(self, article_id: str) -> Article:
        """Return an article with the fields that are compared; raises KeyError."""
        row = self._db.execute(
            "SELECT id, title, text, published, source, url FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            raise KeyError(article_id)
        return Article(*row)

    def mark(self, article_id: str) -> tuple[str | None, bytes]:
        """Time of publication and fingerprint of an article."""
        row: tuple[str | None, bytes] = self._db.execute(
            "SELECT published, fingerprint FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return row

    def relations(self) -> dict[tuple[str, str], Relation]:
        """All pairs that were compared, by (earlier id, later id)."""
        rows = self._db.execute(
            "SELECT earlier, later, key, kind, jaccard, containment, own FROM relations"
        )
        return {
            (row[0], row[1]): Relation(row[2], row[3], row[4], row[5], read_spans(row[6]))
            for row in rows
        }

    def keep_relations(self, relations: Mapping[tuple[str, str], Relation]) -> None:
        """Store these pairs and no others."""
        before = self.relations()
        self._db.executemany(
            "DELETE FROM relations WHERE earlier = ? AND later = ?",
            [pair for pair in before if pair not in relations],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO relations VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (*pair, r.key, r.kind, r.jaccard, r.containment, span_bytes(r.own))
                for pair, r in relations.items()
                if before.get(pair) != r
            ],
        )

    def assign(self, members: Iterable[Member]) -> list[str]:
        """Store memberships; return the articles whose chunks are no longer those they should have.

        An original and a version have chunks of the whole text, a copy of what only it says.
        """
        before = {
            row[0]: row[1:]
            for row in self._db.execute(f"SELECT {MEMBER}, sentences NOT NULL FROM articles")
        }
        changed, stale = [], []
        for m in members:
            own = span_bytes(m.own) if m.role == "copy" else None
            *held, was_cut = before[m.article_id]
            values = (m.family, m.role, m.reference, m.superseded_by, own)
            if tuple(held) != values:
                changed.append((*values, m.article_id))
            if was_cut and held[4] != own:
                stale.append(m.article_id)
        self._db.executemany(
            "UPDATE articles SET original = ?, role = ?, reference = ?, superseded_by = ?, own = ?"
            " WHERE id = ?",
            changed,
        )
        return stale

    def members(self, *, several: bool = True) -> list[Member]:
        """Members of all families, or of those with ``several``, by family and time."""
        rows = self._db.execute(
            f"SELECT {MEMBER} FROM articles"
            + (
                " WHERE original IN (SELECT original FROM articles GROUP BY original"
                " HAVING count(*) > 1)" if several else ""
            )
            + f" ORDER BY original, id <> original, {IN_TIME}"
        )  # fmt: skip
        return [read_member(row) for row in rows]


def read_member(row: Sequence[Any]) -> Member:
    """Member from a row of the columns ``MEMBER``."""
    article_id, family, role, reference, superseded_by, own = row
    return Member(article_id, family, role, reference, superseded_by, read_spans(own))


def span_bytes(spans: Iterable[Span]) -> bytes:
    """Spans as int32 pairs."""
    return np.array([(span.start, span.end) for span in spans], np.int32).tobytes()


def read_spans(blob: bytes | None) -> tuple[Span, ...]:
    """Spans from int32 pairs; of NULL none."""
    pairs = np.frombuffer(blob or b"", np.int32).reshape(-1, 2).tolist()
    return tuple(Span(start, end) for start, end in pairs)
