"""What an HTML page says of its article beside the text: when, by whom, under which address.

In its head and its markup, and in JSON-LD, in the words of schema.org.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import orjson

from index.formats.markup import comments_of

# What is longer is no fact about an article but its text. trafilatura searches what a page says of
# itself in time that grows with the square of its length, and libxml2 writes addresses so.
MAX_CHARS = 2000

# What pages call the time of publication, the surest first.
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date.issued",
    "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "pubdate", "publishdate", "publish-date",
    "article.published", "published_time", "publication_date", "date",
)  # fmt: skip
_CHANGES = ("modified", "updated", "lastmod", "revised")
_TITLE_NAMES = ("og:title", "twitter:title", "title", "dc.title", "headline")
_OUTLET_NAMES = ("og:site_name", "application-name", "twitter:site")
_SAVED = re.compile(
    r"(?:saved from url=\(\d{4,5}\)|Page saved with SingleFile\s{1,9}url: )(https?://\S+)"
)


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
        named = _named(tree)
        linked = [node for value in _linked(tree) for node in _nodes(value)]
        address = _address(tree, url)
        headings = [_words_of(heading) for heading in tree.iter("h1")]
        titles = [*headings, *(_words_of(title) for title in tree.iter("title"))]
        titles += [named.get(name, "") for name in _TITLE_NAMES]
        lower = (" ".join(_words_of(heading).split()) for heading in tree.iter("h2"))
        page = Page.of([address, url], titles)
        own, others = _own(linked, page)
        times = [
            time.get("datetime") for time in tree.iter("time")
            if time.get("itemprop", "").casefold() == "datepublished" or "pubdate" in time.attrib
        ]  # fmt: skip
        dates = [*_published(own), *map(named.get, _DATE_NAMES), *times, *_published(others)]
        return cls(
            address=address,
            dates=[date for date in dates if date],
            outlets=[named.get(name, "") for name in _OUTLET_NAMES] + _publishers(own, linked),
            headings=headings,
            borrowed=frozenset() if any(map(str.strip, titles)) else frozenset(lower),
        )


def _shorten(tree: Any) -> None:  # noqa: ANN401
    """Cut what a page says of itself, and the addresses in it, where no paper has it so long."""
    for element in tree.iter():
        for name, value in element.items():
            if len(value) > MAX_CHARS:
                try:
                    element.set(name, _cut(value))
                except ValueError:  # a name that HTML admits and lxml does not
                    element.attrib.pop(name)
    for title in tree.iter("title"):
        if title.text and len(title.text) > MAX_CHARS:
            title.text = _cut(title.text)


def _cut(text: str) -> str:
    return "".join(c for c in text[:MAX_CHARS] if c.isprintable())


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


def _linked(tree: Any) -> Iterator[object]:  # noqa: ANN401
    """Yield the JSON-LD of a page; in the tree it loses the dates."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = script.text or ""
        value = _parsed(text)
        if value is not None:
            yield value
            script.text = json.dumps(_without_dates(value))
        elif len(text) > _MAX_BROKEN_CHARS:
            script.text = ""


def _address(tree: Any, url: str | None) -> str | None:  # noqa: ANN401
    """Canonical address of the page; a site's front page is nobody's, and a mistake of the site.

    Without one where it was fetched, or what a browser noted in the page when it saved it.
    """
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
    if url:
        return url
    noted = (_SAVED.search(comment[:MAX_CHARS]) for comment in comments_of(tree))
    return next((found.group(1) for found in noted if found), None)


def _words_of(element: Any) -> str:  # noqa: ANN401
    return "".join(element.itertext())[:MAX_CHARS]


# JSON-LD.

_MAX_BROKEN_CHARS = 4000
_MAX_LEVELS = 40

_OWN = ("@graph", "mainEntity", "mainEntityOfPage")  # and not hasPart, itemListElement, video
_ARTICLES = ("article", "posting", "report")
_PAGES = ("webpage", "itempage")
_SITES = ("website",)
_DATES = frozenset(("datePublished", "dateModified", "dateCreated", "uploadDate"))

_Node = Mapping[str, object]


class Page(NamedTuple):
    """By what the page's own article is told from others: its addresses and its headlines."""

    urls: frozenset[str]
    headlines: frozenset[str]

    @classmethod
    def of(cls, urls: Iterable[str | None], headlines: Iterable[str | None]) -> Page:
        """Compare addresses without scheme, "www." and query, headlines without case."""
        return cls(
            frozenset(filter(None, map(_place, urls))),
            frozenset(filter(None, map(_words, headlines))),
        )


