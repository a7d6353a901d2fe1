"""One generation of an archive, open for questions."""

from __future__ import annotations

from datetime import date, timedelta

from index.errors import NewsArchiveError
from index.models.cross_encoder import Reranker
from index.models.embedder import Embedder
from index.models.kept import open_archive_embedder
from index.store.archive import ArchiveFolder
from index.store.generation import Generation, Manifest
from rag.retrieval.retriever import Retriever


class Reader:
    """One generation, open; closed when it is retired and its last user has left."""

    def __init__(
        self, generation: Generation, before: Reader | None, reranker: Reranker | None
    ) -> None:
        self.generation = generation
        self.manifest: Manifest = generation.manifest()
        self.embedder = _embedder(generation, self.manifest, before)
        self.retriever = Retriever(generation, self.embedder, reranker)
        self.outlets = tuple(name for name, _ in self.retriever.catalog.sources())
        self.newest = self.retriever.catalog.newest_day(self._latest_day())
        self.users = 0
        self._retired = False

    def _latest_day(self) -> str:
        """Last day on which an article of the archive can have come out, wherever that was.

        A date beyond it is an embargo, a placeholder or a slip, and not the day of the question.
        """
        built = date.fromisoformat(self.manifest.created[:10])
        return (built + timedelta(days=1)).isoformat()

    def text(self, article_id: str) -> str:
        """Text of an article as it is stored; raises LookupError where there is none."""
        article = self.retriever.catalog.article(article_id)
        if article is None:
            raise LookupError(article_id)
        return article.text

    def retire(self) -> None:
        """Close once the last user has left."""
        self._retired = True
        self._close_if_unused()

    def leave(self) -> None:
        """Count a user as gone. Call it with the archive's lock held."""
        self.users -= 1
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._retired and self.users == 0:
            self.retriever.close()


def newest_reader(
    folder: ArchiveFolder, before: Reader | None, reranker: Reranker | None
) -> Reader:
    """Open the current generation; a build may put another in its place and delete it meanwhile."""
    while True:
        name = folder.current_name()
        try:
            return Reader(folder.current(), before, reranker)
        except NewsArchiveError:
            if folder.current_name() == name:
                raise


def _embedder(generation: Generation, manifest: Manifest, before: Reader | None) -> Embedder:
    """Open the manifest's embedder, or take the one that is loaded already where it is the same."""
    if before is not None and before.manifest.embedder == manifest.embedder:
        return before.embedder
    return open_archive_embedder(generation.archive, manifest.embedder)
