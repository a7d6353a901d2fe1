"""A source that is damaged, missing or empty does not empty the archive."""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from index.build import BuildReport, add_articles, build_archive
from index.build.losses import Seen
from index.errors import SourceLossError
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.stores import reading_catalog
from index.types import Article, Rejection, SourcedArticle

Mounted = Callable[..., AbstractContextManager[None]]
HASHED = Settings(embedder="hashed-words")


def records(first: int, last: int) -> list[dict[str, str]]:
    return [
        {"id": f"a{n}", "title": f"Report {n}", "text": f"Barge {n} reached quay {n * 7} at dawn."}
        for n in range(first, last)
    ]


def lines(path: Path, first: int, last: int) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records(first, last)))
    return path


def packed(path: Path, first: int, last: int) -> Path:
    made = "".join(
        json.dumps({**r, "pad": os.urandom(64).hex()}) + "\n" for r in records(first, last)
    )
    path.write_bytes(gzip.compress(made.encode()))
    return path


class Desk:
    """A folder of sources with an archive of them: 30 articles in a.jsonl, 20 in b.jsonl.gz."""

    def __init__(self, folder: Path) -> None:
        self.archive = folder / "archive"
        self.news = folder / "news"
        self.news.mkdir()
        lines(self.news / "a.jsonl", 0, 30)
        self.b = packed(self.news / "b.jsonl.gz", 30, 50)
        self.build()

    def build(self, **options: bool) -> BuildReport:
        return build_archive(self.archive, [self.news], settings=HASHED, **options)

    def ids(self) -> set[str]:
        with reading_catalog(ArchiveFolder(self.archive).current()) as catalog:
            return {name for name, _, _ in catalog.register.places()}

    @property
    def generations(self) -> list[str]:
        return sorted(path.name for path in (self.archive / "generations").iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def overwritten(file: Path) -> None:
    file.write_bytes(b"\0" * 4096)


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
@pytest.mark.parametrize("damage", [truncated, emptied, overwritten, a_pipe])
def test_articles_of_a_file_that_cannot_be_read_stay(
    desk: Desk, damage: Callable[[Path], None], rebuild: bool
) -> None:
    held = desk.ids()
    damage(desk.b)
    report = desk.build(rebuild=rebuild)
    assert desk.ids() == held
    assert report.removed == 0
    assert 0 < report.kept <= 20
    assert report.read + report.kept == report.articles == 50
    desk.b.unlink()
    packed(desk.b, 30, 48)  # mended: what is gone from it goes
    assert desk.build().removed == 2
    assert len(desk.ids()) == 48


def test_lines_that_were_cut_off_or_broken_stay(desk: Desk) -> None:
    source = desk.news / "a.jsonl"
    content = source.read_bytes().splitlines(keepends=True)
    content[3] = content[3][:20] + b"\n"
    source.write_bytes(b"".join(content[:12]) + content[12][:25])
    report = desk.build()
    assert (report.removed, report.kept) == (0, 19)  # line 4, and 13 to 30
    source.write_bytes(b"".join(content[:12]))
    assert desk.build().kept == 1


def test_lines_are_known_where_they_stand_now(desk: Desk) -> None:
    source = desk.news / "a.jsonl"
    whole = source.read_bytes()
    before = "".join(json.dumps(r) + "\n" for r in records(60, 70)).encode()
    source.write_bytes(before + whole)
    desk.build()
    source.write_bytes(before + whole[: len(whole) // 2])
    assert desk.build().removed == 0


def test_what_is_gone_from_a_file_beside_a_damaged_one_goes(desk: Desk) -> None:
    truncated(desk.b)
    lines(desk.news / "a.jsonl", 0, 28)
    assert desk.build().removed == 2
    assert not desk.ids() & {"a28", "a29"}


def test_an_empty_folder_removes_nothing(desk: Desk) -> None:
    held, before = desk.ids(), desk.generations
    for path in desk.news.iterdir():
        path.unlink()
    for rebuild in (False, False, True):
        with pytest.raises(SourceLossError, match="news is empty: 50 of the 50 .*--allow-loss"):
            desk.build(rebuild=rebuild)
    assert (desk.ids(), desk.generations) == (held, before)
    assert desk.build(allow_loss=True).removed == 50


def test_a_missing_folder_removes_nothing(desk: Desk) -> None:
    held = desk.ids()
    desk.news.rename(desk.news.with_name("elsewhere"))
    with pytest.raises(SourceLossError, match="news does not exist: 50 of the 50"):
        desk.build()
    assert desk.ids() == held
    assert desk.build(allow_loss=True).removed == 50


def test_most_of_many_articles_do_not_go_unasked(desk: Desk) -> None:
    lines(desk.news / "a.jsonl", 0, 3)
    desk.b.unlink()
    with pytest.raises(SourceLossError, match="most of what was in .*news is gone: 47 of the 50"):
        desk.build()
    assert len(desk.ids()) == 50
    report = desk.build(allow_loss=True)
    assert (report.removed, report.articles) == (47, 3)


def test_each_path_is_looked_at_by_itself(desk: Desk, tmp_path: Path) -> None:
    add_articles(desk.archive, [lines(tmp_path / "many.jsonl", 100, 300)])
    desk.b.unlink()
    sources = [tmp_path / "many.jsonl", desk.news]
    assert build_archive(desk.archive, sources).removed == 20  # of 50
    (desk.news / "a.jsonl").unlink()
    with pytest.raises(SourceLossError, match="news is empty: 30 of the 30"):
        build_archive(desk.archive, sources)


def test_articles_whose_ids_follow_from_their_texts_may_all_be_edited(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    source = tmp_path / "a.jsonl"
    for word in ("dawn", "dusk"):
        edited = [{"text": f"Barge {n} reached quay {n * 7} at {word}."} for n in range(40)]
        source.write_text("".join(json.dumps(r) + "\n" for r in edited))
        report = build_archive(archive, [source], settings=HASHED)
    assert (report.new, report.removed, report.articles) == (40, 40, 40)


def test_what_an_agency_withdrew_goes(tmp_path: Path) -> None:
    item = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:a{0}"><itemMeta>'
        '<pubStatus qcode="stat:{1}"/></itemMeta><contentMeta><headline>Item {0}</headline>'
        '</contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns='
        '"http://www.w3.org/1999/xhtml"><body><p>Barge {0} reached the quay at dawn.</p></body>'
        "</html></inlineXML></contentSet></newsItem>"
    )
    source = tmp_path / "news" / "items.xml"
    source.parent.mkdir()
    for last in ("usable", "canceled"):
        items = "\n".join(item.format(n, last if n == 3 else "usable") for n in range(4))
        source.write_text(f"<newsMessage>\n{items}\n</newsMessage>")
        report = build_archive(tmp_path / "archive", [source.parent], settings=HASHED)
    assert (report.removed, report.kept, report.articles) == (1, 0, 3)


def table(path: Path, *, quote_in: int | None = None, bad_in: int | None = None) -> Path:
    rows = [f'c{n},"Report {n}","Tug {n} left\nquay {n * 3} today."' for n in range(40)]
    if quote_in is not None:
        rows[quote_in] = f'c{quote_in},"Report {quote_in},Tug left\nquay.'
    if bad_in is not None:
        rows[bad_in] = rows[bad_in].replace("today", "BAD")
    content = "\n".join(["id,title,text", *rows, ""]).encode()
    path.write_bytes(content.replace(b"BAD", b"\xff"))
    return path


@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
def test_rows_that_a_quote_too_many_swallows_stay(tmp_path: Path, rebuild: bool) -> None:
    news, archive = tmp_path / "news", tmp_path / "archive"
    news.mkdir()
    build_archive(archive, [table(news / "c.csv")], settings=HASHED)
    for quote_in in (0, 5, 39):
        report = build_archive(archive, [table(news / "c.csv", quote_in=quote_in)], rebuild=rebuild)
        assert (report.removed, report.articles) == (0, 40)
        assert report.kept >= 1


def test_a_row_of_several_lines_with_a_bad_byte_stays(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    build_archive(archive, [table(tmp_path / "c.csv")], settings=HASHED)
    report = build_archive(archive, [table(tmp_path / "c.csv", bad_in=3)])
    assert (report.removed, report.kept, report.articles) == (0, 1, 40)
    (line,) = (archive / "rejected.jsonl").read_text().splitlines()
    assert json.loads(line)["line"] == 8  # the first of its two


def test_all_lines_of_a_rejection_are_unfit() -> None:
    seen = Seen()
    seen.note(Rejection("a", 3, "not CSV", last_line=6))
    seen.note(SourcedArticle(Article("9", "", "Text."), "a", 9))
    assert [line for line in range(1, 9) if seen.left_unread("a", line)] == [3, 4, 5, 6]


# -- folders below a given path ---------------------------------------------------------------


@pytest.fixture
def wired(desk: Desk) -> Desk:
    """The desk with 25 articles in a folder below another, and many beside it."""
    lines(desk.news / "c.jsonl", 200, 260)
    for day, first in (("mon", 100), ("tue", 112)):
        folder = desk.news / "feeds" / "wire" / day
        folder.mkdir(parents=True)
        lines(folder / "a.jsonl", first, first + 12)
    lines(desk.news / "feeds" / "wire" / "late.jsonl", 124, 125)
    desk.build()
    return desk


def cleared(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def linked_to_nothing_left(folder: Path) -> None:
    shutil.rmtree(folder)
    elsewhere = folder.parents[2] / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)


def with_other_files(folder: Path) -> None:
    cleared(folder)
    (folder / "README").write_text("Mount the wire here.")


@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
@pytest.mark.parametrize(
    ("lose", "state"),
    [
        (shutil.rmtree, "does not exist"),
        (cleared, "is empty"),
        (linked_to_nothing_left, "is empty"),
        (with_other_files, "has no article any more"),
    ],
)
def test_a_folder_below_that_had_many_does_not_go_unasked(
    wired: Desk, lose: Callable[[Path], None], state: str, rebuild: bool
) -> None:
    held, before = wired.ids(), wired.generations
    lose(wired.news / "feeds" / "wire")
    # The topmost folder that has none left is named: this one holds nothing else.
    above = "is empty" if state == "does not exist" else "has no article any more"
    with pytest.raises(SourceLossError, match=f"/news/feeds {above}: 25 of the 25 .*--allow-loss"):
        wired.build(rebuild=rebuild)
    lines(wired.news / "feeds" / "other.jsonl", 150, 151)
    with pytest.raises(SourceLossError, match=f"/news/feeds/wire {state}: 25 of the 25"):
        wired.build(rebuild=rebuild)
    assert (wired.ids(), wired.generations) == (held, before)
    report = wired.build(rebuild=rebuild, allow_loss=True)
    assert report.articles == len(held) - 25 + 1


def test_several_folders_that_are_empty_are_counted(wired: Desk) -> None:
    other = wired.news / "agency"
    other.mkdir()
    lines(other / "a.jsonl", 300, 330)
    wired.build()
    for folder in (other, wired.news / "feeds"):
        shutil.rmtree(folder)
    with pytest.raises(
        SourceLossError, match=r"agency does not exist \(one of 2 such folders\): 30"
    ):
        wired.build()


def test_few_articles_of_a_folder_go_and_so_do_some_of_many(wired: Desk) -> None:
    wire = wired.news / "feeds" / "wire"
    shutil.rmtree(wire / "mon")  # 12 of 25
    assert wired.build().removed == 12
    shutil.rmtree(wire)  # 13
    assert wired.build().removed == 13


def test_a_folder_that_was_moved_or_renamed_is_no_loss(wired: Desk) -> None:
    held = wired.ids()
    (wired.news / "feeds" / "wire").rename(wired.news / "wire-2024")
    assert wired.build().removed == 0
    shutil.move(wired.news / "wire-2024" / "mon", wired.news)
    shutil.rmtree(wired.news / "wire-2024")  # 13 were there and are few
    assert wired.build().removed == 13
    assert len(wired.ids()) == len(held) - 13


def test_a_folder_that_cannot_be_read_keeps_its_articles(wired: Desk) -> None:
    wire = wired.news / "feeds" / "wire"
    shutil.rmtree(wire)
    wire.symlink_to(wired.news.parent / "unmounted" / "wire")  # leads to nothing
    report = wired.build()
    assert (report.removed, report.kept) == (0, 25)


def test_links_that_lead_back_lose_nothing_and_double_nothing(wired: Desk) -> None:
    held = wired.ids()
    (wired.news / "feeds" / "back").symlink_to(wired.news)
    (wired.news / "again").symlink_to(wired.news / "feeds" / "wire")
    for rebuild in (False, True):
        report = wired.build(rebuild=rebuild)
        assert (report.removed, report.kept, report.new) == (0, 0, rebuild * len(held))
        assert wired.ids() == held
        assert report.rejected == 2
    (wired.news / "feeds" / "back").unlink()
    assert wired.build().removed == 0


def test_a_file_system_that_is_not_mounted_removes_nothing(
    wired: Desk, tmp_path: Path, mounted: Mounted
) -> None:
    disk, wire = tmp_path / "disk", wired.news / "feeds" / "mounted"
    disk.mkdir()
    wire.mkdir()
    lines(disk / "a.jsonl", 400, 430)
    otherwise = "only root can mount a folder; an empty one stands for it in the other tests"
    with mounted(wire, "--bind", str(disk), otherwise=otherwise):
        assert wired.build().new == 30
    with pytest.raises(SourceLossError, match="/mounted is empty: 30 of the 30"):
        wired.build()
    assert "a405" in wired.ids()


def test_a_missing_path_may_be_given_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.news.parent)
    shutil.rmtree(desk.news)
    with pytest.raises(SourceLossError, match="news does not exist: 50 of the 50"):
        build_archive(desk.archive, [Path("news")])
    assert build_archive(desk.archive, [Path("news")], allow_loss=True).removed == 50


def test_where_a_file_was_cut_short_is_told_from_lines_that_are_only_broken() -> None:
    seen = Seen()
    for line in (1, 2, 4):
        seen.note(SourcedArticle(Article(str(line), "", "Text."), "a", line))
    for line in (3, 6, 5):
        seen.note(Rejection("a", line, "not JSON"))
    assert [line for line in range(1, 9) if seen.left_unread("a", line)] == [3, 5, 6, 7, 8]
    seen.note(SourcedArticle(Article("9", "", "Text."), "a", 9))
    assert [line for line in range(1, 9) if seen.left_unread("a", line)] == [3, 5, 6]


def test_what_a_link_no_longer_leads_to_goes(tmp_path: Path) -> None:
    for number, names in (("r1", (0, 30)), ("r2", (2, 30))):
        (tmp_path / number).mkdir()
        lines(tmp_path / number / "a.jsonl", *names)
    current = tmp_path / "current"
    current.symlink_to("r1")
    build_archive(tmp_path / "archive", [current], settings=HASHED)
    current.unlink()
    current.symlink_to("r2")
    assert build_archive(tmp_path / "archive", [current]).removed == 2
