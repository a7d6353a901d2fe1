"""Sources: files, folders, URLs and standard input come in, articles and rejections go out.

What each holds, in any of many formats, is read by the format's own reader; each yields articles
and what could not be read, with its place.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from io import BufferedReader, FileIO
from pathlib import Path

from index.errors import SourceError
from index.formats.place import Allowance, FormatReader, Item, Place, ReadOptions, UnreadableError
from index.formats.recognise import HEAD_BYTES, recognise
from index.formats.stream import BUFFER_BYTES, counted, open_file, stream_of
from index.settings import StrPath, absolute
from index.sources.folders import display, walk
from index.types import Rejection, SourcedArticle

__all__ = [
    "STANDARD_INPUT",
    "ReadOptions",
    "Source",
    "Sources",
    "given",
    "is_url",
    "local_paths",
    "read_articles",
]

# A path, a URL, or "-" for standard input.
Source = StrPath
Sources = Source | Iterable[Source]
STANDARD_INPUT = "-"

# Format: module and function, a FormatReader each. Each is imported when the first such file comes:
# the libraries behind some are large, and a folder of plain text needs none of them.
_READERS = {
    "text": ("index.formats.text", "read_text"),
    "jsonl": ("index.formats.json", "read_jsonl"),
    "json": ("index.formats.json", "read_json"),
    "csv": ("index.formats.table", "read_csv"),
    "tsv": ("index.formats.table", "read_tsv"),
    "html": ("index.formats.page", "read_html"),
    "feed": ("index.formats.xml", "read_feed"),
    "newsml": ("index.formats.xml", "read_newsml"),
    "sitemap": ("index.sources.web", "read_sitemap"),
    "parquet": ("index.formats.table", "read_parquet"),
    "warc": ("index.formats.warc", "read_warc"),
    "gzip": ("index.sources.packed", "read_gzip"),
    "zst": ("index.sources.packed", "read_zst"),
    "zip": ("index.sources.packed", "read_zip"),
}

_log = logging.getLogger("newsarchive")
_PLAIN = ReadOptions()


def is_url(text: str) -> bool:
    """Whether a source is a URL and not a path."""
    return text[:8].casefold().startswith(("http://", "https://"))


def given(sources: Sources) -> list[Path | str]:
    """List one source or several: each path as a Path, URLs and "-" as strings.

    Raises SourceError for an empty string, which would be the folder that one is in, and for a URL
    of another kind.
    """
    if isinstance(sources, str | os.PathLike):
        sources = [sources]
    listed: list[Path | str] = []
    for source in sources:
        text = os.fspath(source)
        if not isinstance(source, Path) and (text == STANDARD_INPUT or is_url(text)):
            listed.append(text)
        elif not text:
            raise SourceError("a source is empty; give a path, a URL, or - for standard input")
        elif "://" in text:
            raise SourceError(f"{text} cannot be fetched: no URL of http or https")
        else:
            listed.append(Path(source))
    return listed


def local_paths(sources: Iterable[Path | str]) -> list[Path]:
    """Paths among the sources, in full. What is gone from the others says nothing.

    A feed drops its older entries, and standard input is another one each time.
    """
    return [absolute(source) for source in sources if isinstance(source, Path)]


def read_articles(
    sources: Sources, options: ReadOptions = _PLAIN
) -> Iterator[SourcedArticle | Rejection]:
    """Read files, and folders with all that is in them, in sorted order; articles come cleaned.

    Streams: no more than one line, page or record is held at a time. Every file and record that
    is not an article comes as a Rejection. Raises SourceError, before anything is read, for a
    path that does not exist.
    """
    listed = given(sources)
    for source in listed:
        if isinstance(source, Path) and not os.path.exists(source):
            raise SourceError(f"{display(source)} does not exist; check the path")
    return _read(listed, options)


def _read(sources: Sequence[Path | str], options: ReadOptions) -> Iterator[Item]:
    for source in sources:
        if source == STANDARD_INPUT:
            allowance = Allowance()
            stdin = BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), BUFFER_BYTES)
            chunks = iter(partial(stdin.read1, BUFFER_BYTES), b"")
            place = Place(STANDARD_INPUT, hint="", allowance=allowance, content=_read_content)
            yield from place.read(stream_of(counted(chunks, allowance.read)), options)
        elif isinstance(source, str):
            from index.sources.web import read_url

            yield from read_url(source, options, _read_content)
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
            content=_read_content,
        )
        with open_file(path) as file:
            yield from place.read(file, options)
    except OSError as error:
        yield Rejection(name, None, f"cannot be read: {error.strerror or error}")


def _read_content(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield what a stream holds; where it cannot be read, or not to its end, a Rejection."""
    try:
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        module, function = _READERS[recognise(head, place, options)]
        reader: FormatReader = getattr(import_module(module), function)
        yield from reader(file, place, options)
    except UnreadableError as error:
        yield Rejection(place.name, None, " ".join(str(error).split()))
    except OSError as error:
        yield Rejection(place.name, None, f"cannot be read: {error.strerror or error}")
    except Exception as error:
        # Parsers of many libraries meet here with bytes that nobody foresaw. One file that
        # breaks one of them must not end a build of a million others.
        _log.debug("the reader of %s failed", place.name, exc_info=True)
        # Not its words: they may quote what stands there, which would outlive a takedown.
        what = type(error).__name__
        yield Rejection(place.name, None, f"cannot be read ({what}); it may be damaged")
