"""What an HTML page says of its article in its head and its markup, beside the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from index.formats.markup import comments_of
from index.formats.metadata import Page, own_dates, parse_linked, publishers, without_dates

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
_TITLE_NAMES = ("og:title", "twitter:title", "title", "dc.title", "headline")
_OUTLET_NAMES = ("og:site_name", "application-name", "twitter:site")
_CHANGES = ("modified", "updated", "lastmod", "revised")

# trafilatura searches what a page says of itself in time that grows with the square of its length,
# and libxml2 writes addresses so.
_MAX_SAID_CHARS = 2000
_MAX_BROKEN_CHARS = 4000


class Said(NamedTuple):
    """What a page says of its article: dates of publication, the surest first, names of outlets.

    ``headings`` are its first-level ones. ``borrowed`` are those below where there is no title, for
    trafilatura makes one of them.
    """

    address: str | None
    dates: list[str]
    outlets: list[str]
    headings: list[str]
    borrowed: frozenset[str]

    @classmethod
    def by(cls, tree: Any, url: str | None) -> Said:  # noqa: ANN401
        """Read it out of the tree, and take dates out of it.

        Those of other stories and of changes go too, and whatever is too long to be searched:
        trafilatura takes the first date that it meets, and reads 03/04/2021 as it likes.
        """
        _shorten(tree)
        named, linked = _named(tree), list(_linked(tree))
        address = _address(tree, url)
        headings = [_words_of(heading) for heading in tree.iter("h1")]
        titles = [*headings, *(_words_of(title) for title in tree.iter("title"))]
        titles += [named.get(name, "") for name in _TITLE_NAMES]
        page = Page.of([address, url], titles)
        own, others = own_dates(linked, page)
        meta = [named[name] for name in _DATE_NAMES if named.get(name)]
        return cls(
            address=address,
            dates=[*own, *meta, *_times(tree), *others],
            outlets=[named.get(name, "") for name in _OUTLET_NAMES] + publishers(linked, page),
            headings=headings,
            borrowed=frozenset() if any(map(str.strip, titles)) else _lower_headings(tree),
        )


def _times(tree: Any) -> Iterator[str]:  # noqa: ANN401
    for time in tree.iter("time"):
        marked = time.get("itemprop", "").casefold() == "datepublished" or "pubdate" in time.attrib
        if marked and time.get("datetime"):
            yield time.get("datetime")


def _linked(tree: Any) -> Iterator[object]:  # noqa: ANN401
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = script.text or ""
        value = parse_linked(text)
        if value is not None:
            yield value
            script.text = json.dumps(without_dates(value))
        elif len(text) > _MAX_BROKEN_CHARS:
            script.text = ""


def _named(tree: Any) -> dict[str, str]:  # noqa: ANN401
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


def _lower_headings(tree: Any) -> frozenset[str]:  # noqa: ANN401
    return frozenset(" ".join(_words_of(heading).split()) for heading in tree.iter("h2"))


def _words_of(element: Any) -> str:  # noqa: ANN401
    return "".join(element.itertext())[:_MAX_SAID_CHARS]


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
