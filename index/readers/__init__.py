"""Read articles from files, folders, URLs and standard input, in any of many formats.

One file a format; each yields articles and what could not be read, with its place.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from io import BufferedReader, FileIO
from pathlib import Path

from index.errors import SourceError
from index.readers.content import read_content
from index.readers.folders import display, walk
from index.readers.options import ReadOptions
from index.readers.place import Allowance, Item, Place
from index.readers.streams import BUFFER_BYTES, counted, open_file, stream_of
from index.types import Rejection, SourcedArticle

__all__ = ["STANDARD_INPUT", "ReadOptions", "Source", "is_url", "local_paths", "read_articles"]

# A Path, or a string that is a URL or "-".
Source = Path | str
STANDARD_INPUT = "-"

_PLAIN = ReadOptions()


def is_url(text: str) -> bool:
    """Whether a source is a URL and not a path."""
    return text[:8].casefold().startswith(("http://", "https://"))


def local_paths(sources: Iterable[Source]) -> list[Path]:
    """Paths among the sources, resolved. What is gone from the others says nothing.

    A feed drops its older entries, and standard input is another one each time.
    """
    return [source.resolve() for source in sources if isinstance(source, Path)]


def read_articles(
    sources: Iterable[Source], options: ReadOptions = _PLAIN
) -> Iterator[SourcedArticle | Rejection]:
    """Read files, and folders with all that is in them, in sorted order; articles come cleaned.

    Streams: no more than one line, page or record is held at a time. Every file and record that
    is not an article comes as a Rejection. Raises SourceError, before anything is read, for a
    path that does not exist and a string that is neither a URL nor "-".
    """
    given = list(sources)
    for source in given:
        if isinstance(source, str) and source != STANDARD_INPUT and not is_url(source):
            raise SourceError(f"{source} is neither a URL (http or https) nor -; give a Path")
        if isinstance(source, Path) and not os.path.exists(source):
            raise SourceError(f"{display(source)} does not exist; check the path")
    return _read(given, options)


def _read(sources: list[Source], options: ReadOptions) -> Iterator[Item]:
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _read_standard_input(options)
        elif isinstance(source, str):
            from index.readers.web import read_url

            yield from read_url(source, options)
    paths = {source: None for source in sources if isinstance(source, Path)}
    for found in walk(paths):
        if isinstance(found, Rejection):
            yield found
        else:
            yield from _read_file(found, found in paths, options)


def _read_file(path: Path, is_given: bool, options: ReadOptions) -> Iterator[Item]:
    name = display(path)
    try:
        # Opening a pipe would wait for its writer, so ask first.
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            yield Rejection(name, None, "not a file but a pipe, a socket or a device; leave it out")
            return
        place = Place(
            name,
            hint=display(Path(path.name)),
            allowance=Allowance(found.st_size),
            folder=path.parent if is_given else None,
        )
        with open_file(path) as file:
            yield from read_content(file, place, options)
    except OSError as error:
        yield Rejection(name, None, f"cannot be read: {error.strerror or error}")


def _read_standard_input(options: ReadOptions) -> Iterator[Item]:
    allowance = Allowance()
    stdin = BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), BUFFER_BYTES)
    chunks = iter(lambda: stdin.read1(BUFFER_BYTES), b"")
    place = Place(STANDARD_INPUT, hint="", allowance=allowance)
    yield from read_content(stream_of(counted(chunks, allowance.read)), place, options)
