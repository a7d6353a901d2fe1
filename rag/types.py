"""What flows from a question to an answer: query, passages, citations, the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import NewsArchiveError
from index.settings import Day, several, written_day
from index.types import Article, Span

_NEAREST = 3  # articles named in a refusal
# Forms of answers that may consist of words of ours alone: small talk, and the archive itself.
REMARKING = frozenset({"talk", "about"})
NEAREST_COVERAGE = " Nearest coverage: "  # between the reason of a refusal and what is near


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation before the question; ``role`` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, init=False)
class Filters:
    """Limits on the articles that may answer; both days are included."""

    published_from: str | None
    published_to: str | None
    sources: tuple[str, ...]

    def __init__(
        self,
        published_from: Day | None = None,
        published_to: Day | None = None,
        sources: str | Iterable[str] = (),
    ) -> None:
        """Take days as "YYYY-MM-DD" or as dates, and one outlet or several.

        What is no day is told when something is asked within it.
        """
        object.__setattr__(self, "published_from", written_day(published_from))
        object.__setattr__(self, "published_to", written_day(published_to))
        object.__setattr__(self, "sources", several(sources))

    def __bool__(self) -> bool:
        return bool(self.published_from or self.published_to or self.sources)


@dataclass(frozen=True, slots=True)
class Inference:
    """Something read from a question's words, in words; ``part`` of the options switches it off.

    ``used`` is False for a limit that was read and dropped: nothing meets it, or nothing in it
    answers.
    """

    part: str
    text: str
    used: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood.

    ``parts`` are the sub-questions (at least one, the whole question where it has a single part);
    ``form`` is the form of the answer, one of those of ``rag.question.form``.
    ``filters`` holds what the user set and what was read from the question; ``inferred`` lists the
    latter in words, so that a user can see and override it; ``required`` is what the user set
    alone. ``reports`` are the limits of each report that the question tells apart ("the Courier's
    of May and that of the Post"). ``near`` are the first and last day that the ranking leans to,
    ``perhaps`` those that words such as "this week" mean if they are said on the newest day,
    ``order`` whether the newest or the oldest of the passages to the point are preferred, ``also``
    the question's names with other names for the same, which are looked up with it.
    """

    question: str
    standalone: str
    parts: tuple[str, ...]
    form: str = "fact"
    filters: Filters = field(default_factory=Filters)
    required: Filters = field(default_factory=Filters)
    reports: tuple[Filters, ...] = ()
    asked: str | None = None
    inferred: tuple[Inference, ...] = ()
    near: tuple[str, str] | None = None
    perhaps: tuple[str, str] | None = None
    order: Literal["newest", "oldest"] | None = None
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found for a question.

    ``score`` is in [0, 1]; see docs/decisions for what it means. ``found_by`` maps "words",
    "vectors", "sentences" and, where one is set, "cross-encoder" to the 1-based rank there.
    ``also_in`` are the other articles that carry the text; ``superseded_by`` is the newest version
    of the story where ``article`` is an older one. ``outside`` is True where it is outside the
    limits that were read from the question: its score is halved.
    """

    article: Article
    start: int
    end: int
    text: str
    score: float
    rank: int
    found_by: Mapping[str, int]
    also_in: tuple[Article, ...] = ()
    superseded_by: Article | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSentence:
    """A sentence of a retrieved passage, with what an answerer needs to choose it.

    ``sentences`` are the spans of the whole article's sentences and ``position`` is this one's
    index there, so that the sentences around it can be read. ``vector`` is (dimension,) float32,
    unit length, of the sentence as it stands in its chunk.
    """

    passage: Passage
    start: int
    end: int
    position: int
    sentences: tuple[Span, ...]
    vector: NDArray[np.float32]

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        return self.passage.article.text[self.start : self.end]


class Holdings(Protocol):
    """The whole of an archive, for answers that no single passage gives."""

    def size(self) -> int:
        """Count the articles, copies too."""
        ...

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        ...

    def days(self) -> tuple[str | None, str | None]:
        """First and last day of publication, "YYYY-MM-DD"."""
        ...

    def naming(self, words: str, filters: Filters = Filters()) -> list[Article]:  # noqa: B008
        """Find every article that has all of the content words, oldest first."""
        ...

    def within(self, filters: Filters) -> list[Article]:
        """Find every article inside limits, oldest first."""
        ...

    def copies(self, articles: Sequence[Article]) -> dict[str, str]:
        """Id of each that copies another → id of what it copies."""
        ...

    def recent(self, count: int) -> list[Article]:
        """Newest articles without copies and superseded versions, newest first."""
        ...

    def beginnings(
        self,
        words: str,
        filters: Filters = Filters(),  # noqa: B008
        most: int = 100,
    ) -> tuple[CandidateSentence, ...]:
        """Sentences of the first passage of each article with any of the content words, best first.

        Without content words, of each article inside the limits, the most reprinted first.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was retrieved for a query: passages, best first, and their sentences.

    ``query_vector`` is (dimension,) float32, unit length. ``word_weights`` maps each word of the
    question, as the lexical index stems it, to its inverse document frequency in this archive.
    ``holdings`` looks through the whole archive; None where there is none behind the passages.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[CandidateSentence, ...]
    query_vector: NDArray[np.float32]
    word_weights: Mapping[str, float]
    holdings: Holdings | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of an article: a span of its text, or of its headline."""

    passage: Passage
    span: Span
    of: Literal["text", "title"] = "text"

    @property
    def text(self) -> str:
        """The words as they stand there."""
        article = self.passage.article
        whole = article.text if self.of == "text" else article.title
        return whole[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a draft: quoted words, and what is ours set apart from them.

    ``lead`` stands before the quotes ("No:"), each of ``notes`` in brackets after so many
    characters of them ("yesterday [4 May 2021]"). ``short`` are the words that answer, as offsets
    in the quotes joined by spaces, or in the lead ("14 articles") where they are ``short_of`` that.
    """

    quotes: tuple[Quoted, ...]
    lead: str = ""
    notes: tuple[tuple[int, str], ...] = ()
    short: Span | None = None
    short_of: Literal["quotes", "lead"] = "quotes"

    @property
    def quoted(self) -> str:
        """The quotes, joined by spaces."""
        return " ".join(quote.text for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class Value:
    """One of several answers that articles give to the same question, with the line that has it."""

    text: str
    line: Line


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes before it is verified.

    ``short`` are the words that answer. ``values`` are what outlets or versions disagree on, two
    or more or none. ``refusal`` is "" or says why the evidence does not answer. ``remark`` is said
    in the place of lines: it tells nothing of the news and cites nothing, and only an answer of
    the ``REMARKING`` forms may have one.
    """

    lines: tuple[Line, ...] = ()
    short: str = ""
    values: tuple[Value, ...] = ()
    refusal: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote of an article, verified before it is shown.

    ``quote == article.text[start:end]``, or a part of ``article.title`` where it is ``of`` that.
    """

    marker: int
    article: Article
    start: int
    end: int
    quote: str
    also_in: tuple[Article, ...] = ()
    superseded_by: Article | None = None
    of: Literal["text", "title"] = "text"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the markers of the citations that it rests on.

    ``ours`` are the spans of ``text`` that no article says: words before a quote, notes in
    brackets, all of a remark, which cites nothing. ``short`` are the words in it that answer.
    """

    text: str
    markers: tuple[int, ...]
    ours: tuple[Span, ...] = ()
    short: Span | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of the values on which outlets or versions disagree, and the markers that give it."""

    value: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence, or a refusal that says why.

    ``short`` are the words that answer, "" where none do by themselves. ``conflicts`` are the
    values on which outlets or versions disagree. A greeting is answered by a sentence of ours that
    cites nothing. ``reason`` is "" for an answer and says for a refusal what is missing.
    ``passages`` are all that were read, best first; of a refusal they are the nearest coverage.
    ``timings_ms`` maps a step of the way to its milliseconds.
    """

    question: str
    query: Query
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    short: str = ""
    conflicts: tuple[Conflict, ...] = ()
    refused: bool = False
    reason: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The sentences with its [n] markers; for a refusal the reason and the nearest coverage."""
        if self.refused:
            named = "; ".join(describe(article) for article in self.nearest)
            return f"{self.reason}{NEAREST_COVERAGE}{named}." if named else self.reason
        return " ".join(
            s.text + "".join(f" [{marker}]" for marker in s.markers) for s in self.sentences
        )

    @property
    def text(self) -> str:
        """What is ``said``, and the values on which outlets differ, each with its [n] markers."""
        return f"{self.said} {self._differ}." if self.conflicts else self.said

    @property
    def _differ(self) -> str:
        return f"Outlets differ: {'; '.join(map(self._told_by, self.conflicts))}"

    @property
    def nearest(self) -> tuple[Article, ...]:
        """The articles of the best passages, at most three, best first."""
        articles = {passage.article.id: passage.article for passage in self.passages}
        return tuple(articles.values())[:_NEAREST]

    def with_timings(self, timings_ms: Mapping[str, float]) -> Answer:
        """Return the same answer with other timings, in milliseconds."""
        return replace(self, timings_ms=dict(timings_ms))

    def __str__(self) -> str:
        lines = [self.said]
        if self.conflicts:
            lines.append(self._differ)
        if self.citations:
            lines.append("")
        for citation in self.citations:
            of = ", headline" if citation.of == "title" else ""
            lines.append(f"[{citation.marker}] {describe(citation.article)}{of}: {citation.quote}")
            if citation.also_in:
                outlets = ", ".join(article.source or article.title for article in citation.also_in)
                lines.append(f"    also in: {outlets}")
            if citation.superseded_by:
                lines.append(f"    superseded by: {describe(citation.superseded_by)}")
        return "\n".join(lines)

    def _told_by(self, conflict: Conflict) -> str:
        """Give a value with who tells it: "5,500 [1] Gazette, 2026-01-25"."""
        tellers: dict[str, str] = {}
        for citation in self.citations:
            if citation.marker in conflict.markers:
                teller = _teller(citation)
                tellers[teller] = tellers.get(teller, "") + f"[{citation.marker}] "
        told = ", ".join(markers + teller for teller, markers in tellers.items())
        return f"{conflict.value} {told}"


def _teller(citation: Citation) -> str:
    """Outlet, or headline where none is known, and day; and whether a newer version is there."""
    article = citation.article
    corrected = "corrected" if citation.superseded_by else None
    return ", ".join(filter(None, (article.source or article.title, article.day, corrected)))


def describe(article: Article) -> str:
    """Headline, outlet and day in one line, leaving out what is not known."""
    return ", ".join(part for part in (article.title, article.source, article.day) if part)


class QuestionError(NewsArchiveError):
    """A question, one of its limits, a day or a ranking's name cannot be used.

    The only error of asking: it stands below NewsArchiveError beside those of ``index.errors``,
    which tell what is wrong with an archive.
    """
