"""Read what stands at a URL, and the pages that a sitemap or a plain list of URLs leads to.

The pages of a list that is a file lie beside it; only a list that was itself given as a URL has its
pages fetched, and only from its own host. What a news sitemap says of a page counts where the page
does not say it itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from index.formats.markup import feed_xml
from index.formats.place import (
    MAX_DEPTH,
    Allowance,
    FormatReader,
    Item,
    Listed,
    Place,
    ReadOptions,
    UnreadableError,
)
from index.formats.stream import open_file
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


# sitemaps.org, "Sitemaps XML format": no more than 50,000 addresses of 2,048 characters.
MAX_PAGES = 50_000
MAX_URL_CHARS = 2048
MAX_SAID_CHARS = 1000

_ENTRIES = {(root, e) for root in ("urlset", "sitemapindex") for e in ("url", "sitemap")}
_ADDRESSES = (("url", "loc"), ("sitemap", "loc"))
# Google's "Create a News sitemap": what a page is called, when and by whom it was published.
_NEWS = {
    ("news", "title"): "title",
    ("news", "publication_date"): "published",
    ("publication", "name"): "source",
}


def read_sitemap(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the articles of the pages listed; a page that is not there is a Rejection."""
    if place.folder is None and not place.fetched:
        yield Rejection(
            place.name,
            None,
            "a list of pages; give it by itself, with the saved pages beside it, or as a URL",
        )
        return
    pages = _pages(file)
    if not pages:
        yield Rejection(place.name, None, "a list of pages with none in it")
    for url, listed in pages.items():
        if place.folder is not None:
            yield from _read_saved(url, listed, place, place.folder, options)
        else:
            yield from _read_fetched(url, listed, place, options)


def _pages(file: BufferedReader) -> dict[str, Listed]:
    """Addresses in the order of the list, and what it says of each."""
    found: dict[str, Listed] = {}

    def add(url: str, listed: Listed) -> None:
        found.setdefault(url[: MAX_URL_CHARS + 1], listed)
        if len(found) > MAX_PAGES:
            raise UnreadableError(f"lists more than {MAX_PAGES} pages; split it")

    if file.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        feed_xml(file, _Entries(add).element)
    else:
        while line := file.readline(4 * MAX_URL_CHARS):
            if url := line.decode(errors="replace").strip(" \t\r\n\ufeff"):
                add(url, Listed())
    return found


@dataclass(slots=True)
class _Entries:
    """Puts the elements of an entry together, and hands it on where it ends."""

    add: Callable[[str, Listed], None]
    url: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def element(self, path: tuple[str, str], text: str) -> None:
        """Take in an element that ends."""
        # Pictures and videos on a page have a loc as well, in a namespace of their own.
        if path in _ADDRESSES:
            self.url = self.url or text
        elif name := _NEWS.get(path):
            self.said.setdefault(name, text[:MAX_SAID_CHARS])
        elif path in _ENTRIES:
            if self.url:
                self.add(self.url, Listed(**self.said))
            self.url, self.said = "", {}


def _read_saved(
    url: str, listed: Listed, place: Place, folder: Path, options: ReadOptions
) -> Iterator[Item]:
    path = _saved(url, folder)
    if path is None:
        reason = f"{url[:300]} is listed and not saved beside the list; save it, or give its URL"
        yield Rejection(place.name, None, reason, unread=False)
        return
    name = path.relative_to(folder).as_posix()
    if (real := os.path.realpath(path)) in place.visited:
        reason = f"{url[:300]} leads to {name}, which was read already"
        yield Rejection(place.name, None, reason, unread=False)
        return
    place.visited.add(real)
    inside = replace(place.inside(name, url=url), folder=path.parent, listed=listed)
    try:
        with open_file(path) as file:
            yield from inside.read(file, options)
    except OSError as error:
        yield Rejection(inside.name, None, f"cannot be read: {error.strerror or error}")


def _saved(url: str, folder: Path) -> Path | None:
    """Find the file of a page: under its path, or under host and path as wget saves it.

    None where there is none inside the folder: neither ".." nor a link leads out of it.
    """
    try:
        address = urlsplit(url)
    except ValueError:
        return None
    if len(url) > MAX_URL_CHARS or "\0" in (path := unquote(address.path)):
        return None
    parts = path.strip("/")
    top = os.path.realpath(folder)
    for base in (parts, f"{address.netloc}/{parts}", parts.rpartition("/")[2]):
        for name in (base, f"{base}.html", f"{base}/index.html"):
            real = os.path.realpath(os.path.join(top, name.lstrip("/")))
            if os.path.commonpath((top, real)) == top and os.path.isfile(real):
                return folder / os.path.relpath(real, top)
    return None


def _read_fetched(url: str, listed: Listed, place: Place, options: ReadOptions) -> Iterator[Item]:
    address = urljoin(place.url or "", url)
    try:
        same = urlsplit(address).hostname == urlsplit(place.url or "").hostname
    except ValueError:
        same = False
    if not same:
        reason = f"{url[:300]} is on another host than the list; give its URL by itself"
        yield Rejection(place.name, None, reason, unread=False)
        return
    if address in place.visited:
        yield Rejection(place.name, None, f"{url[:300]} is listed more than once", unread=False)
        return
    place.visited.add(address)
    yield from read_url(address, options, place.content, place, listed)
