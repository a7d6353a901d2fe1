"""Build, add, remove: what stands in the sources is what the archive holds, whatever happens."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.build import (
    BuildReport,
    add_articles,
    build_archive,
    remove_articles,
)
from index.errors import (
    IndexMismatchError,
    SettingsError,
    SourceError,
)
from index.models.embedder import Embedder
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.stores import reading_catalog

Write = Callable[..., Path]
Record = Callable[..., dict[str, str]]
Look = Callable[[Path], Any]
Same = Callable[[Path, Path], None]
HASHED = Settings(embedder="hashed-words")


def rejected(archive: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (archive / "rejected.jsonl").read_text().splitlines()]


def counts(report: BuildReport) -> dict[str, int]:
    names = ("new", "changed", "removed", "unchanged")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


# -- what is stored --------------------------------------------------------------------------


def test_the_repeated_half_of_the_seed_article_is_stored_once(
    seeds: Path, archive: Path, contents: Look
) -> None:
    source = seeds / "iraq-condemns-attacks-on-bases.txt"
    build_archive(archive, [source], settings=HASHED)
    (article,) = contents(archive).articles.values()
    assert article.title == "Iraq military condemns attacks on bases, foreign advisors"
    assert source.read_text("utf-8").count("The attacks were largely halted since April") == 2
    assert article.text.count("The attacks were largely halted since April") == 1
    paragraphs = article.text.split("\n\n")
    assert len(paragraphs) == len(set(paragraphs))
    bare = "".join(source.read_text("utf-8").split())
    assert all("".join(paragraph.split()) in bare for paragraph in paragraphs)
    lines = {" ".join(line.split()) for line in source.read_text("utf-8").splitlines()[1:]}
    assert lines - {""} == set(paragraphs)


def test_copies_are_kept_and_not_embedded(news_archive: Path, contents: Look) -> None:
    assert set(contents(news_archive).articles) == {
        "ferry",
        "ferry-copy",
        "budget",
        "storm",
        "undated",
    }
    assert contents(news_archive).families["ferry"] == ["ferry", "ferry-copy"]
    assert {c.partition(":")[0] for c in contents(news_archive).chunks} == {
        "ferry", "budget", "storm", "undated",
    }  # fmt: skip


def test_each_sentence_has_its_own_vector(
    news_archive: Path, hashed: Embedder, contents: Look
) -> None:
    with reading_catalog(ArchiveFolder(news_archive).current()) as catalog:
        for original, vectors in contents(news_archive).sentences.items():
            text = contents(news_archive).articles[original].text
            sentences = [text[span.start : span.end] for span in catalog.sentences(original)]
            expected, _ = hashed.embed(sentences, [[] for _ in sentences])
            assert np.allclose(vectors, expected, atol=0.01)


def test_the_report(
    tmp_path: Path, write_lines: Write, news: Sequence[dict[str, str]], archive: Path
) -> None:
    source = write_lines(tmp_path / "news.jsonl", *news)
    report = build_archive(archive, [source], settings=HASHED)
    assert counts(report) == {"new": 5}
    assert (report.read, report.articles, report.copies, report.chunks) == (5, 5, 1, 4)
    assert report.generation == ArchiveFolder(archive).current_name()
    assert report.rejected == 0
    assert report.seconds > 0


def test_the_seeds_with_the_real_model(seed_archive: Path, contents: Look) -> None:
    found = contents(seed_archive).families
    bomb, ledger = "sample-2026-02-02-rail-bridge-bomb", "sample-2026-02-02-tchermej-bridge-ledger"
    assert found[bomb] == [bomb, ledger]
    strike, review = "sample-2026-02-09-dock-strike-ends", "sample-2026-02-09-dock-strike-review"
    assert found[strike] == [strike, review]  # edited, and cut from the end
    assert "sample-2026-03-05-ferry-toll-rises" in found["sample-2026-03-04-ferry-fire-gazette"]
    assert sum(len(members) - 1 for members in found.values()) == 6  # 5 copies and a version
    vectors = np.stack([vector for _, vector in contents(seed_archive).chunks.values()])
    assert vectors.shape[1] == 384
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_broken_lines_are_named(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    write_lines(
        tmp_path / "news" / "a.jsonl",
        record("one"),
        "{not json",
        {"id": "empty", "title": "No text", "text": " "},
        record("two", published="someday"),
        record("one", "Another text with the same id."),
    )
    (tmp_path / "news" / "b.pdf").write_bytes(b"%PDF")
    report = build_archive(archive, [tmp_path / "news"], settings=HASHED)
    assert (report.articles, report.rejected) == (2, 4)
    found = rejected(archive)
    assert [(Path(str(r["file"])).name, r["line"], r["kept"]) for r in found] == [
        ("a.jsonl", 2, False),
        ("a.jsonl", 3, False),
        ("a.jsonl", 4, True),
        ("a.jsonl", 5, False),
        ("b.pdf", None, False),
    ]
    assert contents(archive).articles["one"].text.startswith("The one was in the news")
    assert "someday" in str(found[2]["reason"])
    build_archive(archive, [write_lines(tmp_path / "c.jsonl", record("three"))])
    assert rejected(archive) == []


def test_a_source_without_articles(tmp_path: Path, archive: Path, contents: Look) -> None:
    (tmp_path / "none").mkdir()
    report = build_archive(archive, [tmp_path / "none"], settings=HASHED)
    assert (report.articles, report.chunks) == (0, 0)
    assert contents(archive).chunks == {}


def test_progress_is_told(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record
) -> None:
    told: list[tuple[str, int | None]] = []
    done: dict[str, int] = {}

    class Listener:
        def step(self, name: str, total: int | None) -> None:
            told.append((name, total))

        def advance(self, units: int) -> None:
            done[told[-1][0]] = done.get(told[-1][0], 0) + units

    source = write_lines(tmp_path / "a.jsonl", *(record(f"thing{n}") for n in range(7)))
    build_archive(archive, [source], settings=HASHED, progress=Listener())
    assert told == [("reading", None), ("cutting", 7), ("embedding", 7)]
    assert done == {"reading": 7, "cutting": 7, "embedding": 7}


# -- building again --------------------------------------------------------------------------


def test_nothing_changed_nothing_written(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"), record("two"))
    first = build_archive(archive, [source], settings=HASHED)
    files = {path: path.stat().st_mtime_ns for path in (archive / "generations").rglob("*")}
    second = build_archive(archive, [source])
    assert counts(second) == {"unchanged": 2}
    assert second.generation == first.generation
    assert (second.articles, second.chunks) == (2, 2)
    assert {p: p.stat().st_mtime_ns for p in (archive / "generations").rglob("*")} == files


def test_changed_new_and_gone_articles(
    tmp_path: Path,
    write_lines: Write,
    archive: Path,
    record: Record,
    contents: Look,
    assert_same: Same,
) -> None:
    news = tmp_path / "news"
    write_lines(news / "a.jsonl", record("one"), record("two"), record("three"))
    write_lines(news / "b.jsonl", record("four"))
    build_archive(archive, [news], settings=HASHED)
    write_lines(news / "a.jsonl", record("one"), record("two", "Now otherwise."), record("five"))
    (news / "b.jsonl").unlink()
    report = build_archive(archive, [news])
    assert counts(report) == {"new": 1, "changed": 1, "removed": 2, "unchanged": 1}
    assert set(contents(archive).articles) == {"one", "two", "five"}
    assert {chunk_id: text for chunk_id, (text, _) in contents(archive).chunks.items()} == {
        "one:0": record("one")["text"],
        "two:0": "Now otherwise.",
        "five:0": record("five")["text"],
    }
    build_archive(tmp_path / "fresh", [news], settings=HASHED)
    assert_same(archive, tmp_path / "fresh")


def test_a_changed_headline_is_a_change(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    build_archive(archive, [write_lines(tmp_path / "a.jsonl", record("one"))], settings=HASHED)
    write_lines(tmp_path / "a.jsonl", {**record("one"), "title": "Corrected"})
    assert counts(build_archive(archive, [tmp_path / "a.jsonl"])) == {"changed": 1}
    assert contents(archive).articles["one"].title == "Corrected"


def test_only_what_changed_is_embedded(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, embedded: list[str]
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"), record("two"))
    build_archive(archive, [source], settings=HASHED)
    embedded.clear()
    write_lines(source, record("one"), record("two"), record("three"))
    build_archive(archive, [source])
    assert [text.partition("\n")[0] for text in embedded] == ["About the three"]


def test_articles_from_elsewhere_stay(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    build_archive(archive, [write_lines(tmp_path / "a.jsonl", record("one"))], settings=HASHED)
    report = build_archive(archive, [write_lines(tmp_path / "b.jsonl", record("two"))])
    assert counts(report) == {"new": 1}
    assert set(contents(archive).articles) == {"one", "two"}


def test_a_moved_file_is_followed(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    old = write_lines(tmp_path / "old" / "a.jsonl", record("one"), record("two"))
    build_archive(archive, [tmp_path / "old"], settings=HASHED)
    (tmp_path / "new").mkdir()
    old.rename(tmp_path / "new" / "a.jsonl")
    report = build_archive(archive, [tmp_path / "old", tmp_path / "new"])
    assert counts(report) == {"unchanged": 2}
    assert set(contents(archive).articles) == {"one", "two"}
    assert counts(build_archive(archive, [tmp_path / "old"])) == {}
    assert set(contents(archive).articles) == {"one", "two"}
    (tmp_path / "new" / "a.jsonl").unlink()
    report = build_archive(archive, [tmp_path / "new"], allow_loss=True)
    assert counts(report) == {"removed": 2}


def test_add_removes_none(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"), record("two"))
    build_archive(archive, [source], settings=HASHED)
    write_lines(source, record("two", "Now otherwise."), record("three"))
    assert counts(add_articles(archive, [source])) == {"new": 1, "changed": 1}
    assert set(contents(archive).articles) == {"one", "two", "three"}
    assert contents(archive).articles["two"].text == "Now otherwise."


def test_rebuild_starts_from_nothing_and_keeps_the_settings(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    settings = Settings("hashed-words", 64)
    build_archive(archive, [write_lines(tmp_path / "a.jsonl", record("one"))], settings=settings)
    source = write_lines(tmp_path / "b.jsonl", record("two"))
    report = build_archive(archive, [source], rebuild=True)
    assert counts(report) == {"new": 1, "removed": 1}
    assert set(contents(archive).articles) == {"two"}
    assert ArchiveFolder(archive).current().manifest().settings == settings


def test_many_small_steps_end_where_one_build_does(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, assert_same: Same
) -> None:
    """The same articles, whichever way they came: in one build or by adding and removing."""
    chance = random.Random(5)
    texts = [f"Text number {n} of the news. It has two sentences." for n in range(6)]
    pool = [
        record(f"a{n}", chance.choice(texts), published=f"2024-01-{n % 9 + 1:02}")
        for n in range(12)
    ]
    held: dict[str, dict[str, str]] = {}
    build_archive(archive, [write_lines(tmp_path / "0.jsonl", pool[0])], settings=HASHED)
    held[pool[0]["id"]] = pool[0]
    for step in range(1, 13):
        if len(held) > 3 and chance.random() < 0.4:
            gone = chance.choice(sorted(held))
            remove_articles(archive, [gone])
            del held[gone]
        else:
            chosen = {**chance.choice(pool), "text": chance.choice(texts)}
            add_articles(archive, [write_lines(tmp_path / f"{step}.jsonl", chosen)])
            held[chosen["id"]] = chosen
    source = write_lines(tmp_path / "all.jsonl", *held.values())
    build_archive(tmp_path / "fresh", [source], settings=HASHED)
    assert_same(archive, tmp_path / "fresh")


# -- removing and families -------------------------------------------------------------------


def test_remove_by_id(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"), record("two"), record("three"))
    build_archive(archive, [source], settings=HASHED)
    report = remove_articles(archive, ["one", "three", "one"])
    assert counts(report) == {"removed": 2}
    assert set(contents(archive).articles) == {"two"}
    assert set(contents(archive).chunks) == {"two:0"}


def test_another_text_at_a_url_is_a_version(
    tmp_path: Path, write_lines: Write, archive: Path, contents: Look
) -> None:
    text = "A fire broke out at the old mill. {} people died. The mayor promised an inquiry."
    page = {"title": "Fire at the mill", "url": "https://example.org/mill?utm_source=mail"}
    source = write_lines(
        tmp_path / "a.jsonl",
        {**page, "text": text.format("Two")},
        {**page, "text": text.format("Nine"), "url": "https://example.org/mill"},
        {**page, "text": text.format("Two"), "published": "2024-02-02"},
        {**page, "text": text.format("Nine")},
    )
    build_archive(archive, [source], settings=HASHED)
    texts = {article.text for article in contents(archive).articles.values()}
    assert texts == {text.format("Two"), text.format("Nine")}
    assert len(contents(archive).families) == 1
    assert [(line["line"], line["reason"]) for line in rejected(archive)] == [
        (3, f"the same article as in {source} (https://example.org/mill?utm_source=mail)"),
        (4, f"the same article as in {source} (https://example.org/mill?utm_source=mail)"),
    ]
    again = build_archive(archive, [source])
    assert counts(again) == {"unchanged": 2}


def test_the_copy_of_a_removed_original_takes_its_place(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    text = "The same text in two papers. Word for word."
    source = write_lines(
        tmp_path / "a.jsonl",
        record("late", text, published="2024-02-02"),
        record("early", text, published="2024-02-01"),
    )
    build_archive(archive, [source], settings=HASHED)
    assert contents(archive).families == {"early": ["early", "late"]}
    assert set(contents(archive).chunks) == {"early:0"}
    report = remove_articles(archive, ["early"])
    assert (report.articles, report.copies, report.chunks) == (1, 0, 1)
    assert contents(archive).families == {"late": ["late"]}
    assert set(contents(archive).chunks) == {"late:0"}


def test_the_earliest_that_arrives_later_becomes_the_original(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    text = "The same text in two papers. Word for word."
    late = write_lines(tmp_path / "a.jsonl", record("late", text, published="2024-02-02"))
    build_archive(archive, [late], settings=HASHED)
    assert set(contents(archive).chunks) == {"late:0"}
    early = write_lines(tmp_path / "b.jsonl", record("early", text, published="2024-02-01"))
    report = add_articles(archive, [early])
    assert (report.articles, report.copies, report.chunks) == (2, 1, 1)
    assert contents(archive).families == {"early": ["early", "late"]}
    assert set(contents(archive).chunks) == {"early:0"}


# -- errors ----------------------------------------------------------------------------------


def test_a_path_that_is_not_there(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record, contents: Look
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"))
    build_archive(archive, [source], settings=HASHED)
    with pytest.raises(SourceError, match="nowhere"):
        build_archive(archive, [tmp_path / "nowhere", source], rebuild=True)
    assert set(contents(archive).articles) == {"one"}


def test_other_settings_than_the_archive_has(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"))
    build_archive(archive, [source], settings=HASHED)
    with pytest.raises(IndexMismatchError, match="hashed-words.*--rebuild"):
        build_archive(archive, [source], settings=Settings())
    report = build_archive(archive, [source], settings=Settings("hashed-words", 64), rebuild=True)
    assert report.articles == 1
    assert ArchiveFolder(archive).current().manifest().chunk_pieces == 64


def test_another_format_version_is_mended_by_rebuild(
    tmp_path: Path, write_lines: Write, archive: Path, record: Record
) -> None:
    source = write_lines(tmp_path / "a.jsonl", record("one"))
    build_archive(archive, [source], settings=HASHED)
    path = ArchiveFolder(archive).current().manifest_path
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 0}))
    with pytest.raises(IndexMismatchError, match="format version 0.*--rebuild"):
        build_archive(archive, [source])
    assert build_archive(archive, [source], settings=HASHED, rebuild=True).articles == 1


def test_too_small_chunks() -> None:
    with pytest.raises(SettingsError, match="chunk_pieces is 47"):
        Settings(chunk_pieces=47)


def test_an_archive_is_no_source(tmp_path: Path, write_lines: Write, archive: Path) -> None:
    write_lines(tmp_path / "a.jsonl", {"id": "a", "text": "The ferry sank."}, "{broken")
    for _ in range(2):
        report = build_archive(archive, [tmp_path], settings=HASHED)
        assert (report.articles, report.rejected) == (1, 1 + (archive / "CURRENT").exists())
    lines = (archive / "rejected.jsonl").read_text().splitlines()
    reasons = [json.loads(line)["reason"] for line in lines]
    assert sum("an archive of newsarchive" in reason for reason in reasons) == 1


def test_a_version_that_is_read_alone_takes_no_place_but_its_own(
    tmp_path: Path, write_lines: Write, archive: Path, contents: Look
) -> None:
    page = {"url": "https://example.org/ferry", "title": "Ferry", "published": "2024-03-06"}
    text = "The ferry Ostrel ran aground off Selm on Monday with forty people."
    first = write_lines(tmp_path / "06.jsonl", {**page, "text": text})
    second = write_lines(tmp_path / "07.jsonl", {**page, "text": f"{text} All of them are well."})
    build_archive(archive, [first, second], settings=HASHED)
    held = {name: article.text for name, article in contents(archive).articles.items()}
    assert len(held) == 2
    for report in (add_articles(archive, [second]), build_archive(archive, [second])):
        assert counts(report) == {"unchanged": 1}
        assert {name: article.text for name, article in contents(archive).articles.items()} == held
