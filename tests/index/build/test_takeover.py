"""Vectors taken over: what was computed once stays as it is, and what is damaged is left."""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import chromadb
import numpy as np
import pytest

from index import build, families
from index.build import BuildReport, build_archive, remove_articles
from index.models.embedder import Matrix
from index.models.hashed import HashedWordsEmbedder
from index.models.kept import open_embedder
from index.models.minilm import SentenceTransformersEmbedder
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation
from index.store.rows import EarlierVectors
from index.store.vectors import EmbeddedChunk, SentenceVectors, VectorIndex
from index.types import Span

Write = Callable[..., Path]
HASHED = Settings("hashed-words", 80)


class Counting(HashedWordsEmbedder):
    """Hashed words, each vector with a little noise, as another batch or machine may bring."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.noise = np.random.default_rng(3)

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, Matrix]:
        self.texts.extend(texts)
        return tuple(self._noisy(matrix) for matrix in super().embed(texts, spans))

    def _noisy(self, matrix: Matrix) -> Matrix:
        noisy = matrix + self.noise.normal(0, 1e-4, matrix.shape)
        return (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(build, "open_archive_embedder", lambda *_: counting)
    return counting


def record(number: int, **fields: str) -> dict[str, str]:
    """An article of twelve paragraphs that shares nothing with the others."""
    words = random.Random(number)

    def sentence() -> str:
        return " ".join(f"w{words.randrange(4_000)}" for _ in range(9)).capitalize() + "."

    text = "\n\n".join(f"{sentence()} {sentence()}" for _ in range(12))
    return {"id": f"a{number}", "title": f"Report w{number}", "text": text, **fields}


def vectors(archive: Path) -> dict[str, tuple[bytes, bytes]]:
    """Bytes of each chunk's vector in Chroma and of its sentences' rows."""
    generation = ArchiveFolder(archive).current()
    client = chromadb.PersistentClient(str(generation.chroma))
    kept = client.get_collection("newsarchive", embedding_function=None).get(include=["embeddings"])
    client.close()
    catalog = Catalog(generation.catalog, read_only=True)
    rows = catalog.sentence_rows(kept["ids"])
    catalog.close()
    sentences = SentenceVectors(generation.sentences, 256)
    return {
        chunk_id: (
            vector.astype(np.float32).tobytes(),
            sentences.read(first, last - first).tobytes(),
        )
        for chunk_id, vector in zip(kept["ids"], kept["embeddings"], strict=True)
        for first, last in [rows[chunk_id]]
    }


@pytest.fixture
def source(tmp_path: Path, write_lines: Write) -> Path:
    return write_lines(tmp_path / "news.jsonl", *(record(n) for n in range(9)))


@pytest.fixture
def archive(tmp_path: Path, source: Path, embedder: Counting) -> Path:
    build_archive(tmp_path / "archive", [source], settings=HASHED)
    assert len(embedder.texts) > 18
    return tmp_path / "archive"


def rebuilt(archive: Path, source: Path, embedder: Counting, **options: object) -> BuildReport:
    """Rebuild; ``embedder.texts`` is then what was embedded for it."""
    embedder.texts.clear()
    return build_archive(archive, [source], rebuild=True, **options)


def test_a_rebuild_of_what_is_unchanged_embeds_nothing(
    archive: Path, source: Path, embedder: Counting
) -> None:
    before = vectors(archive)
    report = rebuilt(archive, source, embedder)
    assert embedder.texts == []
    assert report.generation is not None and report.chunks == len(before)
    assert vectors(archive) == before


def test_a_rebuild_without_what_is_kept_for_it_embeds_everything(
    archive: Path, source: Path, embedder: Counting
) -> None:
    before = vectors(archive)
    ArchiveFolder(archive).current().chunk_vectors.unlink()
    rebuilt(archive, source, embedder)
    assert len(embedder.texts) == len(before)
    after = vectors(archive)
    assert after.keys() == before.keys() and after != before


def test_only_changed_texts_are_embedded(
    archive: Path, tmp_path: Path, write_lines: Write, embedder: Counting
) -> None:
    before = vectors(archive)
    changed = record(4)
    changed["text"] = f"Grower51 {changed['text']}"
    others = [record(n) for n in range(9) if n not in (4, 6)]
    source = write_lines(tmp_path / "news.jsonl", *others, changed)
    embedder.texts.clear()
    report = build_archive(archive, [source])
    assert (report.changed, report.removed, report.unchanged) == (1, 1, 7)
    assert 0 < len(embedder.texts) < 4  # of an article of more chunks
    assert all("Grower51" in text for text in embedder.texts)
    after = vectors(archive)
    assert {i for i in after if after[i] != before[i]} < {i for i in before if i.startswith("a4:")}


def test_other_metadata_need_no_other_vectors(
    archive: Path, tmp_path: Path, write_lines: Write, embedder: Counting
) -> None:
    before = vectors(archive)
    source = write_lines(
        tmp_path / "news.jsonl",
        *(record(n, source="Selm Post", author="A. Kern") for n in range(9)),
    )
    embedder.texts.clear()
    assert build_archive(archive, [source]).changed == 9
    assert embedder.texts == []
    assert vectors(archive) == before


def test_a_copy_that_becomes_an_original_brings_its_vectors(
    archive: Path, tmp_path: Path, write_lines: Write, embedder: Counting
) -> None:
    before = vectors(archive)
    others = [record(n) for n in range(9)]
    source = write_lines(tmp_path / "news.jsonl", *others, {**record(3), "id": "b3"})
    build_archive(archive, [source])
    assert vectors(archive) == before
    embedder.texts.clear()
    remove_articles(archive, ["a3"])
    after = vectors(archive)
    assert embedder.texts == []
    assert {i.replace("b3", "a3") for i in after} == before.keys()
    assert all(after[i] == before[i.replace("b3", "a3")] for i in after)


def test_another_embedder_or_cut_takes_over_nothing(
    archive: Path, source: Path, embedder: Counting
) -> None:
    embedder.identity = "hashed-words 2"
    rebuilt(archive, source, embedder)
    assert len(embedder.texts) == len(vectors(archive))
    rebuilt(archive, source, embedder, settings=Settings("hashed-words", 60))
    assert len(embedder.texts) > len(vectors(archive)) / 2


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of chunks that Chroma is given from now on."""
    ids: list[str] = []
    add = VectorIndex.add

    def noting(self: VectorIndex, rows: Sequence[EmbeddedChunk]) -> None:
        ids.extend(row.chunk.id for row in rows)
        add(self, rows)

    monkeypatch.setattr(VectorIndex, "add", noting)
    return ids


