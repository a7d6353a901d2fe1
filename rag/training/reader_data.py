"""What the reader learns from: questions, each with passages of which some, or none, answer it.

The questions are people's own, about other people's texts; that a passage does *not* answer has
mostly to be made (Rajpurkar et al., "Know What You Don't Know", 2018). Near misses are of four
kinds: the same passage without the sentence that answers, another passage about the same thing,
the passages that lie nearest in meaning, and the question with a name, a year or a number swapped.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from index.text.sentences import sentence_spans
from index.types import Span, key_of

# Each file with the share of its questions that an epoch takes. Spaced or templated questions and
# noisy spans weigh less; clapnq is for evaluation alone.
FILES: Mapping[str, float] = {
    "shifts-new-wiki": 1.0,
    "shifts-reddit": 0.7,
    "shifts-amazon-reviews": 0.5,
    "qamr": 0.5,
    "qasrl-gs": 0.3,
    "timeqa": 1.0,
    "subjqa": 0.25,
    "qed": 1.0,
    "policyqa": 0.15,
}
STATEMENTS = ("fever-pairs", 0.45)
_HELD_OUT = 20  # one title in so many is never trained on
_WORDS = (60, 150)  # of a passage, at most: drawn between these
_NEAR = 6  # nearest passages among which near misses are drawn
_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s(?:(?:of|the|de|and)\s)?[A-Z][\w'’.-]*)*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*(?![\w.])")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_OUTLETS = ("The Courier", "Morning Post", "City Herald", "Agency", "Evening Star", "Tribune")
_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True, slots=True)
class Context:
    """A text with its questions; an empty list of spans is a question that it does not answer."""

    file: str
    title: str
    text: str
    questions: tuple[tuple[str, tuple[Span, ...]], ...]

    @property
    def held_out(self) -> bool:
        """True for one title in twenty; of files without titles, for one text in twenty."""
        name = self.title if self.file in ("shifts-new-wiki", "qamr", "qasrl-gs") else self.text
        return int.from_bytes(key_of(name, 4)) % _HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage to read: what stands above it, its text, the spans of ``text`` that answer."""

    heading: str
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A question and its candidates, normalised together.

    ``answered`` without any span is a statement that the text bears out: no words of it are "the"
    answer.
    """

    question: str
    candidates: tuple[Candidate, ...]
    answered: bool


def read_contexts(folder: Path, unseen: Iterable[str] = ()) -> list[Context]:
    """Read the files of ``folder``, without the texts that stand in one of ``unseen``.

    Raises OSError where a file is missing.
    """
    seen = " ".join(_folded(text) for text in unseen)
    contexts = []
    for file in FILES:
        rows = [orjson.loads(line) for line in gzip.open(folder / f"{file}.jsonl.gz")]
        if file in ("qamr", "qasrl-gs"):
            rows = [row for row in rows if _folded(row["context"]) not in seen]
            rows = list(_joined(rows))
        for row in rows:
            questions = tuple(
                (
                    asked["question"].strip(),
                    tuple(Span(a["start"], a["start"] + len(a["text"])) for a in asked["answers"]),
                )
                for asked in row["questions"]
            )
            title = row["title"].replace("_", " ") if file in ("shifts-new-wiki", "qed") else ""
            title = row["title"] if file in ("qamr", "qasrl-gs") else title
            contexts.append(Context(file, title, row["context"], questions))
    return contexts


def read_statements(folder: Path) -> list[Example]:
    """Read the statements that a text bears out or does not."""
    file, _ = STATEMENTS
    rows = [orjson.loads(line) for line in gzip.open(folder / f"{file}.jsonl.gz")]
    return [
        Example(
            row["hypothesis"],
            (Candidate("", " ".join(row["premise"].split()[:150])),),
            answered=row["label"] == "entailment",
        )
        for row in rows
    ]


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _joined(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put the sentences of one document together: alone they are no passage."""
    documents: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = ":".join(row["title"].split(":")[:3])
        document = documents.setdefault(name, {"title": name, "context": "", "questions": []})
        if len(document["context"].split()) > 90:
            yield documents.pop(name)
            document = documents.setdefault(name, {"title": name, "context": "", "questions": []})
        offset = len(document["context"]) + 1 if document["context"] else 0
        document["context"] = f"{document['context']} {row['context']}".strip()
        for asked in row["questions"]:
            answers = [{**a, "start": a["start"] + offset} for a in asked["answers"]]
            document["questions"].append({**asked, "answers": answers})
    yield from documents.values()


