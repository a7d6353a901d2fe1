"""Checking: a sound archive has no findings, and damage anywhere is found or does no harm."""

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import chromadb
import numpy as np
import pytest

from index.build import add_articles, build_archive, remove_articles
from index.build.check import check_archive
from index.build.digest import digest
from index.build.rollback import rollback
from index.errors import ArchiveDamagedError, ArchiveNotFoundError, NewsArchiveError
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.catalog import Catalog
from index.store.generation import Generation, file_sums
from index.store.lexical import LexicalIndex
from index.store.logs import is_sound
from index.types import Chunk
from rag import Archive

Write = Callable[..., Path]
HASHED = Settings(embedder="hashed-words")
FLIPS = 12  # at random in each SQLite file; in others everything is summed alike


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, write_lines: Write, news: tuple[dict[str, str], ...]
) -> Path:
    """Two generations, copies, a rejected line."""
    folder = tmp_path_factory.mktemp("whole")
    build_archive(folder / "archive", [write_lines(folder / "a.jsonl", *news[:3])], settings=HASHED)
    add_articles(folder / "archive", [write_lines(folder / "b.jsonl", *news[2:], "{broken")])
    return folder / "archive"


@pytest.fixture
def own(tmp_path: Path, whole: Path) -> Path:
    shutil.copytree(whole, tmp_path / "archive")
    return tmp_path / "archive"


def sealed(generation: Generation) -> None:
    """Write checksums anew, as if the fault had been there from the start."""
    manifest = generation.manifest()
    fields = {name: getattr(manifest, name) for name in type(manifest).__slots__}
    fields["files"] = file_sums(generation.folder)
    type(manifest)(**fields).write(generation.folder)


def findings(archive: Path) -> list[str]:
    generation = ArchiveFolder(archive).current_name()
    prefix = f"generations/{generation}/"
    return [f"{f.file.removeprefix(prefix)}: {f.problem}" for f in check_archive(archive).findings]


def test_a_sound_archive(whole: Path) -> None:
    with Archive.open(whole) as archive:  # Chroma writes when it is opened
        archive.search("ferry")
    report = check_archive(whole)
    assert report.findings == ()
    assert report.sound
    assert (report.articles, report.chunks) == (5, 4)
    assert report.digest == digest(ArchiveFolder(whole).current())


def test_the_seeds_with_the_real_model(seed_archive: Path) -> None:
    report = check_archive(seed_archive)
    assert report.findings == ()
    assert report.chunks > 50


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFoundError, match="newsarchive build"):
        check_archive(tmp_path)


def test_the_digest_tells_contents_apart(
    tmp_path: Path, write_lines: Write, news: tuple[dict[str, str], ...]
) -> None:
    def built(*records: dict[str, str], settings: Settings = HASHED) -> object:
        source = write_lines(tmp_path / "n.jsonl", *records)
        shutil.rmtree(tmp_path / "archive", ignore_errors=True)
        build_archive(tmp_path / "archive", [source], settings=settings)
        return digest(ArchiveFolder(tmp_path / "archive").current())

    first = built(*news)
    assert built(*reversed(news)) == first
    assert built(*news[:4]) != first
    assert built({**news[0], "title": "Ferry aground"}, *news[1:]) != first
    assert built(*news, settings=Settings("hashed-words", 64)) == first  # nothing is cut otherwise


# -- a flipped byte ---------------------------------------------------------------------------


def places(path: Path, chance: random.Random) -> list[int]:
    """Places in a file: its ends, what counts in SQLite's header, and some at random."""
    size = path.stat().st_size
    likely = [0, size - 1, *((18, 24, 60, 100) if "sqlite" in path.name else ())]
    count = FLIPS if "sqlite" in path.name else 2
    return sorted({n for n in likely if 0 <= n < size} | {
        chance.randrange(size) for _ in range(count) if size
    })  # fmt: skip


def answers(archive: Path) -> list[tuple[str, str]]:
    with Archive.open(archive) as opened:
        found = opened.search("ferry Ostrel aground Selm harbour")
        return [(passage.article.id, passage.text) for passage in found]


