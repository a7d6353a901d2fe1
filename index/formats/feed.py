"""Read an RSS or Atom feed: one article an entry, in full where the feed has it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BufferedReader, BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from index.formats.markup import is_well_formed, text_of_markup
from index.formats.options import ReadOptions
from index.formats.place import Item, Place, UnreadableError
from index.formats.record import MAX_ID_CHARS, read_record
from index.formats.stream import read_at_most
from index.types import Rejection, SourcedArticle

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
    content = read_at_most(file, MAX_FEED_BYTES, "the feed")
    if content.count(b"<") > MAX_FEED_TAGS or content.count(b"&lt;") > MAX_ESCAPED_TAGS:
        raise UnreadableError(f"more than {MAX_FEED_TAGS} tags; split the feed")
    content = _ENDLESS_WORD.sub(b"", content)
    _check_broken(content)
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


def _check_broken(content: bytes) -> None:
    tags = content.count(b"<")
    if not is_well_formed(content) and (len(content) > MAX_BROKEN_BYTES or tags > MAX_BROKEN_TAGS):
        raise UnreadableError("a feed that is not well-formed, and too long to guess; mend it")


def _complaint(feed: Mapping[str, Any]) -> str:
    error = feed.get("bozo_exception")
    # A wrong word about the encoding, which feedparser found out by itself, costs nothing.
    if error is None or isinstance(error, feedparser.CharacterEncodingOverride):
        return ""
    return f" ({error})"[:160]


def _entry_record(entry: Any, feed: Any, base: str | None) -> dict[str, object]:  # noqa: ANN401
    # A guid without a word about it counts as an address, and is often a bare number.
    own = None if entry.get("guidislink") else feed.get("link") or base
    link = _link(entry.get("link"), own)
    return {
        "id": None if link else _own_id(entry.get("id"), feed.get("link") or feed.get("title")),
        "title": _plain(entry.get("title_detail")),
        "text": _longest(entry),
        "published": entry.get("published") or entry.get("updated") or entry.get("created"),
        "source": _plain(entry.get("source", {}).get("title_detail"))
        or _plain(feed.get("title_detail")),
        "url": link,
        "author": _authors(entry) or None,
        "language": _language(entry, feed),
    }


def _longest(entry: Any) -> str:  # noqa: ANN401
    """Text of an entry: the full text where there is one, which is longer than the summary."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    return max((_plain(part) for part in parts), key=len)


def _plain(detail: Any) -> str:  # noqa: ANN401
    if not detail or not detail.get("value"):
        return ""
    value = str(detail["value"])
    is_markup = detail.get("type") != "text/plain" or "<" in value
    return text_of_markup(value) if is_markup else value


def _authors(entry: Any) -> str:  # noqa: ANN401
    names = [author.get("name", "") for author in entry.get("authors", ())]
    return ", ".join(filter(None, names)) or entry.get("author", "")


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
    return hashlib.sha256(f"{feed}\x1f{given}".encode()).hexdigest()[:16]


def _language(entry: Any, feed: Any) -> str | None:  # noqa: ANN401
    detail = (entry.get("content") or [entry.get("summary_detail") or {}])[0]
    return detail.get("language") or feed.get("language") or None
