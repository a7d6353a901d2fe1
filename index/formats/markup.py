"""Decode and parse HTML and XML that may be hostile, and reduce it to text.

A page is decoded in the encoding that it is in, which is not always the one that it names. The XML
parser resolves no entity, loads no DTD, asks no network and keeps libxml2's limits on depth and
size. HTML is surveyed first: libxml2 takes minutes over one tag with 80,000 attributes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from html.entities import name2codepoint
from typing import Any, BinaryIO

from lxml import etree, html

from index.formats.place import UnreadableError
from index.text.clean import PARAGRAPH_BREAK

# In which encoding a page is.

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
    head = content[:_HEAD_BYTES]
    found = (_META.search(head), _DECLARATION.match(head))
    labels = [charset, *(label.group(1).decode("ascii", "replace") for label in found if label)]
    named = list(dict.fromkeys(filter(None, map(_meant, labels))))
    for encoding in (*named, "utf-8"):
        if (text := _decoded(content, encoding)) is not None:
            return text
    if _MULTI_BYTE.intersection(named) and _NOT_WESTERN.search(content):
        raise UnreadableError(
            f"its text is not in {' or '.join(named)}, which it names; name the right encoding, "
            "or convert it to UTF-8"
        )
    return content.decode("cp1252", errors="replace")


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


# Parsing, within limits.

MAX_PAGE_BYTES = 8 << 20
MAX_XML_BYTES = 32 << 20
MAX_TAGS = 100_000
MAX_ELEMENTS = 2_000_000
MAX_ATTRIBUTES = 1000

_STEP_BYTES = 64 << 10

# Pages saved whole carry their pictures in the addresses of the pictures.
_EMBEDDED = re.compile(r"(data:[\w/+.-]{1,80};base64,)[A-Za-z0-9+/=%\s]+")

_NAMED = re.compile(rb"&([A-Za-z]{2,8}[0-9]{0,2});")
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))


class _Survey:
    """Counts the tags of a page as they are parsed, without a tree."""

    def __init__(self) -> None:
        self._tags = 0

    def start(self, tag: str, attributes: Any) -> None:  # noqa: ANN401
        self._tags += 1
        if self._tags > MAX_TAGS:
            raise UnreadableError(f"more than {MAX_TAGS} tags; no article has so many")
        if len(attributes) > MAX_ATTRIBUTES:
            raise UnreadableError(f"a tag with more than {MAX_ATTRIBUTES} attributes")

    def close(self) -> None:
        pass


def parse_page(content: bytes, charset: str | None = None) -> Any:  # noqa: ANN401
    """Parse a page into a tree of lxml.html; None where it holds nothing.

    Raises UnreadableError for a page over the limits. ``charset`` is what the server said.
    """
    return _parse_html(_without_declaration(_EMBEDDED.sub(r"\1", decode_page(content, charset))))


def _parse_html(text: str) -> Any:  # noqa: ANN401
    content = text.encode(errors="replace")
    if len(content) > MAX_PAGE_BYTES:
        raise UnreadableError(f"a page longer than {MAX_PAGE_BYTES >> 20} MB without its pictures")
    content = content.replace(b"\0", b"")
    if not content.strip():
        return None
    etree.fromstring(content, etree.HTMLParser(target=_Survey(), encoding="utf-8"))
    try:
        return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing but comments
        return None


def _without_declaration(text: str) -> str:
    """Leave out an XML declaration: its word on the encoding is of no use once text is decoded."""
    start = text.lstrip()
    if start[:5].casefold() != "<?xml":
        return text
    declaration, end, rest = start.partition("?>")
    return rest if end and ">" not in declaration else text


def _xml_parser(**options: Any) -> Any:  # noqa: ANN401
    """Make a parser that resolves no entity, loads no DTD and asks no network."""
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        dtd_validation=False, remove_comments=True, remove_pis=True, **options,
    )  # fmt: skip


def is_well_formed(content: bytes) -> bool:
    """Whether XML is well-formed; raises UnreadableError past the limits on tags.

    For XML that is not, the limits are looked for by the rules of HTML, which end at no error.
    """
    try:
        etree.fromstring(content, _xml_parser(target=_Survey()))
    except etree.XMLSyntaxError:
        etree.fromstring(content, etree.HTMLParser(target=_Survey(), encoding="utf-8"))
        return False
    return True


def parse_xml(content: bytes) -> Any:  # noqa: ANN401
    """Parse XML into a tree; raises UnreadableError for what is not XML or over the limits."""
    if content.count(b"<") > 2 * MAX_TAGS:
        raise UnreadableError(f"more than {MAX_TAGS} tags; split it into one file each")
    content = _NAMED.sub(_numbered, content)
    try:
        return etree.fromstring(content, _xml_parser())
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"not XML ({str(error)[:150]}); mend or leave it out") from None


def _numbered(entity: re.Match[bytes]) -> bytes:
    """Write HTML's named characters as numbers: NITF uses them, and its DTD is not loaded."""
    name = entity.group(1).decode("ascii")
    code = name2codepoint.get(name)
    return entity.group() if code is None or name in _XML_NAMES else b"&#%d;" % code


