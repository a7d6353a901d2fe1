"""Scores of one answer and of many: expected words, short answers, refusals, citations, rankings.

A score is None where there is nothing to divide by. Rankings are scored by ir_measures.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import punctuation

import ir_measures

from rag.types import Passage

# Letters that Unicode does not decompose into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARKS = re.compile(r"(?:(?<!\d)\.|\.(?!\d)|[^\w\s.]|_)+")
_MARKS_IN_NUMBER = re.compile(r"(?<=\d)(?:\.{2,}|[^\w\s.]|_)+(?=\d)")


def fold(text: str, mark: str = " ") -> str:
    """Fold case and accents, and put ``mark`` in the place of punctuation and symbols.

    Numbers stay themselves: a comma before three digits is dropped ("4,200" is "4200"), a point
    between digits is kept ("6.3"), and any other mark between digits is a space ("18-23").
    """
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = _THOUSANDS.sub("", plain.casefold().translate(_PLAIN))
    return " ".join(_MARKS.sub(mark, _MARKS_IN_NUMBER.sub(" ", plain)).split())


def stands_in(alternative: str, text: str) -> bool:
    """Whether words stand in a text, folded, punctuation read as a space or as nothing.

    In Latin script they must begin where a word begins ("Ren" is not in "children") and may end
    inside one ("collision" is in "collisions"). A number must be the whole number: "9" is in
    "SEK9" and neither in "1969" nor in "6.9". Other scripts join words: there any place will do.
    """
    return any(_pattern(alternative, mark).search(_folded(text, mark)) for mark in (" ", ""))


_folded = lru_cache(maxsize=8)(fold)  # an answer is held against many words
_OPENING_WORD = "(?<![0-9a-z])"
_OPENING_NUMBER = r"(?<![0-9])(?<![0-9]\.)"
_CLOSING_WORD = "(?![0-9a-z])"
_CLOSING_NUMBER = r"(?![0-9]|\.[0-9])"
_ACRONYM = 5  # characters


@lru_cache(maxsize=4_096)
def _pattern(alternative: str, mark: str) -> re.Pattern[str]:
    words = fold(alternative, mark)
    opening = closing = ""
    if words[0].isdigit():
        opening = _OPENING_NUMBER
    elif words[0].isascii():
        opening = _OPENING_WORD
    if words[-1].isdigit():
        closing = _CLOSING_NUMBER
    elif len(alternative) <= _ACRONYM and alternative.isupper():
        closing = _CLOSING_WORD  # "UN" is not in "until"
    return re.compile(opening + re.escape(words) + closing)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer lacks and what it should not say; both empty when it is right."""

    missing: tuple[tuple[str, ...], ...] = ()
    said: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.missing and not self.said


def meets(text: str, must: Iterable[Sequence[str]], must_not: Iterable[str]) -> Verdict:
    """Hold an answer's text against its expected and its forbidden words."""
    return Verdict(
        missing=tuple(
            tuple(inner) for inner in must if not any(stands_in(each, text) for each in inner)
        ),
        said=tuple(phrase for phrase in must_not if stands_in(phrase, text)),
    )


def short_words(text: str) -> tuple[str, ...]:
    """Words of a short answer as SQuAD folds them: lower case, no punctuation, no article.

    Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016. Marks
    beyond ASCII are dropped as well: news has curly quotation marks and dashes.
    """
    kept = (c for c in text.lower() if c not in punctuation and unicodedata.category(c)[0] != "P")
    return tuple(word for word in "".join(kept).split() if word not in ("a", "an", "the"))


@dataclass(frozen=True, slots=True)
class ShortScores:
    """Of one short answer, by the best of its alternatives: exact match and F1 of the words."""

    exact: float
    f1: float


def score_short(short: str, alternatives: Iterable[str]) -> ShortScores | None:
    """Hold a short answer, "" for none, against the right ones; None where there are none."""
    own = short_words(short)
    right = [short_words(alternative) for alternative in alternatives]
    if not right:
        return None
    return ShortScores(float(own in right), max(word_f1(own, words) for words in right))


