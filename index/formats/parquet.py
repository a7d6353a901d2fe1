"""Read a Parquet file: one article a row, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BufferedReader
from math import isfinite

import pyarrow
from pyarrow import parquet

from index.formats.mapping import read_mapped
from index.formats.options import FIELDS, ReadOptions
from index.formats.place import Item, Place, UnreadableError
from index.formats.stream import seekable
from index.types import Rejection

MAX_ROW_GROUP_BYTES = 2 << 30
MAX_CELL_CHARS = 64 << 20

_ROWS = 64


def read_parquet(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each row; ``line`` counts rows from 1. Other columns are not read."""
    with seekable(file) as source:
        try:
            yield from _read_rows(source, place, options)
        except (pyarrow.ArrowException, OSError) as error:
            reason = str(error).partition("\n")[0][:200]
            raise UnreadableError(f"not whole Parquet ({reason}); copy it again") from None


def _read_rows(source: object, place: Place, options: ReadOptions) -> Iterator[Item]:
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
