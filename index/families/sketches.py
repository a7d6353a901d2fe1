"""Sketches of texts: their sentences and signatures, which of them to compare, and boilerplate.

A signature is a MinHash of word shingles: Broder, "On the resemblance and containment of documents"
(1997). This is rensa's only importer; why it is rensa: docs/decisions/0004-families.md. Texts are
compared where their signatures meet in a band, which is locality-sensitive hashing: Leskovec,
Rajaraman and Ullman, "Mining of Massive Datasets", 3.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from index.families.opposites import figures
from index.text.words import CALENDAR_WORDS
from index.types import Span, key_of

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
        """Capitalised words after the first, days, months and numbers aside."""
        found = {w.casefold() for w in _WORD.findall(self.text)[1:] if w[0].isupper()}
        # Behind a place line a sentence begins: "OSTRY (Wire) - Four people died".
        return frozenset(w for w in found - CALENDAR_WORDS if not figures((w,)))

    @cached_property
    def figures(self) -> frozenset[str]:
        """Its numbers, in digits also where they are spelled."""
        return figures(self.words)

    @cached_property
    def days(self) -> frozenset[str]:
        """Weekdays and months."""
        return self.word_set & CALENDAR_WORDS

    @property
    def key(self) -> int:
        """Hash of the words, 32 bits, the same in every process."""
        return int.from_bytes(key_of(" ".join(self.words), 4))


def worded(text: str) -> list[WordedSentence]:
    """Sentences of a text that hold a word, roughly cut: what matters is to cut copies alike."""
    ends = [(found.end(1), found.end()) for found in _SENTENCE_END.finditer(text)]
    sentences = []
    start = 0
    for end, after in (*ends, (len(text), len(text))):
        sentence = text[start:end].replace("’", "'")
        if words := tuple(_WORD.findall(sentence.casefold())):
            sentences.append(WordedSentence(Span(start, end), sentence, words))
        start = after
    return sentences


def words_of(text: str) -> list[str]:
    """Words of a headline or text, folded."""
    return _WORD.findall(text.replace("’", "'").casefold())


def sentence_keys(sentences: Iterable[WordedSentence]) -> Hashes:
    """Distinct keys of sentences of at least a shingle's length, sorted."""
    keys = {sentence.key for sentence in sentences if len(sentence.words) >= SHINGLE}
    return np.array(sorted(keys), np.uint32)


def runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs of ``SHINGLE`` words, in order."""
    return zip(*(words[n:] for n in range(SHINGLE)), strict=False)


def shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the runs of ``SHINGLE`` words; of a shorter text, the text."""
    if len(words) < SHINGLE:
        return {tuple(words)} if words else set()
    return set(runs(words))


def signature(words: Sequence[str]) -> Hashes:
    """(``PERMUTATIONS``,) uint32; the share of equal places estimates the Jaccard similarity."""
    sketch = RMinHash(PERMUTATIONS, _SEED)
    sketch.update([" ".join(run) for run in runs(words)] or [" ".join(words)])
    return np.array(sketch.digest(), np.uint32)


# -- which texts to compare -------------------------------------------------------------------

# Bands are narrow, since a report cut to a quarter has a Jaccard similarity of 0.25 to the whole.
_ROWS = 2  # of a band: a pair with similarity 0.25 meets with probability 0.98
_NEIGHBOURS = 6  # a text is compared with so many before it in a bucket, and with the first ones
_FIRST = 2
_LEAST = 0.08  # estimated similarity
_BLOCK = 1 << 16  # pairs

Pairs = NDArray[np.int64]


def candidate_pairs(signatures: Sequence[Hashes]) -> Pairs:
    """(pairs, 2) numbers of ``signatures`` to compare, the smaller first, sorted.

    Signatures are in the order of time. In a bucket a text meets those just before it and the first
    ones, where its original is: the work grows with the texts, not with their square.
    """
    count = len(signatures)
    rows = np.stack(signatures) if signatures else np.empty((0, PERMUTATIONS), np.uint32)
    found = np.empty(0, np.int64)
    for band in range(0, PERMUTATIONS, _ROWS):
        found = np.union1d(found, _bucket_pairs(rows[:, band : band + _ROWS], count))
    pairs = np.stack(np.divmod(found, max(1, count)), axis=1)
    similar = [
        block[np.mean(rows[block[:, 0]] == rows[block[:, 1]], axis=1) >= _LEAST]
        for block in (pairs[n : n + _BLOCK] for n in range(0, len(pairs), _BLOCK))
    ]
    return np.concatenate(similar) if similar else pairs


def _bucket_pairs(band: Hashes, count: int) -> Pairs:
    """Pairs (one, other) of the texts that meet in a band, each as ``one * count + other``."""
    keys = band[:, 0].astype(np.uint64) << np.uint64(32) | band[:, 1].astype(np.uint64)
    order = np.argsort(keys, kind="stable").astype(np.int64)  # equal keys stay in time's order
    keys = keys[order]
    begins = np.concatenate([[True], keys[1:] != keys[:-1]])[:count]
    first = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    pairs = []
    for back in range(1, _NEIGHBOURS + 1):
        earlier = np.arange(count) - back
        inside = earlier >= first
        pairs.append(order[earlier[inside]] * count + order[inside])
    for ahead in range(_FIRST):
        earlier = first + ahead
        inside = earlier < np.arange(count)
        pairs.append(order[earlier[inside]] * count + order[inside])
    return np.unique(np.concatenate(pairs))


# -- boilerplate ------------------------------------------------------------------------------

# Sentences that an archive's pages share whatever they report are found by counting. Copies of one
# report share sentences too, but they appear together and share all.
WEEKS = 5  # distinct weeks in which the texts with the sentence appeared
TEXTS = 40  # distinct texts with it, whenever they appeared
_SAMPLE = 16  # texts that are looked at to see whether they are one story
_ONE_STORY = 0.5  # median share of sentences that neighbours among them have in common


def boilerplate(texts: Sequence[Hashes], weeks: Sequence[int]) -> Hashes:
    """Keys of the sentences that are boilerplate, sorted; the same whatever the order of texts.

    ``texts`` are the sorted keys of each text's sentences; ``weeks`` numbers the week of each, -1
    where it is not known. Boilerplate stands in texts of many weeks, or in very many texts that
    otherwise differ.
    """
    of_texts = np.concatenate(texts) if texts else np.empty(0, np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(own) for own in texts])
    order = np.argsort(of_texts, kind="stable")
    keys, first, number = np.unique(of_texts[order], return_index=True, return_counts=True)
    week_of = np.array(weeks, np.int64)
    kept = []
    for n in np.flatnonzero(number >= WEEKS):
        those = owners[order[first[n] : first[n] + number[n]]]
        often = np.count_nonzero(np.unique(week_of[those]) >= 0) >= WEEKS
        if often or (len(those) >= TEXTS and not _is_one_story(texts, those)):
            kept.append(n)
    return keys[np.array(kept, np.int64)]


def _is_one_story(texts: Sequence[Hashes], those: NDArray[np.int64]) -> bool:
    places = np.linspace(0, len(those) - 1, min(_SAMPLE, len(those))).astype(np.int64)
    sample = [texts[number] for number in those[places]]
    shares = [
        len(np.intersect1d(own, others)) / min(len(own), len(others))
        for own, others in pairwise(sample)
    ]
    return float(np.median(shares)) >= _ONE_STORY
