"""Read news in XML: the agencies' NITF and NewsML-G2 (IPTC), RSS and Atom feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BufferedReader, BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.formats.markup import (
    MAX_XML_BYTES,
    is_well_formed,
    local_name,
    parse_xml,
    text_of,
    text_of_markup,
)
from index.formats.place import Item, Place, ReadOptions, UnreadableError
from index.formats.record import MAX_ID_CHARS, read_record
from index.formats.stream import read_at_most
from index.types import VERSION_MARK, Rejection, SourcedArticle, Withdrawal, made_id

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ELEMENTS = "{*}*"  # and no comments
_WITHDRAWN = ("canceled", "cancelled", "withheld")


def read_newsml(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each NITF or NewsML-G2 item; ``line`` is the one it starts on."""
    root = parse_xml(read_at_most(file, MAX_XML_BYTES, "the XML"))
    found = False
    for item in root.iter(_ELEMENTS):
        name, line = local_name(item.tag), item.sourceline
        # NITF inside a NewsML item is that item's content.
        if name not in ("newsitem", "nitf") or any(
            local_name(above.tag) == "newsitem" for above in item.iterancestors()
        ):
            continue
        found = True
        if withdrawal := _withdrawal(item, place.name):
            yield withdrawal
            continue
        if name == "nitf":
            yield from read_record(_nitf_record(item), place.name, line, options)
            continue
        kind = _attribute(item, "itemclass", "qcode").rpartition(":")[2].casefold()
        if kind in ("", "text", "composite"):
            yield from read_record(_newsml_record(item), place.name, line, options)
        else:
            yield Rejection(place.name, line, f"not a text but a {kind}")
    if not found:
        yield Rejection(place.name, None, "no news item in it")


def _withdrawal(item: Any, file: str) -> Withdrawal | None:  # noqa: ANN401
    """Tell which item the agency took back, if it did; a kill may name no version."""
    if local_name(item.tag) == "nitf":
        status = _attribute(item, "docdata", "management-status")
        given = _attribute(item, "doc-id", "id-string")
        version = _attribute(item, "du-key", "version")
    else:
        status = _attribute(item, "pubstatus", "qcode")
        given, version = item.get("guid") or "", item.get("version")
    status = status.rpartition(":")[2].casefold()
    if status not in _WITHDRAWN:
        return None
    return Withdrawal(
        file,
        item.sourceline,
        f"the agency has it {status}",
        id=given.strip() or None,
        version=_number(version) if version else None,
    )


def _newsml_record(item: Any) -> dict[str, object]:  # noqa: ANN401
    version = _number(item.get("version"))
    times = ("firstcreated", "versioncreated", "contentcreated")
    if version > 1:  # the first is when the story began
        times = ("versioncreated", "contentcreated", "firstcreated")
    embedded = _first(item, "nitf")
    inner = _nitf_record(embedded) if embedded is not None else {}
    content = _first(item, "contentset")
    return {
        "id": _id(item.get("guid"), version),
        "title": _text(item, "headline") or inner.get("title"),
        "text": inner.get("text") or _inline_text(content),
        "published": next(filter(None, (_text(item, name) for name in times)), None),
        "source": _named(item, "provider") or _named(item, "infosource"),
        "url": None,
        "author": _text(item, "by") or _named(item, "creator") or inner.get("author"),
        "language": _attribute(item, "language", "tag") or item.get(_LANG) or inner.get("language"),
    }


def _number(version: str | None) -> int:
    given = (version or "").strip()
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 1


def _id(guid: str | None, version: int) -> str | None:
    """Id of a version: each is an article of its own, so that the newest is told from the first.

    A guid names all versions of an item (NewsML-G2 Guidelines, "Item identification").
    """
    guid = (guid or "").strip()
    return f"{guid}{VERSION_MARK}{version}" if guid and version > 1 else guid or None


def _inline_text(content: Any) -> str:  # noqa: ANN401
    if content is None:
        return ""
    inline = _first(content, "inlinexml")
    if inline is not None:
        body = _first(inline, "body")
        return text_of(inline if body is None else body)
    data = _first(content, "inlinedata")
    if data is None:
        return ""
    text = "".join(data.itertext())
    is_markup = "html" in data.get("contenttype", "") or "xml" in data.get("contenttype", "")
    return text_of_markup(text) if is_markup else text


def _nitf_record(nitf: Any) -> dict[str, object]:  # noqa: ANN401
    body = _first(nitf, "body.content")
    revision = _number(_attribute(nitf, "du-key", "version"))
    return {
        "id": _id(_attribute(nitf, "doc-id", "id-string"), revision),
        "title": _text(nitf, "hl1") or _text(nitf, "title"),
        "text": "" if body is None else text_of(body),
        "published": _attribute(nitf, "date.issue", "norm")
        or _attribute(nitf, "date.release", "norm")
        or _attribute(nitf, "story.date", "norm"),
        "source": _text(nitf, "distributor")
        or _attribute(nitf, "pubdata", "name")
        or _attribute(nitf, "doc.copyright", "holder"),
        "url": None,
        "author": _text(nitf, "person", within="byline") or _text(nitf, "byline"),
        "language": nitf.get(_LANG) or None,
    }