def rows_of(archive: Path) -> dict[str, tuple[str, dict[str, object], bytes]]:
    index = VectorIndex(ArchiveFolder(archive).current().chroma)
    ids = index.ids()
    vectors, records = index.vectors(ids), index.records(ids)
    index.close()
    return {i: (*records[i], vectors[i].tobytes()) for i in ids}


def test_a_rebuild_goes_on_with_the_finished_chroma_folder(
    archive: Path, source: Path, embedder: Counting, added: list[str]
) -> None:
    before = rows_of(archive)
    rebuilt(archive, source, embedder)
    assert added == []
    assert rows_of(archive) == before


def test_rows_that_differ_are_replaced_in_a_carried_chroma_folder(
    archive: Path, tmp_path: Path, write_lines: Write, embedder: Counting, added: list[str]
) -> None:
    others = [record(n) for n in range(7)]
    source = write_lines(
        tmp_path / "news.jsonl", *others, record(7, source="Selm Post"), {**record(8), "id": "new"}
    )
    rebuilt(archive, source, embedder)
    assert embedder.texts == []
    assert {i.partition(":")[0] for i in added} == {"a7", "new"}
    held = rows_of(archive)
    assert {i.partition(":")[0] for i in held} == {*(f"a{n}" for n in range(8)), "new"}
    assert held["a7:0"][1]["source"] == "Selm Post"
    clean = tmp_path / "clean"
    build_archive(clean, [source], settings=HASHED)
    expected = rows_of(clean)
    assert {i: row[:2] for i, row in held.items()} == {i: row[:2] for i, row in expected.items()}


def test_a_chroma_folder_with_much_that_was_deleted_is_not_carried_over(
    archive: Path, tmp_path: Path, write_lines: Write, embedder: Counting, added: list[str]
) -> None:
    for outlet in ("Selm Post", "Radio Sorva"):
        changed = [record(n, source=outlet) for n in range(5)]
        source = write_lines(tmp_path / "news.jsonl", *changed, *(record(n) for n in range(5, 9)))
        build_archive(archive, [source])
    added.clear()
    rebuilt(archive, source, embedder)
    assert embedder.texts == []
    assert sorted(added) == sorted(rows_of(archive))


def test_after_a_takedown_nothing_of_the_article_is_kept_for_later(
    archive: Path, source: Path, embedder: Counting, added: list[str]
) -> None:
    kept = {chunk_id: row for chunk_id, row in vectors(archive).items() if chunk_id[:3] != "a2:"}
    gone = [vector for i, (vector, _) in vectors(archive).items() if i[:3] == "a2:"]
    remove_articles(archive, ["a2"])
    content = ArchiveFolder(archive).current().chunk_vectors.read_bytes()
    assert not any(vector in content for vector in gone)
    assert all(vector in content for vector, _ in kept.values())
    added.clear()
    rebuilt(archive, source, embedder)
    assert len(embedder.texts) == len(gone)
    assert {i.partition(":")[0] for i in added} == {"a2"}
    assert kept.items() <= vectors(archive).items()


