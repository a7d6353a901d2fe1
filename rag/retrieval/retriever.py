"""Retrieval: words and vectors, fused; copies folded; limits by day and outlet.

The score of a passage is in [0, 1]: how near it comes to the best of the archive for this question,
half by words (BM25), a fifth by the nearness of the chunk (cosine) and the rest by that of its
nearest sentence, each divided by the best chunk's. 1 is the best by all; scores of different
questions do not compare. A convex combination follows Bruch, Gai and Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval" (2022); the nearest sentence is late interaction (Khattab and
Zaharia, "ColBERT", 2020) with sentences in place of tokens. docs/decisions/0002-retrieval.md has
what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.disk import is_fault
from index.errors import ArchiveDamagedError
from index.models.cross_encoder import Reranker
from index.models.embedder import Embedder, Matrix
from index.store.generation import Generation
from index.store.lexical import Synonyms
from index.store.stores import Stores
from index.text.sentences import sentence_spans
from index.text.words import STOP_WORDS
from index.types import Article, Span
from rag.options import EVERYTHING, RetrievalOptions
from rag.retrieval.folding import (
    FamilyMembers,
    Placed,
    chunk_in_newer,
    newest_inside,
    only_in,
    place,
)
from rag.retrieval.fusion import (
    DEPTH,
    Hit,
    article_of,
    by_time,
    fuse,
    lean,
    rerank,
    with_outside,
    with_parts,
    with_reports,
)
from rag.retrieval.limits import Inside, Limits
from rag.types import CandidateSentence, Evidence, Filters, Passage, Query

Ranking = Literal["fused", "words", "vectors"]

_CANDIDATES = 200
_LOOKED_AT = 20  # chunks that are read for a spelling, or for the day of an event
# Below this share of articles inside the limits, Chroma is given their ids; above it, asking for
# more and dropping those outside is faster.
_SELECTIVE = 0.2


@dataclass(frozen=True, slots=True)
class _Found:
    passage: Passage
    placed: Placed


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked up: a question with its vector, names for the same, and by which rankings."""

    question: str
    vector: Matrix | None
    also: Mapping[str, tuple[str, ...]]
    count: int
    ranking: Ranking
    options: RetrievalOptions


