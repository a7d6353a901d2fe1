"""The form of answer that a question wants: one fact, a timeline, a count of articles, small talk.

A multinomial logistic regression on the packaged embedder's vectors of the question. forms.tsv
has the examples, forms.npz the weights that ``make train-forms`` fits to two of three of them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.models.embedder import Matrix
from index.models.kept import model_folder
from index.models.minilm import SentenceTransformersEmbedder
from index.settings import PACKAGED

FACT = "fact"
# Depths of the encoder whose vectors are read, the last being what passages are found by. The upper
# layers tell what a question is about; how it is put, "how many articles", stands in the lower.
DEPTHS = (0, 2, 4, 6)

_opening = Lock()


def read_form(question: str) -> tuple[str, float]:
    """Tell the form of a question that stands alone, with its probability.

    One of: "fact", "attribution", "quotes", "timeline", "comparison", "count", "list", "summary",
    "latest", "about" (the archive itself), "talk".
    """
    return form_of(form_vector(question))


def form_vector(question: str) -> Matrix:
    """Vector of a question's form, (1536,) float32, whatever embedder an archive has.

    The first call reads the packaged model. Raises EmbedderError where it cannot be read.
    """
    with _opening:
        encoder = _encoder()
    vector: Matrix = encoder.embed_layers(question)[list(DEPTHS)].ravel()
    return vector


def form_of(vector: Matrix) -> tuple[str, float]:
    """Form and its probability, of a vector that ``form_vector`` made.

    What is not surely of another form is a fact: one answer with its source harms least.
    """
    fitted = _fitted()
    scores = np.exp((logits := vector @ fitted.weights + fitted.bias) - logits.max())
    shares = scores / scores.sum()
    best = int(shares.argmax())
    if shares[best] < fitted.sure:
        best = fitted.forms.index(FACT)
    return fitted.forms[best], float(shares[best])


class _Fitted(NamedTuple):
    """``weights`` are (1536, forms), for the packaged embedder alone, ``bias`` is (forms,).

    ``sure`` is the probability below which a form other than "fact" is not believed.
    """

    forms: list[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    sure: float


@cache
def _fitted() -> _Fitted:
    with (files("rag.question") / "forms.npz").open("rb") as file, np.load(file) as kept:
        return _Fitted(
            kept["forms"].tolist(),
            kept["weights"].astype(np.float32),
            kept["bias"].astype(np.float32),
            float(kept["sure"]),
        )


@cache
def _encoder() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(PACKAGED, model_folder(PACKAGED))
