"""From a question to its answer, step by step, on one generation of an archive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.disk import is_fault
from index.errors import ArchiveDamagedError, NewsArchiveError
from rag.answer.support import Answerer, assemble, verify
from rag.question import understand
from rag.question.asked import Question
from rag.question.followups import Rewriter
from rag.retrieval.limits import (
    unlimited,
    why_none_inside,
    why_not_inside,
    within_archive,
    without_any,
)
from rag.retrieval.retriever import Ranking
from rag.retrieval.snapshot import Reader
from rag.types import Answer, Draft, Evidence, Passage, Query

# Passages that an answer is looked for in. More of them cost time and add few answers.
_READ = 12
_EMPTY = "The archive is empty: it has no article to answer from."


class Steps:
    """What is done with questions, by one answerer and one rewriter, on one generation.

    Each method raises ArchiveDamagedError where a file turns out to be broken; what an answerer
    raises passes.
    """

    def __init__(self, reader: Reader, answerer: Answerer, rewriter: Rewriter | None) -> None:
        self._reader = reader
        self._answerer = answerer
        self._rewriter = rewriter

    def understand(self, question: Question) -> Query:
        """Read what is asked for, within what the archive has."""
        retriever = self._reader.retriever
        with _damage_told(self._reader.generation.archive):
            query = understand(
                question.text,
                history=question.history,
                asked=question.asked,
                newest=self._reader.newest,
                outlets=self._reader.outlets,
                filters=question.filters,
                options=question.options,
                archive=retriever,
                rewriter=self._rewriter,
            )
            return within_archive(query, retriever.holds)

    def search(self, question: Question, top_k: int, ranking: Ranking) -> tuple[Passage, ...]:
        """Find the best passages, best first."""
        query = self.understand(question)
        with _damage_told(self._reader.generation.archive):
            return self._reader.retriever.search(query, top_k, ranking, question.options)

    def answer(self, question: Question) -> Iterator[Query | tuple[Passage, ...] | Answer]:
        """Yield the query as understood, the passages, the answer, as they come.

        Where nothing within limits that were read from the question's words answers it, the first
        two come again, without these limits.
        """
        timer = _Timer()
        query = self.understand(question)
        timer.lap("understand")
        yield query
        evidence = self._retrieve(query, question)
        timer.lap("retrieve")
        yield evidence.passages
        draft = self._answerer.draft(query, evidence)
        if draft.refusal and query.filters != query.required:
            query, evidence, draft = self._without_limits(question, query, evidence, draft)
            yield query
            yield evidence.passages
        if draft.refusal:
            draft = self._with_its_limits(question, query, draft)
        timer.lap("answer")
        draft = verify(draft, self._reader.text)
        answer = assemble(query, draft, evidence)
        timer.lap("verify")
        yield answer.with_timings(timer.total())

    def _retrieve(self, query: Query, question: Question) -> Evidence:
        with _damage_told(self._reader.generation.archive):
            return self._reader.retriever.retrieve(query, _READ, question.options)

    def _without_limits(
        self, question: Question, query: Query, evidence: Evidence, draft: Draft
    ) -> tuple[Query, Evidence, Draft]:
        """Answer without the limits that were read from the question, where that answers it."""
        wider = unlimited(query, "nothing there answers it")
        found = self._retrieve(wider, question)
        again = self._answerer.draft(wider, found)
        return (query, evidence, draft) if again.refusal else (wider, found, again)

    def _with_its_limits(self, question: Question, query: Query, draft: Draft) -> Draft:
        """Refuse for the limits that the user set where these are why nothing answers."""
        reader = self._reader
        if not reader.manifest.articles:
            return Draft(refusal=_EMPTY)
        if not query.required:
            return draft
        wider = without_any(query)
        elsewhere = self._answerer.draft(wider, self._retrieve(wider, question))
        with _damage_told(reader.generation.archive):
            inside = why_none_inside(query.required, reader.retriever.holds, reader.outlets)
        return Draft(refusal=why_not_inside(query.required, inside, elsewhere))


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


@contextmanager
def _damage_told(archive: Path) -> Iterator[None]:
    """Name the way out where a file is broken: each library then raises its own error."""
    try:
        yield
    except NewsArchiveError:
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        raise ArchiveDamagedError(
            f"{archive} could not be searched ({type(error).__name__}: {error}); if a file is "
            f"damaged, this finds it: newsarchive check --archive {archive}"
        ) from error
