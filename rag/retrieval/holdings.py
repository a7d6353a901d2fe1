"""What an archive has: for answers that no single passage gives, and for what a refusal says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        # "US" and "WHO" are names, whatever they are in small letters.
        content = [
            word
            for spoken in words.split()
            if (word := spoken.strip("?.,!'\"’")).lower() not in STOP_WORDS
            or (len(word) > 1 and word.isupper())
        ]
        stems = self.lexical.words(" ".join(content))
        if not stems:
            return []
        rarest = max(stems, key=self.lexical.weight)
        inside = self.limits.inside(filters)
        within = None if inside is None else inside.articles
        found: dict[str, Article] = {}
        for chunk_id, _ in self.lexical.search([rarest], _MOST, within):
            original = chunk_id.rpartition(":")[0]
            for article, _ in () if original in found else self.catalog.relatives(original):
                found.setdefault(article.id, article)
        admitted = None if within is None else frozenset().union(*within.values())
        return _in_time(
            article
            for article in found.values()
            if admitted is None or article.id in admitted
            if set(stems) <= set(self.lexical.words(f"{article.title}\n{article.text}"))
        )

    def within(self, filters: Filters) -> list[Article]:
        """Find every article inside limits, oldest first; undated ones last."""
        inside = self.limits.inside(filters)
        if inside is None:
            return _in_time(self.catalog.articles())
        ids = frozenset().union(*inside.articles.values())
        return _in_time(a for name in ids if (a := self.catalog.article(name)) is not None)

    def copies(self, articles: Sequence[Article]) -> dict[str, str]:
        """Id of each that copies another → id of what it copies."""
        return {
            article.id: member.reference
            for article in articles
            for _, member in self.catalog.relatives(article.id)
            if member.article_id == article.id and member.role == "copy"
        }

    def recent(self, count: int) -> list[Article]:
        """Newest articles without copies and superseded versions, newest first."""
        return self.catalog.recent_originals(count)


def _in_time(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: (article.published or "9999", article.id))
