"""Which rejections leave articles unread, and what a build makes of it."""

from pathlib import Path

import pytest

from index.build import BuildReport, build_archive
from index.build.losses import Seen
from index.settings import Settings
from index.types import Rejection

STORY = (
    "The ferry Ostrel ran aground off Selm on Monday with {0}0 passengers, the coastguard said. "
    "Nobody was hurt, and {0} tugs were on their way to the harbour in the afternoon."
)


def build(archive: Path, *sources: Path) -> BuildReport:
    return build_archive(archive, list(sources), settings=Settings("hashed-words"))


def feed(path: Path, count: int) -> Path:
    entries = "".join(
        f"<item><title>Story {n}</title><link>https://x.example/{n}</link>"
        f"<description>{STORY.format(n)}</description></item>"
        for n in range(count)
    )
    path.write_text(f"<rss version='2.0'><channel><title>X</title>{entries}</channel></rss>")
    return path


def saved(path: Path, number: int) -> Path:
    paragraphs = "".join(f"<p>{STORY.format(number)} Part {n}.</p>" for n in range(3))
    path.write_text(
        f"<html><head><title>Story {number}</title></head><body><article><h1>Story {number}</h1>"
        f"{paragraphs}</article></body></html>"
    )
    return path


def test_the_last_entries_of_a_feed_that_is_cut_short_stay(tmp_path: Path, archive: Path) -> None:
    source = feed(tmp_path / "feed.xml", 10)
    assert build(archive, source).articles == 10
    whole = source.read_text()
    for cut in ("<item><title>Story 6", "<title>Story 6", "0 passengers, the coastguard"):
        source.write_text(whole[: whole.index(cut)])
        report = build(archive, source)
        assert (report.removed, report.articles, report.kept) == (0, 10, 10 - report.read)
        assert report.kept >= 3
    feed(source, 8)
    assert build(archive, source).removed == 2


def test_deleted_pages_of_a_list_go_though_another_was_never_saved(
    tmp_path: Path, archive: Path
) -> None:
    source = tmp_path / "list.txt"
    source.write_text("".join(f"https://x.example/{n}\n" for n in range(6)))
    for n in range(5):  # the last is not saved
        saved(tmp_path / f"{n}.html", n)
    assert (build(archive, source).articles, build(archive, source).kept) == (5, 0)
    (tmp_path / "2.html").unlink()
    report = build(archive, source)
    assert (report.removed, report.kept, report.articles) == (1, 0, 4)
    (tmp_path / "3.html").write_bytes(b"\0" * 400)  # there, and not to be read
    report = build(archive, source)
    assert (report.removed, report.kept, report.articles) == (0, 1, 4)


def test_what_is_gone_from_a_folder_that_was_entered_by_another_name_goes(
    tmp_path: Path, archive: Path
) -> None:
    news = tmp_path / "news"
    (news / "wire").mkdir(parents=True)
    for n in range(4):
        saved(news / "wire" / f"{n}.html", n)
    build(archive, news)
    (news / "wire" / "1.html").unlink()
    (news / "again").symlink_to(news / "wire")  # is read first
    report = build(archive, news)
    assert (report.removed, report.kept, report.articles) == (1, 0, 3)


@pytest.mark.parametrize(
    ("rejection", "unread"),
    [
        (Rejection("a", None, "cannot be read"), True),
        (Rejection("a", None, "no date", kept=True), False),
        (Rejection("a", None, "cut short", kept=True, unread=True), True),
        (Rejection("a", None, "lists what is not there", unread=False), False),
        (Rejection("a", 7, "the rest cannot be read", unread=True), True),
        (Rejection("a", 7, "not JSON"), False),
    ],
)
def test_a_rejection_tells_whether_the_file_was_read(rejection: Rejection, unread: bool) -> None:
    seen = Seen()
    seen.note(rejection)
    assert rejection.leaves_unread == unread
    assert seen.left_unread("a", 3) == unread
    assert seen.left_unread("a/inside", None) == unread
