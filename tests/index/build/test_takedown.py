"""Takedowns: what is taken down stands in no file any more, and what it stood for is taken over."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import add_articles, build_archive, remove_articles
from index.build.takedown import Selection, selected
from index.errors import ArchiveNotFoundError, SettingsError, SourceError
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.logs import NamesToFind
from index.store.stores import reading_catalog
from index.store.vectors import VectorIndex
from rag import Archive

Write = Callable[..., Path]
Record = Callable[..., dict[str, str]]
Look = Callable[[Path], Any]
HASHED = Settings(embedder="hashed-words")
SECRET = "Zebulon Quixworth embezzled nineteen thousand xanthic florins from the orphanage."


def varied(count: int) -> list[dict[str, str]]:
    """Articles that have nothing to do with each other."""
    chance = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=7)) for _ in range(400)]
    texts = [" ".join(chance.choices(words, k=30)).capitalize() + "." for _ in range(count)]
    return [
        {"id": f"v{n}", "title": text[:20], "text": text, "source": "Selm Post"}
        for n, text in enumerate(texts)
    ]


def files_with(archive: Path, words: str) -> list[str]:
    """Files under an archive that hold some words, in any of the ways that text is stored."""
    found = []
    for path in sorted(archive.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if any(words.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be")):
                found.append(path.relative_to(archive).as_posix())
    return found


@pytest.fixture
def archive(archive: Path, tmp_path: Path, write_lines: Write, record: Record) -> Path:
    """Several generations, of which all but the first hold the secret, and a rejected field."""
    source = write_lines(tmp_path / "a.jsonl", *varied(40))
    build_archive(archive, [source], settings=HASHED)
    secret = record("secret", f"{SECRET} {SECRET[:-1]} twice.", published="Florinsday the 9th")
    secret["title"] = "Quixworth charged"
    copy = record("copy", SECRET, source="Radio Sorva")
    report = add_articles(archive, [write_lines(tmp_path / "b.jsonl", secret, copy)])
    assert report.new == 2
    add_articles(archive, [write_lines(tmp_path / "c.jsonl", secret, copy, record("later"))])
    return archive


@pytest.mark.parametrize("words", ["Zebulon", "xanthic florins", "Quixworth charged", "Florinsday"])
def test_no_file_has_it_any_more(archive: Path, words: str) -> None:
    assert files_with(archive, words)
    (archive / "embedding-journal.sqlite").write_bytes(words.encode())  # of a build that was killed
    report = remove_articles(archive, ["secret", "copy"])
    assert report.removed == 2
    assert files_with(archive, words) == []
    assert [p.name for p in (archive / "generations").iterdir()] == [report.generation]
    assert report.generation is not None
    with Archive.open(archive) as opened:
        assert all("florins" not in p.text for p in opened.search("xanthic florins embezzled"))


def test_its_vectors_are_gone_too(archive: Path) -> None:
    def stored(index: VectorIndex) -> bytes:
        (vector,) = index.vectors(["secret:0"]).values()
        index.close()
        return vector.tobytes()

    vector = stored(VectorIndex(ArchiveFolder(archive).current().chroma))
    holding = [p for p in archive.rglob("data_level0.bin") if vector in p.read_bytes()]
    assert holding
    remove_articles(archive, ["secret", "copy"])
    assert [p for p in archive.rglob("*") if p.is_file() and vector in p.read_bytes()] == []
    generation = ArchiveFolder(archive).current()
    with reading_catalog(generation) as catalog:
        sentences = sum(len(catalog.sentences(a)) for a in catalog.register.indexed())
    assert generation.sentences.stat().st_size == sentences * (256 + 4)


def test_room_for_more_chunks_is_empty(archive: Path) -> None:
    """Chroma writes memory that it has not filled yet, in which anything of before may stand."""
    remove_articles(archive, ["secret", "copy"])
    generation = ArchiveFolder(archive).current()
    (stored,) = generation.chroma.rglob("data_level0.bin")
    row_bytes = 132 + 4 * 256 + 8  # neighbours, vector, number
    rows = generation.manifest().chunks
    content = stored.read_bytes()
    assert len(content) > rows * row_bytes
    assert any(content[(rows - 1) * row_bytes : rows * row_bytes])
    assert not any(content[rows * row_bytes :])


def test_what_stays_keeps_every_bit(archive: Path) -> None:
    def vectors() -> dict[str, bytes]:
        generation = ArchiveFolder(archive).current()
        index = VectorIndex(generation.chroma)
        found = {name: v.tobytes() for name, v in index.vectors(index.ids()).items()}
        index.close()
        return {name: v for name, v in found.items() if not name.startswith(("secret", "copy"))}

    before = vectors()
    remove_articles(archive, Selection(families=("secret",)))
    assert vectors() == before
    assert len(before) > 30


def test_a_removed_text_leaves_a_build_by_the_usual_way(
    archive: Path, tmp_path: Path, write_lines: Write, record: Record
) -> None:
    """A build that finds an article gone is no takedown: the generation before is kept."""
    source = write_lines(tmp_path / "c.jsonl", record("later"))
    before = ArchiveFolder(archive).current_name()
    report = build_archive(archive, [source])
    assert report.removed == 2
    assert {p.name for p in (archive / "generations").iterdir()} == {before, report.generation}
    assert files_with(archive, "Zebulon")


def test_a_copy_takes_the_place_of_its_original(
    tmp_path: Path, write_lines: Write, record: Record
) -> None:
    archive = tmp_path / "archive"
    original = record("original", SECRET, published="2024-01-01", source="Agency")
    copy = record("copy", SECRET, published="2024-01-02", source="Radio Sorva")
    copy["title"] = original["title"]
    source = write_lines(tmp_path / "a.jsonl", original, copy, record("other"))
    build_archive(archive, [source], settings=HASHED)
    with Archive.open(archive) as opened:
        assert opened.search("florins")[0].article.id == "original"
        remove_articles(archive, Selection(sources=("agency",)))
        (found,) = [p for p in opened.search("florins") if "florins" in p.text]
        assert (found.article.id, found.also_in) == ("copy", ())
        assert opened.article("original") is None
    build_archive(tmp_path / "fresh", [write_lines(tmp_path / "b.jsonl", copy, record("other"))],
                  settings=HASHED)  # fmt: skip
    one, other = (
        VectorIndex(ArchiveFolder(a).current().chroma) for a in (archive, tmp_path / "fresh")
    )
    assert sorted(one.ids()) == sorted(other.ids())
    assert np.array_equal(one.vectors(["copy:0"])["copy:0"], other.vectors(["copy:0"])["copy:0"])
    one.close()
    other.close()


def test_an_unknown_id_removes_nothing(
    tmp_path: Path, write_lines: Write, record: Record, contents: Look
) -> None:
    archive = tmp_path / "fresh"
    source = write_lines(tmp_path / "a.jsonl", record("one"))
    first = build_archive(archive, [source], settings=HASHED)
    with pytest.raises(SourceError, match="no article 'nobody'"):
        remove_articles(archive, ["one", "nobody"])
    assert set(contents(archive).articles) == {"one"}
    assert ArchiveFolder(archive).current_name() == first.generation


def test_removing_where_there_is_no_archive(tmp_path: Path) -> None:
    archive = tmp_path / "fresh"
    with pytest.raises(ArchiveNotFoundError, match="newsarchive build --archive"):
        remove_articles(archive, ["one"])
    assert not archive.exists()


# -- what is selected -------------------------------------------------------------------------

PLACES = (
    {"id": "a", "published": "2024-01-01", "source": "Agency", "url": "https://example.org/a"},
    {"id": "b", "published": "2024-02-01T10:00:00Z", "source": "agency",
     "url": "https://example.org/b"},
    {"id": "c", "published": "2024-02-02", "source": "Radio Sorva"},
    {"id": "d", "source": "Radio Sorva"},
)  # fmt: skip
COPY = {"id": "a-copy", "published": "2024-01-02", "source": "Radio Sorva"}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, write_lines: Write) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    texts = varied(4)
    records = [{**t, "source": None, **p} for t, p in zip(texts, PLACES, strict=True)]
    records.append({**texts[0], **COPY})
    build_archive(folder / "archive", [write_lines(folder / "a.jsonl", *records)], settings=HASHED)
    return folder / "archive"


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Selection(ids=("a", "d")), {"a", "d"}),
        (Selection(urls=("https://example.org/b?utm_source=mail#top",)), {"b"}),
        (Selection(sources=("AGENCY",)), {"a", "b"}),
        (Selection(published_from="2024-02-01"), {"b", "c"}),
        (Selection(published_to="2024-01-01"), {"a"}),
        (Selection(published_from="2024-01-02", published_to="2024-02-01"), {"a-copy", "b"}),
        (Selection(families=("a-copy",)), {"a", "a-copy"}),
        (Selection(families=("a",), sources=("radio sorva",)), {"a-copy"}),
        (Selection(ids=("a", "b"), published_from="2024-01-15"), {"b"}),
        (Selection(sources=("agency",), published_to="2024-01-31"), {"a"}),
    ],
)
def test_selections(pool: Path, wanted: Selection, ids: set[str]) -> None:
    assert {entry.id for entry in selected(pool, wanted)} == ids


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Selection(ids=("a", "nobody")), "no article 'nobody' is in the archive"),
        (Selection(urls=("https://example.org/z",)), "no article with the URL"),
        (Selection(sources=("Nowhere Post",)), "no article of the outlet 'Nowhere Post'"),
        (Selection(families=("nobody",)), "no article 'nobody', whose family is to go"),
        (Selection(ids=("a",), published_from="2025-01-01"), "no article meets all"),
        (Selection(published_from="2031-01-01"), "no article meets all"),
    ],
)
def test_selecting_none_removes_none(pool: Path, wanted: Selection, message: str) -> None:
    before = ArchiveFolder(pool).current_name()
    with pytest.raises(SourceError, match=message):
        selected(pool, wanted)
    with pytest.raises(SourceError, match=message):
        remove_articles(pool, wanted)
    assert ArchiveFolder(pool).current_name() == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "nothing says what to remove"),
        ({"published_from": "March"}, "from: 'March' is no day"),
        ({"published_to": "2024-02-30"}, "to: '2024-02-30' is no day"),
        ({"published_from": "2024-02-02", "published_to": "2024-02-01"}, "ends before it begins"),
    ],
)
def test_impossible_selections(fields: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Selection(**fields)  # type: ignore[arg-type]


def test_a_takedown_may_be_asked_for_again(archive: Path) -> None:
    """As after one that was killed when all but the deletion of the old generations was done."""
    first = remove_articles(archive, ["secret", "copy"])
    again = remove_articles(archive, ["secret", "copy"])
    assert (again.generation, again.removed) == (first.generation, 0)
    with pytest.raises(SourceError, match="no article 'secret'"):
        remove_articles(archive, ["secret"])


def test_only_the_reasons_of_what_goes_are_dropped(archive: Path) -> None:
    path = archive / "rejected.jsonl"
    lines = path.read_text().splitlines()
    other = {"file": "/elsewhere.jsonl", "line": 3, "reason": "not JSON", "kept": False}
    path.write_text("\n".join([*lines, json.dumps(other)]) + "\n")
    remove_articles(archive, ["secret"])
    assert [json.loads(line) for line in path.read_text().splitlines()] == [other]


def test_no_reason_quotes_what_is_taken_down(
    tmp_path: Path, write_lines: Write, record: Record
) -> None:
    """A JSON file that is damaged inside the article, whose id stands again in another file."""
    archive, news = tmp_path / "archive", tmp_path / "news"
    url = "https://example.org/quixworth-charged"
    secret = {**record("secret", SECRET), "url": url}
    write_lines(news / "b.jsonl", record("other"), secret)
    (news / "a.json").parent.mkdir(exist_ok=True)
    (news / "a.json").write_text(json.dumps([record("first"), secret]))
    build_archive(archive, [news], settings=HASHED)
    broken = json.dumps([record("first"), secret]).replace("Quixworth", 'Quix"worth')
    (news / "a.json").write_text(broken)
    build_archive(archive, [news])
    reasons = (archive / "rejected.jsonl").read_text()
    assert "not JSON" in reasons and "Zebulon" not in reasons and "florins" not in reasons
    (archive / "rejected.jsonl").write_text(
        reasons + json.dumps({"file": "/x", "line": 1, "reason": f"as at {url}", "kept": True})
    )
    remove_articles(archive, ["secret"])
    for words in ("Zebulon", "florins", "worth", "secret"):
        assert files_with(archive, words) == []


@given(st.sets(st.text("ab'", min_size=1, max_size=4), min_size=1), st.text("ab'", max_size=12))
def test_names_are_found_as_by_looking_for_each(names: set[str], text: str) -> None:
    assert NamesToFind(names).any_in(text) == any(name in text for name in names)
