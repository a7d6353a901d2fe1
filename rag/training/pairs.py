"""Training pairs out of an archive's own articles, the same ones for the same seed.

A headline belongs to its article's text, a lead sentence to a later passage; the negative beside
them is a passage of another story that shares their words (a hard negative, Karpukhin et al.,
"Dense Passage Retrieval", 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from index.models.chunker import ChunkedArticle
from index.models.train import TrainingPair
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.types import Article, key_of

# One family in five is never trained on, so that what was learned can be tested on it.
_HELD_BACK = 5
_LOOKED_AT = 30  # passages that share the words, of which one becomes the negative
# What has almost all of the words, as the right passage has, may be of the same story.
_TOO_NEAR = 0.8
_FEWEST_WORDS = 3
_FEWEST_CHARS = 80  # of a passage that has something to say


def is_held_back(family: str) -> bool:
    """Whether a family, named by its original's id, is kept for testing: the same at every call.

    By a hash and not by chance: a later tuning of the same archive must not test on what an
    earlier one has learned.
    """
    return key_of(family, 8)[0] % _HELD_BACK == 0


def has_headline(article: Article) -> bool:
    """Whether the title is more than the first words of the text, as it is where none was given."""
    title = article.title.rstrip("…")
    return bool(title) and not article.text.startswith(title)


class PairMaker:
    """Makes pairs of one generation's articles, the same ones for the same seed."""

    def __init__(self, catalog: Catalog, lexical: LexicalIndex, seed: int) -> None:
        self._catalog = catalog
        self._lexical = lexical
        self._chance = Random(seed)
        members = catalog.families.members(several=False)
        self._families: Mapping[str, str] = {m.article_id: m.family for m in members}
        # An article that another replaced says what is no longer so, in nearly the same words.
        self._sources = [
            m.article_id
            for m in members
            if m.role != "copy" and m.superseded_by is None and not is_held_back(m.family)
        ]

    def pairs(self, limit: int) -> list[TrainingPair]:
        """Up to ``limit`` pairs of articles in a random order, two to three of each."""
        order = self._chance.sample(self._sources, len(self._sources))
        made: list[TrainingPair] = []
        for article_id in order:
            if len(made) >= limit:
                break
            made.extend(self._pairs_of(self._catalog.chunked(article_id)))
        return made[:limit]

    def _pairs_of(self, chunked: ChunkedArticle) -> Iterator[TrainingPair]:
        passages = [c.text for c in chunked.chunks if len(c.text) >= _FEWEST_CHARS]
        if not passages:
            return
        article = chunked.article
        if has_headline(article):
            for passage in dict.fromkeys((passages[0], self._chance.choice(passages))):
                yield from self._pair(article, article.title, passage)
        lead = article.text[chunked.sentences[0].start : chunked.sentences[0].end]
        if len(passages) > 1:
            yield from self._pair(article, lead, self._chance.choice(passages[1:]))

    def _pair(self, article: Article, anchor: str, positive: str) -> Iterator[TrainingPair]:
        family = self._families[article.id]
        negative = self._negative(anchor, family) or self._any_other(family)
        if negative is not None:
            yield TrainingPair(anchor, positive, negative[1], family, negative[0])

    def _negative(self, anchor: str, family: str) -> tuple[str, str] | None:
        """Family and text of a passage of another story that shares words with the anchor."""
        words = self._lexical.words(anchor)
        if len(words) < _FEWEST_WORDS:
            return None
        hits = [
            (self._families[chunk_id.rpartition(":")[0]], chunk_id, score)
            for chunk_id, score in self._lexical.search(words, _LOOKED_AT, headlines=False)
        ]
        own = max((score for other, _, score in hits if other == family), default=None)
        limit = _TOO_NEAR * (hits[0][2] if own is None and hits else own or 0.0)
        apart = [
            (other, chunk_id)
            for other, chunk_id, score in hits
            # What a held-back article says must not be learned as a negative either.
            if other != family and score < limit and not is_held_back(other)
        ]
        if not apart:
            return None
        other, chunk_id = self._chance.choice(apart)
        return other, self._catalog.chunk(chunk_id).chunk.text

    def _any_other(self, family: str) -> tuple[str, str] | None:
        """Family and first passage of any other story, where no passage shares the words."""
        for article_id in self._chance.sample(self._sources, min(8, len(self._sources))):
            if self._families[article_id] != family:
                chunks = self._catalog.chunked(article_id).chunks
                if chunks:
                    return self._families[article_id], chunks[0].text
        return None
