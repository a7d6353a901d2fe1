"""Read tables: CSV and TSV with a header, Parquet; one article a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from io import BufferedReader
from math import isfinite
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from index.formats.place import FIELDS, Item, Place, ReadOptions, UnreadableError
from index.formats.recognise import HEAD_BYTES, column_names, columns_of, read_header
from index.formats.record import read_mapped, read_record, reduced, shortened
from index.formats.stream import seekable
from index.formats.text import TOO_LONG, read_lines, undecodable
from index.types import Rejection

if TYPE_CHECKING:
    from pyarrow import parquet

# The csv module holds a field at four bytes a character and more while it grows.
MAX_FIELD_CHARS = 16 << 20


class _Row(NamedTuple):
    """A row with its first and last line; ``reason`` says why its cells cannot be used."""

    line: int
    last: int
    cells: list[str]
    reason: str | None

    def rejection(self, file: str, reason: str) -> Rejection:
        """Reject all its lines: a quote too many makes one row of many, which stood there too."""
        last = self.last if self.last > self.line else None
        return Rejection(file, self.line, reason, last_line=last)


class _Lines:
    """The decoded lines of a file, and what is bad about them.

    A bad line is handed on all the same, with its quotes, so that the rows after it are
    found where they are.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._lines = read_lines(file)
        self.bad: list[str] = []  # why, of the row that is being read

    def __iter__(self) -> Iterator[str]:
        for number, offset, content in self._lines:
            if content is None:
                self.bad.append(f"line {number} is {TOO_LONG}")
                yield "\n"
                continue
            try:
                yield content.decode()
            except UnicodeDecodeError as error:
                self.bad.append(undecodable(error, offset))
                yield content.decode(errors="replace")


def read_csv(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each row; a row that cannot be read is a Rejection.

    Columns are found by their names in the header, in any order and case. Cells are parted by
    commas, or by semicolons or tabs if these part the header.
    """
    return _read_table(file, place.name, ",", options)


def read_tsv(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Read a table with tabs between its cells, as read_csv does, or with what parts its header."""
    return _read_table(file, place.name, "\t", options)


def _read_table(
    file: BufferedReader, name: str, delimiter: str, options: ReadOptions
) -> Iterator[Item]:
    columns = columns_of(options)
    found = read_header(file.peek(HEAD_BYTES), columns["text"], delimiter)
    rows = _rows(file, found.delimiter if found else delimiter)
    header = next(rows, _Row(1, 1, [], "the file is empty; leave it out"))
    names = column_names(header.cells)
    reason = header.reason or _unfit_header(names, columns)
    if reason:
        yield header.rejection(name, reason)
        return
    row = header
    for row in rows:
        reason = row.reason or _unfit_width(len(row.cells), len(names))
        if reason:
            yield row.rejection(name, reason)
        else:
            cells = _cells(names, row.cells, columns["text"])
            record = {field: cells[name] for field, name in columns.items() if name in cells}
            for item in read_record(reduced(record, options), name, row.line, options):
                if isinstance(item, Rejection) and not item.kept:
                    item = row.rejection(name, item.reason)
                yield item
    if row is header:
        yield Rejection(name, None, "the file has a header and no rows; leave it out")


def _rows(file: BinaryIO, delimiter: str) -> Iterator[_Row]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_CHARS))
    lines = _Lines(file)
    # strict: else a quote that is never closed makes one article of the rest of the file.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        cells: list[str] = []
        reason = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = _malformed(error, start, reader.line_num)
        if lines.bad:
            reason = lines.bad[0]
            lines.bad.clear()
        if cells or reason:
            yield _Row(start, max(start, reader.line_num), cells, reason)


def _malformed(error: csv.Error, start: int, end: int) -> str:
    where = f"lines {start} to {end}" if end > start else f"line {start}"
    return f"not CSV in {where} ({error}); put the cell in quotes and double those inside it"


def _unfit_header(names: Sequence[str], columns: dict[str, str]) -> str | None:
    if columns["text"] not in names:
        found = shortened(", ".join(map(repr, names)), 200)
        return f"no column '{columns['text']}'; the columns found are {found}"
    twice = [column for column in columns.values() if names.count(column) > 1]
    return f"several columns are called '{twice[0]}'; rename all but one" if twice else None


def _unfit_width(cells: int, names: int) -> str | None:
    if cells <= names:
        return None
    return f"{cells} cells under {names} column names; put cells that hold a delimiter in quotes"


def _cells(names: Sequence[str], cells: list[str], text: str) -> dict[str, object]:
    # A row may end early: editors of tables leave out empty cells at the end.
    return {text: None, **dict(zip(names, cells, strict=False))}


# Read a Parquet file: one article a row, a few rows at a time.

MAX_ROW_GROUP_BYTES = 2 << 30
MAX_CELL_CHARS = 64 << 20

_ROWS = 64


def read_parquet(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each row; ``line`` counts rows from 1. Other columns are not read."""
    import pyarrow  # large, and needed for few archives

    with seekable(file) as source:
        try:
            yield from _read_rows(source, place, options)
        except (pyarrow.ArrowException, OSError) as error:
            reason = str(error).partition("\n")[0][:200]
            raise UnreadableError(f"not whole Parquet ({reason}); copy it again") from None


def _read_rows(source: object, place: Place, options: ReadOptions) -> Iterator[Item]:
    from pyarrow import parquet

    table = parquet.ParquetFile(source)
    columns = _columns(table, options)
    number = 0
    for batch in table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
        for row in batch.to_pylist():
            number += 1
            yield from read_mapped(_plain_row, row, place.name, number, options)
    if not number:
        yield Rejection(place.name, None, "the table has no rows; leave it out")


def _columns(table: parquet.ParquetFile, options: ReadOptions) -> list[str]:
    for group in range(table.metadata.num_row_groups):
        if table.metadata.row_group(group).total_byte_size > MAX_ROW_GROUP_BYTES:
            limit = f"{MAX_ROW_GROUP_BYTES >> 30} GB"
            raise UnreadableError(f"row groups over {limit}; write it with smaller ones")
    names = list(table.schema_arrow.names)
    wanted = {options.path(field) for field in FIELDS}
    columns = [name for name in names if name in wanted or _begins(name, wanted)]
    text = options.path("text")
    if text not in columns and not _begins(text.partition(".")[0], {text}):
        raise UnreadableError(f"no column {text!r}; the columns found are {', '.join(names)}"[:300])
    return columns


def _begins(column: str, paths: set[str]) -> bool:
    return any(path.startswith(f"{column}.") for path in paths)


def _plain_row(row: Mapping[str, object]) -> dict[str, object]:
    found = {name: _plain(value) for name, value in row.items()}
    authors = found.get("author")
    if isinstance(authors, list):
        found["author"] = ", ".join(name for name in authors if isinstance(name, str))
    given = found.get("id")
    # Tables of statistics programs have numbers of one kind alone: 7.0 is the id 7.
    if isinstance(given, float | Decimal) and isfinite(given) and given % 1 == 0:
        found["id"] = int(given)
    return found


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str) and len(value) > MAX_CELL_CHARS:
        return value[:0]
    return value
