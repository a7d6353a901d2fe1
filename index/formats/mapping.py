"""Read the article of a nested record, whose fields stand where the user said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import TypeVar

from index.formats.options import FIELDS, ReadOptions
from index.formats.place import Item
from index.formats.record import UnfitRecordError, read_record, shortened
from index.text.clean import PARAGRAPH_BREAK
from index.types import Rejection

_JOINED_BY = {"text": PARAGRAPH_BREAK, "author": ", "}


# What markup of articles has that prose has not.
_MARKUP = re.compile(
    r"</?(?:p|div|br|h[1-6]|hl[12]|ul|ol|li|a|b|i|em|strong|span|block|body|blockquote)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.I,
)
# Without the mark at its end it may be prose: "R&D", "?a=1&copy=2".
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.I)

T = TypeVar("T")


def read_mapped(
    convert: Callable[[T], dict[str, object]],
    value: T,
    file: str,
    line: int | None,
    options: ReadOptions,
) -> Iterator[Item]:
    """Read the record that ``convert`` makes of a value, as ``read_record`` does.

    Where it raises UnfitRecordError, or a record has no text, that is a Rejection.
    """
    try:
        record = _shaped(convert(value), options)
    except UnfitRecordError as error:
        yield Rejection(file, line, str(error))
    else:
        yield from read_record(record, file, line, options)


def _shaped(record: dict[str, object], options: ReadOptions) -> Mapping[str, object]:
    """Give a record the names of an article's fields; raises UnfitRecordError without a text."""
    if not options.field_map:
        return record
    found = picked(record, options)
    if "text" not in found:
        keys = shortened(", ".join(map(repr, record)), 200) or "none"
        path = options.path("text")
        raise UnfitRecordError(f"no field {path!r}; the fields found are {keys}")
    return reduced(found, options)


def reduced(record: dict[str, object], options: ReadOptions) -> dict[str, object]:
    """Reduce what is HTML or NITF in the mapped fields to text.

    A text with character references and no tags keeps its line breaks, which in HTML are none.
    """
    for name in options.field_map.keys() & record.keys():
        value = record[name]
        if not isinstance(value, str):
            continue
        if _MARKUP.search(value):
            from index.formats.markup import text_of_markup

            record[name] = text_of_markup(value)
        elif "&" in value:
            record[name] = _REFERENCE.sub(lambda found: unescape(found.group()), value)
    return record


def picked(record: Mapping[str, object], options: ReadOptions) -> dict[str, object]:
    """Give each field its value; lists of strings are joined, and a field without one is left out.

    A path leads through lists: "authors.name" are the names of all authors, "0" is the first.
    """
    found: dict[str, object] = {}
    for name in FIELDS:
        values = list(_values(record, options.path(name)))
        if name not in options.field_map and not values:
            continue
        if len(values) > 1 and all(isinstance(value, str) for value in values):
            joined = _JOINED_BY.get(name)
            found[name] = joined.join(map(str, values)) if joined else values[0]
        elif values:
            found[name] = values[0]
    return found


def _values(value: object, path: str) -> Iterator[object]:
    # A key may hold a dot itself.
    if isinstance(value, Mapping) and path in value:
        yield from _flat(value[path])
        return
    key, _, rest = path.partition(".")
    if isinstance(value, list):
        places = value[int(key) : int(key) + 1] if key.isdecimal() else value
        for inside in places:
            yield from _inner(inside, rest if key.isdecimal() else path)
    elif isinstance(value, Mapping) and key in value and rest:
        yield from _inner(value[key], rest)


def _inner(value: object, path: str) -> Iterator[object]:
    return _values(value, path) if path else _flat(value)


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        yield from value
    else:
        yield value
