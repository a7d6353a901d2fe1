"""What an archive has: for answers that no single passage gives, and for what a refusal says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.store.stores import Stores
from index.text.words import STOP_WORDS
from index.types import Article
from rag.retrieval.folding import fold, sentences_of
from rag.retrieval.fusion import Hit, article_of
from rag.retrieval.limits import Inside, Limits, Reach
from rag.types import CandidateSentence, Filters

_MOST = 10_000  # chunks with the rarest of some words that are looked through
_CHUNKS = 5  # of one article, about: so many are looked at for each that is wanted


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Looks through the whole of one generation."""

    stores: Stores
    limits: Limits

    def size(self) -> int:
        """Count the articles, copies too."""
        return self.stores.catalog.counts()[0]

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self.stores.catalog.sources()

    def days(self) -> tuple[str | None, str | None]:
        """First and last day of publication."""
        return self.stores.catalog.days()

    def naming(self, words: str, filters: Filters = Filters()) -> list[Article]:  # noqa: B008
        """Find every article that has all of the content words, oldest first; undated ones last.

        Words in any of their forms, in headline or text; within the limits.
        """
        stems = self._content(words)
        if not stems:
            return []
        rarest = max(stems, key=self.stores.lexical.weight)
        inside = self.limits.inside(filters)
        within = None if inside is None else inside.articles
        found: dict[str, Article] = {}
        for chunk_id, _ in self.stores.lexical.search([rarest], _MOST, within):
            original = chunk_id.rpartition(":")[0]
            for article, _ in () if original in found else self.stores.catalog.relatives(original):
                found.setdefault(article.id, article)
        admitted = None if within is None else frozenset().union(*within.values())
        return _in_time(
            article
            for article in found.values()
            if admitted is None or article.id in admitted
            if set(stems) <= set(self.stores.lexical.words(f"{article.title}\n{article.text}"))
        )

    def within(self, filters: Filters) -> list[Article]:
        """Find every article inside limits, oldest first; undated ones last."""
        inside = self.limits.inside(filters)
        catalog = self.stores.catalog
        if inside is None:
            return _in_time(catalog.articles())
        ids = frozenset().union(*inside.articles.values())
        return _in_time(a for name in ids if (a := catalog.article(name)) is not None)

    def copies(self, articles: Sequence[Article]) -> dict[str, str]:
        """Id of each that copies another → id of what it copies."""
        return {
            article.id: member.reference
            for article in articles
            for _, member in self.stores.catalog.relatives(article.id)
            if member.article_id == article.id and member.role == "copy"
        }

    def recent(self, count: int) -> list[Article]:
        """Newest articles without copies and superseded versions, newest first."""
        return self.stores.catalog.recent_originals(count)

    def beginnings(
        self,
        words: str,
        filters: Filters = Filters(),  # noqa: B008
        most: int = 100,
    ) -> tuple[CandidateSentence, ...]:
        """Sentences of the first passage of each article with any of the content words, best first.

        Copies are folded into one; of an older version all that the newest does not say word for
        word. Without content words, of each article inside the limits, the most reprinted first.
        """
        inside = self.limits.inside(filters)
        stems = self._content(words)
        if stems:
            articles = None if inside is None else inside.articles
            hits = self.stores.lexical.search(stems, _CHUNKS * most, articles)
            found = dict.fromkeys(article_of(chunk_id) for chunk_id, _ in hits)
        else:
            found = dict.fromkeys(self._by_size(inside))
        firsts = [Hit(f"{article}:0", 0.0, {}) for article in list(found)[:most]]
        folded = fold(self.stores.catalog, firsts, most, Reach(inside, None))
        # What is out of date is told of too: it was the news of its day.
        whole = [replace(one, placed=replace(one.placed, newer=None)) for one in folded]
        return tuple(sentence for one in whole for sentence in sentences_of(self.stores, one))

    def _by_size(self, inside: Inside | None) -> list[str]:
        """Ids of the articles with chunks, the largest families inside the limits first."""
        families = inside.articles if inside else self.stores.catalog.matching(None, None, ())
        return sorted(families, key=lambda one: (-len(families[one]), one))

    def _content(self, words: str) -> list[str]:
        """Content words as the index has them; "US" and "WHO" are names, whatever "us" is."""
        content = [
            word
            for spoken in words.split()
            if (word := spoken.strip("?.,!'\"’")).lower() not in STOP_WORDS
            or (len(word) > 1 and word.isupper())
        ]
        return self.stores.lexical.words(" ".join(content))


def _in_time(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: (article.published or "9999", article.id))
