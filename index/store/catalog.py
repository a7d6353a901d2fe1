"""The catalogue: articles, their sentences and chunks, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from index.families.tables import (
    IN_TIME,
    MEMBER,
    FamilyTables,
    Member,
    read_member,
    read_spans,
    span_bytes,
)
from index.families.tables import SCHEMA as _FAMILY_SCHEMA
from index.models.chunker import ChunkedArticle
from index.store.glosses import Glosses
from index.store.register import Register
from index.types import Article, Chunk, Span

_SCHEMA = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL, text TEXT NOT NULL, published TEXT, source TEXT, url TEXT,
    author TEXT, language TEXT,
    file TEXT NOT NULL, line INTEGER,
    fingerprint BLOB NOT NULL,   -- of everything above but file and line: tells a changed article
    text_hash BLOB NOT NULL,
    original TEXT,               -- id of the family's original; its own id for an original
    role TEXT,                   -- original, copy, version
    reference TEXT,              -- whose chunks stand for it; its own id unless it is a copy
    superseded_by TEXT,          -- id of the story's newest version, where there is a newer one
    own BLOB,                    -- int32 pairs: what only a copy says; NULL for the others
    header TEXT,                 -- what is put before a chunk's text when it is embedded
    sentences BLOB,              -- int32 pairs (start, end); NULL until cut, as most copies stay
    first_vector INTEGER         -- row of the first sentence in the sentence vectors
);
CREATE INDEX articles_by_text ON articles (text_hash);
CREATE INDEX articles_by_original ON articles (original);
CREATE INDEX articles_by_time ON articles (published);
CREATE TABLE chunks (
    id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL,
    first_sentence INTEGER NOT NULL, last_sentence INTEGER NOT NULL, -- end exclusive
    pieces INTEGER NOT NULL      -- word pieces of what is embedded, header included
);
CREATE INDEX chunks_by_article ON chunks (article_id);
"""
_VARIABLES = 900  # of one statement; SQLite's own limit was 999 for long
_ARTICLE = "id, title, text, published, source, url, author, language"


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with its place among the article's sentences (``range`` of their indices)."""

    chunk: Chunk
    sentences: range


