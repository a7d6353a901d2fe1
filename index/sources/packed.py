"""Read what is packed: the files of a zip archive, the crawl in a WACZ, the file in a gzip or zst.

All of it is expanded as it is read; nothing is unpacked onto the disk.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

from index.formats.place import Item, Place, ReadOptions, UnreadableError
from index.formats.stream import (
    GZIP,
    chunks_of,
    counted,
    expanded_zst,
    inflated,
    seekable,
    stream_of,
)
from index.sources.folders import is_note
from index.types import Rejection

# The list of members is held whole, at some five hundred bytes each.
MAX_DIRECTORY_BYTES = 16 << 20

# Others (bzip2, LZMA) expand without bound in one step.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_END = struct.Struct("<4s4H2LH")
_ENCRYPTED = 0x1


def read_zip(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of each member, in the order of their names."""
    with seekable(file) as archive:
        _check_directory(archive)
        try:
            with zipfile.ZipFile(archive) as opened:
                yield from _read_members(opened, place, options)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise UnreadableError(f"not a whole zip archive ({error}); copy it again") from None


def _check_directory(archive: BinaryIO) -> None:
    size = archive.seek(0, 2)
    archive.seek(max(0, size - _END.size - 0xFFFF))
    tail = archive.read()
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) < start + _END.size:
        raise UnreadableError("not a whole zip archive (no list of members); copy it again")
    directory_bytes = _END.unpack_from(tail, start)[5]
    if directory_bytes == 0xFFFFFFFF or directory_bytes > MAX_DIRECTORY_BYTES:
        raise UnreadableError("holds too many files; split it into several archives")
    archive.seek(0)


def _read_members(archive: zipfile.ZipFile, place: Place, options: ReadOptions) -> Iterator[Item]:
    members = sorted(archive.infolist(), key=lambda member: member.filename)
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names:
        raise UnreadableError("an Office document; save it as text or HTML")
    if "datapackage.json" in names and any(map(_is_crawl, names)):  # WACZ 1.1.1, section 4
        members = [member for member in members if _is_crawl(member.filename)]
    found = False
    for member in members:
        parts = member.filename.split("/")
        hidden = any(part.startswith(".") and part.strip(".") for part in parts)
        if member.is_dir() or hidden or parts[0] == "__MACOSX" or is_note(parts[-1]):
            continue
        found = True
        yield from _read_member(archive, member, place.inside(member.filename), options)
    if not found:
        yield Rejection(place.name, None, "the archive holds no file; leave it out")


def _is_crawl(name: str) -> bool:
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Place, options: ReadOptions
) -> Iterator[Item]:
    if reason := _unfit(member):
        yield Rejection(place.name, None, reason)
        return
    try:
        with archive.open(member) as file:
            chunks = counted(_sound(chunks_of(file)), place.allowance.expanded)  # type: ignore[arg-type]
            yield from place.read(stream_of(chunks), options)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        yield Rejection(place.name, None, f"cannot be read: {error}"[:200])


def _unfit(member: zipfile.ZipInfo) -> str | None:
    if member.flag_bits & _ENCRYPTED:
        return "encrypted; expand the archive with its password"
    if member.compress_type not in _METHODS:
        return "compressed in a rare way; make the zip anew, with the usual method (deflate)"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link; links inside archives are not followed"
    return None


def _sound(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnreadableError(f"damaged inside the archive ({error}); copy it again") from None


# gzip and zst.


def read_gzip(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside. A crawl is read member by member."""
    try:
        start = zlib.decompressobj(GZIP).decompress(file.peek(1 << 16)[: 1 << 16], 5)
    except zlib.error:
        start = b""
    if start == b"WARC/":
        from index.formats.warc import read_warc_members

        yield from read_warc_members(file, place.unpacked(), options)
        return
    inside = stream_of(inflated(chunks_of(file), place.allowance))
    yield from place.unpacked().read(inside, options)


def read_zst(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the file inside."""
    inside = stream_of(expanded_zst(file, place.allowance))
    yield from place.unpacked().read(inside, options)
