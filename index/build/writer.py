"""The next generation's catalogue while it is made: what differs from the current one."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from hashlib import blake2b

import orjson

from index.build.merge import compacted
from index.families import settle
from index.store.archive import ArchiveFolder, Generation
from index.store.catalog import Catalog
from index.types import Article, SourcedArticle


class Stage:
    """The next generation's catalogue.

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
    def generation(self) -> Generation:
        """The staged generation, copied now if nothing differed before."""
        return self._begin()

    @property
    def differs(self) -> bool:
        """Whether there is anything to publish."""
        return self._differs or bool(self._new)

    def close(self) -> None:
        """Close the catalogue."""
        self.catalog.close()

    def discard(self) -> None:
        """Delete what was staged: the next writer would, but the disk may be full till then."""
        self.close()
        if self._staged is not None:
            self._folder.discard(self._staged)

    def release(self) -> None:
        """Close the catalogue for writing and read it from now on."""
        self.catalog.commit()
        self.catalog.close()
        self.catalog = Catalog(self.generation.catalog, read_only=True)

    def compact(self, dimension: int) -> None:
        """Go on with a copy that has nothing of what was deleted; the catalogue stays as it is."""
        self._staged = compacted(self._folder, self.generation, dimension)

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
                self._begin()
                self.catalog.move_article(article.id, item.file, item.line)
            elif line != item.line:
                self._shifted[article.id] = (item.file, item.line)
            return "unchanged"
        if stored is not None:
            self.remove(article.id)
        else:
            self._new.add(article.id)
        self._begin()
        self.catalog.put_article(article, item.file, item.line, mark, text_hash(article.text))
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
        self._begin()
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
        generation = self._begin()
        for article_id in {i.rpartition(":")[0] for i in self.catalog.chunk_ids()}:
            self.catalog.drop_chunks(article_id)
        shutil.rmtree(generation.chroma)
        shutil.rmtree(generation.lexical)
        generation.sentences.unlink()
        generation.chunk_vectors.unlink(missing_ok=True)

    def settle_families(self) -> None:
        """Find copies and versions; drop the chunks of articles whose part changed."""
        self._begin()
        for article_id in settle(self.catalog.families):
            self.dropped_chunks.extend(self.catalog.chunk_ids([article_id]))
            self.catalog.drop_chunks(article_id)

    def _begin(self) -> Generation:
        """Copy the current generation, unless that is done."""
        if self._staged is None:
            self.catalog.close()
            self._staged = self._folder.stage(copy_current=True)
            self.catalog = Catalog(self._staged.catalog)
        return self._staged


def text_hash(text: str) -> bytes:
    """Hash that texts share where they are the same."""
    return blake2b(text.encode(), digest_size=16).digest()


def fingerprint(article: Article) -> bytes:
    """Hash of every field: another one tells a changed article."""
    return text_hash(orjson.dumps(asdict(article)).decode())
