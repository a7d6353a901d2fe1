"""Read text: the article of a plain-text file, and the lines of a file of any size.

A plain-text file has its headline on the first line and the article under it. What is not UTF-8 is
named with how to convert it, here and for the other formats of text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, NamedTuple

from index.formats.place import Item, Place, ReadOptions
from index.formats.record import MAX_ARTICLE_CHARS, read_record
from index.text.clean import clean_title
from index.types import Rejection

_MAX_FILE_BYTES = 4 * MAX_ARTICLE_CHARS  # UTF-8 has four a character at most

# A longer first line is a paragraph of an article without headline.
MAX_HEADLINE_CHARS = 300

_LINE = re.compile("[^\n\r\v\f\u2028\u2029]+")


def read_text(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the one article of a file. It has no date: a file's time is when it was copied."""
    content = file.read(_MAX_FILE_BYTES + 1)
    reason = text = ""
    if len(content) > _MAX_FILE_BYTES:
        reason = f"longer than {_MAX_FILE_BYTES >> 20} MB; split it into one article a file"
    elif b"\0" in content:
        reason = f"not text (byte 0x00 at offset {content.index(0)}); leave it out"
    else:
        try:
            text = content.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            reason = undecodable(error, 0)
    headline, body = _split(text)
    if headline and not body.strip():
        reason = (
            "no text: the file has a headline and nothing under it; put the article on the lines "
            "below"
        )
    if reason:
        yield Rejection(place.name, None, reason)
        return
    record = {"title": headline, "text": body, "url": place.url}
    yield from read_record(record, place.name, None, options)


def _split(text: str) -> tuple[str, str]:
    """Part the headline from the text below it; "" where it begins with a paragraph."""
    for line in _LINE.finditer(text):
        if headline := clean_title(line.group()):
            if len(headline) > MAX_HEADLINE_CHARS:
                break
            return headline, text[line.end() :]
    return "", text


# The lines of a file, of which no more than one is held.

# A day of a large newspaper is a few megabytes; a longer line is a file without line breaks.
MAX_BYTES = 64 << 20
TOO_LONG = f"longer than {MAX_BYTES >> 20} MB; split it into one article each"

UTF8_BOM = codecs.BOM_UTF8

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
                held = file.peek()
                skipped = len(file.read(len(held) - len(held.lstrip(b"\n"))))
                number += skipped
                length += skipped
        elif length > MAX_BYTES:
            part = raw
            while part and not part.endswith(b"\n"):
                part = file.readline(_SKIP_BYTES)
                length += len(part)
            yield Line(number, offset, None)
        elif raw.startswith(UTF8_BOM):
            yield Line(number, offset + len(UTF8_BOM), raw[len(UTF8_BOM) :])
        else:
            yield Line(number, offset, raw)
        offset += length


# In which encoding a file is that is not UTF-8, and how to convert it.

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def undecodable(error: UnicodeDecodeError, offset: int) -> str:
    """Say which byte could not be decoded; offset is where the decoded bytes start in the file."""
    return _not_utf8(error.object[error.start], offset + error.start, "WINDOWS-1252")


def wide_encoding(head: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 by the first bytes of a file; None for anything else."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return _not_utf8(head[0], 0, encoding)
    even, odd = head[0::2], head[1::2]
    if len(head) >= 4 and any(even) and not any(odd):
        return _not_utf8(0, 1, "UTF-16LE")
    if len(head) >= 4 and any(odd) and not any(even):
        return _not_utf8(0, 0, "UTF-16BE")
    return None


def _not_utf8(byte: int, offset: int, encoding: str) -> str:
    return (
        f"not UTF-8 (byte 0x{byte:02x} at offset {offset}); "
        f"convert it with iconv -f {encoding} -t UTF-8"
    )