def test_a_flipped_byte_is_found_or_does_no_harm(tmp_path: Path, whole: Path) -> None:
    expected, chance = answers(whole), random.Random(20)
    before, *_ = sorted(p.name for p in (whole / "generations").iterdir())
    harmless, found = [], 0
    archive = tmp_path / "flipped"
    shutil.copytree(whole, archive)
    for path in sorted(p for p in whole.rglob("*") if p.is_file()):
        name = path.relative_to(whole)
        for place in places(path, chance):
            content = bytearray(path.read_bytes())
            content[place] ^= 1 << chance.randrange(8)
            (archive / name).write_bytes(content)
            report = check_archive(archive)
            if report.sound:
                assert answers(archive) == expected, f"{name} at {place}"
                harmless.append(name.name)
            else:
                found += 1
                assert all(f.mend for f in report.findings)
                if before in name.parts:
                    assert answers(archive) == expected
                else:
                    with suppress(NewsArchiveError):  # and nothing else
                        answers(archive)
            shutil.copy2(path, archive / name)
    assert found > 60
    # Free space of Chroma's SQLite file, its full-text tables, which nothing reads, and blanks.
    assert set(harmless) <= {
        "chroma.sqlite3", "manifest.json", "CURRENT", "rejected.jsonl", "sources.json", "LOCK",
    }  # fmt: skip
    assert harmless.count("manifest.json") <= 3


@pytest.mark.parametrize("name", ["catalog.sqlite", "chroma/chroma.sqlite3", "sentences.i8"])
def test_damage_is_not_built_upon(own: Path, tmp_path: Path, write_lines: Write, name: str) -> None:
    path = ArchiveFolder(own).current().folder / name
    content = bytearray(path.read_bytes())
    at = content.find(b"Storm") if name != "sentences.i8" else 40
    content[at] ^= 1
    path.write_bytes(content)
    source = write_lines(tmp_path / "c.jsonl", {"id": "new", "text": "A whale was seen."})
    with pytest.raises(ArchiveDamagedError, match=r"is not as it was written.*newsarchive check"):
        add_articles(own, [source])
    report = rollback(own)
    assert check_archive(own).findings
    assert add_articles(own, [source]).articles == 4
    assert ArchiveFolder(own).current_name() != report.left
    assert check_archive(own).sound  # the damaged one went with the build


def test_what_is_found_is_mended_as_it_says(own: Path) -> None:
    (ArchiveFolder(own).current().sentences).write_bytes(b"")
    (finding,) = check_archive(own).findings
    assert finding.file.endswith("sentences.i8")
    assert f"newsarchive rollback --archive {own}" in finding.mend
    assert "newsarchive build --rebuild" in finding.mend
    rollback(own)
    answers(own)
    (finding,) = check_archive(own).findings  # of the generation that was left
    assert finding.mend.startswith("nothing now")


def test_a_damaged_index_is_not_opened(own: Path) -> None:
    """Chroma would end the process on some of these."""
    (header,) = ArchiveFolder(own).current().chroma.glob("*/header.bin")
    content = bytearray(header.read_bytes())
    content[40] ^= 8
    header.write_bytes(content)
    with pytest.raises(ArchiveDamagedError, match=r"header.bin is not as .*newsarchive check"):
        Archive.open(own)


@pytest.mark.parametrize("content", [None, "", "2099", "../x", "\x00"])
def test_current_is_lost(own: Path, content: str | None) -> None:
    newest = ArchiveFolder(own).current_name()
    (own / "CURRENT").unlink()
    if content is not None:
        (own / "CURRENT").write_text(content)
    with pytest.raises(NewsArchiveError):
        Archive.open(own)
    (finding,) = check_archive(own).findings
    assert finding.file == "CURRENT"
    assert "newsarchive rollback" in finding.mend
    assert rollback(own).generation == newest
    assert check_archive(own).sound


def test_missing_and_foreign_files(own: Path) -> None:
    folder = ArchiveFolder(own).current().folder
    (folder / "catalog.sqlite").unlink()
    (folder / "lexical" / "foreign.bin").write_bytes(b"x")
    assert findings(own) == [
        "catalog.sqlite: is missing",
        "lexical/foreign.bin: is no part of the generation",
    ]


