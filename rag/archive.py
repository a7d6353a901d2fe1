"""The façade: open an archive, search it, ask it, talk with it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from index.models.cross_encoder import Reranker, open_cross_encoder
from index.settings import Day, StrPath
from index.store.archive import ArchiveFolder
from index.types import Article
from rag.about import Family, Status, families, read_status
from rag.answer import Steps
from rag.answer.composed import ReadingAnswerer
from rag.answer.support import Answerer
from rag.options import EVERYTHING, RetrievalOptions
from rag.question.asked import Question, Rewriter
from rag.question.examples import candidate_questions
from rag.retrieval.retriever import Ranking
from rag.retrieval.snapshot import Snapshot, newest_snapshot
from rag.types import Answer, Filters, Passage, Query, QuestionError, Turn

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.llms import LLM

REMEMBERED = 12  # turns: a follow-up leans on what was said just before, older ones only mislead

T = TypeVar("T")


class Conversation:
    """Asks one question after the other, each understood with the turns before.

    Not to be shared between people.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.turns: tuple[Turn, ...] = ()

    def ask(
        self, question: str, *, asked: Day | None = None, filters: Filters | None = None
    ) -> Answer:
        """Answer the next question; raises what ``Archive.ask`` raises and then forgets nothing."""
        answer = self._archive.ask(question, history=self.turns, asked=asked, filters=filters)
        turns = (*self.turns, Turn("user", question), Turn("assistant", answer.text))
        self.turns = turns[-REMEMBERED:]
        return answer


