"""Answers in the articles' own sentences, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.types import Span
from rag.answer.context import is_dateline
from rag.answer.rules.choose import (
    Choice,
    arrange,
    choose,
    of_other_matter,
    out_of_order,
    superseded,
)
from rag.answer.rules.features import FEATURES, measure, read_parts, read_question, read_sentences
from rag.answer.rules.premise import Relative
from rag.answer.rules.refusal import of_another, why_not
from rag.types import Draft, Evidence, Passage, Query

# How much each feature counts (docs/decisions/0003): fitted on the questions of three sets whose id
# has an even sha256; the other half only measured.
SENTENCE_WEIGHTS = {
    "cosine": 3.77,
    "near": 1.49,
    "covered": 3.00,
    "covered_before": 1.89,
    "covered_article": 3.82,
    "names": 1.00,  # by hand: the sets' questions hardly ever name what their articles do not
    "pairs": 1.18,
    "focus": 0.58,
    "passage": 1.31,
    "number": 1.91,
    "date": 1.54,
    "person": 0.71,
    "place": -0.13,
    "reason": 0.24,
    "speaker": 0.56,
    "claim": 3.00,  # by hand: too few questions ask it to fit it
    "kind_covered": 0.85,
    "fresh_number": 0.18,
    "short": -0.52,
    "junk": -2.00,  # by hand: -0.48 fitted; a caption is hard to read in an answer
    "lead": 0.36,
}
SENTENCES = np.array([SENTENCE_WEIGHTS[name] for name in FEATURES])

NOTHING_QUOTABLE = "What was found has only words of speakers whom it does not name beside them."
_ORDER = re.compile(
    r"\b(?:first|earlier|later|before|after|order|sooner|change[ds]?|since then)\b", re.IGNORECASE
)
_RELATIVE_DAY = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|this (?:morning|afternoon|evening|week|month)|last \w+|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
# "When" as the word that asks, not as in "How many died when the pier fell?"
_ASKS_WHEN = re.compile(
    r"\bwhen (?:exactly )?(?:did|do|does|was|were|is|are|will|would|has|have|had|can|could)\b|"
    r"\b(?:know|tell|tell me|say|and|or) when\b|\b(?:which|what) (?:day|date|month|year)\b",
    re.IGNORECASE,
)
_DATELINE_WITHIN = 2  # sentences from the top of an article


class ExtractiveAnswerer:
    """Picks the sentences that answer and quotes them, or says what the archive lacks."""

    def draft(self, query: Query, evidence: Evidence) -> Draft:
        """Quote up to five sentences, some 80 words, or refuse.

        Reads the candidates, scores them, decides whether they suffice, and only then chooses.
        """
        asked = read_question(query, evidence)
        sentences = read_sentences(asked, evidence)
        features = measure(asked, evidence, sentences)
        scores = features @ SENTENCES
        if relative := Relative.asked(query.standalone):
            scores -= relative.costs(sentences)
        refusal = why_not(query, asked, evidence, sentences, scores, features)
        if refusal:
            return Draft(refusal=refusal)
        parts = read_parts(query, evidence)
        scores -= of_other_matter(parts, features[:, FEATURES.index("names")])
        if query.order != "oldest" and not _is_about_order(query):
            scores -= superseded(sentences)
        scores -= out_of_order(sentences, query.order)
        refusal = of_another(query, asked, sentences, scores, features)
        if refusal:
            return Draft(refusal=refusal)
        chosen = choose(parts, sentences, scores)
        if not chosen:
            return Draft(refusal=NOTHING_QUOTABLE)
        ordered = arrange(chosen, by_day=_is_about_order(query))
        return Draft(tuple(_with_datelines(query, ordered)))


def _is_about_order(query: Query) -> bool:
    return len(query.parts) > 1 and bool(_ORDER.search(query.standalone))


def _with_datelines(
    query: Query, chosen: Sequence[Choice]
) -> list[tuple[str, tuple[tuple[Passage, Span], ...]]]:
    """Quote each choice; where a day is asked and it says "yesterday", its dateline goes before."""
    asks_when = query.wants == "date" or bool(_ASKS_WHEN.search(query.standalone))
    dated: set[str] = set()
    picked: list[tuple[str, tuple[tuple[Passage, Span], ...]]] = []
    for choice in chosen:
        article = choice.passage.article
        if asks_when and article.id not in dated and _RELATIVE_DAY.search(choice.text):
            dated.add(article.id)
            for span in choice.sentence.candidate.sentences[:_DATELINE_WITHIN]:
                text = article.text[span.start : span.end]
                if is_dateline(text) and span.end <= choice.span.start:
                    picked.append((" ".join(text.split()), ((choice.passage, span),)))
        picked.append((choice.text, ((choice.passage, choice.span),)))
    return picked
