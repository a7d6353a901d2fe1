"""Read what stands at a URL: a page, a feed, a sitemap or any other file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from index.formats.place import MAX_DEPTH, Allowance, FormatReader, Item, Listed, Place, ReadOptions
from index.sources.fetch import FetchError, fetch
from index.types import Rejection

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
}


def read_url(
    url: str,
    options: ReadOptions,
    content: FormatReader | None,
    listed_at: Place | None = None,
    listed: Listed | None = None,
) -> Iterator[Item]:
    """Yield the articles at a URL; where it cannot be fetched, a Rejection.

    ``content`` reads a stream of any format. ``listed_at`` is the list that it stands in, if it
    does, and ``listed`` what that says of it.
    """
    depth = 0 if listed_at is None else listed_at.depth + 1
    if depth > MAX_DEPTH:
        yield Rejection(url, None, "lists inside each other too deep")
        return
    try:
        with fetch(url, options.address_allowed) as fetched:
            place = Place(
                name=url,
                hint=_hint(fetched.url, fetched.content_type),
                allowance=Allowance(fetched.size),
                url=fetched.url,
                charset=fetched.charset,
                fetched=True,
                depth=depth,
                visited={url, fetched.url} if listed_at is None else listed_at.visited,
                listed=listed or Listed(),
                content=content,
            )
            yield from place.read(fetched.body, options)
    except FetchError as error:
        yield Rejection(url, None, str(error))


def _hint(url: str, content_type: str) -> str:
    """Name the file by its address; servers say text/plain of nearly everything."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    known = name.rpartition(".")[2].casefold()
    if "." in name and content_type not in ("text/html", "application/xhtml+xml"):
        return name
    return name if known in ("html", "htm") else f"{name}{_ENDINGS.get(content_type, '')}"
