"""Read what a gzip or zst file holds, expanded as it is read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

import zstandard

from index.formats.content import read_content
from index.formats.options import ReadOptions
from index.formats.place import Allowance, Item, Place, UnreadableError
from index.formats.stream import chunks_of, inflated, stream_of

# Frames made with --long=27 need so much; the format admits windows that no memory holds.
_MAX_WINDOW_BYTES = 1 << 27

# Four bytes can stand for 128 KB, and a step is expanded whole.
_STEP_BYTES = 1 << 10
_GZIP = 16 + zlib.MAX_WBITS


def read_gzip(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside. A crawl is read member by member."""
    if _holds_crawl(file):
        from index.formats.warc import read_warc_members

        yield from read_warc_members(file, place.unpacked(), options)
        return
    inside = stream_of(inflated(chunks_of(file), place.allowance))
    yield from read_content(inside, place.unpacked(), options)


def read_zst(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside."""
    inside = stream_of(expanded_zst(file, place.allowance))
    yield from read_content(inside, place.unpacked(), options)


def expanded_zst(file: BinaryIO, allowance: Allowance) -> Iterator[bytes]:
    """Expand zst of any number of frames; raises UnreadableError."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES)
    frame = None
    while rest := file.read(_STEP_BYTES):
        while rest:
            frame = frame or decompressor.decompressobj()
            try:
                piece = frame.decompress(rest)
            except zstandard.ZstdError as error:
                raise UnreadableError(f"the compressed data is damaged ({error})") from None
            allowance.expanded(len(piece))
            yield piece
            rest, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame:
        raise UnreadableError("the compressed file ends too early; fetch or copy it again")


def _holds_crawl(file: BufferedReader) -> bool:
    try:
        start = zlib.decompressobj(_GZIP).decompress(file.peek(1 << 16)[: 1 << 16], 5)
    except zlib.error:
        return False
    return start == b"WARC/"
