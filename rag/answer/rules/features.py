"""What is known about a candidate sentence with respect to a question, as numbers.

Every feature is about 0 to 1 and has a reason to be there; ``rag.answer.rules`` says how
much each counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from index.text.words import Word, weigh, words
from index.types import Article
from rag.answer.context import is_junk
from rag.answer.rules.kinds import Unit, holds, wanted_unit
from rag.question.names import Stems, names_any, names_in, other_names, question_names
from rag.types import CandidateSentence, Evidence, Query

FEATURES = (
    "cosine",  # of sentence and question, which knows paraphrase
    "near",  # … of the sentences beside it: an answer stands where the question's matter is told
    "covered",  # share of the question's words in the sentence, the rare ones weighing more
    "covered_before",  # … that the sentence before and the headline add
    "covered_article",  # … in all that was found of its article, headline included
    "names",  # share of the question's names that the whole article has
    "pairs",  # neighbouring words of the question that meet again
    "focus",  # the noun after "which" or "how many"
    "passage",  # score of the passage, relative to the best
    "number",  # holds a number, where one is asked for; each kind below likewise
    "date",
    "person",
    "place",
    "reason",
    "speaker",
    "claim",
    "kind_covered",  # holds the kind asked for together with the question's words
    "fresh_number",  # gives a number that the question does not
    "short",  # of under seven words
    "junk",  # caption, question, signature
    "lead",  # opens its article
)

_OTHER_UNIT = 0.5  # of a figure that is not given in the unit asked for

KINDS = ("number", "date", "person", "place", "reason", "speaker", "claim")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as the features see it.

    ``unit`` is that of the figure that is asked for, ``weights`` maps stems to rarity, ``others``
    the stems of a place to all names of that place.
    """

    kind: str
    unit: Unit | None
    weights: Mapping[str, float]
    names: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    focus: frozenset[str]
    others: Mapping[str, frozenset[Stems]]

    def shared(self, stems: frozenset[str]) -> frozenset[str]:
        """Words of the question that a text with these stems has, a place by any of its names."""
        placed = {stem for stem, names in self.others.items() if names_any(names, stems)}
        return frozenset(self.weights.keys() & (stems | placed))

    def share_of_names(self, named: frozenset[str]) -> float:
        """Share of the weight of the question's names; 1 where it names none."""
        total = sum(self.weights.get(name, 0.0) for name in self.names)
        held = sum(self.weights.get(name, 0.0) for name in named)
        return held / total if total else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class MatchedSentence:
    """A candidate sentence with its words, and the stems it shares with the question.

    ``around`` adds those of the sentence before and of the headline; ``named`` are the question's
    names that its article has. ``junk`` states nothing by itself.
    """

    candidate: CandidateSentence
    text: str
    found: list[Word]
    shared: frozenset[str]
    around: frozenset[str]
    named: frozenset[str]
    junk: bool


def read_question(query: Query, evidence: Evidence) -> Asked:
    """Words, names and focus of a query."""
    found = words(query.standalone)
    content = [word for word in found if word.content]
    weights = weigh(found, evidence.word_weights)
    names = question_names(found)
    pairs = frozenset((a.stem, b.stem) for a, b in zip(content, content[1:], strict=False))
    unit = wanted_unit(query.standalone) if query.wants == "number" else None
    focus = frozenset[str]()  # up to two content words right after "which", "what" or "how many"
    for index, word in enumerate(found):
        if word.form in ("which", "what", "many", "much", "whose"):
            noun = takewhile(lambda after: after.content, found[index + 1 : index + 3])
            if focus := frozenset(word.stem for word in noun):
                break
    return Asked(query.wants, unit, weights, names, pairs, focus, other_names(found))


def read_parts(query: Query, evidence: Evidence) -> list[Mapping[str, float]]:
    """Words of each sub-question with their weights."""
    return [weigh(words(part), evidence.word_weights) for part in query.parts]


