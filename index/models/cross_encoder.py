"""Cross-encoders: models that read a question and a passage together and say how well they fit."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from index.errors import RerankerError
from index.models.runtime import import_models, number_format

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 16  # pairs: thirty chunks are two passes, sorted by length
_KIND = "ForSequenceClassification"
_MEND = (
    "name a folder that sentence-transformers' CrossEncoder saved, or the id of a cross-encoder "
    "that may be downloaded"
)


class Reranker(Protocol):
    """Anything that scores passages by reading them with the question."""

    name: str

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage fits the question, in [0, 1]."""
        ...


def open_cross_encoder(name: str) -> CrossEncoderReranker:
    """Cross-encoder by folder or id; raises RerankerError where there is no such model.

    A folder is looked into now and loaded at first use. Only an id ("owner/name") may be
    downloaded, then.
    """
    folder = Path(name)
    if not folder.is_dir():
        if name.count("/") != 1 or name.startswith(("/", ".", "~")):
            raise RerankerError(f"there is no folder {name!r}; {_MEND}")
        return CrossEncoderReranker(name)
    try:
        kinds = orjson.loads((folder / "config.json").read_bytes()).get("architectures")
    except (OSError, ValueError, AttributeError) as error:
        raise RerankerError(f"{name!r} holds no model ({error}); {_MEND}") from error
    _check_kind(name, kinds)
    return CrossEncoderReranker(name)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers on the CPU, in bfloat16 where that is computed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loading = threading.Lock()
        self._loaded: CrossEncoder | None = None

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage fits the question: the logistic function of the model's output."""
        if not passages:
            return []
        model = self._model
        import torch

        found = model.predict(
            [(question, passage) for passage in passages],
            batch_size=_BATCH,
            show_progress_bar=False,
            # Some models come with one of their own, and then not all outputs are in [0, 1].
            activation_fn=torch.nn.Sigmoid(),
        )
        return [float(score) for score in found]

    @property
    def _model(self) -> CrossEncoder:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> CrossEncoder:
        torch, _ = import_models()
        from sentence_transformers import CrossEncoder

        here = Path(self.name).is_dir()
        try:
            loaded = CrossEncoder(self.name, device="cpu", local_files_only=here)
        except (OSError, ValueError, KeyError) as error:
            cause = " ".join(str(error).split())
            raise RerankerError(
                f"the cross-encoder {self.name!r} cannot be loaded ({cause}); {_MEND}"
            ) from error
        model: CrossEncoder = loaded
        _check_kind(self.name, getattr(getattr(model.model, "config", None), "architectures", None))
        if model.num_labels != 1:
            raise RerankerError(
                f"{self.name!r} tells {model.num_labels} classes apart and gives no single score; "
                f"{_MEND}"
            )
        model.to(number_format(torch))
        model.eval()
        return model


def _check_kind(name: str, kinds: Any) -> None:  # noqa: ANN401  # whatever the file holds
    """Refuse other kinds: they would be loaded with a head of random numbers, and rank by it."""
    if not isinstance(kinds, list) or not any(str(kind).endswith(_KIND) for kind in kinds):
        raise RerankerError(f"{name!r} is no cross-encoder but {kinds}; {_MEND}")