def _parsed(script: str) -> object:
    """Parse a script's JSON-LD; None where it is none."""
    starts = [at for at in (script.find("{"), script.find("[")) if at >= 0]
    end = max(script.rfind("}"), script.rfind("]")) + 1
    text = script[min(starts) : end] if starts else ""  # comments and semicolons stand around it
    if text.startswith("[CDATA["):
        text = text[text.find("{", 7) : script.rfind("}") - script.find("[") + 1]
    try:
        return orjson.loads(text.encode(errors="replace"))
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, strict=False)  # line breaks inside strings
    except (ValueError, RecursionError):
        return None


def _without_dates(value: object, levels: int = _MAX_LEVELS) -> object:
    """Leave out dates and what is too long or too deep to be a fact about an article."""
    if isinstance(value, str):
        return value if len(value) <= MAX_CHARS else ""
    if levels and isinstance(value, list):
        return [_without_dates(inside, levels - 1) for inside in value]
    if levels and isinstance(value, dict):
        return {
            key: _without_dates(inside, levels - 1)
            for key, inside in value.items()
            if key not in _DATES and len(key) <= MAX_CHARS
        }
    return None if isinstance(value, list | dict) else value


def _nodes(value: object) -> Iterator[_Node]:
    """Objects that tell of the page itself, in reading order."""
    waiting = [(value, _MAX_LEVELS)]
    while waiting:
        node, levels = waiting.pop()
        if isinstance(node, list) and levels:
            waiting += [(inside, levels - 1) for inside in reversed(node)]
        elif isinstance(node, dict):
            yield node
            inside = [node[key] for key in _OWN if key in node]
            waiting += [(part, levels - 1) for part in reversed(inside) if levels]


def _own(nodes: list[_Node], page: Page) -> tuple[list[_Node], list[_Node]]:
    """Choose the page's own article, and what tells of the page where it tells of no article.

    Of several articles counts the one with the page's address or headline: beside it stand old
    stories that the page links to.
    """
    articles = [node for node in nodes if _is_of(node, _ARTICLES)]
    if not articles:
        return [], [node for node in nodes if _is_of(node, _PAGES) or _has_address(node, page)]
    if len(articles) == 1:
        return articles, []
    return [
        node for node in articles
        if _has_address(node, page)
        or (_words(node.get("headline")) or _words(node.get("name"))) in page.headlines
    ], []  # fmt: skip


def _publishers(articles: list[_Node], nodes: list[_Node]) -> list[str]:
    """Names of who publishes the page's own article, and of the site that the page is of."""
    told = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    found: list[object] = [node for node in nodes if _is_of(node, _SITES)]
    for article in articles:
        given = article.get("publisher")
        found += given if isinstance(given, list) else [given]
    names = []
    for who in found:
        if isinstance(who, dict) and "name" not in who:  # told of elsewhere in the page
            who = told.get(str(who.get("@id")))
        name = who.get("name") if isinstance(who, dict) else who
        if isinstance(name, str):
            names.append(name)
    return names


def _is_of(node: _Node, kinds: tuple[str, ...]) -> bool:
    given = node.get("@type")
    types = given if isinstance(given, list) else [given]
    return any(isinstance(kind, str) and kind.casefold().endswith(kinds) for kind in types)


def _has_address(node: _Node, page: Page) -> bool:
    main = node.get("mainEntityOfPage")
    given = [node.get("url"), node.get("@id"), main]
    if isinstance(main, dict):
        given += [main.get("@id"), main.get("url")]
    return any(_place(url) in page.urls for url in given if isinstance(url, str))


def _published(nodes: Iterable[_Node]) -> Iterator[str]:
    for node in nodes:
        found = node.get("datePublished")
        if isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, str | int) and not isinstance(found, bool):
            yield str(found)


def _place(url: object) -> str:
    if not isinstance(url, str) or len(url) > MAX_CHARS:
        return ""
    try:
        address = urlsplit(url.strip())
    except ValueError:
        return ""
    path = address.path.strip("/")
    host = address.netloc.casefold().removeprefix("www.")
    return f"{host}/{path}" if host and path else ""


def _words(title: object) -> str:
    return " ".join(title.casefold().split()) if isinstance(title, str) else ""
