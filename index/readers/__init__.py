"""Read articles from files and folders: plain text, JSON Lines, CSV and TSV.

One file a format; each yields articles and what could not be read, with its line.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from index.errors import SourceError
from index.readers.csv import read_csv
from index.readers.encoding import wide_encoding
from index.readers.folders import display, walk
from index.readers.jsonl import read_jsonl
from index.readers.text import read_text
from index.types import Rejection, SourcedArticle

__all__ = ["read_articles"]

_Reader = Callable[[BinaryIO, str], Iterator[SourcedArticle | Rejection]]

_READERS: dict[str, _Reader] = {
    "": read_text,
    ".txt": read_text,
    ".text": read_text,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": partial(read_csv, delimiter=","),
    ".tsv": partial(read_csv, delimiter="\t"),
}
_BUFFER_BYTES = 1 << 20


def read_articles(paths: Iterable[Path]) -> Iterator[SourcedArticle | Rejection]:
    """Read files, and folders with all that is in them, in sorted order; articles come cleaned.

    Streams: no more than one line or one plain-text file is held at a time. Every file and
    line that is not an article comes as a Rejection. Raises SourceError, before anything is
    read, for a path that does not exist.
    """
    given = list(paths)
    for path in given:
        if not os.path.exists(path):
            raise SourceError(f"{display(path)} does not exist; check the path")
    return _read(given)


def _read(paths: list[Path]) -> Iterator[SourcedArticle | Rejection]:
    for found in walk(paths):
        if isinstance(found, Rejection):
            yield found
        else:
            yield from _read_file(found)


def _read_file(path: Path) -> Iterator[SourcedArticle | Rejection]:
    name = display(path)
    try:
        # Opening a pipe would wait for its writer, so ask first.
        if not stat.S_ISREG(path.stat().st_mode):
            yield Rejection(name, None, "not a file but a pipe, a socket or a device; leave it out")
        elif reader := _READERS.get(path.suffix.casefold()):
            yield from _read_with(reader, path, name)
        else:
            yield Rejection(name, None, _unknown_format(path.suffix))
    except OSError as error:
        yield Rejection(name, None, f"cannot be read: {error.strerror or error}")


def _read_with(reader: _Reader, path: Path, name: str) -> Iterator[SourcedArticle | Rejection]:
    with path.open("rb", buffering=_BUFFER_BYTES) as file:
        reason = wide_encoding(file.read(64))
        file.seek(0)
        if reason:
            yield Rejection(name, None, reason)
        else:
            yield from reader(file, name)


def _unknown_format(suffix: str) -> str:
    known = ", ".join(filter(None, _READERS))
    shown = os.fsencode(suffix).decode(errors="backslashreplace")
    return f"not a format that can be read ({shown}); what can be read is {known}"