def test_a_broken_list_of_rejections(own: Path) -> None:
    (own / "rejected.jsonl").write_text("{")
    assert findings(own) == ["rejected.jsonl: is damaged"]
    assert answers(own)


# -- parts that do not agree, with checksums that do ------------------------------------------


def test_any_flipped_bit_of_the_source_times_is_found(own: Path) -> None:
    path = own / "sources.json"
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 2]) + whole[place + 1 :])
        assert not is_sound(path), place
    (found,) = check_archive(own, sample=0).findings
    assert (found.file, found.problem) == ("sources.json", "is damaged")
    with Archive.open(own) as opened:
        assert opened.status().stale.changed_sources is None
    for content in (b"", b"[]", b"null", b'{"files": 3, "checksum": 4}', b'{"x": [1, 2]}'):
        path.write_bytes(content)
        assert not is_sound(path)
        with Archive.open(own) as opened:
            assert opened.status().stale.gone_sources is None


def test_another_vector_of_a_chunk(own: Path) -> None:
    generation = ArchiveFolder(own).current()
    client = chromadb.PersistentClient(str(generation.chroma))
    collection = client.get_collection("newsarchive", embedding_function=None)
    kept = collection.get(ids=["ferry:0", "storm:0", "budget:0"], include=["embeddings"])
    vectors = dict(zip(kept["ids"], np.asarray(kept["embeddings"]), strict=True))
    collection.update(
        ids=["ferry:0", "storm:0", "budget:0"],
        embeddings=[vectors["storm:0"], vectors["ferry:0"] * 2, vectors["budget:0"]],
    )
    client.close()
    sealed(generation)
    assert findings(own) == [
        "chroma: the vector of chunk 'storm:0' is not of length 1",
        "chroma: the vector of chunk 'ferry:0' is of another text",
        "chroma: the vector of chunk 'storm:0' is of another text",
    ]


def test_chunks_that_are_missing_or_too_many(own: Path) -> None:
    generation = ArchiveFolder(own).current()
    client = chromadb.PersistentClient(str(generation.chroma))
    collection = client.get_collection("newsarchive", embedding_function=None)
    collection.delete(ids=["storm:0"])
    kept = collection.get(ids=["ferry:0"], include=["embeddings"])["embeddings"]
    collection.update(ids=["ferry:0"], embeddings=kept, documents=["Something else."])
    client.close()
    words = LexicalIndex(generation.lexical)
    words.add([(Chunk("ghost:0", "ghost", 0, 4, "Boo!"), "Ghost")])
    words.commit()
    sealed(generation)
    assert findings(own) == [
        "lexical: has besides 1 chunks, 'ghost:0' among them",
        "chroma: lacks 1 chunks, 'storm:0' among them",
        "chroma: chunk 'ferry:0' is not what the catalogue says",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE articles SET text = text || '!' WHERE id = 'storm'",
         "catalog.sqlite: article 'storm' is not what was stored"),
        ("UPDATE chunks SET stop = stop - 2 WHERE article_id = 'storm'",
         "catalog.sqlite: chunk 'storm:0' is at 0-76, its sentences at (0, 78)"),
        ("UPDATE articles SET reference = 'storm' WHERE id = 'ferry-copy'",
         "catalog.sqlite: article 'ferry-copy' does not fit into its family"),
        ("UPDATE articles SET first_vector = 99 WHERE id = 'storm'",
         "sentences.i8: ends before the vectors of 'storm'"),
        ("UPDATE articles SET first_vector = NULL, sentences = NULL WHERE id = 'storm'",
         "catalog.sqlite: article 'storm' was never embedded"),
    ],
)  # fmt: skip
def test_faults_of_the_catalogue(own: Path, change: str, problem: str) -> None:
    generation = ArchiveFolder(own).current()
    catalog = Catalog(generation.catalog)
    catalog._db.execute(change)
    catalog.commit()
    catalog.close()
    sealed(generation)
    assert problem in findings(own)


def test_a_takedown_is_sound_too(own: Path) -> None:
    remove_articles(own, ["ferry"])
    report = check_archive(own)
    assert report.findings == ()
    assert report.articles == 4