class NearMisses:
    """What looks like the answer and is none, from the contexts themselves."""

    def __init__(
        self,
        contexts: Sequence[Context],
        vectors: NDArray[np.float32],
        question_vectors: NDArray[np.float32],
    ) -> None:
        """``vectors`` is (contexts, dimension), ``question_vectors`` a row a question in order."""
        self._contexts = contexts
        self._nearest = _nearest(vectors, question_vectors)
        self._swaps = _swaps(contexts)

    def near(self, row: int, own: int, answers: Sequence[str], random: Random) -> Context | None:
        """Draw one of the contexts nearest to question ``row`` that hold none of its answers."""
        folded = [_folded(answer) for answer in answers]
        candidates = [
            self._contexts[at]
            for at in self._nearest[row]
            if at != own and not any(a and a in _folded(self._contexts[at].text) for a in folded)
        ]
        return random.choice(candidates[:_NEAR]) if candidates else None

    def swapped(self, question: str, text: str, random: Random) -> str | None:
        """Put another name, year or number in the place of one that stands in question and text."""
        found = [
            (kind, match)
            for kind, pattern in (("year", _YEAR), ("number", _NUMBER), ("name", _NAME))
            for match in pattern.finditer(question)
            if match.start() > 0 and match.group() in text
        ]
        if not found:
            return None
        kind, match = random.choice(found)
        for _ in range(8):
            other = random.choice(self._swaps[kind])
            if kind == "year":
                other = str(int(match.group()) + random.choice((-30, -7, -3, -2, -1, 1, 2, 3, 11)))
            if other != match.group() and other not in text:
                return question[: match.start()] + other + question[match.end() :]
        return None


def _nearest(
    vectors: NDArray[np.float32], question_vectors: NDArray[np.float32], block: int = 2048
) -> NDArray[np.int32]:
    """Rows of the contexts nearest to each question: (questions, 3 * _NEAR), nearest first."""
    k = min(3 * _NEAR, len(vectors) - 1)
    rows = []
    for first in range(0, len(question_vectors), block):
        scores = question_vectors[first : first + block] @ vectors.T
        top = np.argpartition(-scores, k, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, top, 1), axis=1)
        rows.append(np.take_along_axis(top, order, 1).astype(np.int32))
    return np.concatenate(rows)


def _swaps(contexts: Sequence[Context]) -> dict[str, list[str]]:
    """Names, years and numbers of all questions, by kind."""
    pool: dict[str, list[str]] = {"name": ["Ashford"], "year": ["1968"], "number": ["17"]}
    for context in contexts:
        for question, _ in context.questions:
            pool["name"] += [m.group() for m in _NAME.finditer(question) if m.start()]
            pool["year"] += _YEAR.findall(question)
            pool["number"] += _NUMBER.findall(question)
    return pool


def epoch(
    contexts: Sequence[Context], statements: Sequence[Example], misses: NearMisses, seed: int
) -> Iterator[Example]:
    """Yield the examples of one epoch; each seed draws other questions and other near misses.

    ``contexts`` must be those that ``misses`` knows; held-out ones are passed over.
    """
    random = Random(seed)
    row = -1
    for at, context in enumerate(contexts):
        for question, spans in context.questions:
            row += 1
            if not context.held_out and random.random() < FILES[context.file]:
                yield _example(question, spans, at, row, contexts, misses, random)
    chosen = int(len(statements) * STATEMENTS[1])
    yield from random.sample(statements, chosen)


def held_out(contexts: Sequence[Context], misses: NearMisses, seed: int) -> Iterator[Example]:
    """Yield examples of the questions that no epoch has, of all files alike."""
    random = Random(seed)
    row = -1
    for at, context in enumerate(contexts):
        for question, spans in context.questions:
            row += 1
            if context.held_out and random.random() < FILES[context.file]:
                yield _example(question, spans, at, row, contexts, misses, random)


