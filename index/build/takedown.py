"""Takedowns: which articles are to go, and what names them outside the generations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from index.disk import sweep_scratch
from index.errors import SettingsError, SourceError
from index.formats.record import canonical_url
from index.settings import Day, StrPath, check_days, several, written_day
from index.store.archive import ArchiveFolder
from index.store.logs import drop_reasons
from index.store.register import Entry
from index.store.stores import reading_catalog
from index.types import key_of

Condition = Callable[[Entry], bool]


@dataclass(frozen=True, slots=True, init=False)
class Selection:
    """Articles to remove: those that meet every kind of condition that is given.

    Of one kind, one value that fits is enough. ``families`` are ids of any of a family's members.
    Days are both included; an article without a date is in no range.
    """

    ids: tuple[str, ...]
    urls: tuple[str, ...]
    sources: tuple[str, ...]
    families: tuple[str, ...]
    published_from: str | None
    published_to: str | None

    def __init__(
        self,
        ids: str | Iterable[str] = (),
        urls: str | Iterable[str] = (),
        sources: str | Iterable[str] = (),
        families: str | Iterable[str] = (),
        published_from: Day | None = None,
        published_to: Day | None = None,
    ) -> None:
        """Take one value or several of a kind, and days as "YYYY-MM-DD" or as dates.

        Raises SettingsError where nothing is given, and for a day that is none.
        """
        given = {
            "ids": several(ids),
            "urls": several(urls),
            "sources": several(sources),
            "families": several(families),
            "published_from": written_day(published_from),
            "published_to": written_day(published_to),
        }
        if not any(given.values()):
            raise SettingsError("nothing says what to remove; give ids, --url, --source, …")
        for name, value in given.items():
            object.__setattr__(self, name, value)
        try:
            check_days(self.published_from, self.published_to)
        except ValueError as error:
            raise SettingsError(str(error)) from error

    @property
    def key(self) -> str:
        """Tells this selection from others without saying what it is."""
        return key_of(orjson.dumps(asdict(self))).hex()


def select(entries: Sequence[Entry], wanted: Selection) -> list[Entry]:
    """Articles that meet the selection; SourceError where one of its values names none."""
    families = {entry.id: entry.family for entry in entries}
    _each_known("no article {!r}", wanted.ids, families)
    _each_known("no article {!r}, whose family is to go,", wanted.families, families)
    urls = {_plain_url(entry.url) for entry in entries if entry.url}
    _each_known("no article with the URL {!r}", wanted.urls, urls, _plain_url)
    outlets = {entry.source.casefold() for entry in entries if entry.source}
    _each_known("no article of the outlet {!r}", wanted.sources, outlets, str.casefold)
    conditions = list(_conditions(wanted, families))
    chosen = [entry for entry in entries if all(meets(entry) for meets in conditions)]
    if not chosen:
        raise SourceError("no article meets all that was given")
    return chosen


def selected(archive: StrPath, wanted: Selection) -> list[Entry]:
    """Articles that ``remove_articles`` would remove; raises as it does and changes nothing."""
    with reading_catalog(ArchiveFolder(archive).current()) as catalog:
        return select(list(catalog.register.entries()), wanted)


def forget(folder: ArchiveFolder, gone: Collection[Entry]) -> None:
    """Drop what stands outside the generations of articles: reasons that may quote or name them.

    Those are all of their files, since the place in a reason may be another by now. What killed
    processes have left in the temporary folder goes too: copies, and articles to test a tuning by.
    """
    folder.drop_journal()
    sweep_scratch()
    files = {str(path) for e in gone for path in (e.file, *Path(e.file).parents)}
    names = {repr(entry.id) for entry in gone} | {entry.url for entry in gone if entry.url}
    drop_reasons(folder.rejected, files, names)


def _conditions(wanted: Selection, families: Mapping[str, str]) -> Iterator[Condition]:
    """One condition a kind. What each looks up in is made once: there may be thousands of both."""
    if wanted.ids:
        yield _one_of(wanted.ids, lambda entry: entry.id)
    if wanted.families:
        wanted_families = (families[member] for member in wanted.families)
        yield _one_of(wanted_families, lambda entry: entry.family)
    if wanted.urls:
        yield _one_of(
            map(_plain_url, wanted.urls), lambda entry: entry.url and _plain_url(entry.url)
        )
    if wanted.sources:
        outlets = map(str.casefold, wanted.sources)
        yield _one_of(outlets, lambda entry: entry.source and entry.source.casefold())
    first, last = wanted.published_from, wanted.published_to
    if first:
        yield lambda entry: entry.day is not None and entry.day >= first
    if last:
        yield lambda entry: entry.day is not None and entry.day <= last


def _one_of(values: Iterable[str], field: Callable[[Entry], str | None]) -> Condition:
    known = frozenset(values)
    return lambda entry: field(entry) in known


def _each_known(
    message: str,
    given: Sequence[str],
    known: Collection[str],
    plain: Callable[[str], str] = str,
) -> None:
    for value in given:
        if plain(value) not in known:
            raise SourceError(f"{message.format(value)} is in the archive")


def _plain_url(url: str) -> str:
    return canonical_url(url) or url