def word_f1(words: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of two texts' words, each as often as it stands; 0 where they have none in common."""
    common = (Counter(words) & Counter(reference)).total()
    return 2 * common / (len(words) + len(reference)) if common else 0.0


@dataclass(frozen=True, slots=True)
class RefusalScores:
    """Refusals, a refusal being the positive class; None where nothing was there to divide by.

    ``false_rate`` is the share of answerable questions that were refused.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    false_rate: float | None


def score_refusals(outcomes: Iterable[tuple[bool, bool]]) -> RefusalScores:
    """Scores of (answerable, refused) pairs, one a question."""
    pairs = list(outcomes)
    right = sum(refused and not answerable for answerable, refused in pairs)
    wrong = sum(refused and answerable for answerable, refused in pairs)
    unanswerable = sum(not answerable for answerable, _ in pairs)
    return RefusalScores(
        precision=ratio(right, right + wrong),
        recall=ratio(right, unanswerable),
        f1=ratio(2 * right, right + wrong + unanswerable),
        false_rate=ratio(wrong, len(pairs) - unanswerable),
    )


@dataclass(frozen=True, slots=True)
class CitationScores:
    """Of one answer: share of cited articles that are gold, and of gold articles that are cited.

    None where the answer cites nothing, or the question has no gold article.
    """

    precision: float | None
    recall: float | None


def score_citations(cited: Collection[Collection[str]], gold: Collection[str]) -> CitationScores:
    """Score the articles that an answer cites.

    Each element of ``cited`` are the ids of one cited article and its copies: it is gold where
    one of them is, and all gold articles among them count as cited.
    """
    if not gold:
        return CitationScores(None, None)
    texts = {frozenset(ids) for ids in cited}
    hit = {article for ids in texts for article in ids if article in gold}
    return CitationScores(
        precision=ratio(sum(not ids.isdisjoint(gold) for ids in texts), len(texts)),
        recall=ratio(len(hit), len(set(gold))),
    )


def fold_space(text: str) -> str:
    """Fold white space and leave out invisible characters, as cleaning an article does."""
    seen = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(seen).split())


# Measures of rankings as the report names them, in its order.
MEASURES = {
    "hit@1": ir_measures.Success @ 1,
    "hit@5": ir_measures.Success @ 5,
    "recall@10": ir_measures.R @ 10,
    "MRR@10": ir_measures.RR @ 10,
    "nDCG@10": ir_measures.nDCG @ 10,
}
_NAMES = {measure: name for name, measure in MEASURES.items()}


@dataclass(frozen=True, slots=True)
class RankedArticles:
    """Articles in the order in which a search finds them, and the gold ones to find.

    Copies of a text are one article: it bears the id of a gold article where one is among them.
    """

    found: tuple[str, ...]
    gold: frozenset[str]

    @property
    def gold_rank(self) -> int | None:
        """Rank of the first gold article, counted from 1; None where none was found."""
        ranks = (rank for rank, article in enumerate(self.found, 1) if article in self.gold)
        return next(ranks, None)


def rank_articles(passages: Iterable[Passage], gold: Sequence[str]) -> RankedArticles:
    """Articles by their best passage, copies folded together.

    Two gold articles that a passage shows to be copies are one to find, not two.
    """
    wanted = dict.fromkeys(gold)
    found: dict[str, None] = {}
    for passage in passages:
        own = {passage.article.id, *(article.id for article in passage.also_in)}
        # One that was found already stays: it came first.
        hits = sorted(
            (article for article in wanted if article in own),
            key=lambda article: article not in found,
        )
        found.setdefault(hits[0] if hits else passage.article.id)
        for other in hits[1:]:
            if other not in found:
                del wanted[other]
    return RankedArticles(tuple(found), frozenset(wanted))


def score_rankings(rankings: Mapping[str, RankedArticles]) -> dict[str, dict[str, float]]:
    """Score every measure of each question's ranking, by question id.

    Questions without a gold article are left out; a question that found nothing scores 0.
    """
    judged = {question: ranked for question, ranked in rankings.items() if ranked.gold}
    relevant = {question: dict.fromkeys(ranked.gold, 1) for question, ranked in judged.items()}
    # Negative ranks as scores, since ir_measures orders by score and breaks ties by id.
    run = {
        question: {article: -float(rank) for rank, article in enumerate(ranked.found, 1)}
        for question, ranked in judged.items()
    }
    scores: dict[str, dict[str, float]] = {question: {} for question in judged}
    if judged:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), relevant, run):
            scores[metric.query_id][_NAMES[metric.measure]] = metric.value
    return scores


def ratio(part: float, whole: float) -> float | None:
    """Divide, or give None where there is nothing to divide by."""
    return part / whole if whole else None


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of the values that are there, None where none is."""
    present = [value for value in values if value is not None]
    return ratio(math.fsum(present), len(present))


def percentile(values: Iterable[float], share: float) -> float | None:
    """Smallest value that ``share`` of the values do not exceed (nearest rank), or None."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
