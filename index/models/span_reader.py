"""Reads a question and a passage together: which words of the passage answer, and whether any do.

The packaged encoder with two heads, where an answer starts and where it ends, each token measured
against the first one, which stands for "no answer here" (Devlin et al., "BERT", 2019). Trained by
rag/training/reader_fit.py; what is shipped are all weights but the word embeddings, which are the
encoder's own.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError
from index.models.runtime import no_collecting, number_format

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from index.models.bert import BertEncoder

WEIGHTS = Path(__file__).with_name("reader.safetensors")
LONGEST = 320  # word pieces of question, heading and passage; what is beyond is not read
_QUESTION = 400  # characters
_LONGEST_ANSWER = 40  # word pieces
_BEST = 20  # starts, and ends, that are looked at


class ScoredSpan(NamedTuple):
    """Words of a passage and the logarithm of their odds against "no answer here"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What a passage answers: its best spans, best first, as offsets in its text.

    ``answers`` is the logarithm of the odds that any words of it do. Both scores compare between
    the passages that one question is read with.
    """

    spans: tuple[ScoredSpan, ...]
    answers: float


def with_heading(heading: str, text: str) -> tuple[str, int]:
    """Put the heading above the text, as the reader was trained; return where the text begins."""
    return (f"{heading}\n{text}", len(heading) + 1) if heading else (text, 0)


def encode_pair(tokenizer: Tokenizer, question: str, heading: str, text: str) -> Encoding:
    """Word pieces of a question, and of a passage with its heading as the second text."""
    return tokenizer.encode(question[:_QUESTION], with_heading(heading, text)[0])


def pair_tokenizer(folder: Path, longest: int = LONGEST) -> Tokenizer:
    """Tokenizer of a saved model that cuts off the passage's end where there is too much."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest, strategy="only_second")
    return tokenizer


class SpanReader:
    """The trained reader. Safe to use from several threads; its weights are read at first use."""

    def __init__(self, base: Path, weights: Path = WEIGHTS) -> None:
        """Take the folder of the encoder that the weights were trained from."""
        self._base = base
        self._weights = weights
        self._loading = threading.Lock()
        self._loaded: tuple[BertEncoder, NDArray[np.float32]] | None = None
        self._tokenizer = pair_tokenizer(base)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Read the question with each passage, given as its heading and its text."""
        encodings = [encode_pair(self._tokenizer, question, *passage) for passage in passages]
        # Those of about one length together: padding is read too.
        order = sorted(range(len(passages)), key=lambda n: len(encodings[n].ids))
        readings: dict[int, PassageReading] = {}
        for rows in (order[: len(order) // 2], order[len(order) // 2 :]):
            if rows:
                scores = self._scores([encodings[n] for n in rows])
                for n, row in zip(rows, scores, strict=True):
                    begins = with_heading(*passages[n])[1]
                    readings[n] = _reading(row, encodings[n], begins)
        return [readings[n] for n in range(len(passages))]

    def _scores(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        """Start and end scores, (texts, width, 2), each less that of the text's first token."""
        model, heads = self._model()
        import torch

        width = max(len(e.ids) for e in encodings)
        ids, mask, kinds = torch.zeros((3, len(encodings), width), dtype=torch.long)
        for row, encoding in enumerate(encodings):
            size = len(encoding.ids)
            ids[row, :size] = torch.tensor(encoding.ids)
            kinds[row, :size] = torch.tensor(encoding.type_ids)
            mask[row, :size] = 1
        features = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        with torch.inference_mode():
            hidden = model(features)["token_embeddings"].float().numpy()
        scores: NDArray[np.float32] = hidden @ heads.T
        return scores - scores[:, :1]

    def _model(self) -> tuple[BertEncoder, NDArray[np.float32]]:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[BertEncoder, NDArray[np.float32]]:
        try:
            with no_collecting():
                import torch
                from safetensors.torch import load_file

                from index.models.bert import BertEncoder

                trained = load_file(self._weights)
                heads = trained.pop("heads.weight").float().numpy()
                trained.pop("heads.bias")  # the same for all tokens: it falls out
                return BertEncoder(self._base, number_format(torch), trained), heads
        except Exception as error:  # each library raises its own for a file that is broken
            raise EmbedderError(
                f"the reader {self._weights} cannot be loaded ({error}); install newsarchive anew"
            ) from error


def _reading(scores: NDArray[np.float32], encoding: Encoding, begins: int) -> PassageReading:
    """Read the best spans off the scores, (width, 2); ``begins`` is where the text begins."""
    inside = [
        n
        for n, (kind, (left, right)) in enumerate(
            zip(encoding.type_ids, encoding.offsets, strict=True)
        )
        if kind == 1 and left >= begins and right > left
    ]
    if not inside:
        return PassageReading((), -np.inf)
    rows = np.array(inside)
    own = scores[rows]
    answers = float(np.logaddexp.reduce(own, axis=0).mean())
    best = np.argsort(-own, axis=0)[:_BEST]
    spans = sorted(
        (
            ScoredSpan(
                encoding.offsets[rows[first]][0] - begins,
                encoding.offsets[rows[last]][1] - begins,
                float(own[first, 0] + own[last, 1]) / 2,
            )
            for first in best[:, 0]
            for last in best[:, 1]
            if 0 <= last - first < _LONGEST_ANSWER
        ),
        key=lambda span: -span.score,
    )
    return PassageReading(tuple(spans[:_BEST]), answers)
