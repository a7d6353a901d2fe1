"""Chunk vectors in a flat file, and what of an earlier generation's may be taken over.

Chroma answers questions; this file lets the next build take over a vector without asking Chroma,
and find out which of its rows hold what they should. Nothing is lost where it is damaged or
missing: what is not sound is computed again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.models.encode import EncodedArticle, Encoding, Rows, row_type
from index.types import key_of

log = logging.getLogger("newsarchive")


def _record_type(dimension: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("key", "V16"),  # of what was embedded
            ("chunk", "V16"),  # hash of the chunk's id
            ("entry", "V16"),  # hash of all that Chroma holds of the chunk
            ("first", "<i8"),  # row of the first sentence in the sentence vectors
            ("sentences", "<i4"),  # number of them
            ("checksum", "<u4"),  # of the vector and the sentences' rows
            ("vector", "<f4", (dimension,)),
        ]
    )


class ChunkVectors:
    """Appends the chunks of a generation, in the order in which Chroma was given them."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._type = _record_type(dimension)
        path.touch()

    def append(
        self, encoded: EncodedArticle, entries: Sequence[bytes], first_sentence: int
    ) -> None:
        """Append an article's chunks, of which Chroma holds ``entries``.

        Its sentences begin at the row ``first_sentence`` of the sentence vectors.
        """
        records = np.empty(len(entries), self._type)
        for n, encoding in enumerate(encoded.encodings):
            records[n] = (
                encoded.keys[n], key_of(encoded.chunked.chunks[n].id), entries[n], first_sentence,
                len(encoding.sentences), encoding.checksum, encoding.vector,
            )  # fmt: skip
            first_sentence += len(encoding.sentences)
        with self._path.open("ab") as file:
            file.write(records.tobytes())


class EarlierVectors:
    """Vectors of an earlier generation by their keys, each checked before it is given out."""

    def __init__(self, chunks: Path, sentences: Path, dimension: int) -> None:
        self._records = _mapped(chunks, _record_type(dimension))
        self._sentences = _mapped(sentences, row_type(dimension))
        self._by_key = {
            key.tobytes(): number for number, key in enumerate(np.array(self._records["key"]))
        }
        self.damaged = 0

    def get(self, key: bytes) -> Encoding | None:
        """Find what was embedded under a key; None where there is nothing that is sound."""
        number = self._by_key.get(key)
        if number is None:
            return None
        record = self._records[number]
        first, count = int(record["first"]), int(record["sentences"])
        if not 0 <= first <= first + count <= len(self._sentences):
            self.damaged += 1
            return None
        encoding = Encoding(
            np.array(record["vector"]), np.array(self._sentences[first : first + count])
        )
        if encoding.checksum != record["checksum"] or not encoding.is_sound:
            self.damaged += 1
            return None
        return encoding

    def entries(self, chunk_ids: Sequence[str]) -> dict[str, bytes]:
        """Hash of what Chroma was given last for each of some chunks; unknown ones are left out."""
        rows = self.rows(chunk_ids)
        return {chunk_id: self._records[row]["entry"].tobytes() for chunk_id, row in rows.items()}

    def rows(self, chunk_ids: Sequence[str]) -> dict[str, int]:
        """Last row of each of some chunks; unknown ones are left out."""
        last = {chunk.tobytes(): row for row, chunk in enumerate(np.array(self._records["chunk"]))}
        hashes = {chunk_id: key_of(chunk_id) for chunk_id in chunk_ids}
        return {chunk_id: last[own] for chunk_id, own in hashes.items() if own in last}

    def copy(self, path: Path, first_sentences: Mapping[str, int]) -> None:
        """Write the chunks that are named to a new file, their sentences at other rows."""
        rows = self.rows(list(first_sentences))
        records = np.array(self._records[list(rows.values())])
        records["first"] = [first_sentences[chunk_id] for chunk_id in rows]
        path.write_bytes(records.tobytes())

    def __len__(self) -> int:
        return len(self._records)


def _mapped(path: Path, row: np.dtype[np.void]) -> Rows:
    """Whole rows of a file, memory-mapped; none where it is missing, empty or cut to nothing."""
    try:
        count = path.stat().st_size // row.itemsize
        if count:
            return np.memmap(path, row, mode="r", shape=(count,))
    except OSError as error:
        log.info("%s is not taken over: %s", path, error)
    return np.empty(0, row)
