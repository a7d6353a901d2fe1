"""Takedowns: which articles are to go, and what names them outside the generations."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

import orjson

from index.catalog import Catalog
from index.errors import SettingsError, SourceError
from index.generations import ArchiveFolder
from index.readers.fields import canonical_url
from index.register import Entry

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Articles to remove: those that meet every kind of condition that is given.

    Of one kind, one value that fits is enough. ``families`` are ids of any of a family's members.
    Days are "YYYY-MM-DD", both ends included; an article without a date is in no range. Raises
    SettingsError where nothing is given, and for a day that is none.
    """

    ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    published_from: str | None = None
    published_to: str | None = None

    def __post_init__(self) -> None:
        if not any(asdict(self).values()):
            raise SettingsError("nothing says what to remove; give ids, --url, --source, …")
        for name, day in (("from", self.published_from), ("to", self.published_to)):
            _check_day(name, day)
        if self.published_from and self.published_to and self.published_from > self.published_to:
            raise SettingsError(
                f"the range from {self.published_from} to {self.published_to} ends before it begins"
            )

    @property
    def key(self) -> str:
        """Tells this selection from others without saying what it is."""
        return blake2b(orjson.dumps(asdict(self)), digest_size=16).hexdigest()


def select(entries: Sequence[Entry], wanted: Selection) -> list[Entry]:
    """Articles that meet the selection; SourceError where one of its values names none."""
    families = {entry.id: entry.family for entry in entries}
    _each_known("no article {!r}", wanted.ids, families)
    _each_known("no article {!r}, whose family is to go,", wanted.families, families)
    urls = {_plain_url(entry.url) for entry in entries if entry.url}
    _each_known("no article with the URL {!r}", wanted.urls, urls, _plain_url)
    outlets = {entry.source.casefold() for entry in entries if entry.source}
    _each_known("no article of the outlet {!r}", wanted.sources, outlets, str.casefold)
    chosen = [entry for entry in entries if _meets(entry, wanted, families)]
    if not chosen:
        raise SourceError("no article meets all that was given")
    return chosen


def selected(archive: Path, wanted: Selection) -> list[Entry]:
    """Articles that ``remove_articles`` would remove; raises as it does and changes nothing."""
    catalog = Catalog(ArchiveFolder(archive).current().catalog, read_only=True)
    try:
        return select(list(catalog.register.entries()), wanted)
    finally:
        catalog.close()


def forget(folder: ArchiveFolder, gone: Collection[Entry]) -> None:
    """Drop what stands outside the generations of articles: reasons that may quote or name them.

    Those are all of their files, since the place in a reason may be another by now.
    """
    folder.drop_journal()
    files = {str(path) for e in gone for path in (e.file, *Path(e.file).parents)}
    names = {repr(entry.id) for entry in gone} | {entry.url for entry in gone if entry.url}
    if not folder.rejected.exists():
        return
    lines = folder.rejected.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not _may_tell(line, files, names)]
    beside = folder.rejected.with_suffix(".new")
    beside.write_bytes(b"".join(kept))
    beside.replace(folder.rejected)


def _meets(entry: Entry, wanted: Selection, families: dict[str, str]) -> bool:
    return all(_conditions(entry, wanted, families))


def _conditions(entry: Entry, wanted: Selection, families: dict[str, str]) -> Iterator[bool]:
    if wanted.ids:
        yield entry.id in wanted.ids
    if wanted.families:
        yield entry.family in {families[article_id] for article_id in wanted.families}
    if wanted.urls:
        yield entry.url is not None and _plain_url(entry.url) in map(_plain_url, wanted.urls)
    if wanted.sources:
        source = (entry.source or "").casefold()
        yield source in map(str.casefold, wanted.sources)
    if wanted.published_from:
        yield entry.day is not None and entry.day >= wanted.published_from
    if wanted.published_to:
        yield entry.day is not None and entry.day <= wanted.published_to


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


def _check_day(name: str, day: str | None) -> None:
    try:
        if day is not None and not _DAY.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(day or "2000-01-01")
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{name}: {day!r} is no day; write it as YYYY-MM-DD") from error


def _may_tell(line: bytes, files: Collection[str], names: Collection[str]) -> bool:
    try:
        found = orjson.loads(line)
        return found["file"] in files or any(name in found["reason"] for name in names)
    except (ValueError, KeyError, TypeError):
        return True  # nobody knows what it says
