"""Takedowns: which articles are to go, and what names them outside the generations."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from index.scratch import sweep_scratch

Condition = Callable[[Entry], bool]

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
    conditions = list(_conditions(wanted, families))
    chosen = [entry for entry in entries if all(meets(entry) for meets in conditions)]
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

    Those are all of their files, since the place in a reason may be another by now. What killed
    processes have left in the temporary folder goes too: copies, and articles to test a tuning by.
    """
    folder.drop_journal()
    sweep_scratch()
    files = {str(path) for e in gone for path in (e.file, *Path(e.file).parents)}
    names = NamesToFind({repr(entry.id) for entry in gone} | {e.url for e in gone if e.url})
    if not folder.rejected.exists():
        return
    lines = folder.rejected.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not _may_tell(line, files, names)]
    beside = folder.rejected.with_suffix(".new")
    beside.write_bytes(b"".join(kept))
    beside.replace(folder.rejected)


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


def _check_day(name: str, day: str | None) -> None:
    try:
        if day is not None and not _DAY.fullmatch(day):
            raise ValueError(day)
        date.fromisoformat(day or "2000-01-01")
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{name}: {day!r} is no day; write it as YYYY-MM-DD") from error


class NamesToFind:
    """Names to be found in texts, thousands of them in the time of one."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._lengths = sorted({len(name) for name in names})
        self._shortest = min(self._lengths, default=1)
        self._starts = {name[: self._shortest] for name in names}

    def any_in(self, text: str) -> bool:
        """Whether one of the names stands in a text."""
        return any(
            text[at : at + length] in self._names
            for at in range(len(text))
            if text[at : at + self._shortest] in self._starts
            for length in self._lengths
        )


def _may_tell(line: bytes, files: Collection[str], names: NamesToFind) -> bool:
    try:
        found = orjson.loads(line)
        return found["file"] in files or names.any_in(found["reason"])
    except (ValueError, KeyError, TypeError):
        return True  # nobody knows what it says