def _example(
    question: str,
    spans: tuple[Span, ...],
    at: int,
    row: int,
    contexts: Sequence[Context],
    misses: NearMisses,
    random: Random,
) -> Example:
    """Draw what one question is read with: two fifths its passage alone, the rest near misses."""
    told = passage(contexts[at], spans, random)
    answers = [contexts[at].text[span.start : span.end] for span in spans]
    drawn = random.random()
    if not spans:
        return Example(question, (told,), answered=False)
    near = [misses.near(row, at, answers, random) for _ in range(random.choice((1, 1, 2)))]
    others = [passage(other, (), random) for other in near if other is not None]
    if 0.40 <= drawn < 0.62:
        mixed = [told, *others]
        random.shuffle(mixed)
        return Example(question, tuple(mixed), answered=True)
    if 0.62 <= drawn < 0.78 and (left := without(told, answers)):
        return Example(question, (left, *others[: random.random() < 0.4]), answered=False)
    if 0.62 <= drawn < 0.86 and others:
        return Example(question, tuple(others), answered=False)
    if 0.86 <= drawn and (swapped := misses.swapped(question, told.text, random)):
        return Example(swapped, (Candidate(told.heading, told.text),), answered=False)
    return Example(question, (told,), answered=True)


def passage(context: Context, spans: Sequence[Span], random: Random) -> Candidate:
    """Cut a passage of whole sentences around the spans, with a heading as articles have one."""
    sentences = _sentences(context.text)
    start = spans[0].start if spans else random.choice(sentences).start
    first = last = next((n for n, s in enumerate(sentences) if start < s.end), len(sentences) - 1)
    left = random.randint(*_WORDS)
    while True:
        sides = [n for n in (first - 1, last + 1) if 0 <= n < len(sentences)]
        sides = [n for n in sides if _words(context.text, sentences[n]) <= left]
        if not sides:
            break
        chosen = random.choice(sides)
        left -= _words(context.text, sentences[chosen])
        first, last = min(first, chosen), max(last, chosen)
    begin, end = sentences[first].start, sentences[last].end
    inside = tuple(
        Span(s.start - begin, s.end - begin) for s in spans if begin <= s.start and s.end <= end
    )
    apart = [s for n, s in enumerate(sentences) if not first <= n <= last]
    return Candidate(_heading(context, apart, random), context.text[begin:end], inside)


@lru_cache(maxsize=64)
def _sentences(text: str) -> list[Span]:
    return sentence_spans(text) or [Span(0, len(text))]


def _words(text: str, span: Span) -> int:
    return text.count(" ", span.start, span.end) + 1


def _heading(context: Context, apart: Sequence[Span], random: Random) -> str:
    """Headline, outlet and day, as the reader sees them above a passage; some of them or none."""
    headline = context.title if context.file in ("shifts-new-wiki", "qed") else ""
    if not headline and apart:
        span = random.choice(apart)
        headline = " ".join(context.text[span.start : span.end].split()[:14]).rstrip(" .")
    drawn = random.random()
    day = f"{random.randint(1, 28)} {random.choice(_MONTHS.split())} {random.randint(1996, 2026)}"
    outlet = random.choice(_OUTLETS)
    if drawn < 0.2:
        return ""
    if drawn < 0.35:
        return headline
    return f"{headline}. {outlet}, {day}" if headline else f"{outlet}, {day}"


def without(told: Candidate, answers: Sequence[str]) -> Candidate | None:
    """Take out the sentences that hold an answer; None where nothing would be left."""
    folded = [_folded(answer) for answer in answers]
    kept = []
    for span in sentence_spans(told.text):
        sentence = told.text[span.start : span.end]
        touched = any(s.start < span.end and span.start < s.end for s in told.spans)
        if not touched and not any(a and a in _folded(sentence) for a in folded):
            kept.append(sentence)
    if len(" ".join(kept).split()) < 8:
        return None
    heading = told.heading
    if any(a and a in _folded(heading) for a in folded):
        heading = ""
    return Candidate(heading, " ".join(kept))
