"""Questions out of an article's own words: its headline's, or a sentence with a gap.

What is asked for is left out, and so are other numbers and a share of the names and words, so that
no question is a plain copy of what it should find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from index.text.stopwords import STOP_WORDS
from index.types import Article
from rag.evaluation.scoring import fold

# A whole name: neither the end of a longer one ("van …", "Ada …") nor what begins a sentence, where
# any word has a capital.
_NAME = re.compile(
    r"\b(?P<before>[a-z]+) (?P<name>[A-Z][\w’'-]*[a-z](?: [A-Z][\w’'-]*[a-z])*)(?<!['’]s)"
    r"(?=[ ,.?])(?! (?:[A-Z]|of |de |van |von |bin |al-))"
)
_PARTICLES = frozenset(
    "van von de der den del della di da bin ibn al el of the and or la le".split()
)
_LEANS = re.compile(
    r"(?:This|That|These|Those|It|Its|He|She|They|His|Her|Their|Such|There|Then|However|But|And|"
    r"Both|Another|Others?|Also|In (?:this|that|addition|response))\b"
)
_NUMBER = re.compile(r"(?<![\w$€£.,/-])\d+(?:[.,]\d+)*(?![\w%-])")
_COUNTED = re.compile(r" (?:[a-z]+s|people|men|women|children)\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)
_GAP = "…"
_WORDS = range(10, 36)
FEWEST = 4  # content words that must be left for a question to mean one article
_DROPPED = 0.2  # of the words of a headline
_THINNED = 0.4  # of the other words of a sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that is sound only if ``words`` (folded) mean one article of the archive.

    ``asks`` is what the gap stands for, "" in a headline's. ``names`` are those left in the
    question, in order, each with the word before it.
    """

    kind: str
    article: Article
    question: str
    words: frozenset[str]
    asks: str = ""
    sentence: str = ""
    names: tuple[tuple[str, str], ...] = ()


def content_words(text: str) -> frozenset[str]:
    """Words of a text, folded, without stop words."""
    return frozenset(word for word in fold(text).split() if word not in STOP_WORDS)


def from_headline(article: Article, chance: Random) -> Candidate | None:
    """Ask in key words of the headline, a fifth of them left out; None where it has too few."""
    kept = [word for word in article.title.split() if content_words(word)]
    while len(kept) > FEWEST and chance.random() < _DROPPED * len(kept):
        kept.pop(chance.randrange(len(kept)))
    question = " ".join(kept)
    words = content_words(question)
    if len(words) < FEWEST:
        return None
    return Candidate("headline", article, question, words)


def from_sentence(article: Article, sentence: str, chance: Random) -> Candidate | None:
    """Put a gap for one name or number of a sentence; None for one that is not fit for it."""
    sentence = " ".join(sentence.split())
    details = list(_details(sentence))
    if not _is_fit(sentence) or len(details) < 2:
        return None
    start, end = chance.choice(details)
    asks = sentence[start:end]
    if content_words(asks) & content_words(sentence[:start] + sentence[end:]):
        return None  # said elsewhere in the sentence, so nothing would be asked
    is_count = asks[0].isdigit() and not _YEAR.fullmatch(asks)
    counted = _COUNTED.match(sentence, end) if is_count else None
    left_out = _left_out(sentence, details, (start, end), chance)
    noun = counted.end() if counted else end
    before = _thinned(_without(sentence, left_out, 0, start), chance)
    after = _thinned(_without(sentence, left_out, noun, len(sentence)).rstrip(" ."), chance)
    after = f"{sentence[end:noun]} {after}"
    gap = "how many" if counted else _GAP
    question = re.sub(r" (?=[,?])", "", " ".join(f"{before} {gap} {after}?".split()))
    words = content_words(f"{before} {after}")
    names = tuple(_names(question))
    if len(words) < FEWEST or not names:
        return None
    return Candidate("cloze", article, question, words, asks, sentence, names)


def _left_out(
    sentence: str, details: Sequence[tuple[int, int]], gap: tuple[int, int], chance: Random
) -> list[tuple[int, int]]:
    """Choose what else is left out: numbers, and half of the names but for one."""
    others = [span for span in details if span != gap]
    return [
        (start, end)
        for place, (start, end) in enumerate(others)
        if sentence[start].isdigit() or (place > 0 and chance.random() < 0.5)
    ]


def _without(text: str, left_out: Sequence[tuple[int, int]], first: int, last: int) -> str:
    """Give the characters from ``first`` to ``last`` without those spans."""
    return "".join(
        letter
        for place, letter in enumerate(text[first:last], first)
        if not any(start <= place < end for start, end in left_out)
    )


def _details(sentence: str) -> Iterator[tuple[int, int]]:
    for found in _named(sentence):
        yield found.span("name")
    for number in _NUMBER.finditer(sentence):
        yield number.span()


def _names(text: str) -> Iterator[tuple[str, str]]:
    for found in _named(text):
        yield found["before"], found["name"]


def _named(text: str) -> Iterator[re.Match[str]]:
    for found in _NAME.finditer(text):
        if found["before"] not in _PARTICLES and not _is_time(found["name"]):
            yield found


def _is_time(name: str) -> bool:
    return bool(_TIMES & set(fold(name).split()))


def _is_fit(sentence: str) -> bool:
    """Whether it can be read by itself: one plain sentence, with no quotation that is cut."""
    return (
        len(sentence.split()) in _WORDS
        and sentence[0].isupper()
        and sentence.endswith(".")
        and not _LEANS.match(sentence)
        and not re.search(r"[\"“”:;()\[\]|]|https?", sentence)
    )


def _thinned(text: str, chance: Random) -> str:
    """Leave out two fifths of the content words; names are kept whole, or they would be others."""
    kept = []
    for word in text.split():
        plain = word[0].islower() and bool(content_words(word))
        if not plain or chance.random() >= _THINNED:
            kept.append(word)
    return " ".join(kept)
