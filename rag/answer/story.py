"""The story that a question is about: the articles that tell of it, and the news of each.

An article is of the story where its headline and beginning have the question's rarest words, or
come near it in meaning. Its news is the first sentence there that states something of the matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.models.embedder import Matrix
from index.text.words import CALENDAR_WORDS, Word, weigh, words
from index.types import Article
from rag.answer.context import inside_quotes, is_junk, leans_back
from rag.answer.lines import line_of
from rag.answer.values import figures
from rag.types import CandidateSentence, Evidence, Line, Query

# What a question says of the form of its answer, and so of no matter.
_OF_FORM = frozenset(
    """
    affair background brief briefly briefing case changed change chronology chronological course
    current currently date dates dated detail details develop developed developing development
    developments early earliest end event events evolution evolve evolved fact facts fresh gist
    happen history how key latest lately lines main matter matters milestones month months new newer
    newest news now order outline overview past point points progress progressed recap recent
    recently sentence sentences sequence short situation stage stages stand start state status step
    steps stories story sum summarise summarised summarize summarized summary timeline today
    turn unfold unfolded unfolding up update updated updates week weeks whole year years yesterday
    """.split()
)
_OF_TIME = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|(?:1[6-9]|20)\d\d")
# What a sentence that is read alone leaves open.
_POINTS_BACK = re.compile(
    r"\b(?:this|these|those) (?:was|is|were|are|would|had|has|will)\b|"
    r"^(?:together|then|there|since then|another|in return|instead|as a result|after that)\b|"
    r"\bthe (?:(?:two|three|four|five)\b(?! \w+s\b)|(?:latter|former|same)\b(?! \w))",
    re.IGNORECASE,
)
_LATER = 0.25  # of its weight a word counts that stands beyond the headline and the first sentence
_OPENING = 3  # sentences that are compared, one article's with another's
_NEWS = 4  # first sentences, one of which is the news
_SHARED = 2  # words of the headline or the question, which make a sentence the news
_NOTE = re.compile(r"\W*(?:the following|this (?:article|interview|report|series)|note)\b", re.I)
_LEAST = 0.7  # nearness, from 0 to 2, of the nearest article; below it there is no such story
_ANCHORS = 3  # articles nearest to the question, which the others are compared with
_ANCHOR = 0.8  # share of the nearest article's nearness that these have
_SHARE = 0.85  # of the words' weight in the nearest article that one of the story has, or else
_ALIKE = 0.55  # cosine of its opening with that of one of the nearest
_SAME_DAY, _SAME = 0.6, 0.8  # cosine of two sentences that tell one news
_WORDS = 0.75  # share of the shorter one's words, from which on two sentences say the same
_NEAR_DAYS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """An article: the sentence with its news, and what was read of it, in reading order.

    ``opening`` is the mean of the first sentences' vectors, (dimension,) float32, unit length.
    """

    news: CandidateSentence
    sentences: tuple[CandidateSentence, ...]
    opening: NDArray[np.float32]

    @property
    def article(self) -> Article:
        """The article."""
        return self.news.passage.article

    @property
    def superseded(self) -> bool:
        """Whether there is a newer version of it."""
        return self.news.passage.superseded_by is not None

    @property
    def told(self) -> int:
        """Number of articles that carry it, copies too."""
        return 1 + len(self.news.passage.also_in)


def matter_of(query: Query) -> list[Word]:
    """Words that say what a question is about; none in "What happened in March?"."""
    return [
        word
        for word in words(query.standalone)
        if word.content and word.form not in _OF_FORM | CALENDAR_WORDS and not word.form.isdigit()
    ]


def story_of(query: Query, evidence: Evidence) -> list[Report]:
    """Find the articles of the story that a question is about, oldest first, undated ones last."""
    asked = matter_of(query)
    weights = weigh(asked, evidence.word_weights)
    found = list(evidence.sentences)
    if evidence.holdings is not None and asked:
        spoken = " ".join(query.standalone[word.start : word.end] for word in asked)
        found = [*evidence.holdings.beginnings(spoken, query.filters), *found]
    candidates = [
        (report, _covered(report, weights), _nearness(report, evidence.query_vector))
        for report in reports(found, frozenset(weights))
    ]
    return in_order(_of_one_story(candidates))


def _of_one_story(candidates: Sequence[tuple[Report, float, float]]) -> list[Report]:
    """Keep what is near the question, or like what is nearest: report, words covered, cosine."""
    ranked = sorted(candidates, key=lambda one: -(one[1] + one[2]))
    if not ranked or ranked[0][1] + ranked[0][2] < _LEAST:
        return []
    covered, best = ranked[0][1], ranked[0][1] + ranked[0][2]
    anchors = [one for one, words, cosine in ranked[:_ANCHORS] if words + cosine > _ANCHOR * best]
    kept = []
    for report, words_, cosine in ranked:
        others = [float(report.opening @ one.opening) for one in anchors if one is not report]
        alike = max(others, default=0.0)
        to_the_point = words_ >= _SHARE * covered or alike >= _ALIKE
        if report is anchors[0] or (to_the_point and words_ + cosine + alike >= best):
            kept.append(report)
    return kept


def _covered(report: Report, weights: Mapping[str, float]) -> float:
    """Share of the words' weight that an article has, [0, 1]: all of it at its head."""
    head = {word.stem for word in words(f"{report.article.title}\n{report.sentences[0].text}")}
    rest = {word.stem for one in report.sentences for word in words(one.text)}
    found = sum(
        weight * (1 if stem in head else _LATER if stem in rest else 0)
        for stem, weight in weights.items()
    )
    return found / (sum(weights.values()) or 1)