def _first(element: Any, name: str) -> Any:  # noqa: ANN401
    """First element of that name below, whatever its namespace; None without one."""
    return next((found for found in element.iter(_ELEMENTS) if local_name(found.tag) == name), None)


def _text(element: Any, name: str, within: str | None = None) -> str:  # noqa: ANN401
    inside = element if within is None else _first(element, within)
    found = None if inside is None else _first(inside, name)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _attribute(element: Any, name: str, attribute: str) -> str:  # noqa: ANN401
    found = _first(element, name)
    return "" if found is None else (found.get(attribute) or "").strip()


def _named(element: Any, name: str) -> str:  # noqa: ANN401
    found = _first(element, name)
    if found is None:
        return ""
    return _text(found, "name") or (found.get("literal") or "").strip()


# Feeds: one article an entry, in full where the feed has it.

MAX_FEED_BYTES = 32 << 20
MAX_FEED_TAGS = 200_000
MAX_ESCAPED_TAGS = 500_000

# feedparser reads broken XML in its own way, whose time grows with the square of the length.
MAX_BROKEN_BYTES = 1 << 20
MAX_BROKEN_TAGS = 20_000

# feedparser looks for an address in an author with time that grows with the square of the longest
# word's length; pictures in an address have a slash at least every few hundred characters.
_ENDLESS_WORD = re.compile(rb"[\w.+-]{4000,}")


def read_feed(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of each entry; ``line`` counts entries from 1."""
    import feedparser  # large, and needed for few archives

    content = read_at_most(file, MAX_FEED_BYTES, "the feed")
    if content.count(b"<") > MAX_FEED_TAGS or content.count(b"&lt;") > MAX_ESCAPED_TAGS:
        raise UnreadableError(f"more than {MAX_FEED_TAGS} tags; split the feed")
    content = _ENDLESS_WORD.sub(b"", content)
    is_long = len(content) > MAX_BROKEN_BYTES or content.count(b"<") > MAX_BROKEN_TAGS
    if not is_well_formed(content) and is_long:
        raise UnreadableError("a feed that is not well-formed, and too long to guess; mend it")
    # A stream: a bare string would be taken for the address of something to fetch.
    feed = feedparser.parse(BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    for number, entry in enumerate(feed.entries, 1):
        try:
            record = _entry_record(entry, feed.feed, place.url)
        except UnreadableError as error:
            yield Rejection(place.name, number, str(error))
        else:
            is_summary = not entry.get("content")
            for item in read_record(record, place.name, number, options):
                if isinstance(item, SourcedArticle):
                    item = replace(item, is_summary=is_summary)
                yield item
    if not feed.entries:
        yield Rejection(place.name, None, f"a feed without entries{_complaint(feed)}")
    elif feed.bozo and _complaint(feed):
        reason = f"the feed is damaged, entries may be missing{_complaint(feed)}"
        yield Rejection(place.name, None, reason, kept=True, unread=True)


def _complaint(feed: Mapping[str, Any]) -> str:
    import feedparser

    error = feed.get("bozo_exception")
    # A wrong word about the encoding, which feedparser found out by itself, costs nothing.
    if error is None or isinstance(error, feedparser.CharacterEncodingOverride):
        return ""
    return f" ({error})"[:160]


def _entry_record(entry: Any, feed: Any, base: str | None) -> dict[str, object]:  # noqa: ANN401
    # A guid without a word about it counts as an address, and is often a bare number.
    own = None if entry.get("guidislink") else feed.get("link") or base
    link = _link(entry.get("link"), own)
    # The full text, where there is one, is longer than the summary.
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    names = [author.get("name", "") for author in entry.get("authors", ())]
    return {
        "id": None if link else _own_id(entry.get("id"), feed.get("link") or feed.get("title")),
        "title": _plain(entry.get("title_detail")),
        "text": max(map(_plain, parts), key=len),
        "published": entry.get("published") or entry.get("updated") or entry.get("created"),
        "source": _plain(entry.get("source", {}).get("title_detail"))
        or _plain(feed.get("title_detail")),
        "url": link,
        "author": ", ".join(filter(None, names)) or entry.get("author") or None,
        "language": parts[0].get("language") or feed.get("language") or None,
    }


def _plain(detail: Any) -> str:  # noqa: ANN401
    if not detail or not detail.get("value"):
        return ""
    value = str(detail["value"])
    is_markup = detail.get("type") != "text/plain" or "<" in value
    return text_of_markup(value) if is_markup else value


def _link(link: str | None, base: str | None) -> str | None:
    try:
        address = urlsplit(urljoin(base or "", link or ""))
    except ValueError:
        return None
    return address.geturl() if link and address.scheme in ("http", "https") else None


def _own_id(given: str | None, feed: str | None) -> str | None:
    """Id of an entry without a link. A bare number is only unique within its feed."""
    if not given:
        return None
    if ":" in given and len(given) <= MAX_ID_CHARS and given.isprintable():
        return given
    return made_id(f"{feed}\x1f{given}")
