"""Words, sentences and word shingles of a text, and its MinHash signature (rensa's only importer).

MinHash: Broder, "On the resemblance and containment of documents" (1997). Why rensa:
docs/decisions/0004-families.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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
        """Capitalised words after the first, days and months aside."""
        found = _WORD.findall(self.text)[1:]
        return frozenset(w.casefold() for w in found if w[0].isupper()).difference(CALENDAR_WORDS)

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


# Which texts to compare: pairs whose MinHash signatures meet in a band.
#
# Locality-sensitive hashing (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4)
# with narrow bands, since a report cut to a quarter has a Jaccard similarity of 0.25 to the whole.

_ROWS = 2  # of a band: a pair with similarity 0.25 meets with probability 0.98
_NEIGHBOURS = 6  # a text is compared with so many before it in a bucket, and with the first ones
_FIRST = 2
_LEAST = 0.08  # estimated similarity
_BLOCK = 1 << 16  # pairs

Pairs = NDArray[np.int64]


def candidate_pairs(signatures: Hashes) -> Pairs:
    """(pairs, 2) rows of ``signatures`` to compare, the smaller first, sorted.

    Rows are in the order of time. In a bucket a text meets those just before it and the first
    ones, where its original is: the work grows with the texts, not with their square.
    """
    count = len(signatures)
    found = np.empty(0, np.int64)
    for band in range(0, PERMUTATIONS, _ROWS):
        pairs = _bucket_pairs(signatures[:, band : band + _ROWS], count)
        found = np.union1d(found, pairs)
    return _similar(signatures, np.stack(np.divmod(found, max(1, count)), axis=1))


def _bucket_pairs(band: Hashes, count: int) -> Pairs:
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


def _similar(signatures: Hashes, pairs: Pairs) -> Pairs:
    kept = [
        block[np.mean(signatures[block[:, 0]] == signatures[block[:, 1]], axis=1) >= _LEAST]
        for block in (pairs[n : n + _BLOCK] for n in range(0, len(pairs), _BLOCK))
    ]
    return np.concatenate(kept) if kept else pairs


# Sentences that an archive's pages share whatever they report: found by counting, and left out.
#
# A sentence is boilerplate where it stands in texts of many weeks, or in very many texts that
# otherwise differ. Copies of one report share sentences too, but they appear together and share
# all.

WEEKS = 5  # distinct weeks in which the texts with the sentence appeared
TEXTS = 40  # distinct texts with it, whenever they appeared
_SAMPLE = 16  # texts that are looked at to see whether they are one story
_ONE_STORY = 0.5  # median share of sentences that neighbours among them have in common


@dataclass(frozen=True, slots=True)
class SentenceCounts:
    """The sentences of all texts: ``keys[bounds[n]:bounds[n + 1]]`` are text n's, sorted.

    ``weeks`` numbers the week of each text, -1 where it is not known.
    """

    keys: Hashes
    bounds: NDArray[np.int64]
    weeks: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[Hashes], weeks: Sequence[int]) -> SentenceCounts:
        """Join the sentence keys of texts."""
        bounds = np.concatenate([[0], np.cumsum([len(own) for own in texts])]).astype(np.int64)
        keys = np.concatenate(texts) if texts else np.empty(0, np.uint32)
        return cls(keys.astype(np.uint32), bounds, np.array(weeks, np.int64))

    def text(self, number: int) -> Hashes:
        """Sentence keys of a text."""
        return self.keys[self.bounds[number] : self.bounds[number + 1]]


def boilerplate(counts: SentenceCounts) -> Hashes:
    """Keys of the sentences that are boilerplate, sorted; the same whatever the order of texts."""
    owners = np.repeat(np.arange(len(counts.weeks)), np.diff(counts.bounds))
    order = np.argsort(counts.keys, kind="stable")
    keys, first, number = np.unique(counts.keys[order], return_index=True, return_counts=True)
    often = np.flatnonzero(number >= WEEKS)
    kept = [
        n for n in often if _is_boilerplate(counts, owners[order[first[n] : first[n] + number[n]]])
    ]
    return keys[np.array(kept, np.int64)]


def _is_boilerplate(counts: SentenceCounts, texts: NDArray[np.int64]) -> bool:
    weeks = np.unique(counts.weeks[texts])
    if np.count_nonzero(weeks >= 0) >= WEEKS:
        return True
    return len(texts) >= TEXTS and not _is_one_story(counts, texts)


def _is_one_story(counts: SentenceCounts, texts: NDArray[np.int64]) -> bool:
    sample = texts[np.linspace(0, len(texts) - 1, min(_SAMPLE, len(texts))).astype(np.int64)]
    shares = []
    for one, other in zip(sample, sample[1:], strict=False):
        own, others = counts.text(int(one)), counts.text(int(other))
        shares.append(len(np.intersect1d(own, others)) / min(len(own), len(others)))
    return float(np.median(shares)) >= _ONE_STORY
