"""Tell in which encoding a file is that is not UTF-8, and how to convert it."""

from __future__ import annotations

import codecs

UTF8_BOM = codecs.BOM_UTF8

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def not_utf8(byte: int, offset: int, encoding: str = "WINDOWS-1252") -> str:
    """Say which byte of a file is not UTF-8 and how to convert the file."""
    return (
        f"not UTF-8 (byte 0x{byte:02x} at offset {offset}); "
        f"convert it with iconv -f {encoding} -t UTF-8"
    )


def undecodable(error: UnicodeDecodeError, offset: int) -> str:
    """Say which byte could not be decoded; offset is where the decoded bytes start in the file."""
    return not_utf8(error.object[error.start], offset + error.start)


def wide_encoding(head: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 by the first bytes of a file; None for anything else."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return not_utf8(head[0], 0, encoding)
    even, odd = head[0::2], head[1::2]
    if len(head) >= 4 and any(even) and not any(odd):
        return not_utf8(0, 1, "UTF-16LE")
    if len(head) >= 4 and any(odd) and not any(even):
        return not_utf8(0, 0, "UTF-16BE")
    return None
