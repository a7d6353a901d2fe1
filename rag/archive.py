"""The façade: open an archive, search it, ask it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.embedder import Embedder, open_embedder
from index.errors import ArchiveDamagedError
from index.generations import ArchiveFolder, Generation, Manifest
from index.types import Article
from rag.answerers import Answerer
from rag.answerers.extractive import ExtractiveAnswerer
from rag.assemble import assemble
from rag.conversation import Conversation
from rag.errors import QuestionError
from rag.examples import candidate_questions
from rag.families import Family, families
from rag.options import EVERYTHING, RetrievalOptions
from rag.question import check_day, check_filters, clean_question, read_turn
from rag.retriever import Ranking, Retriever
from rag.types import Answer, Filters, Inference, Passage, Query, Turn
from rag.understand import understand
from rag.verify import verify

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.llms import LLM

# Passages that an answer is looked for in. More of them cost time and add few answers.
_READ = 12


@dataclass(frozen=True, slots=True)
class Status:
    """What an archive holds. ``sources`` are outlets with their number of articles, most first."""

    articles: int
    copies: int
    chunks: int
    generation: str
    embedder: str
    built: str
    sources: tuple[tuple[str, int], ...]
    first_day: str | None
    last_day: str | None
    rejected: int
    bytes_on_disk: int


class Archive:
    """An archive that answers questions. Make one with ``Archive.open``.

    Safe to use from several threads. A build that ends while it is open is noticed at the next
    call: new articles are found and removed ones are gone.
    """

    def __init__(self, folder: ArchiveFolder, answerer: Answerer | None = None) -> None:
        self._folder = folder
        self._answerer = answerer or ExtractiveAnswerer()
        self._lock = threading.Lock()
        self._closed = False
        self._reader = _Reader(folder.current(), None)

    @classmethod
    def open(cls, path: str | Path, *, answerer: Answerer | None = None) -> Archive:
        """Open the archive in a folder.

        Raises ArchiveNotFoundError where there is none, IndexMismatchError where this version
        cannot read it, ArchiveDamagedError where a file is missing or broken.
        """
        return cls(ArchiveFolder(Path(path)), answerer)

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
            self._reader.retire()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: str | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Answer:
        """Answer a question from the archive, or refuse and say why.

        ``history`` are the turns before, oldest first, as Turn or as mappings with role and
        content; ``asked`` is the day on which it is asked, "YYYY-MM-DD"; ``options`` switches parts
        of the retrieval off. Raises QuestionError for an empty question or a day that is none.
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
        asked: str | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Iterator[Query | tuple[Passage, ...] | Answer]:
        """As ``ask``, in parts as they come: the query as understood, the passages, the answer."""
        timer = _Timer()
        with self._reading() as reader:
            query = _understand(reader, question, history, asked, filters, options)
            timer.lap("understand")
            yield query
            evidence = reader.retriever.retrieve(query, _READ, options)
            timer.lap("retrieve")
            yield evidence.passages
            draft = self._answerer.draft(query, evidence)
            timer.lap("answer")
            draft = verify(draft, reader.text)
            answer = assemble(query, draft, evidence)
            timer.lap("verify")
            yield answer.with_timings(timer.total())

    def understand(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: str | None = None,
        filters: Filters | None = None,
        options: RetrievalOptions = EVERYTHING,
    ) -> Query:
        """Read a question as ``ask`` and ``search`` do, and look for nothing."""
        with self._reading() as reader:
            return _understand(reader, question, history, asked, filters, options)

    def search(
        self,
        question: str,
        *,
        top_k: int = 10,
        published_from: str | None = None,
        published_to: str | None = None,
        sources: Sequence[str] = (),
        history: Sequence[Turn | Mapping[str, str]] = (),
        asked: str | None = None,
        ranking: Ranking = "fused",
        options: RetrievalOptions = EVERYTHING,
    ) -> tuple[Passage, ...]:
        """Find the ``top_k`` best passages, best first, each text once.

        Days are "YYYY-MM-DD", both ends included. ``ranking`` "words" or "vectors" ranks by those
        alone; ``options`` switches other parts off. Raises QuestionError as ``ask`` does.
        """
        if top_k < 1:
            raise QuestionError(f"top_k is {top_k}; at least 1 passage must be asked for")
        if ranking not in ("fused", "words", "vectors"):
            raise QuestionError(f"ranking is {ranking!r}; use 'fused', 'words' or 'vectors'")
        filters = Filters(published_from, published_to, tuple(sources))
        with self._reading() as reader:
            query = _understand(reader, question, history, asked, filters, options)
            return reader.retriever.search(query, top_k, ranking, options)

    def chat(self) -> Conversation:
        """Begin a conversation that remembers its turns."""
        return Conversation(self)

    def article(self, article_id: str) -> Article | None:
        """Return an article by id, None where there is none."""
        with self._reading() as reader:
            return reader.retriever.catalog.article(article_id)

    def families(self) -> tuple[Family, ...]:
        """Families of copies and versions, by the id of their original."""
        with self._reading() as reader:
            return tuple(families(reader.retriever.catalog))

    def status(self) -> Status:
        """Say what the archive holds."""
        with self._reading() as reader:
            catalog = reader.retriever.catalog
            articles, copies, chunks = catalog.counts()
            first_day, last_day = catalog.days()
            return Status(
                articles=articles,
                copies=copies,
                chunks=chunks,
                generation=reader.manifest.generation,
                embedder=reader.manifest.embedder,
                built=reader.manifest.created,
                sources=tuple(catalog.sources()),
                first_day=first_day,
                last_day=last_day,
                rejected=_count_lines(self._folder.rejected),
                bytes_on_disk=_size(self._folder.path),
            )

    def example_questions(self, count: int = 4) -> list[str]:
        """Up to ``count`` questions about its newest articles that it answers from those."""
        with self._reading() as reader:
            articles = reader.retriever.catalog.recent_originals(8 * count)
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

        return ArchiveRetriever(self, top_k)

    def as_query_engine(self, llm: LLM, top_k: int = 10) -> BaseQueryEngine:
        """Make a LlamaIndex query engine that words answers with ``llm`` from this archive."""
        from rag.llamaindex import query_engine

        return query_engine(self, llm, top_k)

    @contextmanager
    def _reading(self) -> Iterator[_Reader]:
        with self._lock:
            if self._closed:
                raise ValueError("the archive is closed; open it again with Archive.open")
            name = self._folder.current().folder.name
            if name != self._reader.manifest.generation:
                newer = _Reader(self._folder.current(), self._reader)
                self._reader.retire()
                self._reader = newer
            reader = self._reader
            reader.users += 1
        try:
            yield reader
        finally:
            with self._lock:
                reader.leave()


