"""What a reader of a format is given beside the bytes: how to read, and where they stand.

``ReadOptions`` are the user's word on how to read. A ``Place`` is where a stream comes from, how
much may still be expanded from it, and who reads what is inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from index.addresses import Address, is_public
from index.errors import SettingsError
from index.types import Rejection, SourcedArticle

DateOrder = Literal["dmy", "mdy", "ymd"]

FIELDS = ("id", "title", "text", "published", "source", "url", "author", "language")

# Beside the fields, a map may say where in a JSON file the articles stand.
ARTICLES = "articles"

_EXAMPLE = "title=headline,published=firstcreated,text=body_nitf"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    ``field_map`` gives fields of an article the path of their value in a record: keys and list
    positions parted by dots. ``date_order`` decides dates like 03/04/2021; without it they are
    unreadable. ``address_allowed`` decides which addresses a URL may lead to.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    address_allowed: Callable[[Address], bool] = is_public

    def __post_init__(self) -> None:
        for name, path in self.field_map.items():
            if name not in (*FIELDS, ARTICLES):
                known = ", ".join((*FIELDS, ARTICLES))
                raise SettingsError(f"no field {name!r} to map to; the fields are {known}")
            if not all(path.split(".")):
                raise SettingsError(f"{name}={path} is no path; write it like {_EXAMPLE}")
        if self.date_order not in (None, *get_args(DateOrder)):
            known = ", ".join(get_args(DateOrder))
            raise SettingsError(f"no date order {self.date_order!r}; the orders are {known}")

    def path(self, name: str) -> str:
        """Path of a field's value in a record; the field's own name where none was given."""
        return self.field_map.get(name, name)


def parse_field_map(texts: Iterable[str]) -> dict[str, str]:
    """Parse "title=headline,text=body" of the command line; raises SettingsError."""
    mapped: dict[str, str] = {}
    for pair in (pair for text in texts for pair in text.split(",") if pair.strip()):
        name, equals, path = (part.strip() for part in pair.partition("="))
        if not (name and equals and path):
            raise SettingsError(f"{pair.strip()!r} is no field=path; write --map {_EXAMPLE}")
        if name in mapped:
            raise SettingsError(f"the field {name!r} is mapped twice; leave one out")
        mapped[name] = path
    return mapped


Item = SourcedArticle | Rejection


class UnreadableError(Exception):
    """A file, or the rest of it, cannot be read; the message says why and how to mend it."""


# News in text compresses four to tenfold; a bomb a thousandfold.
MAX_RATIO = 200
FREE_BYTES = 64 << 20


class Allowance:
    """How many bytes a source may expand to, over all archives inside each other."""

    def __init__(self, source_bytes: int = 0) -> None:
        self._left = FREE_BYTES + MAX_RATIO * source_bytes

    def read(self, count: int) -> None:
        """Count bytes of the source itself, where its size was not known."""
        self._left += MAX_RATIO * count

    def expanded(self, count: int) -> None:
        """Count bytes that came out of an archive; raises UnreadableError past the limit."""
        self._left -= count
        if self._left < 0:
            raise UnreadableError(
                f"expands to more than {MAX_RATIO} times its size; "
                "if that is no attack, expand it and give the files"
            )


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list of pages says of one of them, for where the page does not say it itself."""

    title: str | None = None
    published: str | None = None
    source: str | None = None


_UNLISTED = Listed()

# An archive in an archive is met, a fourth one inside is made to harm.
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands.

    ``name`` is the file of its articles: a path, a URL, or the archive's name with the name
    inside behind it. ``hint`` is a file name whose ending tells of the format. ``folder`` is
    where the pages of a sitemap may lie, None where it must not open files;
    ``visited`` are the pages that lists led to, so that a list cannot lead to itself. ``listed``
    is what the list says of the page. ``content`` reads a stream of any format: what holds other
    files, an archive or a list of pages, gives each to it.
    """

    name: str
    hint: str
    allowance: Allowance = field(default_factory=Allowance, compare=False)
    url: str | None = None
    charset: str | None = None
    folder: Path | None = None
    fetched: bool = False
    depth: int = 0
    visited: set[str] = field(default_factory=set, compare=False)
    listed: Listed = _UNLISTED
    content: FormatReader | None = field(default=None, compare=False)

    @property
    def ending(self) -> str:
        """The ending of the file name in lower case, with its dot; "" where there is none."""
        return PurePosixPath(self.hint).suffix.casefold()

    def read(self, file: BufferedReader, options: ReadOptions) -> Iterator[Item]:
        """Yield the articles of a stream that stands here, whatever its format is."""
        assert self.content is not None, "a place inside another was made without its reader"
        return self.content(file, self, options)

    def unpacked(self) -> Place:
        """Place of what a compressed file holds: its name without the last ending."""
        inside = replace(self._deeper(), hint=PurePosixPath(self.hint).stem)
        # A list of pages is often packed, and the pages lie beside it all the same.
        return replace(inside, folder=self.folder, listed=self.listed)

    def inside(self, name: str, *, url: str | None = None) -> Place:
        """Place of a member of an archive. The name is a label and leads nowhere."""
        parts = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
        label = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in "/".join(parts))
        hint = parts[-1] if parts else ""
        return replace(
            self._deeper(), name=f"{self.name}/{label or '?'}", hint=hint, url=url, charset=None
        )

    def _deeper(self) -> Place:
        if self.depth == MAX_DEPTH:
            raise UnreadableError(f"more than {MAX_DEPTH} archives inside each other; unpack it")
        return replace(self, folder=None, depth=self.depth + 1, listed=_UNLISTED)


# Yields the articles of a stream of one format; raises UnreadableError.
FormatReader = Callable[[BufferedReader, Place, ReadOptions], Iterator[Item]]
