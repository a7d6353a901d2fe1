"""Read the articles of a stream, whatever its format is.

Each format's reader is imported when the first such file comes: the libraries behind some are
large, and a folder of plain text needs none of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module
from io import BufferedReader

from index.formats.options import ReadOptions
from index.formats.place import Item, Place, Reader, UnreadableError
from index.formats.recognise import HEAD_BYTES, recognise
from index.types import Rejection

_log = logging.getLogger("newsarchive")

# Format: module and function, a Reader each.
_READERS = {
    "text": ("index.formats.text", "read_text"),
    "jsonl": ("index.formats.jsonl", "read_jsonl"),
    "json": ("index.formats.json", "read_json"),
    "csv": ("index.formats.table", "read_csv"),
    "tsv": ("index.formats.table", "read_tsv"),
    "html": ("index.formats.page", "read_html"),
    "feed": ("index.formats.feed", "read_feed"),
    "newsml": ("index.formats.xml", "read_newsml"),
    "sitemap": ("index.sources.sitemap", "read_sitemap"),
    "parquet": ("index.formats.parquet", "read_parquet"),
    "warc": ("index.formats.warc", "read_warc"),
    "gzip": ("index.sources.compressed", "read_gzip"),
    "zst": ("index.sources.compressed", "read_zst"),
    "zip": ("index.sources.packed", "read_zip"),
}


def read_content(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield what a stream holds; where it cannot be read, or not to its end, a Rejection."""
    try:
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        yield from _reader(recognise(head, place, options))(file, place, options)
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


def _reader(name: str) -> Reader:
    module, function = _READERS[name]
    reader: Reader = getattr(import_module(module), function)
    return reader
