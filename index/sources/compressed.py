"""Read what a gzip or zst file holds, expanded as it is read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BufferedReader

from index.formats.place import Item, Place, ReadOptions
from index.formats.stream import chunks_of, expanded_zst, inflated, stream_of

_GZIP = 16 + zlib.MAX_WBITS


def read_gzip(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside. A crawl is read member by member."""
    if _holds_crawl(file):
        from index.formats.warc import read_warc_members

        yield from read_warc_members(file, place.unpacked(), options)
        return
    inside = stream_of(inflated(chunks_of(file), place.allowance))
    yield from place.unpacked().read(inside, options)


def read_zst(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside."""
    inside = stream_of(expanded_zst(file, place.allowance))
    yield from place.unpacked().read(inside, options)


def _holds_crawl(file: BufferedReader) -> bool:
    try:
        start = zlib.decompressobj(_GZIP).decompress(file.peek(1 << 16)[: 1 << 16], 5)
    except zlib.error:
        return False
    return start == b"WARC/"
