"""Read an HTML page as saved from the web: headline, text, date, author, outlet, address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura

from index.clean import PARAGRAPH_BREAK
from index.readers.dates import AmbiguousDateError, normalise_date
from index.readers.fields import read_record
from index.readers.markup import parse_page
from index.readers.options import ReadOptions
from index.readers.place import Item, Place, UnreadableError
from index.readers.streams import read_at_most
from index.types import Rejection

# With its pictures inside.
MAX_SAVED_BYTES = 64 << 20

# What pages call the time of publication, the surest first.
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date.issued",
    "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "pubdate", "publishdate", "publish-date",
    "article.published",
)  # fmt: skip
_LINKED_DATE = re.compile(r'"datePublished"\s*:\s*("(?:[^"\\]|\\.){1,60}")')

# Only what a page says of its date counts, not a year in its text.
_DATE_SEARCH = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}


def read_html(file: BufferedReader, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Yield the article of a page, or a Rejection where there is none in it."""
    content = read_at_most(file, MAX_SAVED_BYTES, "the page")
    yield from read_page(content, place, None, options)


def read_page(
    content: bytes, place: Place, line: int | None, options: ReadOptions
) -> Iterator[Item]:
    """Yield the article of a page whose address and charset, if known, ``place`` tells."""
    try:
        record = _page_record(content, place)
    except UnreadableError as error:
        where = f" at {place.url}" if place.url and line else ""
        yield Rejection(place.name, line, f"{error}{where}")
        return
    yield from read_record(record, place.name, line, options)


def _page_record(content: bytes, place: Place) -> dict[str, object]:
    tree = parse_page(content, place.charset)
    if tree is None:
        raise UnreadableError("an empty page")
    page = _extracted(tree, place.url)
    if page is None or not page.text:
        raise UnreadableError("no article found in the page; a list of headlines is none")
    return {
        "title": page.title or "",
        "text": page.text.replace("\n", PARAGRAPH_BREAK),
        "published": _published(tree) or page.date,
        "source": page.sitename or page.hostname,
        "url": _address(tree, place.url),
        "author": page.author and page.author.replace("; ", ", "),
        "language": _language(tree),
    }


def _extracted(tree: Any, url: str | None) -> Any:  # noqa: ANN401
    for tables in (False, True):  # old pages set their text in tables
        try:
            page: Any = trafilatura.bare_extraction(
                tree,
                url=url,
                include_comments=False,
                include_tables=tables,
                with_metadata=True,
                date_extraction_params=_DATE_SEARCH,
            )
        except Exception as error:
            # trafilatura promises ValueError alone, and hostile pages show that it errs.
            raise UnreadableError(f"no article found in the page ({error})"[:200]) from error
        if page is not None and page.text:
            return page
    return None


def _published(tree: Any) -> str | None:  # noqa: ANN401
    """Date as the page gives it; one that cannot be read is passed over for the next."""
    for value in _dates(tree):
        try:
            normalise_date(value)
        except AmbiguousDateError:
            return value
        except ValueError:
            continue
        return value
    return None


def _dates(tree: Any) -> Iterator[str]:  # noqa: ANN401
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        for found in _LINKED_DATE.finditer(script.text or ""):
            yield _unquoted(found.group(1))
    named: dict[str, str] = {}
    for meta in tree.iter("meta"):
        for key in ("property", "name", "itemprop"):
            named.setdefault(meta.get(key, "").casefold(), meta.get("content", ""))
    yield from (named[name] for name in _DATE_NAMES if named.get(name))
    for time in tree.iter("time"):
        marked = time.get("itemprop", "").casefold() == "datepublished" or "pubdate" in time.attrib
        if marked and time.get("datetime"):
            yield time.get("datetime")


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _address(tree: Any, url: str | None) -> str | None:  # noqa: ANN401
    """Canonical address of the page; a site's front page is nobody's, and a mistake of the site."""
    links = [link.get("href", "") for link in tree.iter("link")
             if link.get("rel", "").casefold() == "canonical"]  # fmt: skip
    links += [meta.get("content", "") for meta in tree.iter("meta")
              if meta.get("property", "").casefold() == "og:url"]  # fmt: skip
    for link in links:
        try:
            address = urlsplit(urljoin(url or "", link.strip()))
        except ValueError:
            continue
        if address.scheme in ("http", "https") and (address.path.strip("/") or address.query):
            return str(address.geturl())
    return url


def _language(tree: Any) -> str | None:  # noqa: ANN401
    given = str(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return given.strip()[:35] or None
