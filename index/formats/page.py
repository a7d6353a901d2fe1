"""Read an HTML page as saved from the web: headline, text, date, author, outlet, address.

trafilatura finds the article in the page. What it is told beside, and what is taken for the date
and for the name of the outlet, which pages put behind their headlines, is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import trafilatura

from index.formats.dates import AmbiguousDateError, normalise_date
from index.formats.markup import parse_page
from index.formats.metadata import Said
from index.formats.place import Item, Listed, Place, ReadOptions, UnreadableError
from index.formats.record import read_record
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
    said, listed = Said.by(tree, place.url), place.listed
    page = _extracted(tree, place.url)
    if page is None or not page.text:
        raise UnreadableError("no article found in the page; a list of headlines is none")
    dates = [*said.dates, *_as_written(page.date, tree), listed.published or ""]
    # The list's name of the outlet, where the page has no more than its address.
    outlet: str = page.sitename or ""
    is_address = "." in outlet and outlet.casefold() in (page.url or "").casefold()
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return {
        "title": _headline(page, said, listed),
        "text": page.text.replace("\n", PARAGRAPH_BREAK),
        "published": _published(dates),
        "source": ("" if is_address else outlet) or listed.source or outlet or page.hostname,
        "url": said.address,
        "author": page.author and page.author.replace("; ", ", "),
        "language": str(language).strip()[:35] or None,
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


# Headlines without the outlet's name behind them: "Ferry aground - BBC News", "… | Reuters".
#
# Headlines have dashes of their own ("Storm hits Selm - again"), so that nothing is taken off but
# what the page itself shows to be its outlet.

MAX_NAME_CHARS = 80

# What parts a headline from a name behind it. Hyphens inside words have no spaces around them.
_SEPARATOR = re.compile(r" (?:[-–—―~•·∙»«›‹]|::|//) | ?\| ?")
_BARS = frozenset("|•·∙»«›‹:")
_MOST_SEPARATORS = 3
_MOST_NAMES = 20

_WORD = re.compile(r"[^\W_]+")
# What outlets hang onto their own names, in one place and not in the other.
_GENERIC = frozenset(("news", "online", "com"))
_SHORTEST_LABEL = 3
# Levels of domain names that belong to nobody: bbc.co.uk, abc.net.au, abcnews.go.com.
_PUBLIC_LEVELS = frozenset(("co", "com", "org", "net", "gov", "go", "or", "ne", "ac"))


@dataclass(frozen=True, slots=True)
class Outlet:
    """What a page shows of its outlet: names in words, and the host of its address."""

    names: tuple[str, ...]
    host: str

    @classmethod
    def of(cls, names: Iterable[str | None], address: str | None) -> Outlet:
        """Take what can be a name; an account's is one too ("@HarbourCourier")."""
        folded = (" ".join((name or "").split()).lstrip("@") for name in names)
        fit = (name for name in folded if 0 < len(name) <= MAX_NAME_CHARS and "://" not in name)
        try:
            host = (urlsplit(address or "").hostname or "").removeprefix("www.")
        except ValueError:
            host = ""
        return cls(tuple(dict.fromkeys(islice(fit, _MOST_NAMES))), host)

    def is_named(self, text: str, mark: str) -> bool:
        """Whether a text is the outlet's name, where it stands behind a separating mark."""
        words = _words(text)
        if not words:
            return False
        domain = text.casefold().removeprefix("www.")
        if text in self.names or "." in domain and f".{self.host}".endswith(f".{domain}"):
            return True
        if text[0].islower():  # as in "run by - the independent": a word, and no name
            return False
        return any(_same(words, _words(name)) for name in self.names) or self._is_label(words, mark)

    def _is_label(self, words: list[str], mark: str) -> bool:
        """Whether words are those of the host, as "The Guardian" is of theguardian.com.

        A single word behind a dash is none: what stands in a host's name may be a place, and
        "Ferries cancelled - Scotland" a headline.
        """
        labels = self.host.split(".")[:-1]
        while len(labels) > 1 and labels[-1] in _PUBLIC_LEVELS:
            labels.pop()
        # The part that its owner chose: "bbc" of news.bbc.co.uk.
        label = labels[-1].replace("-", "") if labels else ""
        if len(label) < _SHORTEST_LABEL or len(words) < 2 and not _BARS & set(mark):
            return False
        whole = _without_article(words)
        if whole[1:] and whole[-1] in _GENERIC and "".join(whole[:-1]) == label:
            return True
        return label in ("".join(words), "".join(whole))


def _headline(page: Any, said: Said, listed: Listed) -> str:  # noqa: ANN401
    """Headline without the outlet's name; the list's, where the page has none of its own."""
    outlet = Outlet.of([page.sitename, *said.outlets, listed.source], said.address)
    title = without_outlet(page.title or "", outlet, said.headings)
    is_own = title and title not in said.borrowed and not outlet.is_named(title, "|")
    return title if is_own or not listed.title else without_outlet(listed.title, outlet, ())


def without_outlet(title: str, outlet: Outlet, headings: Collection[str]) -> str:
    """Take the outlet's names off the end of a title.

    A title that the page's heading has word for word, in any case of letters, stays as it is.
    """
    title = " ".join(title.split())
    stated = {" ".join(heading.casefold().split()) for heading in headings}
    while title.casefold() not in stated:
        # From the left: the name may have a separator itself.
        for mark in list(_SEPARATOR.finditer(title))[-_MOST_SEPARATORS:]:
            head = title[: mark.start()]
            if _WORD.search(head) and outlet.is_named(title[mark.end() :], mark.group()):
                title = head
                break
        else:
            break
    return title


def _same(words: list[str], name: list[str]) -> bool:
    """Whether words are a name, up to an article before it and "News" or ".com" behind it."""
    words, name = _without_article(words), _without_article(name)
    if words == name or "".join(words) == "".join(name):
        return bool(name)
    return bool(name) and words[: len(name)] == name and _GENERIC.issuperset(words[len(name) :])


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if words[:1] == ["the"] and words[1:] else words


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