def test_a_rebuild_compares_no_texts_that_were_compared(
    archive: Path, source: Path, tmp_path: Path, write_lines: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = record(3)
    near["text"] += "\n\n" + record(30)["text"][:60]
    write_lines(source, *(record(n) for n in range(9)), {**near, "id": "near"})
    build_archive(archive, [source])
    looked_at: list[object] = []
    for name in ("signature", "compare"):
        real = getattr(families, name)
        monkeypatch.setattr(families, name, lambda *a, real=real: looked_at.append(a) or real(*a))
    report = build_archive(archive, [source], rebuild=True)
    assert (report.copies, looked_at) == (1, [])
    build_archive(tmp_path / "clean", [source], settings=HASHED)
    assert len(looked_at) >= 11
    for one in (archive, tmp_path / "clean"):
        catalog = Catalog(ArchiveFolder(one).current().catalog, read_only=True)
        # Of two texts of one moment the longer is the original.
        assert sorted(m.id for m in catalog.family("near")) == ["a3", "near"]
        catalog.close()


def damages(generation: Generation) -> Iterator[tuple[str, Callable[[], None]]]:
    chunks, sentences = generation.chunk_vectors, generation.sentences

    def flip(path: Path, share: float) -> Callable[[], None]:
        def act() -> None:
            content = bytearray(path.read_bytes())
            content[int(share * len(content))] ^= 0x10
            path.write_bytes(bytes(content))

        return act

    for path in (chunks, sentences):
        for share in (0.0, 0.33, 0.61, 0.999):
            yield f"{path.name} flipped at {share}", flip(path, share)
        yield f"{path.name} cut", lambda path=path: path.write_bytes(path.read_bytes()[:5_001])
        yield f"{path.name} empty", lambda path=path: path.write_bytes(b"")
        yield f"{path.name} gone", path.unlink
        yield f"{path.name} zeros", lambda path=path: path.write_bytes(bytes(path.stat().st_size))
    yield "no generation", lambda: shutil.rmtree(generation.folder)
    yield "no catalogue", generation.catalog.unlink
    yield "catalogue", lambda: generation.catalog.write_bytes(b"?" * 9_000)
    yield "manifest", lambda: generation.manifest_path.write_bytes(b"{")
    yield "chroma", lambda: (generation.chroma / "chroma.sqlite3").write_bytes(b"?" * 9_000)


@pytest.mark.parametrize("number", range(21))
def test_a_rebuild_mends_what_is_damaged_and_takes_none_of_it_over(
    number: int, archive: Path, source: Path, embedder: Counting
) -> None:
    before = vectors(archive)
    what, damage = list(damages(ArchiveFolder(archive).current()))[number]
    damage()
    rebuilt(archive, source, embedder, settings=HASHED)
    after = vectors(archive)
    assert after.keys() == before.keys(), what
    anew = {i for i in after if after[i] != before[i]}
    # What was embedded again has other noise; all the rest is as it was, to the bit.
    assert len(anew) == len(embedder.texts), what
    if "flipped" in what:
        assert len(anew) <= 1, what
    clean = archive.with_name("clean")
    build_archive(clean, [source], settings=HASHED)
    assert sorted(vectors(clean)) == sorted(after), what


def test_the_real_model_is_taken_over_to_the_bit(
    tmp_path: Path, write_lines: Write, monkeypatch: pytest.MonkeyPatch, minilm: object
) -> None:
    source = write_lines(tmp_path / "news.jsonl", *(record(n) for n in range(3)))
    archive = tmp_path / "archive"
    build_archive(archive, [source])
    first = ArchiveFolder(archive).current()
    before, dimension = first.chunk_vectors.read_bytes(), 384
    known = EarlierVectors(first.chunk_vectors, first.sentences, dimension)
    assert len(known) > 3

    def embed(*_: object) -> None:
        raise AssertionError("nothing is to be embedded")

    monkeypatch.setattr(SentenceTransformersEmbedder, "embed", embed)
    build_archive(archive, [source], rebuild=True)
    assert ArchiveFolder(archive).current().chunk_vectors.read_bytes() == before


def test_the_packaged_model_is_told_by_its_release() -> None:
    assert open_embedder("all-MiniLM-L6-v2").identity.startswith("all-MiniLM-L6-v2 0.")
