"""Sentences that an archive's pages share whatever they report: found by counting, and left out.

A sentence is boilerplate where it stands in texts of many weeks, or in very many texts that
otherwise differ. Copies of one report share sentences too, but they appear together and share all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.families.sketches import Hashes

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
