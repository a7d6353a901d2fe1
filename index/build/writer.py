"""The next generation while it is made: its catalogue, its indexes, what was embedded for it.

``Stage`` takes articles into the catalogue and out of it, ``Store`` writes what was encoded of them
to the indexes, ``EmbeddingJournal`` keeps vectors for the case that the build is killed.
"""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import orjson

from index.build.merge import compacted
from index.errors import ArchiveDamagedError
from index.families import settle
from index.models.encode import EncodedArticle, Encoding, read_encoding
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation
from index.store.lexical import LexicalIndex
from index.store.rows import ChunkVectors
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex
from index.types import Article, SourcedArticle, key_of


class Stage:
    """What differs from the current generation, in the next one's catalogue.

    It is copied from the current one at the first difference, so that a build which finds none
    copies nothing.
    """

    def __init__(self, folder: ArchiveFolder, *, fresh: bool) -> None:
        self._folder = folder
        self.dropped_chunks: list[str] = []
        self._staged: Generation | None = None
        self._shifted: dict[str, tuple[str, int | None]] = {}
        self._new: set[str] = set()
        self._differs = fresh  # by more than what is new
        if fresh:
            self._staged = folder.stage(copy_current=False)
            self.catalog = Catalog(self._staged.catalog, create=True)
        else:
            self.catalog = Catalog(folder.current().catalog, read_only=True)

    @property
    def differs(self) -> bool:
        """Whether there is anything to publish."""
        return self._differs or bool(self._new)

    def begun(self) -> Generation:
        """Return the staged generation, copied from the current one if nothing differed before."""
        if self._staged is None:
            self.catalog.close()
            self._staged = self._folder.stage(copy_current=True)
            self.catalog = Catalog(self._staged.catalog)
        return self._staged

    def take_in(self, item: SourcedArticle) -> str:
        """Store an article; "new", "changed" or "unchanged"."""
        article = item.article
        mark = fingerprint(article)
        stored = self.catalog.fingerprint(article.id)
        if stored == mark:
            file, line = self.catalog.place(article.id)
            if file != item.file:
                # Else a later build would look for it where it no longer stands.
                self._differs = True
                self.begun()
                self.catalog.move_article(article.id, item.file, item.line)
            elif line != item.line:
                self._shifted[article.id] = (item.file, item.line)
            return "unchanged"
        if stored is not None:
            self.remove(article.id)
        else:
            self._new.add(article.id)
        self.begun()
        self.catalog.put_article(article, item.file, item.line, mark, key_of(article.text))
        return "new" if stored is None else "changed"

    def remove(self, article_id: str) -> None:
        """Forget an article and note which of its chunks the indexes must drop."""
        self._differs = True
        self._drop(article_id)

    def withdraw(self, article_id: str) -> bool:
        """Forget an article; whether the current generation has it.

        Else a source that has both an article and its withdrawal would differ at each build.
        """
        was_there = article_id not in self._new
        self._new.discard(article_id)
        self._differs |= was_there
        self._drop(article_id)
        return was_there

    def _drop(self, article_id: str) -> None:
        self.begun()
        self.dropped_chunks.extend(self.catalog.chunk_ids([article_id]))
        self.catalog.delete_article(article_id)

    def settle_places(self) -> None:
        """Note on which lines unchanged articles stand now, where a generation is made anyway."""
        if self.differs:
            for article_id, (file, line) in self._shifted.items():
                self.catalog.move_article(article_id, file, line)

    def forget_vectors(self) -> None:
        """Drop all chunks and indexes, to be made anew of the articles by another embedder."""
        self._differs = True
        generation = self.begun()
        for article_id in {i.rpartition(":")[0] for i in self.catalog.chunk_ids()}:
            self.catalog.drop_chunks(article_id)
        shutil.rmtree(generation.chroma)
        shutil.rmtree(generation.lexical)
        generation.sentences.unlink()
        generation.chunk_vectors.unlink(missing_ok=True)

    def settle_families(self) -> None:
        """Find copies and versions; drop the chunks of articles whose part changed."""
        self.begun()
        for article_id in settle(self.catalog.families):
            self.dropped_chunks.extend(self.catalog.chunk_ids([article_id]))
            self.catalog.drop_chunks(article_id)

    def release(self) -> None:
        """Close the catalogue for writing and read it from now on."""
        self.catalog.commit()
        self.catalog.close()
        self.catalog = Catalog(self.begun().catalog, read_only=True)

    def compact(self, dimension: int) -> None:
        """Go on with a copy that has nothing of what was deleted; the catalogue stays as it is."""
        self._staged = compacted(self._folder, self.begun(), dimension)

    def discard(self) -> None:
        """Delete what was staged: the next writer would, but the disk may be full till then."""
        self.catalog.close()
        if self._staged is not None:
            self._folder.discard(self._staged)


