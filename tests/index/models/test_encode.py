"""Embedding: every chunk once, in order, and nothing twice that the journal holds."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.writer import EmbeddingJournal
from index.models.chunker import ChunkedArticle, Chunker
from index.models.embedder import Matrix
from index.models.encode import Encoding, batches, dequantised, encode, quantised, vector_key
from index.models.hashed import HashedWordsEmbedder
from index.types import Article, Span


class Counting(HashedWordsEmbedder):
    """Hashed words that remember what they were given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, Matrix]:
        self.texts.extend(texts)
        return super().embed(texts, spans)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[EmbeddingJournal]:
    opened = EmbeddingJournal(tmp_path / "journal.sqlite", HashedWordsEmbedder.dimension)
    yield opened
    opened.close()


def chunked(count: int) -> list[ChunkedArticle]:
    chunker = Chunker(HashedWordsEmbedder(), 48)
    return [
        chunker.chunk(
            Article(f"a{n}", f"Title {n}", f"Word{n} is in this sentence. " * (n % 9 + 1))
        )
        for n in range(count)
    ]


def test_every_article_comes_in_order_with_its_vectors(journal: EmbeddingJournal) -> None:
    articles = chunked(40)
    embedder = Counting()
    done: list[int] = []
    encoded = list(encode(articles, embedder, journal, done.append))
    assert [e.chunked.article.id for e in encoded] == [f"a{n}" for n in range(40)]
    assert sum(done) == len(embedder.texts) == sum(len(a.chunks) for a in articles)
    for one in encoded:
        texts = [one.chunked.embedded_text(n) for n in range(len(one.chunked.chunks))]
        expected, _ = embedder.embed(texts, [[] for _ in texts])
        assert np.array_equal(np.stack([e.vector for e in one.encodings]), expected)
        sentences = [one.chunked.article.text[s.start : s.end] for s in one.chunked.sentences]
        rows = np.concatenate([e.sentences for e in one.encodings])
        wanted = embedder.embed(sentences, [[]] * len(sentences))[0]
        assert np.allclose(dequantised(rows), wanted, atol=0.005)


def test_what_the_journal_holds_is_not_embedded_again(journal: EmbeddingJournal) -> None:
    articles = chunked(20)
    first = list(encode(articles, Counting(), journal, lambda _: None))
    embedder = Counting()
    again = list(encode(articles, embedder, journal, lambda _: None))
    assert embedder.texts == []
    for one, other in zip(first, again, strict=True):
        assert [e.tobytes() for e in one.encodings] == [e.tobytes() for e in other.encodings]


def encoding(*rows: list[float]) -> Encoding:
    matrix = np.array(rows, np.float32)
    return Encoding(matrix[0], quantised(matrix[1:]))


KEPT = encoding([0.28, 0.96], [0.6, 0.8])


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A journal that holds KEPT, and that nobody has open."""
    path = tmp_path / "journal.sqlite"
    journal = EmbeddingJournal(path, 2)
    journal.put([(b"key", KEPT)])
    journal.close()
    return path


def test_the_journal_outlives_its_process(written: Path) -> None:
    second = EmbeddingJournal(written, 2)
    found = second.get(b"key")
    assert found is not None
    assert found.tobytes() == KEPT.tobytes()
    assert second.get(b"other") is None
    second.close()


def test_what_is_damaged_in_the_journal_is_embedded_again(written: Path) -> None:
    whole = written.read_bytes()
    place = whole.index(KEPT.vector.tobytes())
    written.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    second = EmbeddingJournal(written, 2)
    assert second.get(b"key") is None
    second.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough" * 9, b"SQLite format 3"]
)
def test_a_broken_journal_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(content)
    journal = EmbeddingJournal(path, 2)
    journal.put([(b"key", KEPT)])
    assert journal.get(b"key") is not None
    journal.close()


def test_another_embedder_text_or_cut_is_another_key() -> None:
    whole, halves = (Span(0, 8),), (Span(0, 4), Span(4, 8))
    keys = {
        vector_key("one", "the text", whole),
        vector_key("two", "the text", whole),
        vector_key("one", "a text", whole),
        vector_key("one", "the text", halves),
    }
    assert len(keys) == 4


@given(st.lists(st.integers(0, 6000), max_size=200))
def test_batches_hold_everything_once_and_are_of_like_length(sizes: list[int]) -> None:
    found = list(batches(sizes))
    assert sorted(index for batch in found for index in batch) == list(range(len(sizes)))
    for batch in found:
        assert len(batch) == 1 or max(sizes[i] for i in batch) * len(batch) <= 4096
    assert [max(sizes[i] for i in batch) for batch in found] == sorted(
        (max(sizes[i] for i in batch) for batch in found), reverse=True
    )
