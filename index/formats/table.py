"""Read tables: CSV and TSV with a header, Parquet; one article a row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import BufferedReader
from math import isfinite
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from index.formats.place import FIELDS, Item, Place, ReadOptions, UnreadableError
from index.formats.recognise import HEAD_BYTES, column_names, columns_of, read_header
from index.formats.record import read_mapped, read_record, reduced, shortened
from index.formats.stream import seekable
from index.formats.text import TOO_LONG, Line, read_lines, undecodable
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
    if reason := header.reason or _unfit_header(names, columns):
        yield header.rejection(name, reason)
        return
    row = header
    for row in rows:
        if row.reason:
            yield row.rejection(name, row.reason)
        elif len(row.cells) > len(names):
            reason = f"{len(row.cells)} cells under {len(names)} column names"
            yield row.rejection(name, f"{reason}; put cells that hold a delimiter in quotes")
        else:
            # A row may end early: editors of tables leave out empty cells at the end.
            cells: dict[str, object] = dict(zip(names, row.cells, strict=False))
            record = {field: cells[column] for field, column in columns.items() if column in cells}
            record.setdefault("text", None)
            for item in read_record(reduced(record, options), name, row.line, options):
                if isinstance(item, Rejection) and not item.kept:
                    item = row.rejection(name, item.reason)
                yield item
    if row is header:
        yield Rejection(name, None, "the file has a header and no rows; leave it out")


def _rows(file: BinaryIO, delimiter: str) -> Iterator[_Row]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_CHARS))
    bad: list[str] = []
    # strict: else a quote that is never closed makes one article of the rest of the file.
    reader = csv.reader(_decoded(read_lines(file), bad), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        cells: list[str] = []
        reason = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            end = reader.line_num
            where = f"lines {start} to {end}" if end > start else f"line {start}"
            reason = f"not CSV in {where} ({error})"
            reason += "; put the cell in quotes and double those inside it"
        if bad:
            reason = bad[0]
            bad.clear()
        if cells or reason:
            yield _Row(start, max(start, reader.line_num), cells, reason)


def _decoded(lines: Iterable[Line], bad: list[str]) -> Iterator[str]:
    """Decode lines, and put into ``bad`` what is wrong with those of the row that is being read.

    A bad line is handed on all the same, with its quotes, so that the rows after it are
    found where they are.
    """
    for number, offset, content in lines:
        if content is None:
            bad.append(f"line {number} is {TOO_LONG}")
            yield "\n"
            continue
        try:
            yield content.decode()
        except UnicodeDecodeError as error:
            bad.append(undecodable(error, offset))
            yield content.decode(errors="replace")


def _unfit_header(names: Sequence[str], columns: dict[str, str]) -> str | None:
    if columns["text"] not in names:
        found = shortened(", ".join(map(repr, names)), 200)
        return f"no column '{columns['text']}'; the columns found are {found}"
    twice = [column for column in columns.values() if names.count(column) > 1]
    return f"several columns are called '{twice[0]}'; rename all but one" if twice else None


# Parquet, a few rows at a time.

MAX_ROW_GROUP_BYTES = 2 << 30
MAX_CELL_CHARS = 64 << 20

_ROWS = 64


def read_parquet(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each row; ``line`` counts rows from 1. Other columns are not read."""
    import pyarrow  # large, and needed for few archives
    from pyarrow import parquet

    number = 0
    with seekable(file) as source:
        try:
            table = parquet.ParquetFile(source)
            columns = _columns(table, options)
            batches = table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False)
            rows = (row for batch in batches for row in batch.to_pylist())
            for number, row in enumerate(rows, 1):
                yield from read_mapped(_plain_row, row, place.name, number, options)
        except (pyarrow.ArrowException, OSError) as error:
            reason = str(error).partition("\n")[0][:200]
            raise UnreadableError(f"not whole Parquet ({reason}); copy it again") from None
    if not number:
        yield Rejection(place.name, None, "the table has no rows; leave it out")


def _columns(table: parquet.ParquetFile, options: ReadOptions) -> list[str]:
    for group in range(table.metadata.num_row_groups):
        if table.metadata.row_group(group).total_byte_size > MAX_ROW_GROUP_BYTES:
            limit = f"{MAX_ROW_GROUP_BYTES >> 30} GB"
            raise UnreadableError(f"row groups over {limit}; write it with smaller ones")
    names = list(table.schema_arrow.names)
    wanted = {options.path(field) for field in FIELDS}
    columns = [
        name for name in names
        if name in wanted or any(path.startswith(f"{name}.") for path in wanted)
    ]  # fmt: skip
    text = options.path("text")
    if text not in columns and "." not in text:
        raise UnreadableError(f"no column {text!r}; the columns found are {', '.join(names)}"[:300])
    return columns


def _plain_row(row: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        found[name] = "" if isinstance(value, str) and len(value) > MAX_CELL_CHARS else value
    authors = found.get("author")
    if isinstance(authors, list):
        found["author"] = ", ".join(name for name in authors if isinstance(name, str))
    given = found.get("id")
    # Tables of statistics programs have numbers of one kind alone: 7.0 is the id 7.
    if isinstance(given, float | Decimal) and isfinite(given) and given % 1 == 0:
        found["id"] = int(given)
    return found
