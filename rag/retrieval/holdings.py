"""What an archive has: for answers that no single passage gives, and for what a refusal says."""

from __future__ import annotations

from dataclasses import dataclass

from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.text.words import STOP_WORDS
from index.types import Article
from rag.retrieval.limits import Limits
from rag.types import Filters

_MOST = 10_000  # chunks with the rarest of some words that are looked through


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Looks through the whole of one generation."""

    catalog: Catalog
    lexical: LexicalIndex
    limits: Limits

    def size(self) -> int:
        """Count the articles, copies too."""
        return self.catalog.counts()[0]

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self.catalog.sources()

    def days(self) -> tuple[str | None, str | None]:
        """First and last day of publication."""
        return self.catalog.days()

    def naming(self, words: str, filters: Filters = Filters()) -> list[Article]:  # noqa: B008
        """Find every article that has all of the content words, oldest first; undated ones last.

        Words in any of their forms, in headline or text; within the limits.
        """
        content = [w for w in words.split() if w.strip("?.,!'\"’").lower() not in STOP_WORDS]
        stems = self.lexical.words(" ".join(content))
        if not stems:
            return []
        rarest = max(stems, key=self.lexical.weight)
        inside = self.limits.inside(filters)
        found: dict[str, Article] = {}
        for chunk_id, _ in self.lexical.search([rarest], _MOST):
            original = chunk_id.rpartition(":")[0]
            for article, _ in () if original in found else self.catalog.relatives(original):
                found.setdefault(article.id, article)
        admitted = None if inside is None else frozenset().union(*inside.articles.values())
        kept = [
            article
            for article in found.values()
            if admitted is None or article.id in admitted
            if set(stems) <= set(self.lexical.words(f"{article.title}\n{article.text}"))
        ]
        return sorted(kept, key=lambda article: (article.published or "9999", article.id))
