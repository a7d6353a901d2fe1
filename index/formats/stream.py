"""Streams of bytes: made of chunks, expanded within an allowance, made to seek.

What is compressed is expanded in pieces of limited size, each counted before it is handed on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from index.formats.place import Allowance, UnreadableError

BUFFER_BYTES = 1 << 20
MAX_SPOOLED_BYTES = 8 << 30

# What zlib has to expect, in the words of its window bits.
GZIP = 16 + zlib.MAX_WBITS
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

_CHUNK_BYTES = 64 << 10
_EXPANDED_CHUNK_BYTES = 1 << 20
# Frames made with --long=27 need so much; the format admits windows that no memory holds.
_MAX_WINDOW_BYTES = 1 << 27

# Four bytes can stand for 128 KB, and a step is expanded whole.
_STEP_BYTES = 1 << 10


class _Chunks(RawIOBase):
    """A raw stream that fills what it is asked for, so that a peek sees a whole buffer.

    An error behind good bytes is raised after those were read.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._error: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # as typeshed has it
        filled = 0
        while filled < len(buffer) and (self._rest or self._next()):
            count = min(len(buffer) - filled, len(self._rest))
            buffer[filled : filled + count] = self._rest[:count]
            self._rest = self._rest[count:]
            filled += count
        if not filled and self._error:
            raise self._error
        return filled

    def _next(self) -> bool:
        if self._error:
            return False
        try:
            self._rest = memoryview(next((chunk for chunk in self._chunks if chunk), b""))
        except Exception as error:  # kept, and raised in its place
            self._error = error
        return bool(self._rest)


def stream_of(chunks: Iterator[bytes]) -> BufferedReader:
    """Make a buffered stream of chunks of bytes; it cannot seek."""
    return BufferedReader(_Chunks(chunks), BUFFER_BYTES)


def open_file(path: Path) -> BufferedReader:
    """Open a file for reading with a large buffer."""
    return BufferedReader(FileIO(path), BUFFER_BYTES)


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of a stream in chunks."""
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def counted(chunks: Iterator[bytes], count: Callable[[int], None]) -> Iterator[bytes]:
    """Yield chunks and tell ``count`` the size of each before it is handed on."""
    for chunk in chunks:
        count(len(chunk))
        yield chunk


def read_at_most(file: BinaryIO, limit: int, what: str) -> bytes:
    """Read the rest of a stream; raises UnreadableError where it is longer than ``limit`` bytes."""
    content = file.read(limit + 1)
    if len(content) > limit:
        raise UnreadableError(f"{what} is longer than {limit >> 20} MB; leave it out or split it")
    return content


def inflated(
    chunks: Iterator[bytes], allowance: Allowance, first_bits: int = GZIP_OR_ZLIB
) -> Iterator[bytes]:
    """Expand gzip (of any number of members) or zlib; raises UnreadableError."""
    inflater = zlib.decompressobj(first_bits)
    for chunk in chunks:
        while chunk:
            if inflater.eof:
                chunk = chunk.lstrip(b"\0")  # padding may stand behind the last member
                if not chunk:
                    break
                inflater = zlib.decompressobj(GZIP_OR_ZLIB)
            yield from inflate_into(inflater, chunk, allowance)
            chunk = inflater.unused_data
    if not inflater.eof:
        raise UnreadableError("the compressed file ends too early; fetch or copy it again")


def inflate_into(inflater: Any, chunk: bytes, allowance: Allowance) -> Iterator[bytes]:  # noqa: ANN401
    """Expand a chunk in pieces of limited size, up to the end of the member."""
    full = True
    while (chunk or full) and not inflater.eof:
        try:
            piece = inflater.decompress(chunk, _EXPANDED_CHUNK_BYTES)
        except zlib.error as error:
            raise UnreadableError(f"the compressed data is damaged ({error})") from None
        # A full piece may leave more behind it though all input was taken.
        full = len(piece) == _EXPANDED_CHUNK_BYTES
        allowance.expanded(len(piece))
        yield piece
        chunk = inflater.unconsumed_tail


def expanded_zst(file: BinaryIO, allowance: Allowance) -> Iterator[bytes]:
    """Expand zst of any number of frames; raises UnreadableError."""
    import zstandard

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


@contextmanager
def seekable(file: BufferedReader) -> Iterator[BinaryIO]:
    """Give the stream itself or a copy in a nameless temporary file, so that it can seek."""
    if file.seekable():
        yield file
        return
    with TemporaryFile() as copy:
        size = 0
        for chunk in chunks_of(file):
            size += len(chunk)
            if size > MAX_SPOOLED_BYTES:
                reason = f"longer than {MAX_SPOOLED_BYTES >> 30} GB; give it as a file of its own"
                raise UnreadableError(reason)
            copy.write(chunk)
        copy.seek(0)
        yield copy


# What a server has packed.


def window_bits(start: bytes, encoding: str) -> int:
    """Tell what zlib has to expect: many servers send "deflate" without the header it should have.

    A first byte whose lower half is 8 begins that header (RFC 1950, section 2.2).
    """
    bare = encoding == "deflate" and start and start[0] & 0x0F != 8
    return -zlib.MAX_WBITS if bare else GZIP_OR_ZLIB


def decoded_body(body: bytes, encoding: str, allowance: Allowance, limit: int) -> bytes:
    """Undo the Content-Encoding of an HTTP body; raises UnreadableError past ``limit`` bytes."""
    encoding = encoding.strip().casefold()
    if encoding in ("", "identity") or not body:
        return body
    if encoding in ("gzip", "x-gzip", "deflate"):
        chunks = inflated(iter([body]), allowance, window_bits(body, encoding))
    elif encoding == "br":
        chunks = counted(_unbrotli(body), allowance.expanded)
    elif encoding == "zstd":
        chunks = expanded_zst(BytesIO(body), allowance)
    else:
        raise UnreadableError(f"sent in an encoding that is not read ({encoding[:40]})")
    try:
        return read_at_most(stream_of(chunks), limit, "the page")
    except UnreadableError:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):  # stored expanded already
            return body
        raise


def _unbrotli(body: bytes) -> Iterator[bytes]:
    import brotli

    decompressor = brotli.Decompressor()
    try:
        while not decompressor.is_finished():
            piece = decompressor.process(body, output_buffer_limit=_EXPANDED_CHUNK_BYTES)
            if not piece and not body and decompressor.can_accept_more_data():
                raise UnreadableError("the compressed page ends too early")
            yield piece
            body = b""
    except brotli.error as error:
        raise UnreadableError(f"the compressed data is damaged ({error})") from None
