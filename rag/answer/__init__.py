"""Answering: a question comes in; its query, the passages and the verified answer go out.

``Steps`` takes them one after the other, on one generation of an archive.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from index.disk import is_fault
from index.errors import ArchiveDamagedError, NewsArchiveError
from rag.answer.support import Answerer, assemble, verify
from rag.question import understand
from rag.question.asked import Background, Question, Rewriter
from rag.question.form import read_form
from rag.retrieval.limits import (
    hypotheses,
    together,
    unlimited,
    why_none_inside,
    why_not_inside,
    within_archive,
    without_any,
)
from rag.retrieval.retriever import Ranking
from rag.retrieval.snapshot import Snapshot
from rag.types import Answer, Draft, Evidence, Passage, Query

# Passages that an answer is looked for in. More of them cost time and add few answers.
_READ = 12
_ALSO_READ = 4  # of each other reading of the question
_EMPTY = "The archive is empty: it has no article to answer from."


class Steps:
    """What is done with questions, by one answerer and one rewriter, on one generation.

    Each method raises ArchiveDamagedError where a file turns out to be broken; what an answerer
    raises passes.
    """

    def __init__(self, snapshot: Snapshot, answerer: Answerer, rewriter: Rewriter | None) -> None:
        self._snapshot = snapshot
        self._retriever = snapshot.retriever
        self._answerer = answerer
        self._background = Background(
            snapshot.outlets, snapshot.newest, snapshot.retriever, rewriter
        )

    def understand(self, question: Question) -> Query:
        """Read what is asked for, within what the archive has."""
        with self._damage_told():
            query = understand(question, self._background)
            return within_archive(query, self._retriever.holds)

    def search(self, question: Question, top_k: int, ranking: Ranking) -> tuple[Passage, ...]:
        """Find the best passages, best first."""
        query = self.understand(question)
        with self._damage_told():
            return self._retriever.search(query, top_k, ranking, question.options)

    def answer(self, question: Question) -> Iterator[Query | tuple[Passage, ...] | Answer]:
        """Yield the query as understood, the passages, the answer, as they come."""
        timer = _Timer()
        query = self.understand(question)
        query = replace(query, form=read_form(query.standalone)[0])
        timer.lap("understand")
        yield query
        evidence = self._retrieve(query, question)
        timer.lap("retrieve")
        yield evidence.passages
        draft = self._answerer.draft(query, evidence)
        if draft.refusal:
            draft = self._with_its_limits(question, query, draft)
        timer.lap("answer")
        draft = verify(draft, self._snapshot.article)
        if _is_outside(query, draft):
            query = unlimited(query, "nothing there answers it")
        answer = assemble(query, draft, evidence)
        timer.lap("verify")
        yield answer.with_timings(timer.total())

    def _retrieve(self, query: Query, question: Question) -> Evidence:
        """Retrieve as the question was read, and as if nothing had been read from its words.

        A reading is a hypothesis: whoever reads both sees which of them answers.
        """
        with self._damage_told():
            found = self._retriever.retrieve(query, _READ, question.options)
            for other, outside in hypotheses(query):
                more = self._retriever.retrieve(other, _ALSO_READ, question.options)
                found = together(found, more, outside)
            return found

    def _with_its_limits(self, question: Question, query: Query, draft: Draft) -> Draft:
        """Refuse for the limits that the user set where these are why nothing answers."""
        if not self._snapshot.manifest.articles:
            return Draft(refusal=_EMPTY)
        if not query.required:
            return draft
        wider = without_any(query)
        elsewhere = self._answerer.draft(wider, self._retrieve(wider, question))
        with self._damage_told():
            inside = why_none_inside(
                query.required, self._retriever.holds, self._background.outlets
            )
        return Draft(refusal=why_not_inside(query.required, inside, elsewhere))

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Name the way out where a file is broken: each library then raises its own error."""
        try:
            yield
        except NewsArchiveError:
            raise
        except BaseException as error:
            if not is_fault(error):
                raise
            archive = self._snapshot.generation.archive
            raise ArchiveDamagedError(
                f"{archive} could not be searched ({type(error).__name__}: {error}); if a file is "
                f"damaged, this finds it: newsarchive check --archive {archive}"
            ) from error


def _is_outside(query: Query, draft: Draft) -> bool:
    """Whether what answers is outside the limits that were read from the question's words."""
    if query.filters == query.required or not draft.lines:
        return False
    return all(quote.passage.outside for quote in draft.lines[0].quotes)


class _Timer:
    """Milliseconds of the steps of one question."""

    def __init__(self) -> None:
        self._laps: dict[str, float] = {}
        self._started = self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._laps[step] = round((now - self._last) * 1000, 2)
        self._last = now

    def total(self) -> dict[str, float]:
        return {**self._laps, "total": round((self._last - self._started) * 1000, 2)}
