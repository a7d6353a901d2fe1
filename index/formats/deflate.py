"""What zlib has to expect of a body that a server has packed."""

from __future__ import annotations

import zlib

GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def window_bits(start: bytes, encoding: str) -> int:
    """Tell what zlib has to expect: many servers send "deflate" without the header it should have.

    A first byte whose lower half is 8 begins that header (RFC 1950, section 2.2).
    """
    bare = encoding == "deflate" and start and start[0] & 0x0F != 8
    return -zlib.MAX_WBITS if bare else GZIP_OR_ZLIB