def feed_xml(file: BinaryIO, element: Callable[[tuple[str, str], str], None]) -> None:
    """Call ``element`` with path and text of each element that ends; holds no tree.

    The path are the local names of the element and the one around it, the outer one first.

    Raises UnreadableError where the file is not XML.
    """
    parser = _xml_parser(target=_Texts(element))
    try:
        while chunk := file.read(_STEP_BYTES):
            parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"not XML ({str(error)[:150]}); mend or leave it out") from None


class _Texts:
    def __init__(self, element: Callable[[tuple[str, str], str], None]) -> None:
        self._element = element
        self._open: list[str] = [""]
        self._text: list[str] = []
        self._count = 0

    def start(self, tag: str, attributes: Any) -> None:  # noqa: ANN401
        self._text = []
        self._open.append(local_name(tag))

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise UnreadableError(f"more than {MAX_ELEMENTS} elements; split it")
        self._element((self._open[-2], self._open[-1]), "".join(self._text).strip())
        self._open.pop()
        self._text = []

    def close(self) -> None:
        pass


# The text of what was parsed.

_BLOCKS = frozenset(
    "address article aside blockquote block body caption center dd div dl dt fieldset fn footer "
    "form h1 h2 h3 h4 h5 h6 header hl1 hl2 hr li main nav nitf-table ol p pq pre section table "
    "tbody td th tr ul byline dateline hedline".split()
)
_LINES = frozenset({"br"})
_UNREAD = frozenset(
    "script style head noscript template iframe object svg math select button textarea "
    "media body.end".split()
)
_SPACES = re.compile(r"\s+")


def local_name(tag: object) -> str:
    """Name of an element without its namespace, in lower case; "" for comments."""
    return tag.rpartition("}")[2].casefold() if isinstance(tag, str) else ""


def text_of(element: Any) -> str:  # noqa: ANN401
    """Write an element's text, blocks parted by blank lines; scripts and captions are left out."""
    parts: list[str] = []
    unread = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        name = local_name(node.tag)
        unread += (name in _UNREAD) * (1 if event == "start" else -1)
        if name in _BLOCKS:
            parts.append(PARAGRAPH_BREAK)
        elif name in _LINES and event == "end":
            parts.append("\n")
        text = node.text if event == "start" else node.tail if node is not element else None
        if text and not unread and (name or event == "end"):
            parts.append(_SPACES.sub(" ", text))
    return "".join(parts).strip()


def text_of_markup(markup: str) -> str:
    """Reduce HTML or NITF inside a field to text, paragraphs parted by blank lines."""
    tree = _parse_html(f"<body>{_without_declaration(_EMBEDDED.sub('', markup))}")
    return "" if tree is None else text_of(tree)


def comments_of(tree: Any) -> list[str]:  # noqa: ANN401
    """Texts of the comments before a page's root element and in it."""
    comments = [*tree.itersiblings(etree.Comment, preceding=True), *tree.iter(etree.Comment)]
    return [comment.text or "" for comment in comments]