class Catalog:
    """Articles, families, sentences and chunks of one generation.

    Reading is safe from several threads at once; writing is for the one builder.
    """

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        mode = "ro&immutable=1" if read_only else ("rwc" if create else "rw")
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False
        )
        if not read_only:
            self._db.execute("PRAGMA synchronous = OFF")  # the builder syncs before the flip
        if create:
            self._db.executescript(_SCHEMA + _FAMILY_SCHEMA)
        self.families = FamilyTables(self._db)
        self.glosses = Glosses(self._db)
        if not read_only:
            self.glosses.collect(self.articles())
        self.register = Register(self._db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def commit(self) -> None:
        """Make what was written durable for the next opener."""
        self._db.commit()

    # -- writing -------------------------------------------------------------------------------

    def put_article(
        self, article: Article, file: str, line: int | None, fingerprint: bytes, text_hash: bytes
    ) -> None:
        """Insert or replace an article; its family and chunks are set later."""
        own = (getattr(article, column) for column in _ARTICLE.split(", "))
        values = (*own, file, line, fingerprint, text_hash)
        self._db.execute(
            f"INSERT OR REPLACE INTO articles ({_ARTICLE}, file, line, fingerprint, text_hash)"
            f" VALUES ({', '.join('?' * len(values))})",
            values,
        )
        self.glosses.put(article)

    def move_article(self, article_id: str, file: str, line: int | None) -> None:
        """Note where an unchanged article stands now."""
        self._db.execute(
            "UPDATE articles SET file = ?, line = ? WHERE id = ?", (file, line, article_id)
        )

    def delete_article(self, article_id: str) -> None:
        """Remove an article and its chunks."""
        self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        self._db.execute("DELETE FROM chunks WHERE article_id = ?", (article_id,))
        self.glosses.forget(article_id)

    def put_chunks(self, chunked: ChunkedArticle) -> None:
        """Store an article's sentences and chunks."""
        self._db.execute(
            "UPDATE articles SET header = ?, sentences = ? WHERE id = ?",
            (chunked.header, span_bytes(chunked.sentences), chunked.article.id),
        )
        self._db.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (c.id, c.article_id, ordinal, c.start, c.end, own.start, own.stop, pieces)
                for ordinal, (c, own, pieces) in enumerate(
                    zip(chunked.chunks, chunked.chunk_sentences, chunked.chunk_pieces, strict=True)
                )
            ],
        )

    def drop_chunks(self, article_id: str) -> None:
        """Forget an article's chunks and sentences (its place in its family changed)."""
        self._db.execute("DELETE FROM chunks WHERE article_id = ?", (article_id,))
        self._db.execute(
            "UPDATE articles SET header = NULL, sentences = NULL, first_vector = NULL WHERE id = ?",
            (article_id,),
        )

    def put_first_vector(self, article_id: str, row: int) -> None:
        """Note at which row of the sentence vectors an article begins."""
        self._db.execute("UPDATE articles SET first_vector = ? WHERE id = ?", (row, article_id))

    # -- reading -------------------------------------------------------------------------------

    def fingerprint(self, article_id: str) -> bytes | None:
        """Fingerprint of a stored article, None where there is none."""
        row = self._row("SELECT fingerprint FROM articles WHERE id = ?", (article_id,))
        return row[0] if row else None

    def place(self, article_id: str) -> tuple[str, int | None]:
        """File and line that an article was read from."""
        row = self._row("SELECT file, line FROM articles WHERE id = ?", (article_id,))
        if row is None:
            raise KeyError(article_id)
        return row[0], row[1]

    def unchunked_originals(self) -> list[str]:
        """Originals, versions and copies with words of their own that have not been cut."""
        return self._column(
            "SELECT id FROM articles WHERE sentences IS NULL AND (role <> 'copy' OR own <> x'')"
        )

    def unembedded_originals(self) -> list[str]:
        """Articles whose chunks have no vectors yet."""
        return self._column(
            "SELECT id FROM articles WHERE first_vector IS NULL AND sentences NOT NULL"
            " ORDER BY rowid"
        )

    def chunked(self, article_id: str) -> ChunkedArticle:
        """Return an article with its chunks; raises KeyError where it has none."""
        row = self._row("SELECT header FROM articles WHERE id = ?", (article_id,))
        article = self.article(article_id)
        if article is None or row is None or row[0] is None:
            raise KeyError(article_id)
        rows = self._db.execute(
            "SELECT id, article_id, start, stop, first_sentence, last_sentence, pieces"
            " FROM chunks WHERE article_id = ? ORDER BY ordinal",
            (article_id,),
        ).fetchall()
        chunks = tuple(Chunk(r[0], r[1], r[2], r[3], article.text[r[2] : r[3]]) for r in rows)
        return ChunkedArticle(
            article,
            row[0],
            self.sentences(article_id),
            chunks,
            tuple(range(r[4], r[5]) for r in rows),
            tuple(r[6] for r in rows),
        )

    def count_chunks(self, article_ids: Iterable[str]) -> int:
        """Count the chunks of some articles."""
        return sum(
            row[0]
            for article_id in article_ids
            for row in self._db.execute(
                "SELECT count(*) FROM chunks WHERE article_id = ?", (article_id,)
            )
        )

    def own(self, article_id: str) -> tuple[Span, ...] | None:
        """Spans that only this copy says; None for an original and a version."""
        row = self._row("SELECT own FROM articles WHERE id = ?", (article_id,))
        return read_spans(row[0]) if row and row[0] is not None else None

    def article(self, article_id: str) -> Article | None:
        """Return an article by id, None where there is none."""
        row = self._row(f"SELECT {_ARTICLE} FROM articles WHERE id = ?", (article_id,))
        return Article(*row) if row else None

    def family(self, original: str) -> list[Article]:
        """Articles of an original's family, the original first, then by time."""
        return [a for a, member in self.relatives(original) if member.family == original]

    def relatives(self, article_id: str) -> list[tuple[Article, Member]]:
        """Return an article's family with itself, the original first, then by time."""
        rows = self._db.execute(
            f"SELECT {_ARTICLE}, {MEMBER} FROM articles"
            " WHERE original = (SELECT original FROM articles WHERE id = ?)"
            f" ORDER BY id <> original, {IN_TIME}",
            (article_id,),
        )
        return [(Article(*row[:8]), read_member(row[8:])) for row in rows]

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        """Sentence spans of an article that was cut; raises KeyError for any other id."""
        row = self._row("SELECT sentences FROM articles WHERE id = ?", (article_id,))
        if row is None or row[0] is None:
            raise KeyError(article_id)
        return read_spans(row[0])

    def first_vector(self, article_id: str) -> int:
        """Row of an article's first sentence in the sentence vectors."""
        row = self._row("SELECT first_vector FROM articles WHERE id = ?", (article_id,))
        if row is None or row[0] is None:
            raise KeyError(article_id)
        return int(row[0])

    def chunk(self, chunk_id: str) -> StoredChunk:
        """Return a chunk by id; raises KeyError where there is none."""
        row = self._row(
            "SELECT c.id, c.article_id, c.start, c.stop,"
            " substr(a.text, c.start + 1, c.stop - c.start), c.first_sentence, c.last_sentence"
            " FROM chunks c JOIN articles a ON a.id = c.article_id WHERE c.id = ?",
            (chunk_id,),
        )
        if row is None:
            raise KeyError(chunk_id)
        return StoredChunk(Chunk(*row[:5]), range(row[5], row[6]))

    def sentence_rows(self, chunk_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Rows of each chunk's sentence vectors, end exclusive; unknown ids are left out."""
        columns = "c.id, a.first_vector + c.first_sentence, a.first_vector + c.last_sentence"
        return {row[0]: (row[1], row[2]) for row in self._of_chunks(columns, chunk_ids)}

    def texts(self, chunk_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Id, headline and text of some chunks, in no order; unknown ids are left out."""
        columns = "c.id, a.title, substr(a.text, c.start + 1, c.stop - c.start)"
        return list(self._of_chunks(columns, chunk_ids))

    def published(self, chunk_ids: Sequence[str]) -> dict[str, str | None]:
        """Date of publication of each chunk's article; unknown ids are left out."""
        return dict(self._of_chunks("c.id, a.published", chunk_ids))

    def _of_chunks(self, columns: str, chunk_ids: Sequence[str]) -> Iterator[Any]:
        for first in range(0, len(chunk_ids), _VARIABLES):
            some = chunk_ids[first : first + _VARIABLES]
            yield from self._db.execute(
                f"SELECT {columns} FROM chunks c JOIN articles a ON a.id = c.article_id"
                f" WHERE c.id IN ({', '.join('?' * len(some))})",
                some,
            )

    def chunk_at(self, article_id: str, position: int) -> str | None:
        """Id of the chunk that holds a character of an article."""
        row = self._row(
            "SELECT id FROM chunks WHERE article_id = ? AND start <= ? AND stop > ?",
            (article_id, position, position),
        )
        return row[0] if row else None

    def chunk_ids(self, article_ids: Iterable[str] | None = None) -> list[str]:
        """Ids of all chunks, or of those of some articles, in order."""
        if article_ids is None:
            return self._column("SELECT id FROM chunks ORDER BY article_id, ordinal")
        some = orjson.dumps(list(article_ids)).decode()
        return self._column(
            "SELECT id FROM chunks WHERE article_id IN (SELECT value FROM json_each(?))"
            " ORDER BY article_id, ordinal",
            (some,),
        )

    def matching(
        self, published_from: str | None, published_to: str | None, sources: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        """Id of each article with chunks → ids of its family's members inside the limits, if any.

        Days are "YYYY-MM-DD", both ends included; an article without a date is outside any range.
        """
        inside: dict[str, set[str]] = {}
        where, values = _within(published_from, published_to, sources)
        sql = f"SELECT original, id FROM articles WHERE {where}"
        for original, article_id in self._db.execute(sql, values):
            inside.setdefault(original, set()).add(article_id)
        rows = self._db.execute("SELECT id, original FROM articles WHERE sentences NOT NULL")
        return {row[0]: frozenset(inside[row[1]]) for row in rows if row[1] in inside}

    def matches(
        self, published_from: str | None, published_to: str | None, sources: Sequence[str]
    ) -> bool:
        """Whether any article is inside limits as ``matching`` reads them."""
        where, values = _within(published_from, published_to, sources)
        return self._row(f"SELECT 1 FROM articles WHERE {where} LIMIT 1", values) is not None

    def counts(self) -> tuple[int, int, int]:
        """Numbers of articles, of copies among them, and of chunks."""
        row = self._row(
            "SELECT (SELECT count(*) FROM articles),"
            " (SELECT count(*) FROM articles WHERE role = 'copy'), (SELECT count(*) FROM chunks)"
        )
        assert row is not None
        return row[0], row[1], row[2]

    def sources(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self._db.execute(
            "SELECT source, count(*) AS n FROM articles WHERE source IS NOT NULL"
            " GROUP BY source ORDER BY n DESC, source"
        ).fetchall()

    def days(self) -> tuple[str | None, str | None]:
        """First and last day of publication."""
        row = self._row("SELECT min(published), max(published) FROM articles")
        assert row is not None
        return row[0] and row[0][:10], row[1] and row[1][:10]

    def newest_day(self, until: str) -> str | None:
        """Day of the newest article that was published up to a day; of all where none was."""
        row = self._row(
            "SELECT max(published) FROM articles WHERE substr(published, 1, 10) <= ?", (until,)
        )
        return row[0][:10] if row and row[0] else self.days()[1]

    def recent_originals(self, count: int) -> list[Article]:
        """Return the newest originals and latest versions, newest first."""
        rows = self._db.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE role <> 'copy' AND superseded_by IS NULL"
            " ORDER BY coalesce(published, '') DESC, id LIMIT ?",
            (count,),
        )
        return [Article(*row) for row in rows]

    def articles(self) -> Iterator[Article]:
        """Every article, by id."""
        for row in self._db.execute(f"SELECT {_ARTICLE} FROM articles ORDER BY id"):
            yield Article(*row)

    def _row(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def _column(self, sql: str, values: Sequence[object] = ()) -> list[str]:
        return [row[0] for row in self._db.execute(sql, values).fetchall()]


def _within(
    published_from: str | None, published_to: str | None, sources: Sequence[str]
) -> tuple[str, list[str]]:
    """Condition on articles, with its values."""
    where, values = ["1"], list[str]()
    if published_from:
        where.append("published >= ?")
        values.append(published_from)
    if published_to:
        where.append("substr(published, 1, 10) <= ?")
        values.append(published_to)
    if sources:
        where.append(f"source IN ({', '.join('?' * len(sources))})")
        values.extend(sources)
    return " AND ".join(where), values
