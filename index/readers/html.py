"""Read an HTML page as saved from the web: headline, text, date, author, outlet, address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura

from index.clean import PARAGRAPH_BREAK
from index.readers.dates import AmbiguousDateError, normalise_date
from index.readers.fields import read_record
from index.readers.linked import Page, own_dates, parse_linked, without_dates
from index.readers.markup import comments_of, parse_page
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
    "article.published", "published_time", "publication_date", "date",
)  # fmt: skip
_SAVED = re.compile(
    r"(?:saved from url=\(\d{4,5}\)|Page saved with SingleFile\s{1,9}url: )(https?://\S+)"
)
_CHANGES = ("modified", "updated", "lastmod", "revised")

# trafilatura searches what a page says of itself in time that grows with the square of its length,
# and libxml2 writes addresses so.
_MAX_SAID_CHARS = 2000
_MAX_BROKEN_CHARS = 4000

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
    _shorten(tree)
    given = _given_dates(tree, place.url)
    page = _extracted(tree, place.url)
    if page is None or not page.text:
        raise UnreadableError("no article found in the page; a list of headlines is none")
    return {
        "title": page.title or "",
        "text": page.text.replace("\n", PARAGRAPH_BREAK),
        "published": _published([*given, *_as_written(page.date, tree)]),
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


def _published(values: Iterable[str]) -> str | None:
    """Choose the first date that can be read, and before it is rejected a later one that is clear.

    None where no date can be read; one that is ambiguous is left to the order that the user gives.
    """
    ambiguous = None
    for value in values:
        try:
            normalise_date(value)
        except AmbiguousDateError:
            ambiguous = ambiguous or value
        except ValueError:
            continue
        else:
            return value
    return ambiguous


def _shorten(tree: Any) -> None:  # noqa: ANN401
    """Cut what a page says of itself, and the addresses in it, where no paper has it so long."""
    for element in tree.iter():
        for name, value in element.items():
            if len(value) > _MAX_SAID_CHARS:
                _set(element, name, value)
    for title in tree.iter("title"):
        if title.text and len(title.text) > _MAX_SAID_CHARS:
            title.text = _cut(title.text)


def _set(element: Any, name: str, value: str) -> None:  # noqa: ANN401
    try:
        element.set(name, _cut(value))
    except ValueError:  # a name that HTML admits and lxml does not
        element.attrib.pop(name)


def _cut(text: str) -> str:
    return "".join(c for c in text[:_MAX_SAID_CHARS] if c.isprintable())


def _given_dates(tree: Any, url: str | None) -> list[str]:  # noqa: ANN401
    """Dates of publication that a page names as such, the surest first.

    Takes them out of the tree, and with them the dates of other stories and of changes, and
    whatever is too long to be searched: trafilatura takes the first date that it meets, and reads
    03/04/2021 as it likes.
    """
    named = _said(tree)
    titles = [named.get("og:title"), *(_words_of(name) for name in tree.iter("title", "h1"))]
    page = Page.of([_address(tree, url), url], titles)
    own, others = own_dates(list(_linked(tree)), page)
    times = []
    for time in tree.iter("time"):
        marked = time.get("itemprop", "").casefold() == "datepublished" or "pubdate" in time.attrib
        if marked and time.get("datetime"):
            times.append(time.get("datetime"))
    return [*own, *(named[name] for name in _DATE_NAMES if named.get(name)), *times, *others]


def _linked(tree: Any) -> Iterator[object]:  # noqa: ANN401
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = script.text or ""
        value = parse_linked(text)
        if value is not None:
            yield value
            script.text = json.dumps(without_dates(value))
        elif len(text) > _MAX_BROKEN_CHARS:
            script.text = ""


def _said(tree: Any) -> dict[str, str]:  # noqa: ANN401
    """Tell what meta elements say, by name; in the tree they lose the dates."""
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = meta.get("content", "")
        names = [meta.get(key, "").casefold() for key in ("property", "name", "itemprop")]
        for name in names:
            said.setdefault(name, content)
        if "content" in meta.attrib:
            dated = any(
                name in _DATE_NAMES or any(change in name for change in _CHANGES) for name in names
            )
            if dated:
                meta.set("content", "")
    return said


def _words_of(element: Any) -> str:  # noqa: ANN401
    return "".join(element.itertext())[:_MAX_SAID_CHARS]


def _as_written(day: str | None, tree: Any) -> list[str]:  # noqa: ANN401
    """Give a day that trafilatura found, or the figures it read it from, if they are ambiguous."""
    if day is None:
        return []
    year, month, number = day.split("-")
    if int(number) > 12 or number == month:
        return [day]
    either = f"0?(?:{int(number)}[/.-]0?{int(month)}|{int(month)}[/.-]0?{int(number)})"
    figures = re.compile(rf"(?<!\d){either}[/.-](?:{year[:2]})?{year[2:]}(?!\d)")
    clear = re.compile(rf"{year}[/.-]?{month}[/.-]?{number}")
    ambiguous = None
    for element in tree.iter():
        for text in (element.text, element.tail, *element.values()):
            if text and clear.search(text):
                return [day]
            ambiguous = ambiguous or (figures.search(text) if text else None)
    return [ambiguous.group() if ambiguous else day]


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
    return url or _saved_from(tree)


def _saved_from(tree: Any) -> str | None:  # noqa: ANN401
    """Address that a browser noted in the page when it saved it."""
    for comment in comments_of(tree):
        if found := _SAVED.search(comment[:_MAX_SAID_CHARS]):
            return found.group(1)
    return None


def _language(tree: Any) -> str | None:  # noqa: ANN401
    given = str(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return given.strip()[:35] or None
