"""Read an HTML page as saved from the web: headline, text, date, author, outlet, address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import Any

import trafilatura

from index.formats.dates import AmbiguousDateError, normalise_date
from index.formats.headline import Outlet, without_outlet
from index.formats.markup import parse_page
from index.formats.options import ReadOptions
from index.formats.place import Item, Listed, Place, UnreadableError
from index.formats.record import read_record
from index.formats.said import Said
from index.formats.stream import read_at_most
from index.text.clean import PARAGRAPH_BREAK
from index.types import Rejection

# With its pictures inside.
MAX_SAVED_BYTES = 64 << 20

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
    said = Said.by(tree, place.url)
    page = _extracted(tree, place.url)
    if page is None or not page.text:
        raise UnreadableError("no article found in the page; a list of headlines is none")
    dates = [*said.dates, *_as_written(page.date, tree), place.listed.published or ""]
    return {
        "title": _headline(page, said, place.listed),
        "text": page.text.replace("\n", PARAGRAPH_BREAK),
        "published": _published(dates),
        "source": _outlet(page, place.listed),
        "url": said.address,
        "author": page.author and page.author.replace("; ", ", "),
        "language": _language(tree),
    }


def _headline(page: Any, said: Said, listed: Listed) -> str:  # noqa: ANN401
    """Headline without the outlet's name; the list's, where the page has none of its own."""
    outlet = Outlet.of([page.sitename, *said.outlets, listed.source], said.address)
    title = without_outlet(page.title or "", outlet, said.headings)
    is_own = title and title not in said.borrowed and not outlet.is_named(title, "|")
    return title if is_own or not listed.title else without_outlet(listed.title, outlet, ())


def _outlet(page: Any, listed: Listed) -> str | None:  # noqa: ANN401
    """Name of the outlet; the list's, where the page has no more than its address."""
    name: str = page.sitename or ""
    is_address = "." in name and name.casefold() in (page.url or "").casefold()
    own = None if is_address else name or None
    return own or listed.source or name or page.hostname


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


def _language(tree: Any) -> str | None:  # noqa: ANN401
    given = str(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return given.strip()[:35] or None
