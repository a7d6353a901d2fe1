"""Words, sentences and word shingles of a text, and its MinHash signature (rensa's only importer).

MinHash: Broder, "On the resemblance and containment of documents" (1997). Why rensa:
docs/decisions/0004-families.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from index.families.opposites import figures
from index.types import Span

SHINGLE = 3  # words
PERMUTATIONS = 128
_SEED = 1

# Scripts without spaces count each character as a word.
_WORD = re.compile(
    r"\d+(?:[.,:]\d+)*"
    "|[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"
)
# A run of full stops is tried from its beginning alone: else a long one takes its square.
_SENTENCE_END = re.compile("((?:(?<![.!?…؟])[.!?…؟]+[\"'”’»)\\]]*(?=\\s))|[。！？।]+|(?=\\n))\\s*")
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december".split()
)

Hashes = NDArray[np.uint32]


@dataclass(frozen=True)
class WordedSentence:
    """A sentence of a text with its words as they are compared: case and apostrophes folded."""

    span: Span
    text: str
    words: tuple[str, ...]

    @cached_property
    def word_set(self) -> frozenset[str]:
        """Each word once."""
        return frozenset(self.words)

    @cached_property
    def names(self) -> frozenset[str]:
        """Capitalised words after the first, days and months aside."""
        found = _WORD.findall(self.text)[1:]
        return frozenset(w.casefold() for w in found if w[0].isupper()).difference(_DAYS)

    @cached_property
    def figures(self) -> frozenset[str]:
        """Its numbers, in digits also where they are spelled."""
        return figures(self.words)

    @cached_property
    def days(self) -> frozenset[str]:
        """Weekdays and months."""
        return self.word_set & _DAYS

    @property
    def key(self) -> int:
        """Hash of the words, 32 bits, the same in every process."""
        return int.from_bytes(blake2b(" ".join(self.words).encode(), digest_size=4).digest())


def worded(text: str) -> list[WordedSentence]:
    """Sentences of a text that hold a word, roughly cut: what matters is to cut copies alike."""
    sentences = []
    for start, end in _cut(text):
        sentence = text[start:end].replace("’", "'")
        if words := tuple(_WORD.findall(sentence.casefold())):
            sentences.append(WordedSentence(Span(start, end), sentence, words))
    return sentences


def words_of(text: str) -> list[str]:
    """Words of a headline or text, folded."""
    return _WORD.findall(text.replace("’", "'").casefold())


def sentence_keys(sentences: Iterable[WordedSentence]) -> Hashes:
    """Distinct keys of sentences of at least a shingle's length, sorted."""
    keys = {sentence.key for sentence in sentences if len(sentence.words) >= SHINGLE}
    return np.array(sorted(keys), np.uint32)


def shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the runs of ``SHINGLE`` words; of a shorter text, the text."""
    if len(words) < SHINGLE:
        return {tuple(words)} if words else set()
    return set(zip(*(words[n:] for n in range(SHINGLE)), strict=False))


def signature(words: Sequence[str]) -> Hashes:
    """(``PERMUTATIONS``,) uint32; the share of equal places estimates the Jaccard similarity."""
    sketch = RMinHash(PERMUTATIONS, _SEED)
    runs = zip(*(words[n:] for n in range(SHINGLE)), strict=False)
    sketch.update([" ".join(run) for run in runs] or [" ".join(words)])
    return np.array(sketch.digest(), np.uint32)


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.end(1) > start:
            yield start, end.end(1)
        start = end.end()
    if start < len(text):
        yield start, len(text)
