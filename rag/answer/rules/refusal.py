"""Whether the evidence suffices, decided on the evidence before anything is worded.

Three things are asked, each with its own sentence for the user: are the question's names there,
is what was found about the question's matter at all, and is the kind of thing that is asked for
there. The second was fitted on questions with the articles that answer them taken away: what is
left is then near and no answer. docs/decisions/0003 has the figures, and says what this does not
catch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.text.words import Word, words
from rag.answer.rules.choose import stated
from rag.answer.rules.features import FEATURES, Asked, MatchedSentence, share
from rag.answer.rules.kinds import holds, wanted_unit
from rag.answer.rules.premise import is_shared_out, unmet
from rag.types import Evidence, Query

NOTHING_FOUND = "Nothing that was found in the archive is about this."
NO_WORDS = "The question has no word that says what it is about."
NO_WORD_FOUND = "Nothing that was found in the archive has any word of the question."
NAMES_MISSING = 0.36  # share of the names' weight that is nowhere in the evidence
NAMES_OF_BEST = 0.5  # share of the names' weight that the article of the best sentence has
NEAR_ENOUGH = 0.62  # cosine above which a missing name is taken for another spelling
BESIDE = 0.25  # cosine below the best sentence's: an article of such a sentence may be about it too
# Logits that what was found is about the matter. Of the best sentence: its cosine, and the share of
# the question's words in it, the one before and the headline; the share of the question's names in
# the near articles, and of its words in all that was found. A long question has more words that are
# told another way.
SUPPORT = (
    ("cosine", 7.5), ("window", 3.0), ("names", 2.7), ("covered", 3.0), ("length", 0.11),
)  # fmt: skip
SUPPORT_NEEDED = 9.4  # no more answerable questions are refused than before there was this line
LOOKED_AT = 8  # sentences in which the asked kind of thing must be found

_MISSING_KIND = {
    "person": "names anyone for this",
    "speaker": "quotes anyone on this",
    "claim": "says who claimed or was blamed for this",
    "date": "gives a date for this",
    "number": "gives a figure for this",
}


def why_not(
    query: Query,
    asked: Asked,
    evidence: Evidence,
    sentences: Sequence[MatchedSentence],
    scores: NDArray[np.float64],
    features: NDArray[np.float64],
) -> str:
    """Say in one sentence what is missing; "" where the evidence answers."""
    if not asked.weights:
        return NO_WORDS
    if not sentences:
        return NOTHING_FOUND
    cosines = features[:, FEATURES.index("cosine")]
    nearest = float(cosines.max())
    near = _named_near(sentences, cosines)
    named = frozenset[str]().union(*near.values())
    names = asked.names - named
    weight = {stem: asked.weights.get(stem, 0.0) for stem in asked.names}
    lost = sum(weight[stem] for stem in names) / (sum(weight.values()) or 1.0)
    if lost > NAMES_MISSING and nearest < NEAR_ENOUGH:
        return f"Nothing that was found in the archive mentions {_quoted(query, names)}."
    if not any(sentence.around for sentence in sentences):
        return NO_WORD_FOUND
    if support(asked, sentences, named, nearest) < SUPPORT_NEEDED:
        return NOTHING_FOUND
    best = [sentences[index] for index in np.argsort(-scores)[:LOOKED_AT]]
    articles = {passage.article.id: passage.article for passage in evidence.passages}
    return unmet(query, asked, near, tuple(articles.values()), best) or _missing_kind(
        query, asked, best
    )


def of_another(
    query: Query,
    asked: Asked,
    sentences: Sequence[MatchedSentence],
    scores: NDArray[np.float64],
    features: NDArray[np.float64],
) -> str:
    """Say of whom or what nothing tells this, where the best sentence is of another; or "".

    An article that names them in passing, in a caption or a list, does not make what stands in
    others an answer. A long question, and one of several parts, is shared out among articles.
    """
    if not asked.names or is_shared_out(query, asked):
        return ""
    best = max(stated(sentences), key=scores.__getitem__)
    named = float(features[best, FEATURES.index("names")])
    cosine = float(features[best, FEATURES.index("cosine")])
    if named >= NAMES_OF_BEST or cosine >= NEAR_ENOUGH:
        return ""
    missing = asked.names - sentences[best].named
    return f"Nothing that was found in the archive tells this of {_quoted(query, missing)}."


def _named_near(
    sentences: Sequence[MatchedSentence], cosines: NDArray[np.float64]
) -> Mapping[str, frozenset[str]]:
    """Names of the question that each near article has: a far one may mention any of them."""
    near = cosines > cosines.max() - BESIDE
    return {
        sentence.candidate.passage.article.id: sentence.named
        for sentence, is_near in zip(sentences, near, strict=True)
        if is_near
    }


def support(
    asked: Asked, sentences: Sequence[MatchedSentence], named: frozenset[str], nearest: float
) -> float:
    """Logits that the evidence is about the question's matter, but for a constant.

    ``named`` are the names in the near articles, ``nearest`` is the best sentence's cosine.
    """
    present = frozenset().union(*(sentence.around for sentence in sentences))
    measured = {
        "cosine": nearest,
        "window": max(share(sentence.around, asked.weights) for sentence in sentences),
        "names": asked.share_of_names(named),
        "covered": share(present, asked.weights),
        "length": float(len(asked.weights)),
    }
    return sum(weight * measured[name] for name, weight in SUPPORT)


def _quoted(query: Query, names: frozenset[str]) -> str:
    """Quote the missing names as the question writes them, each with the capitals beside it."""
    found = words(query.standalone)
    runs: list[tuple[int, int]] = []
    quoted: list[str] = []
    for index, word in enumerate(found):
        if word.stem not in names or (runs and index < runs[-1][1]):
            continue
        first, last = index, index + 1
        # "World" of "World Cup" alone would name something else.
        while first > 1 and _joins(found[first - 1], names) and _adjacent(found, first):
            first -= 1
        while last < len(found) and _joins(found[last], names) and _adjacent(found, last):
            last += 1
        runs.append((first, last))
        quoted.append(query.standalone[found[first].start : found[last - 1].end])
    return ", ".join(f'"{name}"' for name in dict.fromkeys(quoted))


def _joins(word: Word, names: frozenset[str]) -> bool:
    return word.capital or word.stem in names


def _adjacent(found: Sequence[Word], index: int) -> bool:
    """Whether only one character stands between a word and the one before it."""
    return found[index].start - found[index - 1].end == 1


def _missing_kind(query: Query, asked: Asked, best: Sequence[MatchedSentence]) -> str:
    """Say which kind of thing is asked for and stands in none of the best sentences."""
    if query.wants == "number":
        unit = wanted_unit(query.standalone)
        if unit is not None:
            there = any(unit.given.search(r.text) for r in best)
            return "" if there else f"Nothing that was found gives {unit.name} for this."
    missing = _MISSING_KIND.get(query.wants)
    if missing is None:
        return ""
    question = asked.weights.keys()
    held = any(holds(query.wants, r.text, r.found, question) > 0 for r in best)
    return "" if held else f"Nothing that was found {missing}."
