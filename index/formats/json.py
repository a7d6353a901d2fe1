"""Read JSON, streamed: no more than one article is held.

In a JSON file the articles stand in an array somewhere, or alone; in JSON Lines, one a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from typing import Any, BinaryIO

import ijson
import orjson
from ijson.common import ObjectBuilder

from index.formats.place import ARTICLES, Item, Place, ReadOptions, UnreadableError
from index.formats.recognise import HEAD_BYTES
from index.formats.record import UnfitRecordError, read_mapped
from index.formats.text import TOO_LONG, UTF8_BOM, Line, read_lines, undecodable
from index.types import Rejection

MAX_DEPTH = 100
MAX_RECORD_VALUES = 200_000
MAX_RECORD_CHARS = 64 << 20
MAX_VALUE_BYTES = 64 << 20

# The parser starts a value over with each piece that it is given, and holds the events of a piece.
_PIECE_BYTES = 256 << 10

_ITEM = ""  # a step into an array; no path that a user gives has an empty key
_Path = tuple[str, ...]


def read_json(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each record; ``line`` counts records from 1.

    Records are the objects that hold the text field, in the shallowest array that has some;
    several documents in one file are read one after the other.
    """
    number = 0
    try:
        where = _records_path(file, options)
        for number, record in enumerate(_records(file, where), 1):
            yield from read_mapped(_object, record, place.name, number, options)
    except (ijson.JSONError, UnicodeDecodeError, ValueError):
        # The parser's own words quote what stands there, which outlives a takedown.
        behind = f" behind record {number}" if number else ""
        raise UnreadableError(f"not JSON{behind}; mend it") from None
    if not number:
        raise UnreadableError("no article in it; say where they stand with --map articles=…")


def _object(record: object) -> dict[str, object]:
    if isinstance(record, UnfitRecordError):
        raise record
    if not isinstance(record, dict):
        raise UnfitRecordError("not a JSON object; each article has to be one")
    return record


def _records_path(file: BufferedReader, options: ReadOptions) -> _Path:
    if given := options.field_map.get(ARTICLES):
        return tuple(_ITEM if key == "*" else key for key in given.split("."))
    text = tuple(key for key in options.path("text").split(".") if not key.isdecimal())
    head = file.peek(HEAD_BYTES)[:HEAD_BYTES].removeprefix(UTF8_BOM)
    if not head.strip():
        raise UnreadableError("the file is empty; leave it out")
    found = set(_text_places(head, text))
    if not found:
        raise UnreadableError(
            f"no field {options.path('text')!r} in the first article; name the fields with "
            "--map text=…, and where the articles stand with --map articles=…"
        )
    return min(found, key=lambda path: (bool(path) and _ITEM not in path, len(path), path))


def _text_places(head: bytes, text: _Path) -> Iterator[_Path]:
    """Paths of the records whose text begins in a file's head, which may end anywhere."""
    begun: _Path | None = None
    try:
        for path, event, _ in _events(BytesIO(head)):
            begun = _above(path, text) if event == "map_key" else None
            if event == "string" and (record := _above(path, text)) is not None:
                yield record
    except (ijson.JSONError, ValueError):
        if begun is not None:  # a text that is longer than the head
            yield begun


def _above(path: _Path, text: _Path) -> _Path | None:
    """Path of the record whose text field stands at ``path``; None where it is another field."""
    keys = list(path)
    for key in reversed(text):
        while keys and keys[-1] == _ITEM:
            keys.pop()
        if not keys or keys.pop() != key:
            return None
    return tuple(keys)


def _events(file: BinaryIO) -> Iterator[tuple[_Path, str, Any]]:
    """Yield events with the path of their value.

    Raises UnreadableError for a value that is nested too deep or too long.
    """
    path: list[str] = []
    arrays: list[bool] = []
    pieces = _Pieces(file)
    for event, value in ijson.basic_parse(
        pieces, buf_size=_PIECE_BYTES, use_float=True, multiple_values=True
    ):
        pieces.parsed()
        if event == "map_key":
            path[-1] = value
        elif event in ("end_map", "end_array"):
            path.pop()
            arrays.pop()
        yield tuple(path), event, value
        if event in ("start_map", "start_array"):
            arrays.append(event == "start_array")
            path.append(_ITEM)
            if len(path) > MAX_DEPTH:
                raise UnreadableError(f"nested deeper than {MAX_DEPTH} levels; no article is")


def _records(file: BinaryIO, where: _Path) -> Iterator[object]:
    """Build the values at a path one by one; an error stands for one that is too large.

    A path that ends at an array means its items.
    """
    builder: ObjectBuilder | None = None
    values = chars = depth = 0
    items = (*where, _ITEM)
    start: _Path = where
    for path, event, value in _events(file):
        if not depth:
            if path == where and event == "start_array":
                start = items
                continue
            if path not in (where, items) or path != start or event in ("map_key", "end_array"):
                continue
            builder, values, chars = ObjectBuilder(), 0, 0
        depth += event.startswith("start")
        depth -= event.startswith("end")
        values += 1
        chars += len(value) if isinstance(value, str) else 0
        if values > MAX_RECORD_VALUES or chars > MAX_RECORD_CHARS:
            builder = None
        if builder:
            builder.event(event, value)
        if not depth:
            yield builder.value if builder else UnfitRecordError("too large for one article")


class _Pieces:
    """A stream as the parser takes it: without a byte order mark, and no value of any length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = False
        self._unparsed = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        if not self._begun and chunk:
            self._begun = True
            chunk = chunk.removeprefix(UTF8_BOM) or self._file.read(size)
        self._unparsed += len(chunk)
        if self._unparsed > MAX_VALUE_BYTES:
            raise UnreadableError(f"a value longer than {MAX_VALUE_BYTES >> 20} MB; leave it out")
        return chunk

    def parsed(self) -> None:
        """Note that a value ended in what was read last."""
        self._unparsed = 0


# JSON Lines.


def read_jsonl(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each line; a line that cannot be read is a Rejection."""
    name, empty = place.name, True
    for line in read_lines(file, skip_empty=True):
        if line.content is not None and not line.content.strip():
            continue
        empty = False
        yield from read_mapped(_record, line, name, line.number, options)
    if empty:
        yield Rejection(name, None, "the file is empty; leave it out")


def _record(line: Line) -> dict[str, object]:
    if line.content is None:
        raise UnfitRecordError(f"line {TOO_LONG}")
    try:
        value = orjson.loads(line.content)
    except orjson.JSONDecodeError as error:
        value = _with_surrogates(line.content, line.offset, error)
    if not isinstance(value, dict):
        raise UnfitRecordError("not a JSON object; write each article as {…} on a line of its own")
    return value


def _with_surrogates(content: bytes, offset: int, error: orjson.JSONDecodeError) -> object:
    """Parse a line that holds half a surrogate pair, which cleaning will remove."""
    try:
        text = content.decode()
        if "\\ud" in text.lower():
            return json.loads(text)
    except UnicodeDecodeError as undecoded:
        raise UnfitRecordError(undecodable(undecoded, offset)) from None
    except (ValueError, RecursionError):
        pass
    reason = f"not JSON ({error.msg}, column {error.colno}); write one {{…}} on each line"
    raise UnfitRecordError(reason) from None
