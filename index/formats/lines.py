"""Read the lines of a file of any size without holding more than one of them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, NamedTuple

from index.formats.encoding import UTF8_BOM

# A day of a large newspaper is a few megabytes; a longer line is a file without line breaks.
MAX_BYTES = 64 << 20
TOO_LONG = f"longer than {MAX_BYTES >> 20} MB; split it into one article each"

_SKIP_BYTES = 1 << 20
_RUN = 100  # empty lines, from which on it pays to look for more


class Line(NamedTuple):
    """A line with its line break. ``number`` counts from 1, ``offset`` is in bytes from 0.

    ``content`` is None for a line longer than MAX_BYTES.
    """

    number: int
    offset: int
    content: bytes | None


def read_lines(file: BinaryIO, *, skip_empty: bool = False) -> Iterator[Line]:
    """Yield the lines of a file, without byte order marks; joined files may have several."""
    number = offset = empty = 0
    while raw := file.readline(MAX_BYTES + 1):
        number += 1
        length = len(raw)
        empty = empty + 1 if skip_empty and raw == b"\n" else 0
        if empty:
            if empty > _RUN and isinstance(file, BufferedReader):  # a bomb is millions of them
                skipped = _skip_empty(file)
                number += skipped
                length += skipped
        elif length > MAX_BYTES:
            length += _skip_line(file, raw[-1:])
            yield Line(number, offset, None)
        elif raw.startswith(UTF8_BOM):
            yield Line(number, offset + len(UTF8_BOM), raw[len(UTF8_BOM) :])
        else:
            yield Line(number, offset, raw)
        offset += length


def _skip_empty(file: BufferedReader) -> int:
    held = file.peek()
    return len(file.read(len(held) - len(held.lstrip(b"\n"))))


def _skip_line(file: BinaryIO, last: bytes) -> int:
    skipped = 0
    while last and last != b"\n":
        part = file.readline(_SKIP_BYTES)
        skipped += len(part)
        last = part[-1:]
    return skipped