class _Reader:
    """One generation, open; closed when it is retired and its last user has left."""

    def __init__(self, generation: Generation, before: _Reader | None) -> None:
        self.manifest: Manifest = generation.manifest()
        self.embedder = _embedder(self.manifest, before)
        self.retriever = Retriever(generation, self.embedder)
        self.outlets = tuple(name for name, _ in self.retriever.catalog.sources())
        self.newest = self.retriever.catalog.days()[1]
        self.users = 0
        self._retired = False

    def text(self, article_id: str) -> str:
        """Text of an article as it is stored; raises ArchiveDamagedError where there is none."""
        article = self.retriever.catalog.article(article_id)
        if article is None:
            raise ArchiveDamagedError(f"article {article_id!r} is not in the catalogue")
        return article.text

    def retire(self) -> None:
        self._retired = True
        self._close_if_unused()

    def leave(self) -> None:
        self.users -= 1
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._retired and self.users == 0:
            self.retriever.close()


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


def _embedder(manifest: Manifest, before: _Reader | None) -> Embedder:
    """Open the manifest's embedder, or take the one that is loaded already where it is the same."""
    if before is not None and before.manifest.embedder == manifest.embedder:
        return before.embedder
    return open_embedder(manifest.embedder)


def _understand(
    reader: _Reader,
    question: str,
    history: Sequence[Turn | Mapping[str, str]],
    asked: str | None,
    filters: Filters | None,
    options: RetrievalOptions = EVERYTHING,
) -> Query:
    question = clean_question(question)
    filters = Filters() if filters is None else filters
    check_day("asked", asked)
    check_filters(filters)
    query = understand(
        question,
        history=[read_turn(turn) for turn in history],
        asked=asked,
        newest=reader.newest,
        outlets=reader.outlets,
        filters=filters,
        options=options,
        archive=reader.retriever,
    )
    if query.filters == filters or reader.retriever.holds(query.filters):
        return query
    # Limits that were only read from the words, and that nothing meets, were misread.
    return replace(query, filters=filters, inferred=tuple(map(_dropped, query.inferred)))


def _dropped(inference: Inference) -> Inference:
    if inference.part not in ("dates", "outlets"):
        return inference
    text = f"not {inference.text}: the archive has nothing there"
    return replace(inference, text=text, used=False)


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
