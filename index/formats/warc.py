"""Read the HTML pages of a WARC crawl. A bad record ends itself and not the file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader, BytesIO
from typing import Any

from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from index.formats.page import MAX_SAVED_BYTES, read_page
from index.formats.place import Allowance, Item, Place, ReadOptions, UnreadableError
from index.formats.recognise import HEAD_BYTES, recognise
from index.formats.stream import GZIP, chunks_of, decoded_body, inflate_into, stream_of
from index.types import Rejection

_LINE_BYTES = 64 << 10
_HEADER_BYTES = 256 << 10
_GZIP_START = b"\x1f\x8b\x08"
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml")
_HTTP = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3"]


@dataclass(slots=True)
class _Crawl:
    """What was met so far. ``records`` counts from 1 and is the line of an article.

    ``items`` counts what they gave; ``damage`` says where and why something could not be read
    first.
    """

    records: int = 0
    items: int = 0
    damage: str = ""

    def note(self, where: str, reason: str) -> None:
        self.damage = self.damage or " ".join(f"{where} record {self.records}, {reason}".split())


def read_warc(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each HTML page that was fetched with success."""
    crawl = _Crawl()
    yield from _read_records(file, place, options, crawl)
    yield from _summary(place, crawl)


def read_warc_members(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Read a WARC in which each record is compressed by itself, as crawlers write it."""
    crawl = _Crawl()
    for member in _members(file, place, crawl):
        before = crawl.records
        try:
            yield from _read_records(member, place, options, crawl)
            for _ in chunks_of(member):  # to the end of the member
                pass
        except UnreadableError as error:
            crawl.records += crawl.records == before  # the records behind keep their numbers
            crawl.note("in", str(error))
    yield from _summary(place, crawl)


def _summary(place: Place, crawl: _Crawl) -> Iterator[Item]:
    if crawl.damage:
        # Of the whole file: how many records were lost, and where the others stood, nobody knows.
        reason = f"records could not be read: {crawl.damage}"[:300]
        yield Rejection(place.name, None, f"{reason}; fetch or copy the crawl again")
    elif not crawl.items:
        yield Rejection(place.name, None, f"a crawl of {crawl.records} records with no HTML page")


def _members(file: BufferedReader, place: Place, crawl: _Crawl) -> Iterator[BufferedReader]:
    """Yield a stream of each gzip member; each has to be read to its end before the next.

    After damage the next member is found by the bytes that a member begins with.
    """
    rest = file.read(_LINE_BYTES)
    while rest:
        state = _Member(rest)
        yield stream_of(state.chunks(file, place))
        rest = state.rest or file.read(_LINE_BYTES)
        if not rest.startswith(_GZIP_START):
            rest, is_damaged = _next_start(file, rest)
            if is_damaged:
                crawl.note("behind", "bytes that are no record")


@dataclass(slots=True)
class _Member:
    """One gzip member; ``rest`` is what was read of it, and in the end behind it."""

    rest: bytes

    def chunks(self, file: BufferedReader, place: Place) -> Iterator[bytes]:
        inflater = zlib.decompressobj(GZIP)
        chunk = self.rest
        while chunk:
            self.rest = chunk[1:]  # where to look on, if this chunk is damaged
            yield from inflate_into(inflater, chunk, place.allowance)
            self.rest = inflater.unused_data
            if inflater.eof:
                return
            chunk = file.read(_LINE_BYTES)
        raise UnreadableError("the file ends inside it; copy the file again")


def _next_start(file: BufferedReader, rest: bytes) -> tuple[bytes, bool]:
    """Return what is read from the next member's start on, and whether bytes were skipped."""
    skipped = False
    while rest:
        at = rest.find(_GZIP_START)
        if at >= 0:
            return rest[at:], skipped or at > 0
        more = file.read(_LINE_BYTES)
        skipped |= len(rest) > 2 or not more
        rest = rest[-2:] + more if more else b""
    return b"", skipped


def _read_records(
    stream: BufferedReader, place: Place, options: ReadOptions, crawl: _Crawl
) -> Iterator[Item]:
    end: int | None = None  # of a stream that can seek
    if stream.seekable():
        start = stream.tell()
        end = stream.seek(0, os.SEEK_END)
        stream.seek(start)
    while line := stream.readline(_LINE_BYTES):
        if not line.strip():
            continue
        if not line.startswith(b"WARC/"):
            crawl.note("behind", "no record where one has to begin")
            continue
        crawl.records += 1
        start = 0 if end is None else stream.tell()
        try:
            page = _load(stream, line, end)
        except (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError) as error:
            crawl.note("in", f"not a WARC record ({error})")
        except _CutShortError as error:
            crawl.note("in", str(error))
            if end is not None:
                stream.seek(start)  # a wrong length swallows what follows: look for it there
        else:
            for item in _read(page, place, crawl.records, options) if page else ():
                crawl.items += 1
                yield item


class _CutShortError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Response:
    """The answer of a server; a ``kind`` is given where the block is a page without headers."""

    url: str
    block: bytes
    kind: str | None = None


def _load(stream: BufferedReader, first_line: bytes, end: int | None) -> _Response | None:
    """Read a record to its end; None for what is no page or answer of a web server.

    A record that is longer than what is left up to ``end`` is not read: a file of such records
    would be read to its end for each of them.
    """
    record = ArcWarcRecordLoader().parse_record_stream(
        _ShortLines(stream),
        statusline=first_line,
        known_format="warc",
        no_record_parse=True,
    )
    if not (record.rec_headers.get_header("Content-Length") or "").isdecimal():
        raise ValueError("no Content-Length")
    if not record.rec_type:
        raise ValueError("no WARC-Type")
    if end is not None and record.length > (left := end - stream.tell()):
        raise _CutShortError(f"{record.length} bytes were announced and {left} are there")
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    kind = None
    if record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type") or ""
    is_answer = record.rec_type in ("response", "resource")
    wanted = is_answer and url.startswith(("http:", "https:"))
    block = record.raw_stream.read(MAX_SAVED_BYTES + 1) if wanted and record.length else b""
    read = len(block)
    while read < record.length and (chunk := record.raw_stream.read(1 << 20)):
        read += len(chunk)
    if read < record.length:
        raise _CutShortError(f"{record.length} bytes were announced and {read} are there")
    return _Response(url, block, kind) if wanted else None


class _ShortLines:
    """A stream whose lines are those of a header: few, and not without end."""

    def __init__(self, stream: BufferedReader | BytesIO) -> None:
        self._stream = stream
        self._left = _HEADER_BYTES
        self.read = stream.read

    def readline(self) -> bytes:
        line = self._stream.readline(_LINE_BYTES)
        self._left -= len(line)
        if self._left < 0 or len(line) == _LINE_BYTES:
            raise ValueError("a header without end")
        return line


def _read(response: _Response, place: Place, number: int, options: ReadOptions) -> Iterator[Item]:
    where = f"record of {response.url[:200]}"
    if len(response.block) > MAX_SAVED_BYTES:
        yield Rejection(place.name, number, f"{where}: longer than {MAX_SAVED_BYTES >> 20} MB")
        return
    stream = BytesIO(response.block)
    try:
        if response.kind is not None:
            kind, charset = _content_type(response.kind)
            body = response.block
        else:
            headers = StatusAndHeadersParser(_HTTP).parse(_ShortLines(stream))
            kind, charset = _content_type(headers.get_header("content-type") or "")
            if headers.get_statuscode() != "200" or kind not in (*_PAGE_TYPES, *_FEED_TYPES, ""):
                return
            body = _body(headers, stream)
    except (StatusAndHeadersParserException, EOFError, ValueError) as error:
        reason = " ".join(f"{where}: no HTTP response ({error})".split())[:400]
        yield Rejection(place.name, number, reason)
    except UnreadableError as error:
        yield Rejection(place.name, number, f"{where}: {error}")
    else:
        found = kind if kind in _PAGE_TYPES else _recognised(body, place)
        if found == "feed":
            reason = "a feed; give its address, or save it as a file of its own"
            yield Rejection(place.name, number, f"{where}: {reason}")
        elif kind in _PAGE_TYPES or found == "html" and not kind:
            where_found = replace(place, url=response.url, charset=charset)
            yield from read_page(body, where_found, number, options)


def _recognised(body: bytes, place: Place) -> str | None:
    try:
        return recognise(body[:HEAD_BYTES], replace(place, hint=""))
    except UnreadableError:
        return None


def _content_type(header: str) -> tuple[str, str | None]:
    kind, _, parameters = header.partition(";")
    name, _, charset = parameters.strip().partition("=")
    return kind.strip().casefold(), charset.strip(" \"'") if name == "charset" else None


def _body(headers: Any, stream: BytesIO) -> bytes:  # noqa: ANN401
    body: bytes
    if (headers.get_header("transfer-encoding") or "").casefold() == "chunked":
        body = ChunkedDataReader(stream, decomp_type=None).read()
    else:
        body = stream.read()
    encoding = headers.get_header("content-encoding") or ""
    # An allowance of its own: a page that is a bomb must not use up that of the pages behind it.
    return decoded_body(body, encoding, Allowance(len(body)), MAX_SAVED_BYTES)
