"""Spelling slips and other transliterations in names, mended by the names that the archive has.

Names alone: any other word that an archive lacks is most often a right one that it does not use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Protocol

from index.text.words import Word, fold, words
from rag.question.name_forms import sounded
from rag.question.places import other_names

_SHORTEST = 5  # letters; most shorter names have a neighbour by chance
_SHORTEST_SOUND = 3  # letters of a name that another romanisation of it may differ from
_LONG = 8  # letters from which two slips are thought possible
_ALIKE = 0.8  # likeness that must be exceeded: "Poyer" is not "Power"
_ALIKE_IF_SHORT = 0.85  # the same for names of under _FULL letters: "Forbes" is not "Flores"
_FULL = 7
_OPENING = 8  # characters before a word in which its sentence's opening marks stand


class Vocabulary(Protocol):
    """What an archive can say of its words."""

    def has_word(self, word: str) -> bool:
        """Whether any article has the word in one of its forms."""
        ...

    def texts_with_near(self, word: str, distance: int) -> Iterable[str]:
        """Return some texts with words of up to ``distance`` edits from a word."""
        ...


def respell(
    question: str, vocabulary: Vocabulary, known: Collection[str] = ()
) -> tuple[str, Mapping[str, str]]:
    """Return the question with the slips in its names mended, and what was read as what.

    A name is only touched where the archive does not have it in any form, and has one like it
    with the same first letter. ``known`` are words, in lower case, that are right besides.
    """
    mended: dict[str, str] = {}
    for word in reversed(words(question)):
        typed = question[word.start : word.end]
        named = (
            word.capital and word.start > 0 and typed.isalpha() and len(typed) >= _SHORTEST_SOUND
        )
        if not named or other_names([word]) or word.form in known or vocabulary.has_word(typed):
            continue
        meant = _nearest(word, typed, vocabulary)
        if meant:
            mended[typed] = meant
            question = question[: word.start] + meant + question[word.end :]
    return question, dict(reversed(mended.items()))


def _nearest(word: Word, typed: str, vocabulary: Vocabulary) -> str | None:
    distance = 2 if len(typed) >= _LONG else 1
    found = _names_like(word, vocabulary.texts_with_near(typed, distance))
    sound = sounded(word.form)
    same = [other for other in found if sounded(fold(other)) == sound]
    if same:
        return max(same, key=lambda other: (found[other], other))
    if len(typed) < _SHORTEST:
        return None
    swapped = _swapped(word, vocabulary)
    if swapped:
        return max(swapped, key=lambda other: (swapped[other], other))
    likeness = _likeness(typed)
    best = max(found, key=lambda other: (likeness(other), found[other], other), default=None)
    least = _ALIKE if len(typed) >= _FULL else _ALIKE_IF_SHORT
    return best if best and likeness(best) > least else None


def _names_like(word: Word, texts: Iterable[str]) -> Counter[str]:
    """Count the names of texts that begin as a word does."""
    found: Counter[str] = Counter()
    small: Counter[str] = Counter()
    first = word.form[0]
    # All words of twenty chunks are too many to fold: those of another letter are passed over.
    like = re.compile(rf"(?<![^\W\d_])(?:[{first}{first.upper()}]|[^\W\d_a-zA-Z])[^\W\d_]*")
    for text in texts:
        for match in like.finditer(text):
            other = match[0]
            if fold(other)[:1] != first:
                continue
            if not other[0].isupper():
                small[fold(other)] += 1
            elif _inside(text, match.start()):
                found[other] += 1
    # "Best" in a headline or an award is no name that "Brest" could be a slip of.
    return Counter({name: n for name, n in found.items() if n > small[fold(name)]})


def _swapped(word: Word, vocabulary: Vocabulary) -> Counter[str]:
    """Names of which a word has two neighbouring letters exchanged: "Freid" for "Fried".

    Looked for one by one, since the index has stems, and that of "Fried" is far from "Freid".
    """
    form = word.form
    meant = {
        form[:i] + form[i + 1] + form[i] + form[i + 2 :]
        for i in range(1, len(form) - 1)
        if form[i] != form[i + 1]
    }
    texts = [
        text
        for other in sorted(meant)
        if vocabulary.has_word(other)
        for text in vocabulary.texts_with_near(other, 0)
    ]
    found = _names_like(word, texts)
    return Counter({name: n for name, n in found.items() if fold(name) in meant})


def _inside(text: str, start: int) -> bool:
    """Whether a word stands inside a sentence, where its capital means something."""
    before = text[max(0, start - _OPENING) : start].rstrip(" \"“‘'(")
    return before[-1:] not in ("", *".!?\n:")


def _likeness(typed: str) -> Callable[[str], float]:
    lowered = typed.lower()
    return lambda other: SequenceMatcher(None, lowered, other.lower()).ratio()
