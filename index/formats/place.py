"""Where a stream of bytes comes from, and how much may still be expanded from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path, PurePosixPath

from index.formats.options import ReadOptions
from index.types import Rejection, SourcedArticle

# News in text compresses four to tenfold; a bomb a thousandfold.
MAX_RATIO = 200
FREE_BYTES = 64 << 20

# An archive in an archive is met, a fourth one inside is made to harm.
MAX_DEPTH = 4

Item = SourcedArticle | Rejection


class UnreadableError(Exception):
    """A file, or the rest of it, cannot be read; the message says why and how to mend it."""


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands.

    ``name`` is the file of its articles: a path, a URL, or the archive's name with the name
    inside behind it. ``hint`` is a file name whose ending tells of the format. ``folder`` is
    where the pages of a sitemap may lie, None where it must not open files;
    ``visited`` are the pages that lists led to, so that a list cannot lead to itself. ``listed``
    is what the list says of the page.
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

    @property
    def ending(self) -> str:
        """The ending of the file name in lower case, with its dot; "" where there is none."""
        return PurePosixPath(self.hint).suffix.casefold()

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


Reader = Callable[[BufferedReader, Place, ReadOptions], Iterator[Item]]