class Retriever:
    """Searches one generation of an archive; safe to use from several threads."""

    def __init__(
        self, generation: Generation, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        generation.check_files()
        generation.check_index()
        try:
            self._stores = Stores(generation, embedder.dimension)
            self._originals = self._count_originals()
        except BaseException as error:  # sqlite, Chroma and tantivy each raise their own
            if not is_fault(error):
                raise
            raise ArchiveDamagedError(
                f"{generation.folder} cannot be opened ({error}); build anew with: "
                "newsarchive build --rebuild PATH…"
            ) from error
        self.catalog = self._stores.catalog
        self._lexical = self._stores.lexical
        self._sentences = self._stores.sentences
        self._limits = Limits(self.catalog)
        self._embedder = embedder
        self._reranker = reranker

    def _count_originals(self) -> int:
        """Count the articles that are no copies; raises ValueError where chunks are missing."""
        articles, copies, chunks = self._stores.catalog.counts()
        found = (self._stores.vectors.count(), self._stores.lexical.count())
        if found != (chunks, chunks):
            self._stores.close()
            raise ValueError(f"{chunks} chunks in the catalogue, vectors and words hold {found}")
        return articles - copies

    def close(self) -> None:
        """Release the files."""
        self._stores.close()

    def search(
        self,
        query: Query,
        top_k: int,
        ranking: Ranking = "fused",
        options: RetrievalOptions = EVERYTHING,
    ) -> tuple[Passage, ...]:
        """Best passages for a query, best first, each text once."""
        # Words alone need no vector, and so not the 4 s that loading the model takes.
        vector = self._embed(query) if ranking != "words" and options.vectors else None
        found = self._search(query, vector, top_k, ranking, options)
        return tuple(one.passage for one in found)

    def retrieve(
        self, query: Query, top_k: int, options: RetrievalOptions = EVERYTHING
    ) -> Evidence:
        """Best passages with their sentences and what an answerer weighs them by."""
        vector = self._embed(query)
        # An answer keeps to the limits that were read; a list of passages may go beyond them.
        found = self._search(query, vector, top_k, "fused", options.without("beyond"))
        words = self._lexical.words(query.standalone)
        return Evidence(
            passages=tuple(one.passage for one in found),
            sentences=tuple(s for one in found for s in self._sentences_of(one)),
            query_vector=vector,
            word_weights={word: self._lexical.weight(word) for word in words},
        )

    def has_word(self, word: str) -> bool:
        """Whether any article has the word in one of its forms."""
        return self._lexical.has(word)

    def texts_with_near(self, word: str, distance: int) -> list[str]:
        """Headlines and texts of some chunks with a word of up to ``distance`` edits from this."""
        found = self._lexical.near(word, distance, _LOOKED_AT)
        return [f"{title}\n{text}" for _, title, text in self.catalog.texts(found)]

    def long_form(self, short: str) -> str | None:
        """Tell what most articles write an acronym out as."""
        return self.catalog.glosses.long_form(short)

    def short_form(self, long: str) -> str | None:
        """Tell the acronym that most articles give for a name."""
        return self.catalog.glosses.short_form(long)

    def day_of(self, event: str) -> str | None:
        """Day of the first article with a passage that has all words of an event, "YYYY-MM-DD"."""
        words = self._content_words(event)
        hits = self._lexical.search(words, _LOOKED_AT)
        found = [
            chunk_id
            for chunk_id, title, text in self.catalog.texts([chunk_id for chunk_id, _ in hits])
            if set(words) <= set(self._lexical.words(f"{title}\n{text}"))
        ]
        return min(
            (day[:10] for day in self.catalog.published(found).values() if day), default=None
        )

    def holds(self, filters: Filters) -> bool:
        """Whether any article is inside the limits."""
        return self._limits.holds(filters)

    def _embed(self, query: Query) -> Matrix:
        return self._embedder.embed_question(query.standalone)

    def _search(
        self,
        query: Query,
        vector: Matrix | None,
        top_k: int,
        ranking: Ranking,
        options: RetrievalOptions,
    ) -> list[_Found]:
        count = max(top_k, _CANDIDATES)
        asked = _Asked(query.standalone, vector, query.also, count, ranking, options)
        allowed = self._limits.inside(query.filters)
        hits = self._hits(asked, allowed)
        if ranking == "fused":
            hits = self._with_parts(query, asked, allowed, hits)
            if query.near or query.order:
                days = self.catalog.published([hit.chunk_id for hit in hits])
                hits = lean(hits, days, query.near) if query.near else hits
                hits = by_time(hits, days, query.order == "newest") if query.order else hits
        wider = None
        if options.beyond and query.filters != query.required:
            wider = self._limits.inside(query.required)
            beyond = self._hits(asked, wider)
            if allowed is not None:
                beyond = [hit for hit in beyond if hit.article_id not in allowed]
            hits = with_outside(hits, beyond)
        if self._reranker is None or ranking != "fused" or not options.reranker:
            return self._fold(hits, top_k, allowed, wider)
        found = self._fold(hits, max(top_k, DEPTH), allowed, wider)
        order = rerank(self._reranker, query.standalone, [one.passage for one in found])
        return [_Found(passage, found[place].placed) for place, passage in order[:top_k]]

    def _with_parts(
        self,
        query: Query,
        asked: _Asked,
        allowed: Inside | None,
        hits: list[Hit],
    ) -> list[Hit]:
        """Add what is found for each report that the question speaks of, or for each part of it."""
        if asked.options.reports and len(query.reports) > 1:
            limits = [self._limits.inside(report) for report in query.reports]
            return with_reports(hits, [self._hits(asked, limit) for limit in limits])
        if asked.options.sub_questions and len(query.parts) > 1:
            return with_parts(
                hits, [self._hits(self._part(p, asked), allowed) for p in query.parts]
            )
        return hits

    def _part(self, part: str, asked: _Asked) -> _Asked:
        vector = None if asked.vector is None else self._embedder.embed_question(part)
        return replace(asked, question=part, vector=vector)

    def _hits(self, asked: _Asked, allowed: Inside | None = None) -> list[Hit]:
        options = asked.options
        by_words: list[tuple[str, float]] = []
        if asked.ranking != "vectors" and options.words:
            words, synonyms = self._looked_up(asked)
            by_words = self._lexical.search(
                words, asked.count, allowed, options.headlines, synonyms
            )
        by_vectors: list[tuple[str, float]] = []
        if asked.vector is not None and options.vectors:
            by_vectors = self._nearest(asked.vector, asked.count, allowed)
        rankings = {"words": by_words, "vectors": by_vectors}
        if asked.vector is not None and asked.ranking == "fused" and options.sentences:
            rankings["sentences"] = self._by_sentences(rankings, asked.vector)
        return fuse(rankings)

    def _looked_up(self, asked: _Asked) -> tuple[list[str], list[Synonyms]]:
        """Words of a question, and its names that are looked up by other names too."""
        look_up = self._content_words if asked.options.content_words else self._lexical.words
        words = look_up(asked.question)
        synonyms = []
        lowered = asked.question.lower()
        taken: set[str] = set()
        # The longest first: "America" in "Recording Industry Association of America" is no place.
        for name, others in sorted(asked.also.items(), key=lambda item: -len(item[0])):
            own = [word for word in self._lexical.words(name) if word in words]
            if name.lower() not in lowered or not taken.isdisjoint(self._lexical.words(name)):
                continue  # of another part of the question, or part of another name
            taken.update(own)
            words = [word for word in words if word not in own]
            forms = (tuple(self._lexical.words(other)) for other in others)
            synonyms.append(Synonyms(tuple(own), tuple(form for form in forms if form)))
        return words, synonyms

    def _by_sentences(
        self, rankings: Mapping[str, Sequence[tuple[str, float]]], vector: Matrix
    ) -> list[tuple[str, float]]:
        """Rank what was found by the sentence of each chunk that is nearest to the question."""
        found = dict.fromkeys(chunk_id for ranking in rankings.values() for chunk_id, _ in ranking)
        rows = self.catalog.sentence_rows(list(found))
        cosines = self._sentences.nearest(list(rows.values()), vector)
        return sorted(zip(rows, cosines, strict=True), key=lambda hit: (-hit[1], hit[0]))

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
        self, vector: Matrix, count: int, allowed: Inside | None
    ) -> list[tuple[str, float]]:
        if allowed is None:
            return self._stores.vectors.search(vector, count)
        if len(allowed) < _SELECTIVE * self._originals:
            return self._stores.vectors.search(vector, count, allowed.chunk_ids)
        more = int(count / _SELECTIVE)
        found = self._stores.vectors.search(vector, more)
        return [hit for hit in found if article_of(hit[0]) in allowed][:count]

    def _fold(
        self,
        hits: Sequence[Hit],
        top_k: int,
        allowed: Inside | None,
        wider: Inside | None,
    ) -> list[_Found]:
        """Passages of the best hits; what an older version says as the newest does is its hit.

        ``wider`` are the limits of hits outside ``allowed``.
        """
        found: list[_Found] = []
        seen: set[str] = set()
        families: dict[str, FamilyMembers] = {}
        for hit in hits:
            if len(found) == top_k:
                break
            stored = self.catalog.chunk(hit.chunk_id)
            family = self._family(stored.chunk.article_id, families)
            outside = allowed is not None and stored.chunk.article_id not in allowed
            limits = wider if outside else allowed
            inside = None if limits is None else limits[stored.chunk.article_id]
            newer = newest_inside(family, stored.chunk.article_id, inside)
            if newer is not None and (same := chunk_in_newer(self.catalog, stored, newer)):
                stored = self.catalog.chunk(same)
            if stored.chunk.id in seen:
                continue
            seen.add(stored.chunk.id)
            placed = place(self.catalog, stored, family, inside)
            if placed is not None and not any(_repeats(placed, one.placed) for one in found):
                passage = _passage(hit, len(found) + 1, placed, outside)
                found.append(_Found(passage, placed))
        return found

    def _family(self, article_id: str, known: dict[str, FamilyMembers]) -> FamilyMembers:
        """Read an article's family, once for all of its members."""
        if article_id not in known:
            family = self.catalog.relatives(article_id)
            known.update((member.article_id, family) for _, member in family)
        return known[article_id]

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


def _passage(hit: Hit, rank: int, placed: Placed, outside: bool) -> Passage:
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
        outside=outside,
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
