"""Retrieval: words and vectors, fused; copies folded; limits by day and outlet.

The score of a passage is ``(cosine / best cosine + BM25 / best BM25) / 2``, in [0, 1]: how near it
comes to the best chunk of the archive by meaning and to the best by words, for this question. 1 is
the best by both; scores of different questions do not compare. A convex combination follows Bruch,
Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2022);
docs/decisions/0002-retrieval.md has what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from index.catalog import Catalog
from index.embedder import Embedder, Matrix
from index.errors import ArchiveDamagedError
from index.generations import Generation
from index.lexical import LexicalIndex
from index.segment import sentence_spans
from index.types import Article, Span
from index.vectors import SentenceVectors, VectorIndex
from rag.answerers.stopwords import STOP_WORDS
from rag.folding import Placed, chunk_in_newer, newest_inside, only_in, place
from rag.types import CandidateSentence, Evidence, Filters, Passage, Query

Ranking = Literal["fused", "words", "vectors"]

_COSINE_SHARE = 0.5
_CANDIDATES = 200
_PART_SHARE = 0.9
# Below this share of chunks inside the limits, Chroma is given their ids; above it, asking for
# more and dropping those outside is faster.
_SELECTIVE = 0.2


@dataclass(frozen=True, slots=True)
class _Found:
    passage: Passage
    placed: Placed


@dataclass(frozen=True, slots=True)
class _Hit:
    chunk_id: str
    score: float
    found_by: Mapping[str, int]


class Retriever:
    """Searches one generation of an archive; safe to use from several threads."""

    def __init__(self, generation: Generation, embedder: Embedder) -> None:
        generation.check_files()
        try:
            with ExitStack() as opened:
                self.catalog = Catalog(generation.catalog, read_only=True)
                opened.callback(self.catalog.close)
                self._vectors = VectorIndex(generation.chroma)
                opened.callback(self._vectors.close)
                self._lexical = LexicalIndex(generation.lexical)
                self._sentences = SentenceVectors(generation.sentences, embedder.dimension)
                self._chunks = self._count_chunks()
                opened.pop_all()
        except Exception as error:  # sqlite, Chroma and tantivy each raise their own
            raise ArchiveDamagedError(
                f"{generation.folder} cannot be opened ({error}); build anew with: "
                "newsarchive build --rebuild PATH…"
            ) from error
        self._embedder = embedder

    def _count_chunks(self) -> int:
        chunks = self.catalog.counts()[2]
        found = (self._vectors.count(), self._lexical.count())
        if found != (chunks, chunks):
            raise ValueError(f"{chunks} chunks in the catalogue, vectors and words hold {found}")
        return chunks

    def close(self) -> None:
        """Release the files."""
        self.catalog.close()
        self._vectors.close()

    def search(self, query: Query, top_k: int, ranking: Ranking = "fused") -> tuple[Passage, ...]:
        """Best passages for a query, best first, each text once."""
        # Words alone need no vector, and so not the 4 s that loading the model takes.
        vector = None if ranking == "words" else self._embed(query)
        return tuple(found.passage for found in self._search(query, vector, top_k, ranking))

    def retrieve(self, query: Query, top_k: int) -> Evidence:
        """Best passages with their sentences and what an answerer weighs them by."""
        vector = self._embed(query)
        found = self._search(query, vector, top_k, "fused")
        words = self._lexical.words(query.standalone)
        return Evidence(
            passages=tuple(one.passage for one in found),
            sentences=tuple(s for one in found for s in self._sentences_of(one)),
            query_vector=vector,
            word_weights={word: self._lexical.weight(word) for word in words},
        )

    def holds(self, filters: Filters) -> bool:
        """Whether any article is inside the limits."""
        return self._allowed(filters) != {}

    def _embed(self, query: Query) -> Matrix:
        return self._embedder.embed_question(query.standalone)

    def _search(
        self, query: Query, vector: Matrix | None, top_k: int, ranking: Ranking
    ) -> list[_Found]:
        allowed = self._allowed(query.filters)
        count = max(top_k, _CANDIDATES)
        hits = self._hits(query.standalone, vector, count, allowed, ranking)
        if ranking == "fused" and len(query.parts) > 1:
            vectors = [self._embedder.embed_question(part) for part in query.parts]
            hits = _best_of(
                hits,
                *(
                    self._hits(part, part_vector, count, allowed, ranking)
                    for part, part_vector in zip(query.parts, vectors, strict=True)
                ),
            )
        return self._fold(hits, top_k, allowed)

    def _allowed(self, filters: Filters) -> Mapping[str, frozenset[str]] | None:
        if not filters:
            return None
        return self.catalog.matching(filters.published_from, filters.published_to, filters.sources)

    def _hits(
        self,
        question: str,
        vector: Matrix | None,
        count: int,
        allowed: Mapping[str, frozenset[str]] | None,
        ranking: Ranking,
    ) -> list[_Hit]:
        words = self._content_words(question)
        by_words = self._lexical.search(words, count, allowed) if ranking != "vectors" else []
        by_vectors = [] if vector is None else self._nearest(vector, count, allowed)
        share = {"fused": _COSINE_SHARE, "words": 0.0, "vectors": 1.0}[ranking]
        return _fuse(by_words, by_vectors, share)

    def _content_words(self, question: str) -> list[str]:
        """Words that say what the question is about; all of them where it has no such word."""
        words = self._lexical.words(question)
        content = self._lexical.words(
            " ".join(
                word for word in question.split() if word.strip("?.,!'\"").lower() not in STOP_WORDS
            )
        )
        return content or words

    def _nearest(
        self, vector: Matrix, count: int, allowed: Mapping[str, frozenset[str]] | None
    ) -> list[tuple[str, float]]:
        if allowed is None:
            return self._vectors.search(vector, count)
        chunk_ids = set(self.catalog.chunk_ids(allowed))
        if len(chunk_ids) < _SELECTIVE * self._chunks:
            return self._vectors.search(vector, count, sorted(chunk_ids))
        more = int(count / _SELECTIVE)
        found = self._vectors.search(vector, more)
        return [hit for hit in found if hit[0] in chunk_ids][:count]

    def _fold(
        self, hits: Sequence[_Hit], top_k: int, allowed: Mapping[str, frozenset[str]] | None
    ) -> list[_Found]:
        """Passages of the best hits; what an older version says as the newest does is its hit."""
        found: list[_Found] = []
        seen: set[str] = set()
        for hit in hits:
            if len(found) == top_k:
                break
            stored = self.catalog.chunk(hit.chunk_id)
            family = self.catalog.relatives(stored.chunk.article_id)
            inside = None if allowed is None else allowed[stored.chunk.article_id]
            newer = newest_inside(family, stored.chunk.article_id, inside)
            if newer is not None and (same := chunk_in_newer(self.catalog, stored, newer)):
                stored = self.catalog.chunk(same)
            if stored.chunk.id in seen:
                continue
            seen.add(stored.chunk.id)
            placed = place(self.catalog, stored, family, inside)
            if placed is not None and not any(_repeats(placed, one.placed) for one in found):
                found.append(_Found(_passage(hit, len(found) + 1, placed), placed))
        return found

    def _sentences_of(self, found: _Found) -> list[CandidateSentence]:
        """Read the passage's sentences, with the vectors of the article that was indexed.

        Of an older version only what the newest says in no way: the rest is out of date.
        """
        placed, article = found.placed, found.placed.article
        indexed = self.catalog.sentences(placed.indexed)
        row = self.catalog.first_vector(placed.indexed)
        chosen = placed.sentences
        vectors = self._sentences.read(row + chosen.start, len(chosen))
        spans, positions = _spans_in(article, indexed, placed)
        kept = None if placed.newer is None else only_in(article, placed.newer)
        return [
            CandidateSentence(found.passage, spans[at].start, spans[at].end, at, spans, vectors[n])
            for n, at in enumerate(positions)
            if kept is None or any(_mostly_in(spans[at], span) for span in kept)
        ]


def _passage(hit: _Hit, rank: int, placed: Placed) -> Passage:
    return Passage(
        article=placed.article,
        start=placed.span.start,
        end=placed.span.end,
        text=placed.article.text[placed.span.start : placed.span.end],
        score=hit.score,
        rank=rank,
        found_by=hit.found_by,
        also_in=placed.also_in,
        superseded_by=placed.superseded_by,
    )


def _spans_in(
    article: Article, indexed: tuple[Span, ...], placed: Placed
) -> tuple[tuple[Span, ...], Sequence[int]]:
    """Sentences of the article that is shown, and which of them are the passage's."""
    if placed.same_text:
        return indexed, placed.sentences
    shifted = [
        Span(indexed[i].start + placed.shift, indexed[i].end + placed.shift)
        for i in placed.sentences
    ]
    whole = tuple(sentence_spans(article.text, article.language))
    at = {span: number for number, span in enumerate(whole)}
    if all(span in at for span in shifted):
        return whole, [at[span] for span in shifted]
    return tuple(shifted), range(len(shifted))


