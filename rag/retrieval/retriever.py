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

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Literal

from index.disk import is_fault
from index.errors import ArchiveDamagedError
from index.models.cross_encoder import Reranker
from index.models.embedder import Embedder, Matrix
from index.store.generation import Generation
from index.store.lexical import Synonyms
from index.store.stores import Stores
from index.text.words import STOP_WORDS
from rag.options import EVERYTHING, RetrievalOptions
from rag.retrieval.folding import Found, fold, sentences_of
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
from rag.retrieval.holdings import Holdings
from rag.retrieval.limits import Inside, Limits, Reach
from rag.types import Evidence, Filters, Passage, Query

Ranking = Literal["fused", "words", "vectors"]

_CANDIDATES = 200
_LOOKED_AT = 20  # chunks that are read for a spelling, or for the day of an event
# Below this share of articles inside the limits, Chroma is given their ids; above it, asking for
# more and dropping those outside is faster.
_SELECTIVE = 0.2


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked up, and how: ``question`` is the whole query or a part of it.

    ``vector`` is that of the question, None where vectors take no part.
    """

    query: Query
    question: str
    vector: Matrix | None
    top_k: int
    ranking: Ranking
    options: RetrievalOptions

    @property
    def count(self) -> int:
        """How many chunks each ranking gives."""
        return max(self.top_k, _CANDIDATES)


class Retriever:
    """Searches one generation of an archive; safe to use from several threads.

    It is the ``Vocabulary`` that questions are read against.
    """

    def __init__(
        self, generation: Generation, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        generation.check_files()
        generation.check_index()
        try:
            with ExitStack() as opened:
                self._stores = opened.enter_context(Stores(generation, embedder.dimension))
                articles, copies, chunks = self._stores.catalog.counts()
                found = (self._stores.vectors.count(), self._stores.lexical.count())
                if found != (chunks, chunks):
                    raise ValueError(
                        f"{chunks} chunks in the catalogue, vectors and words hold {found}"
                    )
                opened.pop_all()
        except BaseException as error:  # sqlite, Chroma and tantivy each raise their own
            if not is_fault(error):
                raise
            raise ArchiveDamagedError(
                f"{generation.folder} cannot be opened ({error}); build anew with: "
                "newsarchive build --rebuild PATH…"
            ) from error
        self.catalog = self._stores.catalog
        self._lexical = self._stores.lexical
        self._limits = Limits(self.catalog)
        self._originals = articles - copies
        self._embedder = embedder
        self._reranker = reranker

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
        question, vector = query.standalone, None
        # Words alone need no vector, and so not the 4 s that loading the model takes.
        if ranking != "words" and options.vectors:
            vector = self._embedder.embed_question(question)
        found = self._search(_Asked(query, question, vector, top_k, ranking, options))
        return tuple(one.passage for one in found)

    def retrieve(
        self, query: Query, top_k: int, options: RetrievalOptions = EVERYTHING
    ) -> Evidence:
        """Best passages with their sentences and what an answerer weighs them by."""
        question = query.standalone
        vector = self._embedder.embed_question(question)
        # An answer keeps to the limits that were read; a list of passages may go beyond them.
        inside = options.without("beyond")
        found = self._search(_Asked(query, question, vector, top_k, "fused", inside))
        words = self._lexical.words(question)
        return Evidence(
            passages=tuple(one.passage for one in found),
            sentences=tuple(s for one in found for s in sentences_of(self._stores, one)),
            query_vector=vector,
            word_weights={word: self._lexical.weight(word) for word in words},
            holdings=Holdings(self._stores, self._limits),
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

    def _search(self, asked: _Asked) -> list[Found]:
        query, options = asked.query, asked.options
        allowed = self._limits.inside(query.filters)
        hits = self._hits(asked, allowed)
        if asked.ranking == "fused":
            hits = self._with_parts(asked, allowed, hits)
            if query.near or query.order:
                days = self.catalog.published([hit.chunk_id for hit in hits])
                hits = lean(hits, days, query.near) if query.near else hits
                hits = by_time(hits, days, query.order == "newest") if query.order else hits
        wider = None
        if options.beyond and query.filters != query.required:
            wider = self._limits.inside(query.required)
            beyond = self._hits(asked, wider)
            if allowed is not None:
                beyond = [hit for hit in beyond if hit.article_id not in allowed.articles]
            hits = with_outside(hits, beyond)
        reach = Reach(allowed, wider)
        if self._reranker is None or asked.ranking != "fused" or not options.reranker:
            return fold(self.catalog, hits, asked.top_k, reach)
        found = fold(self.catalog, hits, max(asked.top_k, DEPTH), reach)
        order = rerank(self._reranker, asked.question, [one.passage for one in found])
        return [replace(found[at], passage=passage) for at, passage in order[: asked.top_k]]

    def _with_parts(self, asked: _Asked, allowed: Inside | None, hits: list[Hit]) -> list[Hit]:
        """Add what is found for each report that the question speaks of, or for each part of it."""
        query, options = asked.query, asked.options
        if options.reports and len(query.reports) > 1:
            limits = [self._limits.inside(report) for report in query.reports]
            return with_reports(hits, [self._hits(asked, limit) for limit in limits])
        if not options.sub_questions or len(query.parts) < 2:
            return hits
        found = []
        for part in query.parts:
            vector = None if asked.vector is None else self._embedder.embed_question(part)
            found.append(self._hits(replace(asked, question=part, vector=vector), allowed))
        return with_parts(hits, found)

    def _hits(self, asked: _Asked, allowed: Inside | None) -> list[Hit]:
        options, vector = asked.options, asked.vector
        rankings: dict[str, Sequence[tuple[str, float]]] = {"words": (), "vectors": ()}
        if asked.ranking != "vectors" and options.words:
            words, synonyms = self._looked_up(asked)
            articles = None if allowed is None else allowed.articles
            rankings["words"] = self._lexical.search(
                words, asked.count, articles, options.headlines, synonyms
            )
        if vector is not None and options.vectors:
            rankings["vectors"] = self._nearest(vector, asked.count, allowed)
        if vector is not None and asked.ranking == "fused" and options.sentences:
            # What was found, by the sentence of each chunk that is nearest to the question.
            found = dict.fromkeys(chunk for hits in rankings.values() for chunk, _ in hits)
            rows = self.catalog.sentence_rows(list(found))
            cosines = self._stores.sentences.nearest(list(rows.values()), vector)
            rankings["sentences"] = sorted(
                zip(rows, cosines, strict=True), key=lambda hit: (-hit[1], hit[0])
            )
        return fuse(rankings)

    def _looked_up(self, asked: _Asked) -> tuple[list[str], list[Synonyms]]:
        """Words of a question, and its names that are looked up by other names too."""
        look_up = self._content_words if asked.options.content_words else self._lexical.words
        words = look_up(asked.question)
        synonyms = []
        lowered = asked.question.lower()
        taken: set[str] = set()
        # The longest first: "America" in "Recording Industry Association of America" is no place.
        for name, others in sorted(asked.query.also.items(), key=lambda item: -len(item[0])):
            own = [word for word in self._lexical.words(name) if word in words]
            if name.lower() not in lowered or not taken.isdisjoint(self._lexical.words(name)):
                continue  # of another part of the question, or part of another name
            taken.update(own)
            words = [word for word in words if word not in own]
            forms = (tuple(self._lexical.words(other)) for other in others)
            synonyms.append(Synonyms(tuple(own), tuple(form for form in forms if form)))
        return words, synonyms

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
        if len(allowed.articles) < _SELECTIVE * self._originals:
            return self._stores.vectors.search(vector, count, allowed.chunk_ids)
        more = int(count / _SELECTIVE)
        found = self._stores.vectors.search(vector, more)
        return [hit for hit in found if article_of(hit[0]) in allowed.articles][:count]
