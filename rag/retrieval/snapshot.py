"""One generation of an archive, open for questions."""

from __future__ import annotations

from datetime import date, timedelta

from index.errors import NewsArchiveError
from index.models.cross_encoder import Reranker
from index.models.embedder import Embedder
from index.models.kept import open_archive_embedder
from index.store.archive import ArchiveFolder
from index.store.generation import Generation
from index.types import Article
from rag.retrieval.retriever import Retriever


class Snapshot:
    """One generation, open; closed when it is retired and its last user has left.

    ``outlets`` are those of its articles, ``newest`` is the day of the newest. ``before`` is the
    one whose place it takes: an embedder that is loaded already is not loaded again.
    """

    def __init__(
        self, generation: Generation, before: Snapshot | None, reranker: Reranker | None
    ) -> None:
        self.generation = generation
        self.manifest = generation.manifest()
        name = self.manifest.embedder
        if before is not None and before.manifest.embedder == name:
            self.embedder: Embedder = before.embedder
        else:
            self.embedder = open_archive_embedder(generation.archive, name)
        self.retriever = Retriever(generation, self.embedder, reranker)
        self.outlets = tuple(name for name, _ in self.retriever.catalog.sources())
        # An article may have come out the day after the build, where the day begins earlier. A date
        # beyond it is an embargo, a placeholder or a slip, and not the day of the question.
        built = date.fromisoformat(self.manifest.created[:10])
        latest = (built + timedelta(days=1)).isoformat()
        self.newest = self.retriever.catalog.newest_day(latest)
        self.users = 0
        self._retired = False

    def article(self, article_id: str) -> Article:
        """Return an article as it is stored; raises LookupError where there is none."""
        article = self.retriever.catalog.article(article_id)
        if article is None:
            raise LookupError(article_id)
        return article

    def retire(self) -> None:
        """Close once the last user has left. Call it with the archive's lock held."""
        self._retired = True
        if self.users == 0:
            self.retriever.close()

    def leave(self) -> None:
        """Count a user as gone. Call it with the archive's lock held."""
        self.users -= 1
        if self._retired and self.users == 0:
            self.retriever.close()


def newest_snapshot(
    folder: ArchiveFolder, before: Snapshot | None, reranker: Reranker | None
) -> Snapshot:
    """Open the current generation; a build may put another in its place and delete it meanwhile."""
    while True:
        name = folder.current_name()
        try:
            return Snapshot(folder.current(), before, reranker)
        except NewsArchiveError:
            if folder.current_name() == name:
                raise