def _repeats(placed: Placed, shown: Placed) -> bool:
    """Two versions' chunks may stand at the same place of a copy."""
    return placed.article.id == shown.article.id and _mostly_in(placed.span, shown.span)


def _mostly_in(span: Span, other: Span) -> bool:
    overlap = min(span.end, other.end) - max(span.start, other.start)
    return 2 * overlap > span.end - span.start


def _best_of(whole: list[_Hit], *parts: list[_Hit]) -> list[_Hit]:
    """Chunks of a question and of its parts, each with its best score.

    What only one part of a question is about comes up by that part. A part is less sure than the
    whole, which has all the names, so its scores count for a little less.
    """
    best = {hit.chunk_id: hit for hit in whole}
    for hit in chain.from_iterable(parts):
        score = round(_PART_SHARE * hit.score, 6)
        known = best.get(hit.chunk_id)
        if known is None or known.score < score:
            best[hit.chunk_id] = _Hit(hit.chunk_id, score, hit.found_by)
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.chunk_id))


def _fuse(
    by_words: Sequence[tuple[str, float]],
    by_vectors: Sequence[tuple[str, float]],
    cosine_share: float,
) -> list[_Hit]:
    """Both lists as one, best first; equal scores in the order of their ids."""
    word_ranks = {chunk_id: rank for rank, (chunk_id, _) in enumerate(by_words, start=1)}
    vector_ranks = {chunk_id: rank for rank, (chunk_id, _) in enumerate(by_vectors, start=1)}
    word_scores = dict(by_words)
    cosines = dict(by_vectors)
    # A chunk that only words found is at most as near as the farthest of the nearest.
    farthest = by_vectors[-1][1] if by_vectors else 0.0
    best_words = by_words[0][1] if by_words else 1.0
    best_cosine = max(by_vectors[0][1], 1e-6) if by_vectors else 1.0
    hits = []
    for chunk_id in word_scores.keys() | cosines.keys():
        words = word_scores.get(chunk_id, 0.0) / best_words
        cosine = max(0.0, cosines.get(chunk_id, farthest)) / best_cosine
        found_by = {
            name: ranks[chunk_id]
            for name, ranks in (("words", word_ranks), ("vectors", vector_ranks))
            if chunk_id in ranks
        }
        score = cosine_share * min(1.0, cosine) + (1.0 - cosine_share) * words
        hits.append(_Hit(chunk_id, round(score, 6), found_by))
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))