def fingerprint(article: Article) -> bytes:
    """Hash of every field: another one tells a changed article."""
    return key_of(orjson.dumps(asdict(article)))


_BATCH = 1_000  # chunks


class Store:
    """Writes encoded articles to Chroma, tantivy and the sentence vectors, in batches.

    ``held`` are the entries that Chroma has already, by the ids of their chunks: those that come
    again are not written again, the others go.
    """

    def __init__(self, generation: Generation, dimension: int, held: Mapping[str, bytes]) -> None:
        self._held = dict(held)
        self._replaced: list[str] = []
        self._changed = False
        self._vectors = VectorIndex(generation.chroma)
        self._lexical = LexicalIndex(generation.lexical)
        self._sentences = SentenceVectors(generation.sentences, dimension)
        self._chunks = ChunkVectors(generation.chunk_vectors, dimension)
        self._next_sentence = len(self._sentences)
        self._waiting: list[EmbeddedChunk] = []

    def delete(self, chunk_ids: Sequence[str]) -> None:
        """Remove chunks, and so all chunks of their articles."""
        self._delete(chunk_ids)
        self._lexical.delete(sorted({chunk_id.rpartition(":")[0] for chunk_id in chunk_ids}))

    def add(self, encoded: EncodedArticle, catalog: Catalog) -> None:
        """Take in an encoded article and note in the catalogue where its vectors begin."""
        article, chunks = encoded.chunked.article, encoded.chunked.chunks
        self._lexical.add((chunk, article.title) for chunk in chunks)
        rows = [
            EmbeddedChunk(chunk, article, encoding.vector)
            for chunk, encoding in zip(chunks, encoded.encodings, strict=True)
        ]
        entries = [row.entry for row in rows]
        for row, entry in zip(rows, entries, strict=True):
            held = self._held.pop(row.chunk.id, None)
            if held != entry:
                if held is not None:
                    self._replaced.append(row.chunk.id)
                self._waiting.append(row)
        self._chunks.append(encoded, entries, self._next_sentence)
        self._sentences.append_stored(b"".join(e.sentences.tobytes() for e in encoded.encodings))
        catalog.put_first_vector(article.id, self._next_sentence)
        self._next_sentence += sum(len(encoding.sentences) for encoding in encoded.encodings)
        if len(self._waiting) >= _BATCH:
            self._add_waiting()

    def flush(self) -> None:
        """Write what is waiting."""
        self._add_waiting()
        self._delete(list(self._held))
        if self._changed:
            self._vectors.persist()
        self._lexical.commit()

    def check(self, chunks: int) -> None:
        """Catalogue, vectors and words must hold the same number of chunks."""
        found = (self._vectors.count(), self._lexical.count())
        if found != (chunks, chunks):
            raise ArchiveDamagedError(
                f"{chunks} chunks in the catalogue, vectors and words hold {found}; build anew "
                "with: newsarchive build --rebuild PATH…"
            )

    def close(self) -> None:
        """Release the files."""
        self._vectors.close()

    def _delete(self, chunk_ids: Sequence[str]) -> None:
        self._changed = self._changed or bool(chunk_ids)
        self._vectors.delete(chunk_ids)

    def _add_waiting(self) -> None:
        self._delete(self._replaced)
        self._replaced.clear()
        self._changed = self._changed or bool(self._waiting)
        self._vectors.add(self._waiting)
        self._waiting.clear()


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS vectors"
    " (key BLOB PRIMARY KEY, checksum INTEGER NOT NULL, encoding BLOB NOT NULL)"
)


class EmbeddingJournal:
    """Encodings on disk by what was embedded, so that a build that was killed can go on.

    Written batch by batch, and deleted when the build is done. One that is damaged is begun anew,
    and so is one that an earlier version wrote.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension = dimension
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._db = _open(path)

    def put(self, rows: Iterable[tuple[bytes, Encoding]]) -> None:
        """Store encodings under their keys."""
        stored = [(key, encoding.tobytes()) for key, encoding in rows]
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            [(key, zlib.crc32(encoding), encoding) for key, encoding in stored],
        )
        self._db.commit()

    def get(self, key: bytes) -> Encoding | None:
        """Return the encoding under a key; None also where it is damaged."""
        try:
            row = self._db.execute(
                "SELECT checksum, encoding FROM vectors WHERE key = ?", (key,)
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        if row is None or zlib.crc32(row[1]) != row[0]:
            return None
        return read_encoding(row[1], self._dimension)

    def close(self) -> None:
        """Close the file and keep it."""
        self._db.close()


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_SCHEMA)
        db.execute("SELECT key, checksum, encoding FROM vectors LIMIT 0")
        with closing(db.execute("PRAGMA quick_check(1)")) as found:
            if found.fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
