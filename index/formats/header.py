"""The header of a table: what parts its cells, and what its columns are called."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from index.formats.encoding import UTF8_BOM
from index.formats.options import FIELDS, ReadOptions

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
