"""What a page says of its article in JSON-LD, in the words of schema.org: when, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

# Longer ones are no fact about an article but its text, which trafilatura searches in time that
# grows with the square of the length.
MAX_CHARS = 2000
MAX_LEVELS = 40

_OWN = ("@graph", "mainEntity", "mainEntityOfPage")  # and not hasPart, itemListElement, video
_ARTICLES = ("article", "posting", "report")
_PAGES = ("webpage", "itempage")
_SITES = ("website",)
_DATES = frozenset(("datePublished", "dateModified", "dateCreated", "uploadDate"))


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


def parse_linked(script: str) -> object:
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


def without_dates(value: object, levels: int = MAX_LEVELS) -> object:
    """Leave out dates and what is too long or too deep to be a fact about an article."""
    if isinstance(value, str):
        return value if len(value) <= MAX_CHARS else ""
    if levels and isinstance(value, list):
        return [without_dates(inside, levels - 1) for inside in value]
    if levels and isinstance(value, dict):
        return {
            key: without_dates(inside, levels - 1)
            for key, inside in value.items()
            if key not in _DATES and len(key) <= MAX_CHARS
        }
    return None if isinstance(value, list | dict) else value


def own_dates(values: Iterable[object], page: Page) -> tuple[list[str], list[str]]:
    """Dates of the page's own article, and those of the page where it tells of no article.

    Of several articles counts the one with the page's address or headline: beside it stand old
    stories that the page links to.
    """
    nodes = [node for value in values for node in _nodes(value)]
    articles = [node for node in nodes if _is_of(node, _ARTICLES)]
    others = [node for node in nodes if _is_of(node, _PAGES) or _has_address(node, page)]
    own = _own(articles, page)
    return list(_published(own)), list(_published(others if not articles else ()))


def publishers(values: Iterable[object], page: Page) -> list[str]:
    """Names of who publishes the page's own article, and of the site that the page is of."""
    nodes = [node for value in values for node in _nodes(value)]
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    found: list[object] = [node for node in nodes if _is_of(node, _SITES)]
    for article in _own([node for node in nodes if _is_of(node, _ARTICLES)], page):
        given = article.get("publisher")
        found += given if isinstance(given, list) else [given]
    names = []
    for who in found:
        if isinstance(who, dict) and "name" not in who:  # told of elsewhere in the page
            who = named.get(str(who.get("@id")))
        name = who.get("name") if isinstance(who, dict) else who
        if isinstance(name, str):
            names.append(name)
    return names


def _own(articles: list[Mapping[str, object]], page: Page) -> list[Mapping[str, object]]:
    own = [node for node in articles if _is_own(node, page)] or articles
    return own if len(own) < 2 or _is_own(own[0], page) else []


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """Objects that tell of the page itself, in reading order."""
    waiting = [(value, MAX_LEVELS)]
    while waiting:
        node, levels = waiting.pop()
        if isinstance(node, list) and levels:
            waiting += [(inside, levels - 1) for inside in reversed(node)]
        elif isinstance(node, dict):
            yield node
            inside = [node[key] for key in _OWN if key in node]
            waiting += [(part, levels - 1) for part in reversed(inside) if levels]


def _is_of(node: Mapping[str, object], kinds: tuple[str, ...]) -> bool:
    given = node.get("@type")
    types = given if isinstance(given, list) else [given]
    return any(isinstance(kind, str) and kind.casefold().endswith(kinds) for kind in types)


def _is_own(node: Mapping[str, object], page: Page) -> bool:
    title = _words(node.get("headline")) or _words(node.get("name"))
    return title in page.headlines or _has_address(node, page)


def _has_address(node: Mapping[str, object], page: Page) -> bool:
    main = node.get("mainEntityOfPage")
    given = [node.get("url"), node.get("@id"), main]
    if isinstance(main, dict):
        given += [main.get("@id"), main.get("url")]
    return any(_place(url) in page.urls for url in given if isinstance(url, str))


def _published(nodes: Iterable[Mapping[str, object]]) -> Iterator[str]:
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