def _nearness(report: Report, question: Matrix) -> float:
    return max(float(one.vector @ question) for one in report.sentences[:_OPENING])


def in_order(found: Iterable[Report]) -> list[Report]:
    """Oldest first, undated ones last."""
    return sorted(found, key=lambda one: (one.article.published or "9999", one.article.id))


def reports(found: Iterable[CandidateSentence], matter: Collection[str]) -> list[Report]:
    """Make a report of each article that states something; ``matter`` are stems."""
    of_articles: dict[str, dict[int, CandidateSentence]] = {}
    for one in found:
        if not is_junk(one.text, one.passage.article.language):
            of_articles.setdefault(one.passage.article.id, {}).setdefault(one.start, one)
    made = []
    for own in of_articles.values():
        sentences = tuple(own[start] for start in sorted(own))
        news = _news(sentences, matter)
        if news is not None:
            mean = np.mean([one.vector for one in sentences[:_OPENING]], axis=0)
            opening = mean / max(float(np.linalg.norm(mean)), 1e-9)
            made.append(Report(news, sentences, opening))
    return made


def _news(
    sentences: Sequence[CandidateSentence], matter: Collection[str]
) -> CandidateSentence | None:
    """Choose the first sentence that stands alone and says what the headline or the question does.

    None where the first few have no word of either.
    """
    title = sentences[0].passage.article.title
    sought = {word.stem for word in words(title) if word.content} | set(matter)
    best, most = None, 0
    for one in sentences[:_NEWS]:
        if stands_alone(one) and not _NOTE.match(one.text):
            shared = len(sought & {word.stem for word in words(one.text)})
            shared += bool(shared) and one is sentences[0]
            if min(_SHARED, shared) > most:
                best, most = one, min(_SHARED, shared)
    return best


def stands_alone(sentence: CandidateSentence) -> bool:
    """Whether a sentence can be read without others, and is no one's words."""
    inside = inside_quotes(sentence.passage.article.text, sentence.sentences)
    opens = sentence.text.lstrip()[:1] in '"“”„«'
    leans = leans_back(sentence.text.lstrip()) or _POINTS_BACK.search(sentence.text)
    return not (opens or sentence.position in inside or leans)


def is_told(news: CandidateSentence, others: Iterable[CandidateSentence]) -> bool:
    """Whether one of the other sentences tells this news: of its day, or with its figures."""
    return any(_same_news(news, other) for other in others)


def _same_news(one: CandidateSentence, other: CandidateSentence) -> bool:
    days = _days_between(one.passage.article, other.passage.article)
    cosine = float(one.vector @ other.vector)
    apart = one.passage.article.id != other.passage.article.id
    if apart and days == 0 and cosine >= _SAME_DAY:
        return True
    left, right = ({word.stem for word in words(s.text) if word.content} for s in (one, other))
    shared = len(left & right) / (min(len(left), len(right)) or 1)
    differ = set(figures(one.text)) ^ set(figures(other.text))
    return not differ and (shared >= _WORDS or (apart and cosine >= _SAME and days <= _NEAR_DAYS))


def _days_between(one: Article, other: Article) -> int:
    if one.day is None or other.day is None:
        return 0
    return abs((date.fromisoformat(one.day) - date.fromisoformat(other.day)).days)


def dated(sentence: CandidateSentence, lead: str | None = None) -> Line:
    """Make a line with its article's day before it; a day that is the same is not noted again.

    ``lead`` is put in the place of the day.
    """
    day = day_in_words(sentence.passage.article)
    line = line_of(sentence, lead=(f"{day}:" if day else "") if lead is None else lead)
    return replace(line, notes=tuple(note for note in line.notes if note[1] != day))


def day_in_words(article: Article) -> str:
    """Say on which day an article was published: "4 May 2026"; "" where it is not known."""
    if article.day is None:
        return ""
    when = date.fromisoformat(article.day)
    return f"{when.day} {when:%B %Y}"
