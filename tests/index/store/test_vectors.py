"""Vectors: Chroma on disk for chunks, one file for sentences."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import chromadb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.models.embedder import Embedder, Matrix, unit
from index.models.encode import quantised
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex
from index.types import Article, Chunk

ARTICLE = Article("a", "Bomb", "", "2024-02-02T08:00:00Z", "SPA", "https://example.org/a")
TEXTS = ["A storm closed the harbour.", "The council passed a budget.", "Storm warning lifted."]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    opened = VectorIndex(tmp_path / "chroma")
    yield opened
    opened.close()


def rows(embedder: Embedder, article: Article = ARTICLE) -> list[EmbeddedChunk]:
    vectors, _ = embedder.embed(TEXTS, [[] for _ in TEXTS])
    return [
        EmbeddedChunk(
            Chunk(f"{article.id}:{n}", article.id, n, n + len(text), text), article, vector
        )
        for n, (text, vector) in enumerate(zip(TEXTS, vectors, strict=True))
    ]


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex, hashed: Embedder) -> None:
    index.add(rows(hashed))
    question = hashed.embed_question("storm harbour")
    found = index.search(question, 3)
    assert [chunk_id for chunk_id, _ in found] == ["a:0", "a:2", "a:1"]
    expected = {row.chunk.id: float(row.vector @ question) for row in rows(hashed)}
    assert dict(found) == pytest.approx(expected, abs=1e-5)


def test_the_nearest_of_the_real_model(index: VectorIndex, minilm: Embedder) -> None:
    index.add(rows(minilm))
    found = index.search(minilm.embed_question("How will public money be spent?"), 1)
    assert found[0][0] == "a:1"


def test_a_search_can_be_limited_to_chunks(index: VectorIndex, hashed: Embedder) -> None:
    index.add(rows(hashed))
    question = hashed.embed_question("storm harbour")
    assert [i for i, _ in index.search(question, 9, ["a:1", "a:2"])] == ["a:2", "a:1"]
    assert index.search(question, 9, []) == []
    assert index.search(question, 0) == []


def test_an_empty_index_finds_nothing(index: VectorIndex, hashed: Embedder) -> None:
    assert index.count() == 0
    assert index.search(hashed.embed_question("storm"), 5) == []
    index.add([])
    index.delete([])


def test_deleted_chunks_are_not_found(index: VectorIndex, hashed: Embedder) -> None:
    index.add(rows(hashed))
    index.delete(["a:0", "a:2"])
    assert index.count() == 1
    assert [i for i, _ in index.search(hashed.embed_question("storm"), 5)] == ["a:1"]


def test_more_chunks_than_one_batch(index: VectorIndex) -> None:
    vectors = unit(np.random.default_rng(7).normal(size=(4_100, 8)))
    index.add(
        [EmbeddedChunk(Chunk(f"a:{n}", "a", 0, 1, "x"), ARTICLE, v) for n, v in enumerate(vectors)]
    )
    assert index.count() == 4_100
    assert index.search(vectors[4_099], 1)[0][0] == "a:4099"
    index.delete([f"a:{n}" for n in range(4_099)])
    assert index.search(vectors[0], 5)[0][0] == "a:4099"


def test_text_and_metadata_of_a_chunk(index: VectorIndex, hashed: Embedder, tmp_path: Path) -> None:
    index.add(rows(hashed) + rows(hashed, Article("b", "No day", "")))
    client = chromadb.PersistentClient(str(tmp_path / "chroma"))
    kept = client.get_collection("newsarchive", embedding_function=None).get(ids=["a:1", "b:0"])
    client.close()
    found = dict(
        zip(kept["ids"], zip(kept["documents"], kept["metadatas"], strict=True), strict=True)
    )
    assert found["a:1"] == (
        TEXTS[1],
        {
            "article_id": "a",
            "title": "Bomb",
            "source": "SPA",
            "url": "https://example.org/a",
            "published": "2024-02-02T08:00:00Z",
            "published_epoch": 1706860800,
            "start": 1,
            "end": 1 + len(TEXTS[1]),
        },
    )
    assert found["b:0"][1] == {"article_id": "b", "title": "No day", "start": 0, "end": 27}


def test_vectors_outlive_the_index(tmp_path: Path, hashed: Embedder) -> None:
    first = VectorIndex(tmp_path / "chroma")
    first.add(rows(hashed))
    first.close()
    second = VectorIndex(tmp_path / "chroma")
    assert second.count() == 3
    assert second.search(hashed.embed_question("budget"), 1)[0][0] == "a:1"
    second.close()


finite = st.floats(-1, 1, width=32)


def append(stored: SentenceVectors, *matrices: Matrix) -> None:
    stored.append_stored(b"".join(quantised(matrix).tobytes() for matrix in matrices))


@given(arrays(np.float32, (5, 16), elements=finite))
def test_sentence_vectors_come_back_nearly_as_they_were(matrix: np.ndarray) -> None:
    with TemporaryDirectory() as folder:
        vectors = SentenceVectors(Path(folder) / "sentences.i8", 16)
        wanted = unit(matrix)
        append(vectors, wanted[:2], wanted[2:2], wanted[2:])
        assert len(vectors) == 5
        found = vectors.read(1, 3)
    assert found.dtype == np.float32
    assert np.all(np.sum(unit(found) * wanted[1:4], axis=1) > 0.99)


def test_sentence_vectors_are_appended(tmp_path: Path, minilm: Embedder) -> None:
    path = tmp_path / "sentences.i8"
    vectors, _ = minilm.embed(TEXTS, [[] for _ in TEXTS])
    append(SentenceVectors(path, 384), vectors[:1])
    again = SentenceVectors(path, 384)
    append(again, vectors[1:])
    assert len(again) == 3
    assert np.sum(unit(again.read(0, 3)) * vectors, axis=1).min() > 0.999
    assert again.read(3, 0).shape == (0, 384)


def test_the_nearest_sentence_of_each_range(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)
    stored = SentenceVectors(tmp_path / "sentences.i8", 4)
    append(stored, vectors)
    question = np.array([0.8, 0.6, 0, 0], np.float32)
    found = stored.nearest([(0, 2), (1, 2), (2, 4), (1, 3)], question)
    assert found == pytest.approx([0.8, 0.6, 0.0, 0.6], abs=0.01)
    assert stored.nearest([], question) == []