def read_sentences(asked: Asked, evidence: Evidence) -> list[MatchedSentence]:
    """Words of every candidate, and of what stands around it."""
    titles: dict[str, frozenset[str]] = {}
    named: dict[str, frozenset[str]] = {}
    before: dict[tuple[str, int], frozenset[str]] = {}
    sentences = []
    for candidate in evidence.sentences:
        article = candidate.passage.article
        text = candidate.text
        found = words(text)
        shared = asked.shared(frozenset(w.stem for w in found))
        if article.id not in titles:
            titles[article.id] = asked.shared(_stems_of(headline(article)))
            whole = words(f"{headline(article)} {article.text}")
            named[article.id] = names_in(whole, asked.names, asked.others)
        before[article.id, candidate.position] = shared
        previous = before.get((article.id, candidate.position - 1))
        if previous is None:
            previous = asked.shared(_stems_of(text_before(candidate)))
        around = shared | titles[article.id] | previous
        junk = is_junk(text, article.language)
        sentences.append(
            MatchedSentence(candidate, text, found, shared, around, named[article.id], junk)
        )
    return sentences


def headline(article: Article) -> str:
    """Headline, outlet and day of publication: what a reader knows before the first word."""
    parts = [article.title, article.source or ""]
    moment = article.published_at
    if moment is not None:
        parts.append(f"{moment:%A} {moment.day} {moment:%B %Y}")
    return " ".join(parts)


def _stems_of(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text))


def text_before(candidate: CandidateSentence) -> str:
    """Sentence before a candidate in its article; "" where there is none."""
    if candidate.position == 0:
        return ""
    span = candidate.sentences[candidate.position - 1]
    return candidate.passage.article.text[span.start : span.end]


def measure(
    asked: Asked, evidence: Evidence, sentences: list[MatchedSentence]
) -> NDArray[np.float64]:
    """(sentences, features): the features of each candidate, in the order of FEATURES."""
    if not sentences:
        return np.zeros((0, len(FEATURES)))
    cosines = np.stack([r.candidate.vector for r in sentences]) @ evidence.query_vector
    near = _near(sentences, cosines.tolist())
    best_score = max(passage.score for passage in evidence.passages) or 1.0
    in_article: dict[str, frozenset[str]] = {}
    for sentence in sentences:
        article = sentence.candidate.passage.article.id
        in_article[article] = in_article.get(article, frozenset()) | sentence.around
    rows = []
    for sentence, cosine, beside in zip(sentences, cosines.tolist(), near, strict=True):
        passage = sentence.candidate.passage
        covered = share(sentence.shared, asked.weights)
        order = [w.stem for w in sentence.found if w.content]
        pairs = len(asked.pairs.intersection(zip(order, order[1:], strict=False)))
        rows.append(
            [
                cosine,
                beside,
                covered,
                share(sentence.around, asked.weights) - covered,
                share(in_article[passage.article.id], asked.weights),
                asked.share_of_names(sentence.named),
                pairs / (len(asked.pairs) or 1),
                len(asked.focus & sentence.shared) / len(asked.focus) if asked.focus else 0.0,
                passage.score / best_score,
                *_form(asked, sentence, covered),
            ]
        )
    return np.array(rows)


def _near(sentences: list[MatchedSentence], cosines: list[float]) -> list[float]:
    """Mean cosine of the candidates right before and after each; its own where there is none."""
    at = {
        (r.candidate.passage.article.id, r.candidate.position): cosine
        for r, cosine in zip(sentences, cosines, strict=True)
    }
    near = []
    for sentence, cosine in zip(sentences, cosines, strict=True):
        article, position = sentence.candidate.passage.article.id, sentence.candidate.position
        beside = [
            at[key] for key in ((article, position - 1), (article, position + 1)) if key in at
        ]
        near.append(sum(beside) / len(beside) if beside else cosine)
    return near


def _form(asked: Asked, sentence: MatchedSentence, covered: float) -> list[float]:
    question = asked.weights.keys()
    kind = holds(asked.kind, sentence.text, sentence.found, question)
    if asked.unit is not None:
        if asked.unit.in_words.search(sentence.text):
            kind = 1.0
        elif not asked.unit.plainly.search(sentence.text):
            kind *= _OTHER_UNIT
    return [
        *(kind * (asked.kind == name) for name in KINDS),
        kind * covered,
        holds("number", sentence.text, sentence.found, question),
        float(len(sentence.found) < 7),
        float(sentence.junk),
        1 / (1 + sentence.candidate.position),
    ]


def share(found: Set[str], weights: Mapping[str, float]) -> float:
    """Share of the weight of the question's words that ``found`` covers."""
    total = sum(weights.values())
    return sum(weights[stem] for stem in found if stem in weights) / total if total else 0.0
