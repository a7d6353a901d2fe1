"""What the tests of builds share: articles, what an archive holds, mounted file systems."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import chromadb
import numpy as np
import pytest

from index.models.embedder import Matrix
from index.models.hashed import HashedWordsEmbedder
from index.store.archive import ArchiveFolder
from index.store.stores import reading_catalog
from index.store.vectors import SentenceVectors
from index.types import Article, Span


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where an archive is to be; nothing stands there yet."""
    return tmp_path / "archive"


@pytest.fixture(scope="session")
def record() -> Callable[..., dict[str, str]]:
    """Make an article: ``record("mill", "Its text.", published=…)``."""

    def make(name: str, text: str | None = None, **fields: str) -> dict[str, str]:
        text = text or f"The {name} was in the news of Selm. It was a long day for the {name}."
        return {"id": name, "title": f"About the {name}", "text": text, **fields}

    return make


class Contents:
    """What the generation in use of an archive holds, each part read when it is asked for."""

    def __init__(self, archive: Path) -> None:
        self._generation = ArchiveFolder(archive).current()

    @cached_property
    def articles(self) -> dict[str, Article]:
        with reading_catalog(self._generation) as catalog:
            return {article.id: article for article in catalog.articles()}

    @cached_property
    def families(self) -> dict[str, list[str]]:
        """Ids of each family's members, by its original's."""
        with reading_catalog(self._generation) as catalog:
            found = {a: [m.id for m in catalog.family(a)] for a in self.articles}
        return {original: members for original, members in found.items() if members}

    @cached_property
    def chunks(self) -> dict[str, tuple[str, Matrix]]:
        """Every chunk of Chroma: its text and its vector."""
        client = chromadb.PersistentClient(str(self._generation.chroma))
        kept = client.get_collection("newsarchive", embedding_function=None).get(
            include=["documents", "embeddings"]
        )
        client.close()
        rows = zip(kept["documents"] or [], kept["embeddings"], strict=True)
        return dict(zip(kept["ids"], rows, strict=True))

    @cached_property
    def sentences(self) -> dict[str, Matrix]:
        """The sentence vectors of each original."""
        vectors = SentenceVectors(self._generation.sentences, self._generation.manifest().dimension)
        with reading_catalog(self._generation) as catalog:
            return {
                one: vectors.read(catalog.first_vector(one), len(catalog.sentences(one)))
                for one in self.families
            }


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], Contents]:
    """Look into an archive: ``contents(archive).chunks``, as it stands now."""
    return Contents


@pytest.fixture(scope="session")
def assert_same() -> Callable[[Path, Path], None]:
    """Make sure that two archives hold the same articles, families, chunks and vectors."""

    def look(one: Path, other: Path) -> None:
        found, expected = Contents(one), Contents(other)
        assert found.articles == expected.articles
        assert found.families == expected.families
        assert found.chunks.keys() == expected.chunks.keys()
        for chunk_id, (text, vector) in found.chunks.items():
            assert text == expected.chunks[chunk_id][0]
            assert float(vector @ expected.chunks[chunk_id][1]) > 0.999
        for original, vectors in found.sentences.items():
            assert vectors.shape == expected.sentences[original].shape
            assert np.sum(vectors * expected.sentences[original], axis=1).min() > 0.99

    return look


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that hashed words are asked for; clear it to count from then on."""
    texts: list[str] = []
    embed = HashedWordsEmbedder.embed

    def counting(
        self: HashedWordsEmbedder, some: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Matrix, Matrix]:
        texts.extend(some)
        return embed(self, some, spans)

    monkeypatch.setattr(HashedWordsEmbedder, "embed", counting)
    return texts


@pytest.fixture(scope="session")
def mounted() -> Callable[..., AbstractContextManager[None]]:
    """Mount something for the time of a block: ``with mounted(folder, "--bind", disk):``.

    Skips the test where that is not allowed, with ``otherwise`` as the reason.
    """

    @contextmanager
    def mount(folder: Path, *arguments: str, otherwise: str) -> Iterator[None]:
        done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True)
        if done.returncode != 0:
            pytest.skip(otherwise)
        # Unmounted by a process of its own, which waits for the end of its input: that comes with
        # the end of this process too, if it is killed. And lazily, for a file that a failed test
        # has left open would keep it mounted, in the way of later runs that clean up.
        with subprocess.Popen(
            ["sh", "-c", 'read -r _; umount -l "$0"', str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        ) as unmounting:
            yield
        assert unmounting.returncode == 0

    return mount