class Archive:
    """An archive that answers questions. Make one with ``Archive.open``.

    Safe to use from several threads. A build that ends while it is open is noticed at the next
    call: new articles are found and removed ones are gone.
    """

    def __init__(
        self,
        folder: ArchiveFolder,
        answerer: Answerer | None = None,
        rewriter: Rewriter | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._folder = folder
        self._answerer = answerer or ReadingAnswerer()
        self._rewriter = rewriter
        self._lock = threading.Lock()
        self._closed = False
        self.reranker = reranker
        self._snapshot = newest_snapshot(folder, None, reranker)

    @classmethod
    def open(
        cls,
        path: StrPath,
        *,
        answerer: Answerer | None = None,
        rewriter: Rewriter | None = None,
        reranker: StrPath | Reranker | None = None,
    ) -> Archive:
        """Open the archive in a folder.

        ``answerer`` words answers (default: quoted sentences); ``rewriter`` makes follow-ups stand
        alone (default: rules), see ``LLMRewriter``. ``reranker`` is a cross-encoder that reads the
        best passages with the question: the folder or id of one of sentence-transformers
        (RerankerError where it is none), or any Reranker.
        Raises ArchiveNotFoundError where there is none, IndexMismatchError where this version
        cannot read it, ArchiveDamagedError where a file is missing or broken.
        """
        if isinstance(reranker, str | os.PathLike):
            reranker = open_cross_encoder(os.fspath(reranker))
        return cls(ArchiveFolder(path), answerer, rewriter, reranker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the files. Calls that are under way end first."""
        with self._lock:
            self._closed = True
            self._snapshot.retire()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: Day | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Answer:
        """Answer a question from the archive, or refuse and say why.

        ``history`` are the turns before, oldest first, as Turn or as mappings with role and
        content; ``asked`` is the day on which it is asked, "YYYY-MM-DD" or a date; ``options``
        switches parts of the retrieval off. Raises QuestionError for an empty question or a day
        that is none.
        """
        *_, answer = self.stream(
            question, history=history, asked=asked, filters=filters, options=options
        )
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: Day | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Iterator[Query | tuple[Passage, ...] | Answer]:
        """As ``ask``, in parts as they come: the query as understood, the passages, the answer."""
        asking = Question.read(question, history, asked, filters, options)
        return self._read(lambda steps: steps.answer(asking))

    def understand(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: Day | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Query:
        """Read a question as ``ask`` and ``search`` do, and look for nothing."""
        asking = Question.read(question, history, asked, filters, options)
        return self._read_one(lambda steps: steps.understand(asking))

    def search(
        self,
        question: str,
        *,
        top_k: int = 10,
        published_from: Day | None = None,
        published_to: Day | None = None,
        sources: str | Iterable[str] = (),
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: Day | None = None,
        ranking: Ranking = "fused",
        options: RetrievalOptions = EVERYTHING,
    ) -> tuple[Passage, ...]:
        """Find the ``top_k`` best passages, best first, each text once.

        Days are "YYYY-MM-DD" or dates, of a datetime its day in UTC; both ends are included.
        ``sources`` are outlets as the archive spells them, in any case, one or several. ``ranking``
        "words" or "vectors" ranks by those alone; ``options`` switches other parts off. Raises
        QuestionError as ``ask`` does.
        """
        if top_k < 1:
            raise QuestionError(f"top_k is {top_k}; at least 1 passage must be asked for")
        if ranking not in ("fused", "words", "vectors"):
            raise QuestionError(f"ranking is {ranking!r}; use 'fused', 'words' or 'vectors'")
        filters = Filters(published_from, published_to, sources)
        asking = Question.read(question, history, asked, filters, options)
        return self._read_one(lambda steps: steps.search(asking, top_k, ranking))

    def chat(self) -> Conversation:
        """Begin a conversation that remembers its turns."""
        return Conversation(self)

    def article(self, article_id: str) -> Article | None:
        """Return an article by id, None where there is none."""
        with self._held() as snapshot:
            return snapshot.retriever.catalog.article(article_id)

    def families(self) -> tuple[Family, ...]:
        """Families of copies and versions, by the id of their original."""
        with self._held() as snapshot:
            return tuple(families(snapshot.retriever.catalog))

    def status(self) -> Status:
        """Say what the archive holds."""
        with self._held() as snapshot:
            return read_status(self._folder, snapshot)

    def example_questions(self, count: int = 4) -> list[str]:
        """Up to ``count`` questions about its newest articles that it answers from those."""
        with self._held() as snapshot:
            articles = snapshot.retriever.catalog.recent_originals(8 * count)
        questions: list[str] = []
        for question, article_id in candidate_questions(articles):
            if len(questions) == count:
                break
            if article_id in [citation.article.id for citation in self.ask(question).citations]:
                questions.append(question)
        return questions

    def as_retriever(self, top_k: int = 10) -> BaseRetriever:
        """Wrap the archive as a LlamaIndex retriever; scores are those of ``search``."""
        from rag.llamaindex import ArchiveRetriever

        return ArchiveRetriever(partial(self.search, top_k=top_k))

    def as_query_engine(self, llm: LLM, top_k: int = 10) -> BaseQueryEngine:
        """Make a LlamaIndex query engine that words answers with ``llm`` from this archive."""
        from rag.llamaindex import query_engine

        return query_engine(partial(self.search, top_k=top_k), llm)

    def _read_one(self, read: Callable[[Steps], T]) -> T:
        (result,) = self._read(lambda steps: iter((read(steps),)))
        return result

    def _read(self, read: Callable[[Steps], Iterator[T]]) -> Iterator[T]:
        """Read parts from one generation; where a build takes it away meanwhile, from the next.

        A takedown deletes the old generation at once, under whoever reads it. Parts that were given
        already are not given again.
        """
        given = 0
        while True:
            with self._held() as snapshot:
                try:
                    parts = read(Steps(snapshot, self._answerer, self._rewriter))
                    for part in islice(parts, given, None):
                        given += 1
                        yield part
                    return
                except Exception:
                    if self._folder.current_name() == snapshot.manifest.generation:
                        raise

    @contextmanager
    def _held(self) -> Iterator[Snapshot]:
        """Hold the newest generation open; the one before is closed when nobody holds it."""
        with self._lock:
            if self._closed:
                raise ValueError("the archive is closed; open it again with Archive.open")
            name = self._folder.current().folder.name
            if name != self._snapshot.manifest.generation:
                newer = newest_snapshot(self._folder, self._snapshot, self.reranker)
                self._snapshot.retire()
                self._snapshot = newer
            snapshot = self._snapshot
            snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                snapshot.leave()
