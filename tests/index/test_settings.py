"""What callers may give: paths as strings, one or several, days as dates."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from index.build import add_articles, build_archive, remove_articles
from index.build.check import check_archive
from index.build.rollback import rollback
from index.build.takedown import Selection, selected
from index.errors import SettingsError, SourceError
from index.settings import Day, Settings, check_day, several, written_day
from index.sources import given


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (None, None),
        ("2024-03-04", "2024-03-04"),
        ("March", "March"),
        (date(2024, 3, 4), "2024-03-04"),
        (datetime(2024, 3, 4, 23, 30), "2024-03-04"),
        (datetime(2024, 3, 4, 23, 30, tzinfo=UTC), "2024-03-04"),
        (datetime(2024, 3, 4, 23, 30, tzinfo=timezone(timedelta(hours=-5))), "2024-03-05"),
    ],
)
def test_days_are_written_alike(day: Day | None, written: str | None) -> None:
    assert written_day(day) == written


@pytest.mark.parametrize("day", ["March", "2024-02-30", "20240304", "", 2024])
def test_what_is_no_day_is_quoted(day: str) -> None:
    with pytest.raises(ValueError, match=f"to: {day!r} is no day; write it as YYYY-MM-DD"):
        check_day("to", day)


def test_a_string_is_one_value() -> None:
    assert several("Courier") == ("Courier",)
    assert several(["Courier", "Post"]) == ("Courier", "Post")


@pytest.mark.parametrize(
    ("sources", "listed"),
    [
        ("news", [Path("news")]),
        (Path("news"), [Path("news")]),
        (["news/a.txt", Path("b.txt")], [Path("news/a.txt"), Path("b.txt")]),
        ("-", ["-"]),
        (["https://example.org/feed.xml"], ["https://example.org/feed.xml"]),
        (iter(["HTTP://example.org/"]), ["HTTP://example.org/"]),
        (Path("-"), [Path("-")]),
        ((), []),
    ],
)
def test_sources_are_paths_urls_or_standard_input(
    sources: str | Path | list[str | Path], listed: list[str | Path]
) -> None:
    assert given(sources) == listed


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "a source is empty; give a path"),
        ("ftp://example.org/a.txt", "ftp://example.org/a.txt cannot be fetched"),
        ("file:///news", "no URL of http or https"),
    ],
)
def test_a_source_that_is_none_is_an_error(source: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        given(source)


class Folder(os.PathLike[str]):
    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


@pytest.mark.parametrize("kind", [str, Folder])
def test_an_archive_may_be_named_in_any_way(
    tmp_path: Path,
    write_lines: Callable[..., Path],
    news: list[dict[str, str]],
    hashed_settings: Settings,
    kind: type,
) -> None:
    archive = kind(tmp_path / "archive")
    source = kind(write_lines(tmp_path / "news.jsonl", *news))
    built = build_archive(archive, source, settings=hashed_settings)
    assert built.new == len(news)
    assert add_articles(archive, [source]).unchanged == len(news)
    assert check_archive(archive).sound
    assert [entry.id for entry in selected(archive, Selection("ferry"))] == ["ferry"]
    write_lines(tmp_path / "more.jsonl", {"id": "more", "text": "The pier of Selm burned."})
    add_articles(archive, kind(tmp_path / "more.jsonl"))
    assert rollback(archive).gone == ("more",)
    assert remove_articles(archive, "ferry").removed == 1


def test_a_selection_takes_one_value_and_dates() -> None:
    short = Selection(sources="Courier", published_from=date(2024, 3, 4))
    assert short == Selection(sources=("Courier",), published_from="2024-03-04")
    assert short.key == Selection(sources=["Courier"], published_from="2024-03-04").key
    with pytest.raises(SettingsError, match="from: 2024 is no day"):
        Selection(ids="a", published_from=2024)  # type: ignore[arg-type]
