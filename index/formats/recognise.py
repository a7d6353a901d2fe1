"""Recognise a file's format by its first bytes; its ending is a hint where they leave it open.

A table is known by its header, which is read here for those who read the table too.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from index.formats.place import FIELDS, Place, ReadOptions, UnreadableError
from index.formats.text import UTF8_BOM, wide_encoding

HEAD_BYTES = 1 << 20

KNOWN = (
    "plain text (.txt), JSON, JSON Lines, CSV, TSV, HTML, RSS, Atom, NITF, NewsML-G2, sitemaps, "
    "WARC, WACZ, Parquet, and gzip, zip or zst of these"
)

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"PAR1": "parquet",
    b"WARC/": "warc",
}
_FOREIGN = {
    b"%PDF": "a PDF; convert it with pdftotext",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as text or HTML",
    b"{\\rtf": "a rich-text document; save it as text or HTML",
    b"BZh": "compressed with bzip2; compress it with gzip or zst",
    b"\xfd7zXZ": "compressed with xz; compress it with gzip or zst",
    b"7z\xbc\xaf": "a 7z archive; expand it, or make a zip of it",
    b"Rar!": "a RAR archive; expand it, or make a zip of it",
    b"SQLite format 3": "an SQLite database; export its articles as CSV or JSON",
    b"\x89PNG": "an image; leave it out",
    b"\xff\xd8\xff": "an image; leave it out",
    b"GIF8": "an image; leave it out",
}
_BY_ENDING = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), "html"),
}
_ROOTS = {
    **dict.fromkeys(("rss", "rdf", "feed"), "feed"),
    **dict.fromkeys(("html", "head", "body"), "html"),
    "nitf": "newsml",
    **dict.fromkeys(("newsitem", "newsmessage", "packageitem"), "newsml"),
    **dict.fromkeys(("urlset", "sitemapindex"), "sitemap"),
}
_PROLOGUE = re.compile(
    r"\s+|<\?[^>]*>|<!--.*?-->|<!doctype\s(?!\s*html\b)[^\[>]*(\[.*?\]\s*)?>", re.I | re.S
)
_ROOT = re.compile(r"<(?:!doctype\s+)?(?:[\w.-]+:)?([\w.-]+)", re.I)
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{\]]')
_URL_LINE = re.compile(r"https?://\S+", re.I)
_PLAIN = ReadOptions()


def recognise(head: bytes, place: Place, options: ReadOptions = _PLAIN) -> str:
    """Name the format of a file by its first HEAD_BYTES; raises UnreadableError for others.

    ``options`` name the columns by which a table is known.
    """
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableError(f"not a format that can be read, but {what}")
    wide = wide_encoding(head[:64])
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head[: len(head) & ~1].decode("utf-16", errors="replace")
    else:
        text = head.removeprefix(UTF8_BOM).decode("latin-1")
    start = text.lstrip("\ufeff \t\r\n")
    if (found := _markup(start, place.ending)) or wide is None and (found := _json(start, place)):
        return found
    if wide:
        raise UnreadableError(wide)
    return _by_ending(head, start, place, options)


def _markup(start: str, ending: str) -> str | None:
    if not start.startswith("<"):
        return "html" if _BY_ENDING.get(ending) == "html" and not _JSON.match(start) else None
    position = 0
    while skipped := _PROLOGUE.match(start, position):
        position = skipped.end()
    root = _ROOT.match(start, position)
    name = root.group(1).casefold() if root else ""
    if found := _ROOTS.get(name):
        return found
    if _BY_ENDING.get(ending) == "html":
        return "html"
    if _BY_ENDING.get(ending) or not start[:5].casefold() == "<?xml" and ending != ".xml":
        return None
    raise UnreadableError(
        f"XML of a kind that cannot be read (<{name[:60]}>); what can be: {KNOWN}"
    )


def _json(start: str, place: Place) -> str | None:
    by_ending = _BY_ENDING.get(place.ending)
    if by_ending in ("jsonl", "csv", "tsv") or not _JSON.match(start):
        return by_ending if by_ending in ("jsonl", "json") else None
    line, _, rest = start.partition("\n")
    try:
        first = orjson.loads(line.encode("latin-1", errors="replace"))
    except orjson.JSONDecodeError:
        return "json"
    return "jsonl" if isinstance(first, dict) and rest.strip() else "json"


def _by_ending(head: bytes, start: str, place: Place, options: ReadOptions) -> str:
    found = _BY_ENDING.get(place.ending)
    if found in (None, "text"):
        lines = start.split("\n")
        if len(start) >= HEAD_BYTES - 4:  # the last line may be cut
            lines = lines[:-1]
        filled = [line.strip() for line in lines if line.strip()]
        if filled and all(map(_URL_LINE.fullmatch, filled)):
            return "sitemap"
    if found is not None:
        return found
    # A table has a column of text and another one of an article.
    columns = columns_of(options)
    header = read_header(head, columns.pop("text"))
    if header and set(columns.values()) & set(header.names):
        return "tsv" if header.delimiter == "\t" else "csv"
    if not place.ending:
        return "text"
    shown = place.ending[:20].encode(errors="backslashreplace").decode()
    raise UnreadableError(f"not a format that can be read ({shown}); what can be: {KNOWN}")


# The header of a table: what parts its cells, and what its columns are called.

# Spreadsheets write semicolons where a comma is decimal.
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns, in small letters, and the character that parts them."""

    delimiter: str
    names: tuple[str, ...]


def read_header(head: bytes, text_column: str, delimiter: str = ",") -> Header | None:
    """Read the header in the first bytes of a table; None where no column is ``text_column``.

    ``delimiter`` is tried before the others.
    """
    # An empty line is no row, and so no header.
    first_line = head.removeprefix(UTF8_BOM).lstrip(b"\r\n").partition(b"\n")[0]
    line = first_line.decode(errors="replace")
    for mark in (delimiter, *_DELIMITERS):
        try:
            names = column_names(next(csv.reader([line], delimiter=mark), []))
        except csv.Error:
            continue  # a line of something else: its cells are too large for a header's
        if text_column in names:
            return Header(mark, names)
    return None


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Names of the columns of a header's cells, in which small and large letters are one."""
    return tuple(cell.strip().casefold() for cell in cells)


def columns_of(options: ReadOptions) -> dict[str, str]:
    """Name of the column that each field of an article is looked for in."""
    return {field: options.path(field).strip().casefold() for field in FIELDS}
