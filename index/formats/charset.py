"""Decode a page in the encoding that it is in, which is not always the one that it names."""

from __future__ import annotations

import codecs
import re

from index.formats.place import UnreadableError

_HEAD_BYTES = 4096
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.I)
_DECLARATION = re.compile(
    rb"\s{0,100}<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{2,40})", re.I
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What the web means by a label is often a larger encoding than the label's own (WHATWG Encoding,
# section 4.2). Keys are Python's names, and labels that Python does not know.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "euc_kr": "cp949",
    "x-euc-jp": "euc_jp",
    "iso-8859-8-i": "iso8859-8",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-mac-cyrillic": "mac-cyrillic",
}
# In these a byte may be wrong, so that what fits them is hardly anything else.
_MULTI_BYTE = frozenset(("utf-8", "gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp"))

_SINGLE_BYTE = ("iso8859-", "cp", "koi8-", "mac-")

# Text in another encoding has a wrong byte every few characters; damage is rare. Bytes that form
# characters of UTF-8 do so by chance so seldom that more good than bad ones are enough.
_GOOD_FOR_A_BAD_ONE = {"utf-8": 1}
_GOOD_ELSE = 50
_NO_CHANCE = 10  # characters of UTF-8, for a text in another encoding

# Quotes and dashes begin with these two bytes, and no other text has them behind each other.
_BROKEN_QUOTE = re.compile(rb"\xe2\x80(?![\x80-\xbf])")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# Windows-1252 has letters from 0xC0 on; no word of the languages that it is for has so many of
# them without a plain one between, and words in Cyrillic or Greek have no plain one at all.
_NOT_WESTERN = re.compile(rb"[\xc0-\xff]{5}")


def decode_page(content: bytes, charset: str | None) -> str:
    """Decode a page as browsers do: by its mark, the server's word, its own, else UTF-8.

    An encoding that is named and that some bytes do not fit is taken all the same, with U+FFFD in
    their place. What names no encoding and is no UTF-8 is read as Windows-1252. Raises
    UnreadableError where the text fits nothing that it names.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"<\0" in content[:64] or b"\0<" in content[:64]:
        wide = "utf-16-le" if b"<\0" in content[:64] else "utf-16-be"
        return content.decode(wide, errors="replace")
    named = _named(content, charset)
    for encoding in (*named, "utf-8"):
        if (text := _decoded(content, encoding)) is not None:
            return text
    if _MULTI_BYTE.intersection(named) and _NOT_WESTERN.search(content):
        raise UnreadableError(
            f"its text is not in {' or '.join(named)}, which it names; name the right encoding, "
            "or convert it to UTF-8"
        )
    return content.decode("cp1252", errors="replace")


def _named(content: bytes, charset: str | None) -> list[str]:
    """List the encodings that are named, by Python's names: the server's, then the page's own."""
    head = content[:_HEAD_BYTES]
    found = (_META.search(head), _DECLARATION.match(head))
    labels = [charset, *(label.group(1).decode("ascii", "replace") for label in found if label)]
    return list(dict.fromkeys(filter(None, map(_meant, labels))))


def _meant(label: str | None) -> str | None:
    """Give the encoding that a label means; None for one that no page is in.

    Python knows many that are not of the web (UTF-7, IDNA), and a page that says UTF-16 in ASCII
    letters is not in it.
    """
    lowered = (label or "").strip().casefold()
    try:
        name = codecs.lookup(_MEANT.get(lowered, lowered)).name
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(name, name)
    return name if name in _MULTI_BYTE or name.startswith(_SINGLE_BYTE) else None


def _decoded(content: bytes, encoding: str) -> str | None:
    if encoding == "cp1252":  # named without thought where a page is UTF-8
        return None if _fits(content, "utf-8") else content.decode(encoding, errors="replace")
    # Most bytes are some Russian letter and most pairs some Chinese one, also those of UTF-8.
    if encoding != "utf-8" and _fits(content, "utf-8", _NO_CHANCE):
        return None
    try:
        return content.decode(encoding)
    except ValueError:
        is_damaged = encoding not in _MULTI_BYTE or _fits(content, encoding)
        return content.decode(encoding, errors="replace") if is_damaged else None


def _fits(content: bytes, encoding: str, at_least: int = 0) -> bool:
    """Whether a text is in a multi-byte encoding, all but some damage."""
    text = content.decode(encoding, errors="replace")
    bad = text.count(_REPLACEMENT)
    good = len(_BEYOND_ASCII.findall(text)) - bad
    if encoding == "utf-8":
        good += len(_BROKEN_QUOTE.findall(content))
    return good >= max(at_least, bad * _GOOD_FOR_A_BAD_ONE.get(encoding, _GOOD_ELSE))
