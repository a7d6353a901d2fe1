"""Read JSON Lines: one article a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader

import orjson

from index.formats.encoding import undecodable
from index.formats.lines import TOO_LONG, Line, read_lines
from index.formats.mapping import read_mapped
from index.formats.options import ReadOptions
from index.formats.place import Item, Place
from index.formats.record import UnfitRecordError
from index.types import Rejection


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
