"""BERT's forward pass in torch alone, for the packaged model.

Importing sentence-transformers, with transformers and scikit-learn, takes longer than all the rest
of answering a first question. The arithmetic is theirs: Devlin et al., "BERT" (2019); a test
compares the vectors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

_LAYER = "encoder.layer.{}."


class BertEncoder:
    """Token vectors and their mean, from the files of a saved model.

    Raises OSError, KeyError or ValueError where the files are missing or of another kind.
    """

    def __init__(
        self, folder: Path, dtype: torch.dtype, trained: Mapping[str, Tensor] | None = None
    ) -> None:
        """``trained`` weights stand in the place of those that the folder's model has."""
        config = orjson.loads((folder / "config.json").read_bytes())
        if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
            raise ValueError(f"{folder} holds no BERT with GELU")
        self._heads = int(config["num_attention_heads"])
        self._eps = float(config["layer_norm_eps"])
        stored = load_file(folder / "model.safetensors")
        weights = {
            name: w.to(dtype)
            for name, w in {
                **{name.removeprefix("bert."): w for name, w in stored.items()},
                **(trained or {}),
            }.items()
        }
        self._words = weights["embeddings.word_embeddings.weight"]
        # Most texts are of one segment: its vector stands in each position's.
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._second = kinds[1] - kinds[0]
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self._layers = [
            _Layer(weights, _LAYER.format(n), self._heads, self._eps)
            for n in range(config["num_hidden_layers"])
        ]

    def __call__(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Encode ``input_ids``, (texts, width), where ``attention_mask`` is 1.

        ``token_type_ids``, where they are given, are 1 in the second of two texts.
        Returns ``token_embeddings``, (texts, width, dimension), and ``sentence_embedding``, their
        mean, (texts, dimension).
        """
        # One at a time is held: those of a batch are large.
        hidden = deque(self.states(features), maxlen=1)[0]
        weights = features["attention_mask"][:, :, None].to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return {"token_embeddings": hidden, "sentence_embedding": mean}

    def states(self, features: Mapping[str, Tensor]) -> Iterator[Tensor]:
        """Yield the token vectors as they enter the first layer, then as they leave each."""
        ids, mask = features["input_ids"], features["attention_mask"]
        hidden = self._words[ids] + self._positions[: ids.shape[1]]
        if "token_type_ids" in features:
            hidden = hidden + features["token_type_ids"][:, :, None] * self._second
        hidden = layer_norm(hidden, hidden.shape[-1:], *self._norm, self._eps)
        yield hidden
        attended = None if bool(mask.all()) else mask[:, None, None, :].bool()
        for layer in self._layers:
            hidden = layer(hidden, attended)
            yield hidden


class _Layer:
    def __init__(self, weights: Mapping[str, Tensor], prefix: str, heads: int, eps: float) -> None:
        own = [_pair(weights, f"{prefix}attention.self.{n}") for n in ("query", "key", "value")]
        self._qkv = (torch.cat([w for w, _ in own]), torch.cat([b for _, b in own]))
        self._out = _pair(weights, f"{prefix}attention.output.dense")
        self._out_norm = _pair(weights, f"{prefix}attention.output.LayerNorm")
        self._up = _pair(weights, f"{prefix}intermediate.dense")
        self._down = _pair(weights, f"{prefix}output.dense")
        self._down_norm = _pair(weights, f"{prefix}output.LayerNorm")
        self._heads, self._eps = heads, eps

    def __call__(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        texts, width, dimension = hidden.shape
        qkv = linear(hidden, *self._qkv).view(texts, width, 3, self._heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        attended = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(texts, width, dimension)
        hidden = self._normed(hidden + linear(attended, *self._out), self._out_norm)
        inner = linear(gelu(linear(hidden, *self._up)), *self._down)
        return self._normed(hidden + inner, self._down_norm)

    def _normed(self, hidden: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        return layer_norm(hidden, hidden.shape[-1:], *norm, self._eps)


def _pair(weights: Mapping[str, Tensor], name: str) -> tuple[Any, Any]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
