"""Read a plain-text file: the headline on its first line, the article under it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader

from index.formats.encoding import UTF8_BOM, undecodable
from index.formats.options import ReadOptions
from index.formats.place import Item, Place
from index.formats.record import MAX_ARTICLE_CHARS, read_record
from index.text.clean import clean_title
from index.types import Rejection

_MAX_BYTES = 4 * MAX_ARTICLE_CHARS  # UTF-8 has four a character at most

# A longer first line is a paragraph of an article without headline.
MAX_HEADLINE_CHARS = 300

_LINE = re.compile("[^\n\r\v\f\u2028\u2029]+")


def read_text(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the one article of a file. It has no date: a file's time is when it was copied."""
    content = file.read(_MAX_BYTES + 1)
    if reason := _unfit(content):
        yield Rejection(place.name, None, reason)
        return
    headline, body = _split(content.removeprefix(UTF8_BOM).decode())
    if headline and not body.strip():
        reason = "no text: the file has a headline and nothing under it"
        yield Rejection(place.name, None, f"{reason}; put the article on the lines below")
        return
    record = {"title": headline, "text": body, "url": place.url}
    yield from read_record(record, place.name, None, options)


def _unfit(content: bytes) -> str | None:
    if len(content) > _MAX_BYTES:
        return f"longer than {_MAX_BYTES >> 20} MB; split it into one article a file"
    if b"\0" in content:
        return f"not text (byte 0x00 at offset {content.index(0)}); leave it out"
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return undecodable(error, 0)
    return None


def _split(text: str) -> tuple[str, str]:
    for line in _LINE.finditer(text):
        if headline := clean_title(line.group()):
            if len(headline) > MAX_HEADLINE_CHARS:
                break
            return headline, text[line.end() :]
    return "", text
