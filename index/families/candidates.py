"""Which texts to compare: pairs whose MinHash signatures meet in a band.

Locality-sensitive hashing (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4) with
narrow bands, since a report cut to a quarter has a Jaccard similarity of 0.25 to the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.families.sketches import PERMUTATIONS, Hashes

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
